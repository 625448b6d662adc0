"""Log each request with method, path, status, duration and request id, but never headers, body or API key."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Self

import httpx

from ionq_tui.api.errors import APIConnectionError, IonQError, ReadOnlyError

_log = logging.getLogger("ionq_tui.request")
_log.addHandler(logging.NullHandler())  # without this, Python prints warnings to stderr if logging is not configured


class LoggedRequest:
    """Context manager for one request. Logs at DEBUG if it is answered, at WARNING if it fails or is refused."""

    __slots__ = ("_request", "_since", "response")

    def __init__(self, request: httpx.Request) -> None:
        """Take the request and start the timer."""
        self._request = request
        self._since = time.perf_counter()
        self.response: httpx.Response | None = None
        """The response, to be set by the caller once there is one."""

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Log the result."""
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
        return f" request {request_id}" if request_id else ""


def log_unreadable(method: str, path: str, error: IonQError) -> None:
    """Log that a reply could not be used, without its content."""
    request_id = getattr(error, "request_id", None)
    _log.warning("%s %s: the reply cannot be used%s", method, path, f" request {request_id}" if request_id else "")
