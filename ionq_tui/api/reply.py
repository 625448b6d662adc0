"""Read a reply's bytes under a size limit, and turn it into a value or an error.

API keys are masked here, before anything is decoded, so that no part of a reply holds one, wherever it is used.
"""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

import httpx

from ionq_tui.api import decode
from ionq_tui.api.certificates import refused_certificate, trusted_by
from ionq_tui.api.error_message import page_title, words_in
from ionq_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    CertificateError,
    IonQError,
    ProxyError,
    UnusableReplyError,
    error_for,
)
from ionq_tui.api.httpx_internals import set_content
from ionq_tui.api.operations import Operation
from ionq_tui.api.scalar import YEARS
from ionq_tui.model.masking import masked, without_keys

if TYPE_CHECKING:
    from ionq_tui.api.proxies import Proxy

T = TypeVar("T")

MAX_BYTES = 8 * 1024 * 1024
"""Maximum decompressed size of one reply in bytes. 5,000 sessions take about three million."""
MAX_CHUNKS = 100_000
"""Maximum number of chunks of one reply: each takes time, however small it is."""
_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Errors raised before a connection is made, so that the server cannot have acted."""


class Body:
    """Collects the raw bytes of a reply.

    It decompresses them itself, to stop at the size limit (decompression bombs).
    """

    def __init__(self, response: httpx.Response) -> None:
        """Check the content encoding. Raises UnusableReplyError if it is not supported."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip", "deflate"):
            raise UnusableReplyError(f"the reply has an encoding that was not requested ({encoding[:20]!r})")
        self._inflate = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._body = bytearray()
        self._raw = 0
        self.chunks = 0
        """Number of chunks received so far."""

    def add(self, chunk: bytes) -> None:
        """Add raw bytes. Raises UnusableReplyError if a limit is exceeded."""
        self._raw += len(chunk)
        self.chunks += 1
        if self._inflate is not None:
            try:
                chunk = self._inflate.decompress(chunk, MAX_BYTES + 1 - len(self._body))
            except zlib.error:
                raise UnusableReplyError("the reply cannot be decompressed") from None
        self._body += chunk
        if max(len(self._body), self._raw) > MAX_BYTES:
            raise UnusableReplyError(f"the reply is larger than {MAX_BYTES // 1024 // 1024} MiB")
        if self.chunks > MAX_CHUNKS:
            raise UnusableReplyError(f"the reply comes in more than {MAX_CHUNKS:,} pieces")

    @property
    def size(self) -> int:
        """Decompressed size in bytes so far."""
        return len(self._body)

    def decoded(self) -> bytes:
        """Return the whole body, with API keys masked."""
        return masked(bytes(self._body))


def mask_head(response: httpx.Response) -> httpx.Response:
    """Mask API keys in the headers and the reason phrase."""
    raw = response.headers.raw
    words: bytes = response.extensions.get("reason_phrase", b"")
    joined = b"\0".join((words, *(part for pair in raw for part in pair)))
    if masked(joined) is not joined:
        response.headers = httpx.Headers([(masked(name), masked(value)) for name, value in raw])
        response.extensions["reason_phrase"] = masked(words)
    return response


def with_body(response: httpx.Response, body: bytes) -> httpx.Response:
    """Set the decoded body on the response, as callers of httpx expect it."""
    set_content(response, body)
    response.extensions.pop("network_stream", None)
    for name in _FRAMING & response.headers.keys():
        del response.headers[name]
    return response


_FRAMING = {"content-encoding", "content-length", "transfer-encoding"}


def connection_error(error: Exception, proxy: Proxy | None = None, trusted: str = "") -> IonQError:
    """Convert an httpx exception to this library's error, with the exception as its cause.

    `proxy` is the proxy that the request used, and `trusted` names the setting that replaces the certificate
    authorities of the environment.
    """
    if isinstance(error, IonQError):
        return error
    _mask_words(error, proxy)
    ours = _certificate_error(error, proxy, trusted) or _proxy_error(error, proxy) or _generic_error(error, proxy)
    ours.unsent = ours.unsent or isinstance(error, _NEVER_CONNECTED)
    ours.__cause__ = error
    return ours


def _generic_error(error: Exception, proxy: Proxy | None) -> APIConnectionError:
    via = "" if proxy is None else f", through {proxy.named}"  # which of the two failed is unknown
    kind = APITimeoutError if isinstance(error, httpx.TimeoutException | TimeoutError) else APIConnectionError
    return kind(_short_message(without_keys(str(error)) or type(error).__name__, error) + via)


def _certificate_error(error: Exception, proxy: Proxy | None, trusted: str) -> APIConnectionError | None:
    why = refused_certificate(error)
    if not why:
        return None
    host = "the server"
    with suppress(AttributeError, RuntimeError):  # httpx raises RuntimeError if the error has no request
        host = error.request.url.host  # type: ignore[attr-defined]
    if proxy is not None and proxy.scheme == "https":  # which of the two certificates it was is unknown
        host = f"{host} or of {proxy.named}"
    trusted = trusted or trusted_by()
    only = f"; only the certificates in {trusted} are trusted" if trusted else ""
    return CertificateError(f"the certificate of {host} was not accepted: {why}{only}")


