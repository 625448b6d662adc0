"""Textual's driver, made to let go of a terminal that is gone or does not read any more."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


class TerminalLost(Message):
    """The terminal cannot be read any more."""


class CockpitDriver(LinuxDriver):
    """Never keeps anybody waiting for a terminal that was let go."""

    _gone = False

    def let_go(self) -> None:
        """Write nothing more, and free whoever waits for writing; may be called in any thread."""
        self._gone = True
        if self._writer_thread is not None:
            with suppress(Empty):
                while True:
                    self._writer_thread._queue.get_nowait()

    def write(self, data: str) -> None:
        """Write, as long as there is somebody to read it."""
        if not self._gone:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys; that there can be none any more is told, and is no crash."""
        try:
            super().run_input_thread()
        except OSError:
            self.send_message(TerminalLost())

    def close(self) -> None:
        """End the thread that writes, unless it may hang."""
        if not self._gone:
            super().close()
