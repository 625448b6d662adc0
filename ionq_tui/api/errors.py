"""The errors of the library, named as the official client names them.

IonQError
+-- APIConnectionError         no usable connection, or it broke
|   +-- APITimeoutError        it took too long
+-- APIError                   the API answered 4xx or 5xx
|   +-- BadRequestError        400
|   +-- AuthenticationError    401
|   +-- PermissionDeniedError  403
|   +-- NotFoundError          404
|   +-- RateLimitError         429, with retry_after
|   +-- ServerError            5xx
+-- UnusableReplyError         an answer that nothing above describes
+-- MissingKeyError            also a ValueError: no API key was given
+-- InvalidLimitError          also a ValueError: a limit that cannot be sent
+-- ReadOnlyError              a change was asked for in read-only mode; nothing was sent
+-- SessionUncertain           a session may have been created; `candidates` are what was found
"""

from __future__ import annotations

from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.session import Session

_BODY_KEPT = 500


class IonQError(Exception):
    """The root: every error of this library is one."""


class APIConnectionError(IonQError):
    """The request found no usable connection, or the connection broke; the httpx error is its `__cause__`."""

    unsent = False
    """True where the connection was never made, so that the server cannot have acted."""


class APITimeoutError(APIConnectionError):
    """It took too long."""


class APIError(IonQError):
    """The API answered with an HTTP status of 400 or more."""

    def __init__(
        self,
        status_code: int,
        body: dict[str, object] | str | None = None,
        message: str | None = None,
        *,
        request_id: str | None = None,
    ) -> None:
        """Take the status, the body (parsed where it was JSON), the API's own message and the request's id."""
        self.status_code = status_code
        self.body = body
        self.message = message or f"HTTP {status_code}"
        self.request_id = request_id
        super().__init__(self.message)

    @property
    def well_formed(self) -> bool:
        """True where the body is an error of the API and not some proxy's page."""
        return isinstance(self.body, dict) and isinstance(self.body.get("message") or self.body.get("error"), str)


class BadRequestError(APIError):
    """400: the API does not accept the request; `body` may say which part."""


class AuthenticationError(APIError):
    """401: the key is missing, wrong or revoked."""


class PermissionDeniedError(APIError):
    """403: the key may not do this."""


class NotFoundError(APIError):
    """404: there is no such thing, or this key may not see it."""


class RateLimitError(APIError):
    """429: too many requests."""

    def __init__(
        self,
        status_code: int = 429,
        body: dict[str, object] | str | None = None,
        message: str | None = None,
        retry_after: float | None = None,
        *,
        request_id: str | None = None,
    ) -> None:
        """Take what an APIError takes, and the seconds that the server asked to wait."""
        super().__init__(status_code, body, message, request_id=request_id)
        self.retry_after = retry_after


class ServerError(APIError):
    """5xx: the server failed; the request may have been carried out all the same."""

    retry_after: float | None = None
    """Seconds the server asked to wait."""


class UnusableReplyError(IonQError):
    """A reply came that cannot be used: not JSON, too large, redirected, or without what it must hold."""

    def __init__(self, words: str, *, status_code: int | None = None, request_id: str | None = None) -> None:
        """Say what is wrong with the reply."""
        self.status_code = status_code
        self.request_id = request_id
        super().__init__(words)


class MissingKeyError(IonQError, ValueError):
    """No API key was given and IONQ_API_KEY is not set."""


class InvalidLimitError(IonQError, ValueError):
    """A limit that cannot be sent; nothing was sent."""


class MalformedIdError(IonQError, ValueError):
    """An id that cannot be part of a URL; nothing was sent."""


class ReadOnlyError(IonQError):
    """A change was asked for in read-only mode; nothing was sent."""


class SessionUncertain(IonQError):
    """A session may have been created: the reply was lost and looking did not settle it."""

    def __init__(self, message: str, candidates: tuple[Session, ...] = ()) -> None:
        """Take the message and the sessions found that may be it."""
        self.candidates = candidates
        super().__init__(message)


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
}


def error_for(status: int, body: object, text: str, request_id: str | None, retry_after: float | None) -> APIError:
    """Build the error that describes a status of 400 or more; `body` is the parsed JSON, None where it is none."""
    kept = body if isinstance(body, dict) else (text[:_BODY_KEPT] or None)
    said = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    message = said.encode("utf-8", errors="replace").decode() if isinstance(said, str) else None
    if status == 429:
        return RateLimitError(status, kept, message, retry_after, request_id=request_id)
    if status >= 500:
        broken = ServerError(status, kept, message, request_id=request_id)
        broken.retry_after = retry_after
        return broken
    return _BY_STATUS.get(status, APIError)(status, kept, message, request_id=request_id)


_KINDS: tuple[tuple[type[IonQError], FaultKind], ...] = (
    (AuthenticationError, FaultKind.KEY_REFUSED),
    (PermissionDeniedError, FaultKind.FORBIDDEN),
    (NotFoundError, FaultKind.NOT_FOUND),
    (RateLimitError, FaultKind.RATE_LIMITED),
    (ServerError, FaultKind.SERVER),
    (APIError, FaultKind.BAD_REQUEST),
    (APITimeoutError, FaultKind.TIMEOUT),
    (APIConnectionError, FaultKind.OFFLINE),
    (MissingKeyError, FaultKind.KEY_MISSING),
    (ReadOnlyError, FaultKind.READ_ONLY),
    (MalformedIdError, FaultKind.BAD_REQUEST),
)


def fault_of(error: IonQError) -> Fault:
    """Turn an error into the value that crosses floors."""
    kind = next((kind for type_, kind in _KINDS if isinstance(error, type_)), FaultKind.GARBLED)
    status, request_id = getattr(error, "status_code", None), getattr(error, "request_id", None)
    return Fault(kind, str(error), status, request_id, getattr(error, "retry_after", None))
