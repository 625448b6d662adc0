"""A terminal cockpit for IonQ sessions, and a drop-in for the official client's SessionManager."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ionq_tui.api.client import IonQClient
    from ionq_tui.api.errors import (
        APIConnectionError,
        APIError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        InvalidLimitError,
        IonQError,
        MissingKeyError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        ServerError,
        SessionUncertain,
    )
    from ionq_tui.api.session_manager import SessionManager

__version__ = "0.1.0"

_ERRORS = (
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "InvalidLimitError",
    "IonQError",
    "MissingKeyError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "SessionUncertain",
)
_HOMES = {
    "IonQClient": "ionq_tui.api.client",
    "SessionManager": "ionq_tui.api.session_manager",
    **dict.fromkeys(_ERRORS, "ionq_tui.api.errors"),
}

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "InvalidLimitError",
    "IonQClient",
    "IonQError",
    "MissingKeyError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "SessionManager",
    "SessionUncertain",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load the library's names on first use (PEP 562), so that the app's start pays for none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
