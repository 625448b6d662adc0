"""The library's exceptions, with the names that the official client uses.

IonQError
+-- APIConnectionError         no connection, or it was lost
|   +-- APITimeoutError        the request timed out
|   +-- CertificateError       the server's certificate was rejected
|   +-- ProxyError             the proxy cannot be reached, or refused the request
|   +-- NetworkSettingError    an environment variable such as SSL_CERT_FILE or HTTPS_PROXY is invalid
+-- APIError                   the API answered 4xx or 5xx
|   +-- BadRequestError        400
|   +-- AuthenticationError    401
|   +-- PermissionDeniedError  403
|   +-- NotFoundError          404
|   +-- RateLimitError         429, with retry_after
|   +-- ServerError            5xx
+-- UnusableReplyError         a reply that cannot be used for another reason
+-- MissingKeyError            also a ValueError: no API key was given
+-- InvalidLimitError          also a ValueError: a limit is invalid
+-- ReadOnlyError              a change was requested in read-only mode; nothing was sent
+-- SessionUncertain           a session may have been created; `candidates` may be that session
+-- CloneUncertain             a clone of a job may exist, or is elsewhere; `mark` is in its metadata
+-- JobTimeoutError            a job did not finish within the time given to `wait_for_job`
+-- JobFailedError             a job that was waited for failed

Where ionq_core is loaded, an error is also an instance of ionq_core's error of the same name.
"""

from __future__ import annotations

import re
from typing import Self

from ionq_tui.api import official_errors
from ionq_tui.api.error_message import code_in, first_line, page_title, words_in
from ionq_tui.api.official_errors import OFFICIAL
from ionq_tui.model.address import other_version
from ionq_tui.model.job import Failure
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.printable import printable
from ionq_tui.model.session import Session

_MAX_BODY_LENGTH = 500
_IONQ_FIELDS = ("message", "error")
_NO_ROUTE = re.compile(r"\broute\b|\bcannot (?:get|post|put)\b", re.IGNORECASE)
"""How servers say that a path does not exist, whatever id it contains."""


class IonQError(official_errors.ErrorRoot):
    """Base class of all errors of this library. str() says what was attempted, and what the server said about it."""

    hint = ""
    """A possible cause to check, such as a base URL with another API version."""
    advice = ""
    """What to do about a refused key, for people in front of this program; empty in the library."""

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Create the error, as an instance of ionq_core's error too if that package is loaded."""
        OFFICIAL.join()
        return super().__new__(cls, *args)

    def __init__(self, *args: object) -> None:
        """Take what str() shows. Does not call the constructors of ionq_core's classes, which take other arguments."""
        Exception.__init__(self, *args)

    def __str__(self) -> str:
        """Return the message without control characters; the attributes keep what the server wrote."""
        return printable(super().__str__())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy the error with its text and its attributes, without calling its constructor again."""
        return restored, (type(self), *self.args), self.__dict__


def restored(kind: type[IonQError], *args: object) -> IonQError:
    """Return an error with these `args`, to be given its attributes by pickle or copy."""
    return kind.__new__(kind, *args)


class APIConnectionError(IonQError):
    """The request found no usable connection, or the connection was lost.

    `__cause__` is the httpx error. `unsent` is True if the server cannot have received the request.
    """

    unsent = False
    """True if no connection was made, so that the server cannot have acted."""


class APITimeoutError(APIConnectionError):
    """The request timed out. Unless `unsent` is True, the server may still carry it out."""


class CertificateError(APIConnectionError):
    """The server's certificate was rejected; nothing was sent. SSL_CERT_FILE can name other certificate authorities."""

    unsent = True

    def __init__(self, words: str) -> None:
        """Take the reason. The message adds the SSL_CERT_FILE hint; `words` does not have it."""
        self.words = words
        super().__init__(f"{words}; SSL_CERT_FILE can name the certificate authority of your network")


class ProxyError(APIConnectionError):
    """The proxy named by the environment cannot be reached, or refused the request."""


class NetworkSettingError(APIConnectionError):
    """An environment variable such as SSL_CERT_FILE or HTTPS_PROXY has an invalid value; nothing was sent."""

    unsent = True

    def __init__(self, words: str, variable: str = "") -> None:
        """Take the reason and the variable; empty if the system's own settings are meant."""
        self.variable = variable
        super().__init__(words)


