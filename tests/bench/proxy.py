"""A line between two ends that is long and thin: every byte is late, and only so many a second pass."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

SLICE = 256
"""Bytes that pass at once; small, so that a picture trickles in as it does on a thin line."""


class Proxy:
    """Listens on a loopback port and passes on to another one, in a thread with a loop of its own."""

    def __init__(self, target: int, delay: float, bytes_a_second: float) -> None:
        self.port = 0
        self._target = target
        self._delay = delay
        self._rate = bytes_a_second
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="thin line", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        if tasks := asyncio.all_tasks(self._loop):
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        server.close()
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        writer.close()
        far_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold every slice until the line is free for it and it has travelled."""
        loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

        async def arrive() -> None:
            while (told := await under_way.get())[1]:
                await asyncio.sleep(max(0.0, told[0] - loop.time()))
                writer.write(told[1])

        arriving = asyncio.create_task(arrive())
        free = 0.0
        while data := await reader.read(65536):
            for start in range(0, len(data), SLICE):
                part = data[start : start + SLICE]
                free = max(free, loop.time()) + len(part) / self._rate
                under_way.put_nowait((free + self._delay, part))
        under_way.put_nowait((0.0, b""))
        await arriving
        writer.close()
