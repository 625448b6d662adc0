"""Signals: nothing that was sent is cut off by one, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from ionq_tui.compose import patience

T = TypeVar("T")

RESOLVE_WITHIN = 5.0
"""Seconds an interrupted command still waits to learn what became of a sent request, times the patience."""
ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")
TOLD = (*ENDING, "SIGUSR1", "SIGUSR2")
"""What may be meant for the command of `run`; the last two would end us too."""


class Signals:
    """The signals that came, and what is done about each: at first, the task is cancelled."""

    def __init__(self, names: Iterable[str] = ENDING) -> None:
        """Take the names of the signals that matter; those that this system lacks are passed over."""
        self.came: list[signal.Signals] = []
        self.heed: Callable[[signal.Signals], None] = self.cancel
        self._numbers = [signal.Signals[name] for name in names if name in signal.Signals.__members__]
        self._task: asyncio.Task[object] | None = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen in the running loop; a signal that whoever started us wants ignored (nohup) stays so."""
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        taken = []
        for number in self._numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(NotImplementedError, ValueError, RuntimeError):
                    loop.add_signal_handler(number, self._take, number)
                    taken.append(number)
        try:
            yield
        finally:
            for number in taken:
                loop.remove_signal_handler(number)

    def cancel(self, number: signal.Signals) -> None:
        """Interrupt what the task waits for."""
        if self._task is not None:
            self._task.cancel()

    def ignore(self, number: signal.Signals) -> None:
        """Do nothing: what is left to do is short."""

    def _take(self, number: signal.Signals) -> None:
        self.came.append(number)
        self.heed(number)


async def waited(work: Iterable[asyncio.Future[T]], tell: Callable[[str], None], until: float | None = None) -> bool:
    """Wait for requests that were sent, until a moment of the loop's time if there is one.

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
            _take_back()
            if until is None:
                until = loop.time() + RESOLVE_WITHIN * patience()
                tell("interrupted: waiting for what became of the request")
    return True


def _take_back() -> None:
    """Take back the cancellation, so that this task can go on."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
