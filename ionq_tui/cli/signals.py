"""Signal handling: a signal never cuts off a sent request, and waits are bounded."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar

from ionq_tui.wiring import patience

T = TypeVar("T")

RESOLVE_WITHIN = 5.0
"""Seconds an interrupted command waits for the result of a sent request, multiplied by the patience."""
ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")
TOLD = (*ENDING, "SIGUSR1", "SIGUSR2")
"""Signals that may be meant for the command of `run`; the last two would end this process too."""


class Signals:
    """Received signals and their handler; initially a signal cancels the task."""

    def __init__(self, names: Iterable[str] = ENDING) -> None:
        """Store the names of the signals to handle; those that this system lacks are ignored."""
        self.came: list[signal.Signals] = []
        self.heed: Callable[[signal.Signals], None] = self.cancel
        self._numbers = [signal.Signals[name] for name in names if name in signal.Signals.__members__]
        self._task: asyncio.Task[object] | None = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Handle signals in the running loop; a signal that the parent process ignores (nohup) stays ignored."""
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        with ExitStack() as undo:
            for number in self._numbers:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    with suppress(ValueError, RuntimeError):  # not in the main thread
                        self._hear(number, loop, undo)
            yield

    def _hear(self, number: signal.Signals, loop: asyncio.AbstractEventLoop, undo: ExitStack) -> None:
        """Register one signal with the loop; where the loop does not support that (Windows), use a signal handler."""
        try:
            loop.add_signal_handler(number, self._take, number)
            undo.callback(loop.remove_signal_handler, number)
        except NotImplementedError:
            before = signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._take, number))
            undo.callback(signal.signal, number, before)

    def cancel(self, number: signal.Signals) -> None:
        """Cancel the task."""
        if self._task is not None:
            self._task.cancel()

    def ignore(self, number: signal.Signals) -> None:
        """Ignore the signal: the remaining work is short."""

    def _take(self, number: signal.Signals) -> None:
        self.came.append(number)
        self.heed(number)


async def waited(work: Iterable[asyncio.Future[T]], tell: Callable[[str], None], until: float | None = None) -> bool:
    """Wait for requests that were sent, until the given event loop time if there is one.

    An interruption only sets that moment; further ones change nothing. False where something is still not known then.
    """
    loop = asyncio.get_running_loop()
    pending = set(work)
    while pending:
        left = None if until is None else until - loop.time()
        if left is not None and left <= 0:
            return False
        try:
            _, pending = await asyncio.wait(pending, timeout=left)
        except asyncio.CancelledError:
            take_back()
            if until is None:
                until = loop.time() + RESOLVE_WITHIN * patience()
                tell("interrupted: waiting for the result of the request")
    return True


def take_back() -> None:
    """Undo the cancellation, so that this task can continue."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
