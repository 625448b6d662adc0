"""Handle SIGTERM and SIGHUP by leaving the `with` block, so that the session is ended and not left open."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import ClassVar

SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals handled. Windows has no SIGHUP."""

_Handler = Callable[[int, FrameType | None], object] | int | None


class ExitSignals:
    """Leave the block on the first signal.

    Further signals do not interrupt the ending of the session. Several instances may be active at once, nested or in
    several tasks: one signal handler notifies all of them, and the program's previous handlers are restored when the
    last one is turned off. A signal that the program ignores, as under nohup, stays ignored.
    """

    _active: ClassVar[list[ExitSignals]] = []
    _previous: ClassVar[dict[int, _Handler]] = {}

    def __init__(self) -> None:
        """Start inactive."""
        self.caught: int | None = None
        self._task: asyncio.Task[object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def on(self) -> None:
        """Raise SystemExit on a signal. Does nothing outside the main thread, where Python cannot handle signals."""
        if threading.current_thread() is not threading.main_thread():
            return
        if not ExitSignals._active:
            handlers = {number: signal.getsignal(number) for number in SIGNALS}
            ExitSignals._previous = {
                number: handler for number, handler in handlers.items() if handler != signal.SIG_IGN
            }
            for number in ExitSignals._previous:
                signal.signal(number, _on_signal)
        ExitSignals._active.append(self)

    def on_async(self) -> None:
        """Cancel the current task of the running event loop on a signal."""
        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        self.on()

    def off(self) -> None:
        """Stop handling signals. Restores the previous handlers if no other instance is active."""
        if self not in ExitSignals._active:
            return
        ExitSignals._active.remove(self)
        if not ExitSignals._active:
            for number, handler in ExitSignals._previous.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)
            ExitSignals._previous = {}

    def exit(self, *interruptions: BaseException | None) -> None:
        """If a signal was caught, raise SystemExit with the shell's exit code.

        It carries the notes of the interrupted exceptions.
        """
        if self.caught is None:
            return
        leaving = SystemExit(128 + self.caught)
        for one in interruptions:
            for note in getattr(one, "__notes__", ()):
                leaving.add_note(note)
        raise leaving

    def catch(self, number: int) -> bool:
        """Record a signal. Return True if SystemExit must be raised right away."""
        if self.caught is not None:
            return False
        self.caught = number
        if self._task is None or self._loop is None:
            return True
        self._loop.call_soon_threadsafe(self._task.cancel)
        return False


def _on_signal(number: int, frame: FrameType | None) -> None:
    raised = [one.catch(number) for one in tuple(ExitSignals._active)]
    if any(raised):
        raise SystemExit(128 + number)
