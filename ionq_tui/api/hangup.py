"""SIGTERM and SIGHUP as a way out of a `with` block that ends the session, instead of a death that leaves it open."""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class HangUp:
    """While it is on, the first signal leaves the block; further ones wait for the end."""

    def __init__(self) -> None:
        """Begin switched off."""
        self.caught: int | None = None
        self._before: dict[int, object] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def on(self) -> None:
        """Leave with SystemExit; does nothing outside the main thread, where Python takes no signals."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._leave) for number in SIGNALS}

    def on_async(self) -> None:
        """Leave by cancelling the current task of the running loop."""
        task = asyncio.current_task()
        if task is None or threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        for number in SIGNALS:
            self._loop.add_signal_handler(number, self._cancel, number, task)

    def off(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before = {}
        if self._loop is not None and not self._loop.is_closed():
            for number in SIGNALS:
                self._loop.remove_signal_handler(number)
        self._loop = None

    def exit(self) -> None:
        """Raise SystemExit with the shell's code where a signal was caught."""
        if self.caught is not None:
            raise SystemExit(128 + self.caught)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        if self.caught is None:
            self.caught = number
            raise SystemExit(128 + number)

    def _cancel(self, number: int, task: asyncio.Task[object]) -> None:
        if self.caught is None:
            self.caught = number
            task.cancel()
