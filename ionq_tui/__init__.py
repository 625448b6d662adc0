"""A terminal dashboard for IonQ sessions, and a drop-in replacement for the official client's SessionManager."""

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
        CloneUncertain,
        InvalidLimitError,
        IonQError,
        JobFailedError,
        JobTimeoutError,
        MissingKeyError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        ServerError,
        SessionUncertain,
    )
    from ionq_tui.api.job_iterator import aiter_jobs, aiter_session_jobs, iter_jobs, iter_session_jobs
    from ionq_tui.api.job_wait import async_wait_for_job, wait_for_job
    from ionq_tui.api.session_manager import SessionManager
    from ionq_tui.model.version import __version__

_ERRORS = (
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "CloneUncertain",
    "InvalidLimitError",
    "IonQError",
    "JobFailedError",
    "JobTimeoutError",
    "MissingKeyError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "SessionUncertain",
)
_ITERATORS = ("aiter_jobs", "aiter_session_jobs", "iter_jobs", "iter_session_jobs")
_MODULES = {
    "IonQClient": "ionq_tui.api.client",
    "SessionManager": "ionq_tui.api.session_manager",
    "__version__": "ionq_tui.model.version",
    "async_wait_for_job": "ionq_tui.api.job_wait",
    "wait_for_job": "ionq_tui.api.job_wait",
    **dict.fromkeys(_ITERATORS, "ionq_tui.api.job_iterator"),
    **dict.fromkeys(_ERRORS, "ionq_tui.api.errors"),
}

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "CloneUncertain",
    "InvalidLimitError",
    "IonQClient",
    "IonQError",
    "JobFailedError",
    "JobTimeoutError",
    "MissingKeyError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "SessionManager",
    "SessionUncertain",
    "__version__",
    "aiter_jobs",
    "aiter_session_jobs",
    "async_wait_for_job",
    "iter_jobs",
    "iter_session_jobs",
    "wait_for_job",
]


def __getattr__(name: str) -> object:
    """Import the library's names on first use (PEP 562), to keep the dashboard's startup fast."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "SessionManager":
        _enable_journal()
    value: object = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def _enable_journal() -> None:
    """Let scripts write to this machine's journal.

    The `api` layer does not import it; it is loaded on the first write.
    """
    from ionq_tui.api import journaling

    def open_journal() -> journaling.JournalWriter:
        from ionq_tui.journal.journal import Journal
        from ionq_tui.wiring import journal_path

        return Journal(journal_path())

    journaling.make_journal = open_journal
