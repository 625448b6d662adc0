"""A server that answers from memory, so that what is timed is the client: replies are those of the simulated cloud."""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import parse_qsl

from ionq_tui.simulator.http import PREFIX, Request, respond
from tests.bench.server import world


class Canned(asyncio.Protocol):
    """One connection."""

    def __init__(self, replies: dict[bytes, bytes]) -> None:
        self._replies = replies
        self._transport: asyncio.WriteTransport | None = None
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            target = self._heard.split(b" ", 2)[1]
            self._heard = self._heard[end + 4 :]
            if self._transport is not None:
                self._transport.write(
                    self._replies[target] if target in self._replies else reply(target, self._replies)
                )


_cloud, _watched = world(1000, 10_000)


def reply(target: bytes, replies: dict[bytes, bytes]) -> bytes:
    """Ask the simulated cloud once, and keep what it says."""
    path, _, query = target.decode().partition("?")
    told = respond(_cloud, Request("GET", path, tuple(parse_qsl(query)), {"authorization": "apiKey any"}))
    head = [f"HTTP/1.1 {told.status} OK", *(f"{name}: {value}" for name, value in told.headers)]
    head += [f"Content-Length: {len(told.body)}", "", ""]
    replies[target] = "\r\n".join(head).encode() + told.body
    return replies[target]


async def main() -> None:
    """Serve until the standard input ends."""
    replies: dict[bytes, bytes] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Canned(replies), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{PREFIX}", _watched.id, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
