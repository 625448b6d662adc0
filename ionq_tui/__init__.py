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
    from ionq_tui.model.version import __version__

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
    "__version__": "ionq_tui.model.version",
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
    if name == "SessionManager":
        _give_journal()
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def _give_journal() -> None:
    """Let scripts write into this machine's journal; the client knows none by itself, and loads it when it writes."""
    from ionq_tui.api import notebook

    def keeper() -> notebook.Keeper:
        from ionq_tui.compose import journal_path
        from ionq_tui.journal.journal import Journal

        return Journal(journal_path())

    notebook.make_keeper = keeper
