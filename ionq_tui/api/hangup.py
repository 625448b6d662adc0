"""SIGTERM and SIGHUP as a way out of a `with` block that ends the session, instead of a death that leaves it open."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import ClassVar

SIGNALS = (signal.SIGTERM, signal.SIGHUP)

_Handler = Callable[[int, FrameType | None], object] | int | None


class HangUp:
    """While it is on, the first signal leaves the block; further ones wait for the end.

    Several may be on at once, nested or in several tasks: one handler tells all of them, and what the program had
    before comes back when the last is off. A signal that the program ignores, as under nohup, stays ignored.
    """

    _on: ClassVar[list[HangUp]] = []
    _before: ClassVar[dict[int, _Handler]] = {}

    def __init__(self) -> None:
        """Begin switched off."""
        self.caught: int | None = None
        self._task: asyncio.Task[object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def on(self) -> None:
        """Leave with SystemExit; does nothing outside the main thread, where Python takes no signals."""
        if threading.current_thread() is not threading.main_thread():
            return
        if not HangUp._on:
            told = {number: signal.getsignal(number) for number in SIGNALS}
            HangUp._before = {number: handler for number, handler in told.items() if handler != signal.SIG_IGN}
            for number in HangUp._before:
                signal.signal(number, _told)
        HangUp._on.append(self)

    def on_async(self) -> None:
        """Leave by cancelling the current task of the running loop."""
        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        self.on()

    def off(self) -> None:
        """Give the signals back, where no other is on."""
        if self not in HangUp._on:
            return
        HangUp._on.remove(self)
        if not HangUp._on:
            for number, handler in HangUp._before.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)
            HangUp._before = {}

    def exit(self, *interruptions: BaseException | None) -> None:
        """Raise SystemExit with the shell's code where a signal was caught; it carries the notes of what was cut."""
        if self.caught is None:
            return
        leaving = SystemExit(128 + self.caught)
        for one in interruptions:
            for note in getattr(one, "__notes__", ()):
                leaving.add_note(note)
        raise leaving

    def catch(self, number: int) -> bool:
        """Take a signal; returns True where it is to be raised here and now."""
        if self.caught is not None:
            return False
        self.caught = number
        if self._task is None or self._loop is None:
            return True
        self._loop.call_soon_threadsafe(self._task.cancel)
        return False


def _told(number: int, frame: FrameType | None) -> None:
    raised = [one.catch(number) for one in tuple(HangUp._on)]
    if any(raised):
        raise SystemExit(128 + number)
