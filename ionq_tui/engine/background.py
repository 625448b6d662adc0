"""Background tasks that nobody awaits; an exception in one still reaches the program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import NoReturn

Run = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]
"""Runs a coroutine as a task with the given name."""


class Background:
    """Run coroutines as tasks and report the first exception."""

    def __init__(self) -> None:
        """Start without tasks."""
        self.failure: BaseException | None = None
        """The exception of the first task that failed; None if none did."""
        self._failed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def run(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """Start a task; after `give_up` it is canceled at once."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if self._stopped:
            task.cancel()
        return task

    async def crashed(self) -> NoReturn:
        """Wait until a task fails, and raise its exception."""
        await self._failed.wait()
        assert self.failure is not None
        raise self.failure

    async def give_up(self, seconds: float) -> None:
        """Cancel all running and future tasks, and wait up to `seconds` for them to stop."""
        self._stopped = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None and self.failure is None:
            self.failure = failure
            self._failed.set()


async def within(seconds: float, work: Awaitable[object]) -> bool:
    """Await `work` for at most `seconds`; return True if it finished in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work
        return True
    return False
