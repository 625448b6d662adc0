"""Reading a reply's bytes under one cap, and turning reply or failure into a value or an error."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import unquote

import httpx

from ionq_tui.api import wire
from ionq_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    IonQError,
    UnusableReplyError,
    error_for,
)
from ionq_tui.api.operations import Operation
from ionq_tui.model.key import without_keys

T = TypeVar("T")

MOST_BYTES = 8 * 1024 * 1024
"""Decoded bytes of one reply at most; 5,000 sessions take about three million."""
MOST_PIECES = 100_000
"""Pieces of one reply at most: however small one is, it takes its time."""
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""The connection was never made, so the server cannot have acted."""
_YEARS = range(2000, 3000)
"""Years in which a server's clock may stand: arithmetic on a date at the edge of time overflows."""


class Body:
    """Collects the raw bytes of a reply, inflating them ourselves so that no bomb goes off."""

    def __init__(self, response: httpx.Response) -> None:
        """Look at how the reply is encoded."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip", "deflate"):
            raise UnusableReplyError(
                f"the reply is encoded in a way that was not asked for ({without_keys(encoding)[:20]!r})"
            )
        self._inflate = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._body = bytearray()
        self._raw = 0
        self.pieces = 0
        """How many pieces it came in so far."""

    def add(self, chunk: bytes) -> None:
        """Take in raw bytes. Raises UnusableReplyError beyond the cap."""
        self._raw += len(chunk)
        self.pieces += 1
        if self._inflate is not None:
            try:
                chunk = self._inflate.decompress(chunk, MOST_BYTES + 1 - len(self._body))
            except zlib.error:
                raise UnusableReplyError("the reply cannot be decompressed") from None
        self._body += chunk
        if max(len(self._body), self._raw) > MOST_BYTES:
            raise UnusableReplyError(f"the reply is larger than {MOST_BYTES // 1024 // 1024} MiB")
        if self.pieces > MOST_PIECES:
            raise UnusableReplyError(f"the reply comes in more than {MOST_PIECES:,} pieces")

    @property
    def decoded(self) -> bytes:
        """All of it."""
        return bytes(self._body)


def whole(response: httpx.Response, body: bytes) -> httpx.Response:
    """Put the decoded body into the reply, as callers of httpx expect it; another one would cost a tenth of a poll."""
    response.stream, response._content = httpx.ByteStream(body), body
    response.extensions.pop("network_stream", None)
    for name in _FRAMING & response.headers.keys():
        del response.headers[name]
    return response


_FRAMING = {"content-encoding", "content-length", "transfer-encoding"}


def broken(error: Exception) -> IonQError:
    """Turn what httpx raised into our own error, with the cause kept."""
    if isinstance(error, IonQError):
        return error
    words = without_keys(str(error)) or type(error).__name__
    told = APITimeoutError if isinstance(error, httpx.TimeoutException | TimeoutError) else APIConnectionError
    ours = told(_short(words, error))
    ours.unsent = isinstance(error, _UNSENT)
    ours.__cause__ = error
    return ours


def _short(words: str, error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "no complete answer within the time allowed"
    if isinstance(error, httpx.InvalidURL):  # our own are checked before
        return "the server redirects to what is no address"
    return words[:200]


def refusal(response: httpx.Response) -> IonQError | None:
    """Return the error that a reply's status means, None for 2xx."""
    status, request_id = response.status_code, _request_id(response)
    if 200 <= status < 300:
        return None
    if status < 400:
        where = without_keys(unquote(response.headers.get("location", "")))[:100]
        words = f"the server redirects (HTTP {status}) to {where!r}, which is not followed"
        return UnusableReplyError(words, status_code=status, request_id=request_id)
    from html import unescape  # its two thousand names are for those who are refused

    # Not `response.text`: the server may name any codec of Python's in its charset, some of which inflate or fail.
    # Servers are known to repeat a key that they refuse.
    text = without_keys(unescape(response.content.decode("utf-8", errors="replace")))
    try:
        body = _masked(wire.parse(response.content))
    except wire.Unreadable:
        body = None
    return error_for(status, body, text, request_id, retry_after(response))


def _masked(value: object) -> object:
    """Mask the keys in every text of some JSON: only when read is it known how the server wrote them."""
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {without_keys(name): _masked(one) for name, one in value.items()}
    return value


def _request_id(response: httpx.Response) -> str | None:
    return without_keys(response.headers.get("x-request-id", "")) or None


def value_of(operation: Operation[T], response: httpx.Response) -> T:
    """Read the value of a 2xx reply. Raises UnusableReplyError where it cannot be read."""
    try:
        return operation.read(wire.parse(response.content))
    except wire.Unreadable as unreadable:
        raise UnusableReplyError(
            without_keys(str(unreadable)), status_code=response.status_code, request_id=_request_id(response)
        ) from None


def server_date(response: httpx.Response) -> datetime | None:
    """Return the server's time of the reply, as coarse as a second."""
    return _http_date(response.headers.get("date", ""))


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds asked for by Retry-After in either form, None where there is none."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    then, now = _http_date(said), server_date(response)
    return None if then is None else max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        return read if read.year in _YEARS else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
