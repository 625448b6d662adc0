"""Textual's driver, made to let go of a terminal that is gone or does not read any more."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from contextlib import suppress
from queue import Empty
from time import monotonic
from typing import TypeVar

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from ionq_tui.ui.thrift import Thrift

Result = TypeVar("Result")

SAVE_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Terminals that know neither are left with an empty title, which most fill themselves."""

_MOMENT = 0.1
_MOST = 4096
_WAKEFUL = max(1.0, 2 * constants.ESCAPE_DELAY)
"""Seconds after the last byte for which an unfinished sequence may still turn out to be a key by itself."""


class TerminalLost(Message):
    """The terminal cannot be read any more."""


class CockpitDriver(LinuxDriver):
    """Never keeps anybody waiting for a terminal that was let go, and sleeps while no key is pressed."""

    _gone = False
    _reading: tuple[int, int] | None = None
    """A pipe whose far end is closed when no more keys are to be read."""
    _title = ""
    _thrift: Thrift | None = None

    @property
    def thrift(self) -> Thrift:
        """What is known of the terminal's picture."""
        self._thrift = self._thrift or Thrift()
        return self._thrift

    def entitle(self, title: str) -> None:
        """Give the terminal a title; the one it had is kept by those terminals that can."""
        if title != self._title:
            self.write(f"{'' if self._title else SAVE_TITLE}\x1b]2;{title}\x07")
            self._title = title

    def stop_application_mode(self) -> None:
        """Take the title back with the rest."""
        if self._title:
            self._title = ""
            self.write(f"\x1b]2;\x07{RESTORE_TITLE}")
        super().stop_application_mode()

    def let_go(self) -> None:
        """Write nothing more, and free whoever waits for writing; may be called in any thread."""
        self._gone = True
        if self._writer_thread is not None:
            with suppress(Empty):
                while True:
                    self._writer_thread._queue.get_nowait()

    def write(self, data: str) -> None:
        """Write, as long as there is somebody to read it."""
        if not self._gone and (spared := self.thrift.spared(data)):
            super().write(spared)

    def start_application_mode(self) -> None:
        """Begin to read keys, and to write."""
        self._reading = self._reading or os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Read no more keys: whoever waits for one is woken first."""
        if self._reading is None:
            return
        (near, far), self._reading = self._reading, None
        os.close(far)
        super().disable_input()
        os.close(near)

    def run_input_thread(self) -> None:
        """Read keys; that there can be none any more is told, and is no crash."""
        if self._reading is None:
            return
        try:
            self._read_keys(self._reading[0])
        except OSError:
            self.send_message(TerminalLost())

    def _read_keys(self, over: int) -> None:
        """Hand on what is typed until it is over; look at the clock only while a sequence may be unfinished."""
        parser, decode, last = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace").decode, monotonic()
        while True:
            wait = _MOMENT if monotonic() - last < _WAKEFUL else None
            ready, _, _ = select.select([self.fileno, over], [], [], wait)
            if over in ready:
                return
            if ready:
                last, data = monotonic(), os.read(self.fileno, _MOST)
                for event in parser.feed(decode(data)) if data else ():
                    self.process_message(event)
                if not data:
                    select.select([over], [], [], _MOMENT)
            for event in parser.tick():
                self.process_message(event)

    def close(self) -> None:
        """End the thread that writes, unless it may hang."""
        if not self._gone:
            super().close()


def repaint(app: App[Result]) -> None:
    """Paint the whole screen, whatever the terminal seems to show."""
    if isinstance(app._driver, CockpitDriver):
        app._driver.thrift.forget()
    app.refresh(layout=True)
