from __future__ import annotations

import gzip
import json
import traceback
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.api import operations
from ionq_tui.api.errors import APIConnectionError, APIError, IonQError, RateLimitError, ServerError, UnusableReplyError
from ionq_tui.api.proxies import Proxy
from ionq_tui.api.reply import MAX_BYTES, Body, connection_error, retry_after, server_date
from ionq_tui.api.runner import Runner
from tests.unit.api.given import DATE, NOW, SESSION, error_body, raw, reply, runner

MIB = 1024 * 1024
BODY = json.dumps(SESSION).encode()


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Gives chunks as they are asked for, and counts them."""

    def __init__(self, chunk: bytes, times: int) -> None:
        self.chunk = chunk
        self.times = times
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.times):
            self.given += 1
            yield self.chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def serving(stream: Stream | bytes, status: int = 200, **headers: str) -> Runner:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def respond(_: httpx.Request) -> httpx.Response:
        if isinstance(stream, bytes):
            return httpx.Response(status, headers=named, stream=Stream(stream, 1))
        return httpx.Response(status, headers=named, stream=stream)

    return runner(respond, retries=0)


READ = operations.get_session("s")


async def test_fifty_megabytes_are_read_no_further_than_the_cap() -> None:
    stream = Stream(b"x" * MIB, 50)
    with pytest.raises(UnusableReplyError, match="larger than 8 MiB"):
        serving(stream).run(READ)
    assert stream.given <= MAX_BYTES // MIB + 1
    stream = Stream(b"x" * MIB, 50)
    with pytest.raises(UnusableReplyError, match="larger than 8 MiB"):
        await serving(stream).arun(READ)
    assert stream.given <= MAX_BYTES // MIB + 1


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_bomb_does_not_go_off(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = _bomb()
    largest = 0
    inflate = zlib.decompressobj

    class Watched:
        def __init__(self, bits: int) -> None:
            self._real = inflate(bits)

        def decompress(self, data: bytes, most: int) -> bytes:
            nonlocal largest
            out = self._real.decompress(data, most)
            largest = max(largest, len(out))
            return out

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(UnusableReplyError, match="larger than 8 MiB"):
        serving(bomb, status, content_encoding="gzip").run(READ)
    assert 0 < largest <= MAX_BYTES + 1


def _bomb() -> bytes:
    """64 MiB of zeros in 64 kB."""
    made = zlib.compressobj(9, wbits=31)
    return b"".join([*(made.compress(bytes(MIB)) for _ in range(64)), made.flush()])


def test_rubbish_after_a_compressed_reply_counts_too() -> None:
    class Tail(Stream):
        def __iter__(self) -> Iterator[bytes]:
            yield gzip.compress(BODY)
            yield from super().__iter__()

    tail = Tail(b"x" * MIB, 50)
    with pytest.raises(UnusableReplyError, match="larger"):
        serving(tail, content_encoding="gzip").run(READ)
    assert tail.given <= MAX_BYTES // MIB + 1


def test_what_is_exactly_as_large_as_allowed_is_read() -> None:
    padded = BODY + b" " * (MAX_BYTES - len(BODY))
    assert serving(padded).run(READ).id == SESSION["id"]
    assert serving(gzip.compress(padded), content_encoding="gzip").run(READ).id == SESSION["id"]
    with pytest.raises(UnusableReplyError):
        serving(padded + b" ").run(READ)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP ", "deflate", "identity"])
async def test_encodings_that_were_asked_for(encoding: str) -> None:
    body = {"g": gzip.compress(BODY), "d": zlib.compress(BODY)}.get(encoding[0].lower(), BODY)
    assert serving(body, content_encoding=encoding).run(READ).id == SESSION["id"]
    assert (await serving(body, content_encoding=encoding).arun(READ)).id == SESSION["id"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", BODY),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
        ("gzip", BODY),
        ("gzip", gzip.compress(BODY)[:40]),
        ("deflate", b""),
        ("x" * 10_000, BODY),
    ],
    ids=["brotli", "twice", "not compressed", "cut", "nothing", "long"],
)
async def test_wrong_encodings_say_so(encoding: str, body: bytes) -> None:
    for status in (200, 500):
        served = serving(body, status, content_encoding=encoding)
        for caught in (_caught(served), await _acaught(served)):
            assert isinstance(caught, UnusableReplyError | ServerError)
            assert len(str(caught)) < 200


@pytest.mark.parametrize("charset", ["hex", "zlib", "base64", "rot13", "utf-7", "idna", "nonsense", "utf-16"])
def test_the_servers_choice_of_codec_is_not_followed(charset: str) -> None:
    kind = f"application/json; charset={charset}"
    assert serving(BODY, content_type=kind).run(READ).id == SESSION["id"]
    plain = _caught(serving(b"<html>\xff", 500, content_type=kind))
    assert isinstance(plain, ServerError) and plain.body == "<html>\ufffd"


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Welcome</body></html>", BODY[:-1], b"null", b"[]", b'"text"', b"7", b"\x00\xff"]
)
def test_a_reply_that_is_none_becomes_one_line(body: bytes) -> None:
    caught = _caught(serving(body, x_request_id="r-1"))
    assert isinstance(caught, UnusableReplyError)
    assert (caught.status_code, caught.request_id) == (200, "r-1")
    assert "\n" not in str(caught)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_is_not_followed(status: int) -> None:
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return raw(status, b"", {"location": "https://evil.example/" + "x" * 1000})

    caught = _caught(runner(respond))
    assert isinstance(caught, UnusableReplyError) and caught.status_code == status
    assert asked == ["127.0.0.1"] and len(str(caught)) < 250


@pytest.mark.parametrize(
    ("status", "name"),
    [
        *((400, "BadRequestError"), (401, "AuthenticationError"), (403, "PermissionDeniedError")),
        *((404, "NotFoundError"), (409, "APIError"), (422, "APIError"), (429, "RateLimitError")),
        *((500, "ServerError"), (503, "ServerError"), (599, "ServerError")),
    ],
)
def test_an_error_bears_what_support_will_ask_for(status: int, name: str) -> None:
    caught = _caught(serving(json.dumps(error_body(status, "the reason")).encode(), status, x_request_id="r-1"))
    assert isinstance(caught, APIError) and type(caught).__name__ == name
    assert (caught.status_code, caught.message, caught.request_id) == (status, "the reason", "r-1")
    assert caught.body == error_body(status, "the reason") and caught.well_formed


@pytest.mark.parametrize(
    "body", [b"", b"<html>" + b"x" * 10_000, b"[1]", b"{}", b'{"message": 7}', b"null", b'{"message": {"a": 1}}']
)
def test_a_proxys_page_is_not_taken_for_the_apis_word(body: bytes) -> None:
    caught = _caught(serving(body, 404))
    assert isinstance(caught, APIError) and caught.message == "HTTP 404" and not caught.well_formed
    assert caught.body is None or isinstance(caught.body, dict) or len(caught.body) <= 500


def test_half_a_character_in_a_message_can_be_printed() -> None:
    caught = _caught(serving(rb'{"message": "x\ud800y"}', 400))
    assert isinstance(caught, APIError) and caught.message == "x?y" and str(caught).endswith(": HTTP 400: x?y")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("7", 7.0), ("0", 0.0), (" 12 ", 12.0)),
        ("Sun, 22 Nov 2026 14:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 13:00:00 GMT", 0.0),
        ("Sunday, 22-Nov-26 14:00:30 GMT", 30.0),
        *(("", None), ("soon", None), ("-3", None), ("١٢", None), ("nan", None), ("inf", None), ("²", None)),
    ],
)
def test_retry_after_in_both_forms(said: str, seconds: float | None) -> None:
    response = raw(429, b"", [(b"retry-after", said.encode()), (b"date", DATE.encode())])
    assert retry_after(response) == seconds
    caught = _caught(runner(lambda _: response, retries=0))
    assert isinstance(caught, RateLimitError) and caught.retry_after == seconds


def test_a_waiting_time_of_many_digits_is_a_finite_number() -> None:
    found = retry_after(httpx.Response(503, headers={"retry-after": "9" * 5000}))
    assert found is not None and 0 < found < 1e12


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Mon, 01 Jan 1000 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 22 Nov 99999"),
        *("Sun, 22 Nov 2026 14:00:00 +9999", "Sun, 31 Nov 2026 14:00:00 GMT", "Sun, 22 Nov 1026 14:00:00 GMT"),
    ],
)
def test_a_date_that_cannot_be_is_none(date: str) -> None:
    assert server_date(httpx.Response(200, headers={"date": date})) is None
    assert runner(lambda _: reply(200, SESSION, date=date)).run(READ).id == SESSION["id"]


def test_the_servers_date_is_read() -> None:
    assert server_date(httpx.Response(200, headers={"date": DATE})) == NOW


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_no_header_is_too_strange(text: str) -> None:
    headers = [(b"date", text.encode("latin-1")), (b"retry-after", text.encode("latin-1"))]
    response = httpx.Response(503, headers=headers)
    server_date(response)
    waiting = retry_after(response)
    assert waiting is None or waiting >= 0


def test_a_line_that_breaks_in_the_middle_is_an_error_of_ours() -> None:
    class Broken(Stream):
        def __iter__(self) -> Iterator[bytes]:
            yield BODY[:10]
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    caught = _caught(serving(Broken(b"", 0)))
    assert type(caught).__name__ == "APIConnectionError" and not getattr(caught, "unsent", True)


@pytest.mark.parametrize("kind", [httpx.RemoteProtocolError, httpx.LocalProtocolError])
def test_what_a_proxy_says_in_place_of_http_is_not_quoted(kind: type[Exception]) -> None:
    error = kind("illegal status line: bytearray(b'access denied for us with password s3cr3tpw dXM6czNj')")
    error.__cause__ = ValueError("not of its kind")
    proxy = Proxy("HTTPS_PROXY", "http", "127.0.0.1:3128", ("us", "s3cr3tpw"))
    ours = connection_error(error, proxy)
    told = "".join(traceback.format_exception(ours))
    assert "the answer is not HTTP, through the proxy http://127.0.0.1:3128 of HTTPS_PROXY" in told
    assert not any(part in told for part in ("s3cr3t", "dXM6", "access denied"))
    assert isinstance(ours, APIConnectionError) and not ours.unsent


def test_that_it_left_is_told_as_before() -> None:
    words = "Server disconnected without sending a response."
    proxy = Proxy("HTTPS_PROXY", "http", "127.0.0.1:3128")
    assert words in str(connection_error(httpx.RemoteProtocolError(words), proxy))
    assert "illegal" in str(connection_error(httpx.RemoteProtocolError("illegal header line")))


def _caught(line: Runner) -> IonQError:
    with pytest.raises(IonQError) as caught:
        line.run(READ)
    return caught.value


async def _acaught(line: Runner) -> IonQError:
    with pytest.raises(IonQError) as caught:
        await line.arun(READ)
    return caught.value


def test_small_chunks_cost_no_more_than_their_bytes() -> None:
    body = Body(httpx.Response(200))
    tracemalloc.start()
    try:
        for number in range(100_000):
            body.add(b"%d" % (number % 90 + 10))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(body.decoded()) == 200_000
    assert peak < 1_000_000
