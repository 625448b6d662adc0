"""Log each request with method, path, status, duration and request id, but never headers, body or API key.

httpx and httpcore log more about a request: a reply's headers before API keys are masked in them, and the password of a
SOCKS proxy. Their records about this library's requests are dropped, whoever has turned them on; those about requests
of other clients in the same program are not.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

import httpx

from ionq_tui.api.errors import APIConnectionError, IonQError, ReadOnlyError
from ionq_tui.model.printable import printable

_log = logging.getLogger("ionq_tui.request")
_log.addHandler(logging.NullHandler())  # without this, Python prints warnings to stderr if logging is not configured

_NETWORK_LOGGERS = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
_ours: ContextVar[bool] = ContextVar("ionq_tui_request", default=False)
"""Whether this thread or task is sending one of this library's requests."""


def _is_of_others(_: logging.LogRecord) -> bool:
    return not _ours.get()


for _name in _NETWORK_LOGGERS:
    logging.getLogger(_name).addFilter(_is_of_others)  # called only for a record that would be logged


class LoggedRequest:
    """Context manager for one request. Logs at DEBUG if it is answered, at WARNING if it fails or is refused."""

    __slots__ = ("_before", "_request", "_since", "response")

    def __init__(self, request: httpx.Request) -> None:
        """Take the request and start the timer."""
        self._request = request
        self._since = time.perf_counter()
        self._before: Token[bool] | None = None
        self.response: httpx.Response | None = None
        """The response, to be set by the caller once there is one."""

    def __enter__(self) -> Self:
        """Return this object, and keep the records of httpx and httpcore out of all logs."""
        self._before = _ours.set(True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Log the result."""
        if self._before is not None:
            with suppress(ValueError):  # a task that was never finished is closed by another one
                _ours.reset(self._before)
        # A cancellation (BaseException) is not a failure of the request.
        level = logging.WARNING if isinstance(error, Exception) else logging.DEBUG
        if _log.isEnabledFor(level):
            path = self._request.url.raw_path.partition(b"?")[0].decode("ascii", errors="replace")
            took = (time.perf_counter() - self._since) * 1000
            _log.log(
                level, "%s %s %s %.0f ms%s", self._request.method, path, self._outcome(error), took, self._id(error)
            )

    def _outcome(self, error: BaseException | None) -> str:
        """Return the status, or the error if there is none. Text from the server is left out."""
        status = getattr(error, "status_code", None) or getattr(self.response, "status_code", None)
        if isinstance(error, APIConnectionError | ReadOnlyError):
            return f"failed ({error})"
        if error is None or (status is not None and isinstance(error, IonQError)):
            return str(status)
        return f"failed ({type(error).__name__})"

    def _id(self, error: BaseException | None) -> str:
        request_id = getattr(error, "request_id", None)
        if request_id is None and self.response is not None:
            request_id = self.response.headers.get("x-request-id")
        return f" request {printable(request_id)}" if request_id else ""


def log_unreadable(method: str, path: str, error: IonQError) -> None:
    """Log that a reply could not be used, without its content."""
    request_id = printable(getattr(error, "request_id", None) or "")
    _log.warning("%s %s: the reply cannot be used%s", method, path, f" request {request_id}" if request_id else "")
