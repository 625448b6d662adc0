"""Write session archives to the journal in one background task, independent of any screen."""

from __future__ import annotations

import asyncio
from typing import Protocol

from ionq_tui.engine.background import Run


class Writable(Protocol):
    """An object with unwritten data."""

    async def write(self) -> None:
        """Write the data that is not written yet."""


class ArchiveWriter:
    """Write queued objects one after another in one task; an object queued twice before its turn is written once."""

    def __init__(self, run: Run) -> None:
        """Take the function that runs the task."""
        self._run = run
        self._waiting: dict[Writable, None] = {}
        self._task: asyncio.Task[None] | None = None

    def queue(self, item: Writable) -> None:
        """Queue an object to be written soon."""
        self._waiting[item] = None
        if self._task is None or self._task.done():
            self._task = self._run(self._write(), "what was seen is written")

    async def settled(self) -> None:
        """Wait until everything queued is written."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    async def _write(self) -> None:
        while self._waiting:
            item = next(iter(self._waiting))
            del self._waiting[item]
            await item.write()
