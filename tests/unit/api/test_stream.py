"""Streamed replies: no size limit and no deadline, everything else as for other replies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from ionq_tui.api.errors import ReadOnlyError, UnusableReplyError
from ionq_tui.api.reply import MAX_BYTES
from ionq_tui.api.transport import AsyncClient, Client, ConnectionConfig
from tests.unit.api.given import KEY, wiring
from tests.unit.api.lines import Line, Listener

pytestmark = pytest.mark.timeout(30)

Stream = Callable[[ConnectionConfig, str, str], Awaitable[tuple[int, int]]]
LARGE = b" " * (MAX_BYTES + 1)


async def sync_stream(held: ConnectionConfig, method: str, url: str) -> tuple[int, int]:
    def ask() -> tuple[int, int]:
        with Client(held) as client, client.stream(method, url) as response:
            return response.status_code, sum(len(piece) for piece in response.iter_bytes())

    return await asyncio.to_thread(ask)


async def async_stream(held: ConnectionConfig, method: str, url: str) -> tuple[int, int]:
    async with AsyncClient(held) as client, client.stream(method, url) as response:
        return response.status_code, sum([len(piece) async for piece in response.aiter_bytes()])


both = pytest.mark.parametrize("stream", [sync_stream, async_stream], ids=["sync", "async"])


def large(line: Line) -> None:
    while line.request():
        line.reply(LARGE)


@both
async def test_a_stream_has_no_cap_where_a_whole_reply_has_one(stream: Stream) -> None:
    with Listener(large) as server:
        assert await stream(wiring(url=server.url), "GET", "/jobs/x/results") == (200, len(LARGE))
        with pytest.raises(UnusableReplyError, match="larger than 8 MiB"), Client(wiring(url=server.url)) as client:
            client.get("/jobs/x/results")


@both
async def test_a_stream_has_no_total_time_but_httpxs_own(stream: Stream) -> None:
    def slow(line: Line) -> None:
        line.request()
        line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
        for _ in range(40):
            line.say(b" ")
            line.closing.wait(0.01)
        line.request()

    with Listener(slow) as server:
        assert await stream(wiring(url=server.url, deadline=0.1), "GET", "/jobs/x/results") == (200, 40)

    def silent(line: Line) -> None:
        line.request()
        line.request()

    with Listener(silent) as server, pytest.raises(httpx.ReadTimeout):
        await stream(wiring(url=server.url, timeout=0.1), "GET", "/jobs/x/results")


@both
async def test_the_key_goes_to_its_own_server_alone_and_no_redirect_is_followed(stream: Stream) -> None:
    heard: list[bytes] = []

    def other(line: Line) -> None:
        while request := line.request():
            heard.append(request)
            line.reply()

    with Listener(other) as elsewhere:

        def redirecting(line: Line) -> None:
            while line.request():
                line.reply(head=b"HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url.encode())

        with Listener(redirecting) as server:
            held = wiring(url=server.url)
            assert await stream(held, "GET", "/jobs") == (302, 2)
            assert heard == []
            assert await stream(held, "GET", elsewhere.url) == (200, 2)
    assert len(heard) == 1 and KEY.encode() not in heard[0]


@both
async def test_read_only_sends_no_change(stream: Stream) -> None:
    with Listener(large) as server:
        with pytest.raises(ReadOnlyError):
            await stream(wiring(url=server.url, read_only=True), "POST", "/jobs")
        assert server.connections == 0
