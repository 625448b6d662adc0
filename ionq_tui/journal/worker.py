"""One daemon thread that does one thing after another, and never holds up the exit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Answer(Generic[T]):
    """What a piece of work will answer: awaited or waited for, at most `patience` seconds, and never raising."""

    def __init__(self, future: Future[T], patience: float, late: Callable[[], T]) -> None:
        """Take the result to come, and what to answer where it comes too late."""
        self._future = future
        self._patience = patience
        self._late = late

    def now(self) -> T:
        """Wait for it in this thread."""
        try:
            return self._future.result(self._patience)
        except TimeoutError:
            return self._late()

    def __await__(self) -> Generator[object, None, T]:
        """Wait for it without blocking the loop; a cancelled wait does not cancel the work."""
        return self._waited().__await__()

    async def _waited(self) -> T:
        if not self._future.done():
            await asyncio.wait({asyncio.wrap_future(self._future)}, timeout=self._patience)
        return self._future.result() if self._future.done() else self._late()


class Worker:
    """Does work in the order in which it was handed in."""

    def __init__(self, name: str) -> None:
        """Name the thread; it starts with the first work."""
        self._name = name
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def began(self) -> bool:
        """True where there is a thread that may have done something."""
        return self._thread is not None

    def do(self, work: Callable[[], T]) -> Future[T]:
        """Hand in work that raises nothing, and return its result to come."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on nobody can cancel it

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

        self._queue.put(run)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return future

    def stop(self) -> None:
        """End the thread after what was handed in before; nothing may be handed in afterwards."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
