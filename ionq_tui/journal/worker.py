"""A daemon thread that runs tasks in order and never delays the program's exit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Pending(Generic[T]):
    """The result of a task in progress.

    Await it, or block with `now()`. Waits at most `patience` seconds and never raises.
    """

    def __init__(self, future: Future[T], patience: float, late: Callable[[], T]) -> None:
        """Take the future, and the function that gives the result if it is not ready in time."""
        self._future = future
        self._patience = patience
        self._late = late

    def now(self) -> T:
        """Block this thread until the result is available."""
        try:
            return self._future.result(self._patience)
        except TimeoutError:
            return self._late()

    def __await__(self) -> Generator[object, None, T]:
        """Wait without blocking the event loop. Canceling the wait does not cancel the task."""
        return self._waited().__await__()

    def with_value(self, value: V) -> Pending[V]:
        """Return a Pending for the same task with another result."""
        done: Future[V] = Future()
        self._future.add_done_callback(lambda _: done.set_result(value))

        def late() -> V:
            self._late()
            return value

        return Pending(done, self._patience, late)

    async def _waited(self) -> T:
        if not self._future.done():
            await asyncio.wait({asyncio.wrap_future(self._future)}, timeout=self._patience)
        return self._future.result() if self._future.done() else self._late()


class Worker:
    """Runs tasks in the order in which they are submitted."""

    def __init__(self, name: str) -> None:
        """Take the thread's name. The thread starts with the first task."""
        self._name = name
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def began(self) -> bool:
        """True if the thread was started and may have done something."""
        return self._thread is not None

    def do(self, work: Callable[[], T]) -> Future[T]:
        """Submit a task, which should not raise, and return the future of its result."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from now on it cannot be canceled

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
        """End the thread after the tasks submitted so far. No task may be submitted afterwards."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