class APIError(IonQError):
    """The API answered with HTTP status 400 or higher: `status_code`.

    `body` is the reply: a dict if it was JSON, else its text, None if it was empty. `message` is IonQ's own message, or
    "HTTP " and the status. `request_id` is what IonQ's support asks for; None if the reply had none.
    """

    def __init__(
        self,
        status_code: int,
        body: dict[str, object] | str | None = None,
        message: str | None = None,
        *,
        request_id: str | None = None,
    ) -> None:
        """Take the status, the body (parsed if it was JSON), the API's message, and the request id."""
        self.status_code = status_code
        self.body = body
        self.message = message or f"HTTP {status_code}"
        self.request_id = request_id
        super().__init__(self.message)

    page = ""
    """Title of the HTML page received in place of an API reply; empty if there was none."""

    @property
    def own_form(self) -> bool:
        """True if the body has IonQ's own error format: {statusCode, error, message}.

        A gateway in front of the API writes only {"message": …}.
        """
        if not isinstance(self.body, dict) or not words_in({name: self.body.get(name) for name in _IONQ_FIELDS}):
            return False
        status = self.body.get("statusCode")
        return not isinstance(status, bool) and str(status) == str(self.status_code)

    @property
    def well_formed(self) -> bool:
        """True if the body is an API error and not, for example, a proxy's page.

        The statuses 400, 402, 422 and 429 (invalid, unpaid or too many requests) may have another framework's format.
        """
        in_json = isinstance(self.body, dict) and bool(words_in(self.body))
        return self.own_form or (self.status_code in (400, 402, 422, 429) and in_json)

    @property
    def about_asked(self) -> bool:
        """True if IonQ's API v0.4 answered about the requested resource, not about a path that does not exist."""
        return self.own_form and not self.hint and not (self.status_code == 404 and _NO_ROUTE.search(self.message))


class BadRequestError(APIError):
    """400: the API rejected the request. `body` may say which part."""


class AuthenticationError(APIError):
    """401: the API key is missing, wrong or revoked."""


class PermissionDeniedError(APIError):
    """403: the API key does not have this permission."""


class NotFoundError(APIError):
    """404: the resource does not exist, or this API key may not see it."""


class RateLimitError(APIError):
    """429: too many requests. `retry_after` is the number of seconds the server asked to wait; None if it did not."""

    def __init__(
        self,
        status_code: int = 429,
        body: dict[str, object] | str | None = None,
        message: str | None = None,
        retry_after: float | None = None,
        *,
        request_id: str | None = None,
    ) -> None:
        """Take the arguments of APIError, and the seconds the server asked to wait."""
        super().__init__(status_code, body, message, request_id=request_id)
        self.retry_after = retry_after


class ServerError(APIError):
    """5xx: the server failed. It may still have carried out the request. `retry_after` is as for RateLimitError."""

    retry_after: float | None = None
    """Seconds the server asked to wait."""


class UnusableReplyError(IonQError):
    """The reply cannot be used: it is not JSON, too large, a redirect, or lacks a required value."""

    def __init__(
        self, words: str, *, status_code: int | None = None, request_id: str | None = None, page: str = ""
    ) -> None:
        """Take the reason. `page` is the title of the HTML page received in place of a reply."""
        self.status_code = status_code
        self.request_id = request_id
        self.page = page
        super().__init__(words)


class MissingKeyError(IonQError, ValueError):
    """No API key was given, and IONQ_API_KEY is not set. Also a ValueError."""


class InvalidLimitError(IonQError, ValueError):
    """A limit, or a number of seconds or of jobs of a page, is invalid; nothing was sent. Also a ValueError."""


class MalformedIdError(IonQError, ValueError):
    """An id cannot be part of a URL; nothing was sent."""


class ReadOnlyError(IonQError):
    """A change was requested in read-only mode; nothing was sent."""


class SessionUncertain(IonQError):
    """A session may have been created: the reply was lost, and the session list did not settle the question.

    `candidates` is a tuple of the sessions that may be the one; it may be empty. `__cause__` is what was lost.
    """

    def __init__(self, message: str, candidates: tuple[Session, ...] = ()) -> None:
        """Take the message and the sessions that may be the created one."""
        self.candidates = candidates
        super().__init__(message)


class CloneUncertain(IonQError):
    """A clone of a job may exist, or exists and IonQ did not confirm that it is in the session `session_id`.

    Either the reply was lost, and no job with `mark` in its metadata was found so far; then `job_id` is empty. Or
    `job_id` is the clone, and IonQ's reply names another session or none.
    """

    def __init__(self, message: str, session_id: str = "", mark: str = "", job_id: str = "") -> None:
        """Take the message, the session into which to clone, the mark in the clone's metadata, and its id if known."""
        self.job_id = job_id
        self.session_id = session_id
        self.mark = mark
        super().__init__(message)


class JobTimeoutError(IonQError):
    """The job `job_id` did not finish within `timeout` seconds. It goes on; `last_status` was seen last."""

    def __init__(self, job_id: str, timeout: float, last_status: str) -> None:
        """Take the job, the seconds waited, and the status that was seen last."""
        self.job_id = job_id
        self.timeout = timeout
        self.last_status = last_status
        super().__init__(f"Job {job_id} did not complete within {timeout}s (last status: {last_status})")


class JobFailedError(IonQError):
    """The job `job_id`, which was waited for, failed. `failure` has IonQ's code and message; None if it gave none."""

    def __init__(self, job_id: str, failure: Failure | None) -> None:
        """Take the job, and IonQ's code and message; None if it gave none."""
        self.job_id = job_id
        self.failure = failure
        code, words = (failure.code, failure.message) if failure else ("", "")
        super().__init__(": ".join(filter(None, (f"Job {job_id} failed", code, words))))


