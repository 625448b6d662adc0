"""Time that a test owns, and a way to let everything happen that needs no time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_QUIET = 60
"""So many turns of the loop without anything asked or waited for mean that nothing more will happen."""


class ManualClock:
    """Stands still until it is moved; whoever waits on it goes on in order of time."""

    def __init__(self, *followers: Callable[[float], None]) -> None:
        self.seconds = 1000.0
        self.share = 0.0
        self.followers = followers
        self.busy = 0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds - 1000.0)

    def monotonic(self) -> float:
        return self.seconds

    def jitter(self) -> float:
        return self.share

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self.busy += 1
        mine = (self.seconds + seconds, asyncio.Event())
        self._sleepers.append(mine)
        tasks = [asyncio.ensure_future(one.wait()) for one in (event, mine[1])]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            with suppress(ValueError):
                self._sleepers.remove(mine)

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        quiet, busy = 0, self.busy
        while quiet < _QUIET:
            await asyncio.sleep(0)
            quiet, busy = (quiet + 1, busy) if busy == self.busy else (0, self.busy)

    async def forward(self, seconds: float) -> None:
        """Let time pass, moment by moment."""
        until = self.seconds + seconds
        await self.settle()
        while due := [one for one in self._sleepers if one[0] <= until]:
            first = min(due, key=lambda one: one[0])
            self._move(max(first[0], self.seconds))
            first[1].set()
            await self.settle()
        self._move(until)
        await self.settle()

    async def to_next(self) -> None:
        """Let time pass until the first of those who wait goes on."""
        await self.settle()
        await self.forward(max(0.0, min(due for due, _ in self._sleepers) - self.seconds))

    async def leap(self, seconds: float) -> None:
        """Let time pass at once, as where a laptop slept."""
        self._move(self.seconds + seconds)
        for deadline, over in self._sleepers:
            if deadline <= self.seconds:
                over.set()
        await self.settle()

    def _move(self, to: float) -> None:
        for follow in self.followers:
            follow(to - self.seconds)
        self.seconds = to


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the test, and see it end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
