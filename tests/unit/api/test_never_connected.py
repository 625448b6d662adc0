"""Errors without a connection. Nothing was created, so no session list is read, and each has its own class."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from ionq_tui import APIConnectionError, APITimeoutError, IonQClient, IonQError, SessionManager
from ionq_tui.api.errors import ProxyError
from ionq_tui.api.runner import Runner
from tests.house.held_port import refused_url
from tests.unit.api.given import KEY, wiring
from tests.unit.api.lines import Line, Listener

pytestmark = pytest.mark.timeout(30)

BRIEF = httpx.Timeout(10.0, connect=0.3, pool=0.3)
FAR = "https://api.example/v0.4"

Open = Callable[[SessionManager], Awaitable[None]]


async def sync_open(manager: SessionManager) -> None:
    await asyncio.to_thread(manager.open)


async def async_open(manager: SessionManager) -> None:
    await manager.async_open()


both = pytest.mark.parametrize("opening", [sync_open, async_open], ids=["sync", "async"])


def client_of(url: str) -> IonQClient:
    return IonQClient(api_key=KEY, base_url=url, timeout=BRIEF, max_retries=0)


async def refused(
    client: IonQClient, opening: Open, told: type[IonQError], cause: type[Exception], *, twice: bool = True
) -> None:
    """Opening fails with exactly this class and cause, holds nothing, and may be tried again at once."""
    manager = SessionManager(client, "qpu.forte-1", journal=False)
    for _ in range(1 + twice):
        with pytest.raises(IonQError) as caught:
            await opening(manager)
        assert type(caught.value) is told
        assert type(caught.value.__cause__) is cause
        assert isinstance(caught.value, APIConnectionError) and caught.value.unsent
        assert manager.session_id is None
    await client.aclose()


@both
async def test_connect_error(opening: Open) -> None:
    """Nobody listens there."""
    await refused(client_of(refused_url()), opening, APIConnectionError, httpx.ConnectError)


@contextmanager
def dropping() -> Iterator[str]:
    """A port that drops whoever knocks: the queue of those to be let in is full."""
    with ExitStack() as stack:
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(door.getsockname())
        yield f"http://127.0.0.1:{door.getsockname()[1]}"


@both
async def test_connect_timeout(opening: Open) -> None:
    with dropping() as url:
        await refused(client_of(url), opening, APITimeoutError, httpx.ConnectTimeout)


@both
async def test_pool_timeout(opening: Open) -> None:
    """Every connection that the client may have is taken by other requests."""
    asked: list[bytes] = []
    taken = threading.Event()

    def serve(line: Line) -> None:
        asked.append(line.request().split(b"\r\n")[0])
        taken.set()
        line.closing.wait()

    with Listener(serve) as server:
        client = client_of(server.url)
        for inner in (client.get_httpx_client(), client.get_async_httpx_client()):
            inner._transport._pool._max_connections = 1  # type: ignore[union-attr]
        in_a_thread = opening is sync_open
        other = asyncio.create_task(asyncio.to_thread(client.whoami) if in_a_thread else client.async_whoami())
        assert await asyncio.to_thread(taken.wait, 10)
        await refused(client, opening, APITimeoutError, httpx.PoolTimeout)
        server._closing.set()
        with pytest.raises(IonQError):
            await other
    assert not any(line.startswith(b"POST") for line in asked)


@both
@pytest.mark.parametrize("status", [b"407 Proxy Authentication Required", b"502 Bad Gateway", b"403 Forbidden"])
async def test_proxy_error(opening: Open, status: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def refusing(line: Line) -> None:
        asked.append(line.request())
        line.say(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    with Listener(refusing) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        await refused(client_of(FAR), opening, ProxyError, httpx.ProxyError)
    assert {one.split(b" ")[0] for one in asked} == {b"CONNECT"}
    assert KEY.encode() not in b"".join(asked)


@both
async def test_a_proxy_that_nobody_runs(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", refused_url())
    await refused(client_of(FAR), opening, ProxyError, httpx.ConnectError)


@both
async def test_unsupported_protocol(opening: Open) -> None:
    client = client_of(refused_url())
    client.runner = Runner(wiring(url="ftp://127.0.0.1:9/v0.4"))
    await refused(client, opening, APIConnectionError, httpx.UnsupportedProtocol)


@both
@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "socks5://127.0.0.1:9", "http://[::1", "127.0.0.1:letters"])
async def test_a_proxy_that_cannot_be_used(opening: Open, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names cannot even be tried."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    manager = SessionManager(client_of(FAR), "qpu.forte-1", journal=False)
    for _ in range(2):
        with pytest.raises(APIConnectionError) as caught:
            await opening(manager)
        assert caught.value.unsent
