"""The httpx clients over real sockets, with servers that misbehave."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from ionq_tui import IonQClient
from ionq_tui.api import operations
from ionq_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    IonQError,
    ReadOnlyError,
    UnusableReplyError,
)
from ionq_tui.api.network import Network
from ionq_tui.api.reply import MAX_CHUNKS
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import AsyncClient, Client, ConnectionConfig
from ionq_tui.model.outcome import OpenRequest
from tests.house.held_port import refused_url
from tests.unit.api.given import KEY, raw, wiring
from tests.unit.api.lines import Line, Listener, Serve

pytestmark = pytest.mark.timeout(30)

Get = Callable[[ConnectionConfig, str], Awaitable[httpx.Response]]


async def sync_get(held: ConnectionConfig, method: str) -> httpx.Response:
    def ask() -> httpx.Response:
        with Client(held) as client:
            return client.request(method, "/sessions")

    return await asyncio.to_thread(ask)


async def async_get(held: ConnectionConfig, method: str) -> httpx.Response:
    async with AsyncClient(held) as client:
        return await client.request(method, "/sessions")


both = pytest.mark.parametrize("get", [sync_get, async_get], ids=["sync", "async"])


@both
@pytest.mark.parametrize("place", ["javascript:alert(1)", "http://[half", "mailto:x@evil.example", "http://x:9999999/"])
async def test_a_redirect_to_what_is_no_address_is_a_reply_to_what_was_sent(get: Get, place: str) -> None:
    def redirecting(line: Line) -> None:
        while line.request():
            line.reply(head=f"HTTP/1.1 302 Found\r\nLocation: {place}".encode())

    with Listener(redirecting) as server:
        error = await caught(get, wiring(url=server.url), "POST")
    assert "redirect" in str(error)
    assert not (isinstance(error, APIConnectionError) and error.unsent)


async def caught(get: Get, held: ConnectionConfig, method: str = "GET") -> IonQError:
    with pytest.raises(IonQError) as found:
        await get(held, method)
    return found.value


def drip_before_headers(line: Line) -> None:
    line.request()
    line.drip(b"H")


def drip_headers(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\n")
    line.drip(b"X: y\r\n")


def drip_body(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    line.drip(b"x")


def drip_chunks(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
    line.drip(b"1\r\nx\r\n")


def silence(line: Line) -> None:
    line.request()
    line.closing.wait()


@both
@pytest.mark.parametrize("serve", [drip_before_headers, drip_headers, drip_body, drip_chunks, silence])
async def test_an_endless_reply_is_cut_at_the_deadline(get: Get, serve: Serve) -> None:
    with Listener(serve) as server:
        error = await caught(get, wiring(url=server.url, deadline=0.3, timeout=1.0), "POST")
    assert isinstance(error, APITimeoutError) and not error.unsent
    assert "within the time allowed" in str(error)


def test_after_a_cut_the_client_goes_on() -> None:
    def serve(line: Line) -> None:
        if line.number == 1:
            drip_body(line)
        while line.request():
            line.reply(b'{"ok": 1}')

    with Listener(serve) as server, Client(wiring(url=server.url, deadline=0.3)) as client:
        with pytest.raises(APITimeoutError):
            client.get("/")
        assert client.get("/").json() == {"ok": 1}
        assert client.get("/").json() == {"ok": 1}
        assert server.connections == 2


@both
async def test_a_refused_connection_was_never_sent(get: Get) -> None:
    error = await caught(get, wiring(url=refused_url()), "POST")
    assert type(error) is APIConnectionError and error.unsent
    assert isinstance(error.__cause__, httpx.ConnectError)


def hang_up(line: Line) -> None:
    line.request()


def half_a_head(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nContent-Le")


def half_a_body(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def half_a_chunk(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{")


def no_http(line: Line) -> None:
    line.request()
    line.say(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


def endless_header(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000)
    line.closing.wait(5)


@both
@pytest.mark.parametrize("serve", [hang_up, half_a_head, half_a_body, half_a_chunk, no_http, endless_header])
async def test_a_line_cut_after_the_request_may_have_done_something(get: Get, serve: Serve) -> None:
    with Listener(serve) as server:
        error = await caught(get, wiring(url=server.url), "POST")
    assert isinstance(error, APIConnectionError) and not error.unsent


@both
async def test_a_large_reply_is_read_no_further_than_the_cap(get: Get) -> None:
    written = 0

    def serve(line: Line) -> None:
        nonlocal written
        line.request()
        line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
        while written < 50 and line.say(bytes(1024 * 1024)):
            written += 1

    with Listener(serve) as server:
        error = await caught(get, wiring(url=server.url))
    assert isinstance(error, UnusableReplyError)
    assert written < 25


@both
async def test_headers_beyond_ascii_do_no_harm(get: Get) -> None:
    def serve(line: Line) -> None:
        line.request()
        line.reply(b"{}", b"HTTP/1.1 200 \xd6K\r\nX-Request-Id: \xff\xfe\r\nX-Place: Z\xfcrich")

    with Listener(serve) as server:
        assert (await get(wiring(url=server.url), "GET")).json() == {}


def test_a_connection_that_went_stale_is_replaced_without_a_word() -> None:
    gone = threading.Event()
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        heard.append(line.request())
        line.reply()

    def closing(line: Line) -> None:
        serve(line)
        gone.set()

    with Listener(closing) as server, Client(wiring(url=server.url)) as client:
        client.get("/one")
        assert gone.wait(5)
        for line in server._threads[1:]:
            line.join(5)
        client.post("/two", json={})
        assert server.connections == 2
    assert [request.split(b" ")[0] for request in heard] == [b"GET", b"POST"]


def test_a_kept_connection_that_dies_under_a_post_is_not_tried_again_but_under_a_get() -> None:
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        heard.append(line.request().split(b"\r\n")[0])
        line.reply(b'{"id": "s"}')
        if line.number == 1:
            heard.append(line.request().split(b"\r\n")[0])
            return
        while request := line.request():
            heard.append(request.split(b"\r\n")[0])
            line.reply(b'{"id": "s"}')

    for method, again in (("POST", 0), ("GET", 1)):
        heard.clear()
        with Listener(serve) as server:
            line = Runner(wiring(url=server.url), patience=0.0)
            line.run(operations.get_session("s"))
            if method == "POST":
                with pytest.raises(APIConnectionError) as found:
                    line.run(operations.end_session("s"))
                assert not found.value.unsent
            else:
                line.run(operations.get_session("s"))
            line.close()
        assert sum(request.startswith(method.encode()) for request in heard) == (3 if again else 1)


@both
async def test_this_machine_is_reached_whatever_the_proxy_variables_say(
    get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, refused_url())
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    def serve(line: Line) -> None:
        line.request()
        line.reply()

    with Listener(serve) as server:
        assert (await get(wiring(url=server.url), "GET")).status_code == 200
        named = server.url.replace("127.0.0.1", "localhost")
        assert (await get(wiring(url=named), "GET")).status_code == 200


def test_a_far_host_is_reached_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        heard.append(line.request())
        line.say(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")

    with Listener(serve) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        with Client(wiring(url="https://api.example/v0.4")) as client, pytest.raises(APIConnectionError) as found:
            client.post("/sessions")
    assert found.value.unsent
    assert heard[0].startswith(b"CONNECT api.example:443 ")
    assert KEY.encode() not in b"".join(heard)


@both
async def test_a_server_without_tls_sees_nothing_of_an_https_request(get: Get) -> None:
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        heard.append(line._receive())
        line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Listener(serve) as server:
        error = await caught(get, wiring(url=server.url.replace("http:", "https:")), "POST")
    assert isinstance(error, APIConnectionError) and error.unsent
    assert KEY.encode() not in b"".join(heard)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A folder with a certificate that nobody signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "3650"]
    subprocess.run([*made, *named, "-keyout", "key", "-out", "cert"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@both
async def test_a_certificate_nobody_signed_ends_it_before_the_key_is_sent(get: Get, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        if request := line.request():
            heard.append(request)
            line.reply()

    def wrap(end: socket.socket) -> socket.socket:
        return context.wrap_socket(end, server_side=True)

    with Listener(serve, wrap) as server:
        url = server.url.replace("http:", "https:")
        error = await caught(get, wiring(url=url), "POST")
        assert isinstance(error, APIConnectionError) and error.unsent
        assert heard == []
        believing = ssl.create_default_context(cafile=certificate / "cert")
        trusted = ConnectionConfig(url, None, "tests", httpx.Timeout(5), 10, network=Network(believing))
        assert (await get(trusted, "GET")).status_code == 200
    assert len(heard) == 1


@both
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "post"])
async def test_read_only_sends_nothing_that_changes_anything(get: Get, method: str) -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return raw(200, b"{}")

    assert isinstance(await caught(get, wiring(respond, read_only=True), method), ReadOnlyError)
    assert asked == []
    await get(wiring(respond, read_only=True), "GET")
    assert asked == ["GET"]


def test_read_only_refuses_every_operation_that_changes_something() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return raw(200, b'{"id": "s"}')

    line = Runner(wiring(respond, read_only=True), patience=0.0)
    for change in (
        operations.create_session(OpenRequest("b")),
        operations.end_session("s"),
        operations.cancel_job("j"),
        operations.cancel_jobs(("j",)),
    ):
        with pytest.raises(ReadOnlyError):
            line.run(change)
    assert asked == []
    line.run(operations.get_session("s"))
    assert asked == ["GET"]


@pytest.mark.parametrize(
    "header",
    [
        b"Set-Cookie: city=Z\xc3\xbcrich",
        b"Set-Cookie: " + b"a" * 4000 + b"=1",
        b"Location: https://xn--a.com/",
        b"Location: http://xn--zzzzzz--/",
    ],
)
@pytest.mark.parametrize("status", [b"200 OK", b"302 Found", b"500 No"])
def test_no_header_breaks_this_request_or_the_next(header: bytes, status: bytes) -> None:
    asked: list[bytes] = []

    def serve(line: Line) -> None:
        while request := line.request():
            asked.append(request)
            line.reply(b'{"id": "s"}', b"HTTP/1.1 " + status + b"\r\n" + header)

    with Listener(serve) as server, IonQClient(api_key=KEY, base_url=server.url, max_retries=0) as client:
        for _ in range(2):
            with suppress(IonQError):
                client.session("s")
    assert len(asked) == 2
    assert b"cookie" not in asked[1].lower()


def test_a_key_that_the_server_repeats_in_any_spelling_is_masked() -> None:
    key = "a/key-that/nobody-may-see-1234"
    spelled = ("".join(f"\\u{ord(one):04x}" for one in key), key.replace("/", "\\/"))

    def serve(line: Line) -> None:
        for words in spelled:
            if line.request():
                line.reply(
                    f'{{"message": "bad {words}"}}'.encode(), b"HTTP/1.1 401 No\r\nx-request-id: " + key.encode()
                )

    with Listener(serve) as server, IonQClient(api_key=key, base_url=server.url, max_retries=0) as client:
        for _ in spelled:
            with pytest.raises(AuthenticationError) as caught:
                client.whoami()
            told = f"{caught.value} {caught.value.body} {caught.value.request_id}"
            assert key not in told and "••••1234" in told


@pytest.mark.slow
@pytest.mark.timeout(300)
@both
async def test_a_reply_in_too_many_pieces_is_refused(get: Get) -> None:
    def crumbling(line: Line) -> None:
        while line.request():
            line.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * (MAX_CHUNKS + 1))

    with Listener(crumbling) as server:
        slow = wiring(url=server.url, deadline=250.0, timeout=250.0)  # the count is what refuses it, not the time
        assert "more than 100,000 pieces" in str(await caught(get, slow))


async def test_tiny_pieces_leave_the_event_loop_to_others() -> None:
    turns = 0

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield b" "

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with AsyncClient(wiring(lambda _: httpx.Response(200, content=pieces()))) as client:
        beside = asyncio.create_task(others())
        await client.get("/sessions")
        beside.cancel()
    assert turns >= 40
