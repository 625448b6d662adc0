"""A manual clock for tests, and a way to run the event loop until it is idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_QUIET = 60
"""Number of loop iterations without activity after which the loop counts as idle."""


class ManualClock:
    """A clock that moves only when told to; waiters resume in order of time."""

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
            with suppress(ValueError):
                self._sleepers.remove(mine)
            await asyncio.wait(
                tasks
            )  # raises CancelledError if this task is canceled meanwhile, which must not be swallowed

    async def settle(self) -> None:
        """Run the loop until nothing more can happen at the current time."""
        quiet, busy = 0, self.busy
        while quiet < _QUIET:
            await asyncio.sleep(0)
            quiet, busy = (quiet + 1, busy) if busy == self.busy else (0, self.busy)

    async def forward(self, seconds: float) -> None:
        """Advance the time step by step, resuming each waiter at its time."""
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
        """Advance the time to the first waiter's, and resume it."""
        await self.settle()
        await self.forward(max(0.0, min(due for due, _ in self._sleepers) - self.seconds))

    async def leap(self, seconds: float) -> None:
        """Advance the time in one step, as after a laptop's sleep."""
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
    """Run a coroutine as a task during the test, and cancel it afterwards."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