def _proxy_error(error: Exception, proxy: Proxy | None) -> APIConnectionError | None:
    """Describe a proxy that could not be reached or refused the request.

    The proxy's own message is left out, as it may repeat the password.
    """
    if proxy is None:
        return None
    if isinstance(error, httpx.ConnectTimeout):
        return APITimeoutError(f"{proxy.named}: no connection within the time allowed")
    if isinstance(error, httpx.ConnectError):
        return ProxyError(f"{proxy.named} cannot be reached: {without_keys(str(error))[:200]}")
    if isinstance(error, httpx.ProxyError):
        status = str(error)[:3]
        if not status.isdigit():
            return ProxyError(f"{proxy.named}: {without_keys(str(error))[:200]}")
        wants = "; it requires a user and a password" if status == "407" else ""
        return ProxyError(f"{proxy.named} answered HTTP {status}{wants}")
    if not isinstance(error, httpx.HTTPError | OSError) and proxy.is_socks:  # bytes that socksio cannot parse
        failure = ProxyError(f"{proxy.named} does not answer as a SOCKS5 proxy")
        failure.unsent = type(error).__module__.startswith("socksio")  # socksio only does the handshake
        return failure
    return None


def _is_protocol_error(error: BaseException) -> bool:
    """Return whether the answer was not HTTP. httpx, httpcore, and h11 each have their own class with this name."""
    return type(error).__name__ in {"RemoteProtocolError", "LocalProtocolError"}


_SAFE_WORDS = re.compile(r"Server disconnected without sending a response\.|peer closed connection [a-z ()0-9,]*")
"""Messages of protocol errors that quote nothing from the network."""


def _mask_words(error: BaseException, proxy: Proxy | None) -> None:
    """Mask API keys in an exception and its causes. Their messages may quote the server and appear in tracebacks.

    A proxy that does not answer in HTTP may repeat its user name and password in any form, so it is not quoted.
    """
    link: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if link is None:
            return
        args = tuple(without_keys(one) if isinstance(one, str) else one for one in link.args)
        if proxy is not None and _is_protocol_error(link) and not _SAFE_WORDS.fullmatch(str(link)):
            args = ("the answer is not HTTP",)
        if args != link.args:
            link.args = args
        link = link.__cause__ or link.__context__


_MAX_CAUSES = 10


def _short_message(words: str, error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "no complete answer within the time allowed"
    if isinstance(error, httpx.InvalidURL):  # this client's own URLs are checked earlier
        return "the server redirects to an invalid address"
    return words[:200]


def status_error(response: httpx.Response) -> IonQError | None:
    """Return the error for the reply's status; None for 2xx."""
    status, request_id = response.status_code, _request_id(response)
    if 200 <= status < 300:
        return None
    if status < 400:
        return redirect_error(response)
    content = _utf8(response.content)
    try:
        body = decode.parse(content, lossy=True)
    except decode.Unreadable:
        body = None
    return error_for(status, body, _body_text(content), request_id, retry_after(response))


def redirect_error(response: httpx.Response) -> UnusableReplyError:
    """Return the error for a redirect that is not followed. It says where it leads."""
    where = unquote(response.headers.get("location", ""))[:100]
    words = f"the server redirects (HTTP {response.status_code}) to {where!r}, which is not followed"
    return UnusableReplyError(words, status_code=response.status_code, request_id=_request_id(response))


def _utf8(content: bytes) -> bytes:
    """Convert JSON or a page in UTF-16 or UTF-32 to UTF-8, and mask API keys in it."""
    encoding = json.detect_encoding(content[:4]) if b"\0" in content[:4] or content[:2] in _UTF16_MARKS else ""
    return masked(content.decode(encoding, errors="replace").encode()) if encoding[:5] in _WIDE_ENCODINGS else content


_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WIDE_ENCODINGS = ("utf-1", "utf-3")


def _body_text(content: bytes) -> str:
    """Return the text of a reply that is not JSON, with HTML entities decoded."""
    from html import unescape  # loads two thousand entity names, needed only for errors

    # Not `response.text`: the charset may name any of Python's codecs, some of which decompress or raise.
    return without_keys(unescape(content.decode("utf-8", errors="replace")))


def _request_id(response: httpx.Response) -> str | None:
    return response.headers.get("x-request-id") or None


def value_of(operation: Operation[T], response: httpx.Response) -> T:
    """Decode a 2xx reply. Raises UnusableReplyError, with the reply's own error message if it has one."""
    parsed: object = None
    try:
        if operation.as_text:
            return operation.read(decode.decoded_text(response.content))
        # A reply to a change is decoded even if its text is damaged, since it cannot be requested again.
        parsed = decode.parse(response.content, lossy=operation.changes)
        return operation.read(parsed)
    except decode.Unreadable as unreadable:
        page = page_title(_body_text(_utf8(response.content)[:_TITLE_BYTES])) if parsed is None else ""
        raise UnusableReplyError(
            f"{unreadable}{_reply_message(parsed, page)}",
            status_code=response.status_code,
            request_id=_request_id(response),
            page=page,
        ) from None


_TITLE_BYTES = 64 * 1024
"""Number of bytes in which a page's title is searched for."""


def _reply_message(parsed: object, page: str) -> str:
    """Return what an unusable reply contains instead: an error with status 200, or an HTML page."""
    if page:
        return f' but a page titled "{page}"'
    words = words_in(parsed)[:_MAX_MESSAGE] if isinstance(parsed, dict) else ""
    code = parsed.get("statusCode") or parsed.get("status") if isinstance(parsed, dict) else None
    status = f"HTTP {code}: " if words and type(code) is int and 400 <= code < 600 else ""
    return f'; it says "{status}{words}"' if words else ""


_MAX_MESSAGE = 300


def server_date(response: httpx.Response) -> datetime | None:
    """Return the server's time from the `Date` header, with a resolution of one second."""
    return _http_date(response.headers.get("date", ""))


def is_simulated_time(response: httpx.Response) -> bool:
    """Return whether the server says that its clock is a simulated one that runs faster or slower than real time."""
    return "x-simulated-speed" in response.headers


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds requested by Retry-After, in either of its two formats; None if absent or invalid."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    then, now = _http_date(said), server_date(response)
    return None if then is None else max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        return read if read.year in YEARS else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