OFFICIAL.declare(
    (
        IonQError,
        APIConnectionError,
        APITimeoutError,
        APIError,
        BadRequestError,
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        RateLimitError,
        ServerError,
        JobTimeoutError,
        JobFailedError,
    )
)

_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
}


def error_for(status: int, body: object, text: str, request_id: str | None, retry_after: float | None) -> APIError:
    """Build the error for a status of 400 or higher. `body` is the parsed JSON, or None if it is not JSON."""
    error = _error(status, body, text, request_id, retry_after)
    if body is None and (page := page_title(text)):
        error.page = page
    return error


def _error(status: int, body: object, text: str, request_id: str | None, retry_after: float | None) -> APIError:
    kept = body if isinstance(body, dict) else (text[:_MAX_BODY_LENGTH] or None)
    message = first_line(text) if body is None else words_in(body, fields=True)
    if not message and isinstance(body, dict):
        message = code_in(body)
    if status == 429:
        return RateLimitError(status, kept, message, retry_after, request_id=request_id)
    if status >= 500:
        broken = ServerError(status, kept, message, request_id=request_id)
        broken.retry_after = retry_after
        return broken
    return _BY_STATUS.get(status, APIError)(status, kept, message, request_id=request_id)


_FAULT_KINDS: tuple[tuple[type[IonQError], FaultKind], ...] = (
    (AuthenticationError, FaultKind.KEY_REFUSED),
    (PermissionDeniedError, FaultKind.FORBIDDEN),
    (NotFoundError, FaultKind.NOT_FOUND),
    (RateLimitError, FaultKind.RATE_LIMITED),
    (ServerError, FaultKind.SERVER),
    (APIError, FaultKind.BAD_REQUEST),
    (APITimeoutError, FaultKind.TIMEOUT),
    (CertificateError, FaultKind.CERTIFICATE),
    (ProxyError, FaultKind.PROXY),
    (NetworkSettingError, FaultKind.SETTING),
    (APIConnectionError, FaultKind.OFFLINE),
    (MissingKeyError, FaultKind.KEY_MISSING),
    (ReadOnlyError, FaultKind.READ_ONLY),
    (MalformedIdError, FaultKind.BAD_REQUEST),
)


def fault_of_error(error: IonQError) -> Fault:
    """Convert an exception into a Fault, the value that other layers receive."""
    kind = next((kind for type_, kind in _FAULT_KINDS if isinstance(error, type_)), FaultKind.GARBLED)
    status, request_id = getattr(error, "status_code", None), getattr(error, "request_id", None)
    if kind in (FaultKind.FORBIDDEN, FaultKind.NOT_FOUND) and isinstance(error, APIError) and not error.about_asked:
        kind = FaultKind.ELSEWHERE
    words = str(error)
    if isinstance(error, APIError):
        words = error.message
    elif isinstance(error, CertificateError):
        words = error.words
    return Fault(
        kind,
        words,
        status,
        request_id,
        getattr(error, "retry_after", None),
        well_formed=isinstance(error, APIError) and error.well_formed,
        page=getattr(error, "page", ""),
        hint=error.hint,
        advice=error.advice,
    )


_WRONG_URL_ERRORS = (PermissionDeniedError, NotFoundError, UnusableReplyError)
_WRONG_URL_STATUSES = {405, 410}


def with_url_hint(error: IonQError, base_url: str) -> IonQError:
    """Add a hint to an error that a wrong base URL may have caused."""
    nothing_there = isinstance(error, APIError) and error.status_code in _WRONG_URL_STATUSES
    if (isinstance(error, _WRONG_URL_ERRORS) or nothing_there) and (hint := other_version(base_url)):
        error.hint = hint
    return error


def with_context(what: str, error: IonQError) -> IonQError:
    """Put what was attempted in front of the error's message. Its class and attributes do not change."""
    message = str(error)
    if isinstance(error, APIError):
        message = fault_text(fault_of_error(error))
    elif isinstance(error, UnusableReplyError) and error.request_id and error.request_id not in message:
        message = f"{message} [request {error.request_id}]"
    if error.hint and error.hint not in message:
        message = f"{message}; {error.hint}"
    if not str(error).startswith(what):
        error.args = (f"{what}: {message}", *error.args[1:])
    return error


def fault_text(fault: Fault) -> str:
    """Format a fault as "HTTP 500: the scheduler is being moved [request req-1]", leaving out what is unknown."""
    message = fault.words if fault.said or fault.status is None or fault.kind is FaultKind.GARBLED else ""
    if not message and fault.page:
        message = f'a page titled "{fault.page}"'
    status = f"HTTP {fault.status}" if fault.status is not None and fault.kind is not FaultKind.GARBLED else ""
    text = ": ".join(part for part in (status, message) if part)
    return f"{text} [request {fault.request_id}]" if fault.request_id else text
