"""Textual's driver for POSIX terminals, able to abandon a terminal that is gone, blocked, or used by another job."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from time import monotonic, sleep
from typing import Protocol, TypeVar, runtime_checkable

from rich.console import ConsoleDimensions
from textual import constants
from textual.app import App

from ionq_tui.ui.driver_support import repaint
from ionq_tui.ui.messages import TerminalLost
from ionq_tui.ui.output_diff import OutputDiff
from ionq_tui.ui.terminal_size import terminal_size
from ionq_tui.ui.textual_internals import DriverHooks, key_parser

Result = TypeVar("Result")
_Attributes = list[int | list[bytes | int]]
"""The attributes of a terminal, as `termios.tcgetattr` returns them."""

SAVE_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Push and pop the terminal's title. Terminals without a title stack keep an empty title, which most replace."""

_KITTY_KEYS = "\x1b[=25;1u"
"""Set the flags of the kitty keyboard protocol that Textual requests, instead of pushing them onto its stack again."""
_INTERVAL = 0.1
_LAST_OUTPUT = 0.5
"""Seconds for a terminal to take the last output before its attributes are restored all the same."""
_READ_SIZE = 4096
_SIGNALS_HANDLED_WITHIN = 0.05
"""Seconds that a process which goes on after a stop gives the signals that were sent to it meanwhile."""
_SEQUENCE_TIMEOUT = max(1.0, 2 * constants.ESCAPE_DELAY)
"""Seconds after the last byte in which an incomplete escape sequence may turn out to be the escape key."""


@runtime_checkable
class SignalReceiver(Protocol):
    """An app that exits when it receives a signal."""

    @property
    def signal_received(self) -> bool:
        """Whether a signal to exit has arrived."""


def _unchanged(text: str) -> str:
    return text


class DashboardDriver(DriverHooks):
    """A driver that never blocks on an abandoned terminal, and does not wake up while no key is pressed."""

    _output_stopped = False
    _input_pipe: tuple[int, int] | None = None
    """A pipe as read end and write end; closing the write end stops the input thread."""
    _title = ""
    _output_diff: OutputDiff | None = None
    _started = False
    """Whether the terminal is in application mode."""
    _stderr_copy: int | None = None
    """A copy of standard error, while descriptor 2 points to the null device."""
    _app_attributes: _Attributes | None = None
    """The terminal's attributes in application mode."""
    _charset: Callable[[str], str] = staticmethod(_unchanged)
    """Replaces characters that the terminal cannot show by others of the same width."""

    def __init__(
        self, app: App[Result], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Write to the terminal even if standard error is redirected, and set the console's size before a paint."""
        # With mouse reporting on, GNU screen holds back an escape key until another key is pressed.
        in_screen = bool(os.environ.get("STY")) and not os.environ.get("TMUX")
        super().__init__(app, debug=debug, mouse=mouse and not in_screen, size=size)
        if sys.__stdout__ is not None and not (self.output and self.output.isatty()):
            self.output = sys.__stdout__
        if self.output is not None:
            self.output = _with_own_descriptor(self.output)
        if self.output is not None and self.output.encoding.lower() == "ascii":
            from ionq_tui.view.ascii import in_ascii

            self._charset = in_ascii
        # By itself, Rich's console prefers COLUMNS and LINES, and takes every terminal named "dumb" for 80x25.
        self.dashboard.console.size = ConsoleDimensions(*self.detect_size())

    def detect_size(self) -> tuple[int, int]:
        """Return the columns and rows of the terminal, from the terminal itself where it knows them."""
        written = () if self.output is None else (self.output.fileno(),)
        return terminal_size((*written, self.fileno), os.environ)

    @property
    def output_diff(self) -> OutputDiff:
        """What the terminal is known to show."""
        self._output_diff = self._output_diff or OutputDiff()
        return self._output_diff

    def forget_screen(self) -> None:
        """Forget what the terminal shows, so that the next paint is written in full."""
        self.output_diff.forget()

    def fit(self, columns: int, rows: int) -> None:
        """Record a new size in cells."""
        self.dashboard.console.size = ConsoleDimensions(columns, rows)
        self.output_diff.fit(columns, rows)

    def set_title(self, title: str) -> None:
        """Set the terminal's title, after pushing the previous one onto the title stack of terminals that have one."""
        if title != self._title:
            self.write(f"{'' if self._title else SAVE_TITLE}\x1b]2;{title}\x07")
            self._title = title

    def stop_output(self) -> None:
        """Discard all output from now on, and release threads blocked in a write; may be called from any thread."""
        self._output_stopped = True
        self.discard_output()

    def write(self, data: str) -> None:
        """Write what differs from what the terminal shows, unless it is abandoned."""
        if not self._output_stopped and (reduced := self.output_diff.reduced(self._charset(data))):
            super().write(reduced)

    # Starting, stopping, suspending and resuming

    def start_application_mode(self) -> None:
        """Start reading and writing once this process is in the foreground; until then, stop like a background job."""
        while self._in_background and not self._exiting:
            self._stop()
        if self._in_background:
            self.stop_output()
            return
        self._input_pipe = self._input_pipe or os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._started = True
        self._app_attributes = _attributes(self.fileno)
        self._discard_stderr()

    def stop_application_mode(self) -> None:
        """Restore the terminal as it was before the start, including its title."""
        if self._title:
            self._title = ""
            self.write(f"\x1b]2;\x07{RESTORE_TITLE}")
        if self._in_background and _attributes(self.fileno) != self._app_attributes:
            self.attrs_before = None  # the shell has taken the terminal back and set its own attributes
        # The attributes turn the echo on again: a key pressed before the rest is written would appear amid it.
        before, self.attrs_before = self.attrs_before, None
        super().stop_application_mode()
        if not self._output_stopped:
            self.finish_output(_LAST_OUTPUT)
        if before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, before)
        self._started = False
        self._restore_stderr()

    def _discard_stderr(self) -> None:
        """Discard what libraries write to standard error, as some keyrings do: it would appear on the screen.

        The driver itself writes through a duplicate descriptor.
        """
        if self._stderr_copy is None and os.isatty(2):
            self._stderr_copy = os.dup(2)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)

    def _restore_stderr(self) -> None:
        if self._stderr_copy is not None:
            os.dup2(self._stderr_copy, 2)
            os.close(self._stderr_copy)
            self._stderr_copy = None

    def stop_requested(self) -> None:
        """Suspend from the event loop: code interrupted by the signal handler may hold a lock that suspending needs."""
        self.event_loop.call_soon_threadsafe(self._suspend)

    def _suspend(self) -> None:
        """Restore the terminal, stop the process, and take the terminal again once the process continues."""
        if not self._started or self._input_pipe is None:
            return
        self.suspend_application_mode()
        self._stop()
        self.resume_application_mode()
        repaint(self.dashboard)

    def continued(self) -> None:
        """Set the terminal up again after a SIGSTOP, which cannot be caught, or a SIGCONT without a stop."""
        if self._started:
            self.event_loop.call_soon_threadsafe(self._set_up_again)

    def _set_up_again(self) -> None:
        """Set the modes that a shell has changed meanwhile; the attributes saved at the start are kept for the exit."""
        if self._exiting or self._input_pipe is None or self._app_attributes is None:
            return
        if self._in_background:
            self._stop()  # until the shell continues this process in the foreground
            return
        with suppress(termios.error):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._app_attributes)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        if not constants.DISABLE_KITTY_KEY:
            self.write(_KITTY_KEYS)
        self.enable_modes()
        os.kill(os.getpid(), signal.SIGWINCH)
        repaint(self.dashboard)

    def _stop(self) -> None:
        """Stop this process until another one continues it, and let a signal that was sent meanwhile be handled first.

        Another thread may have received it; this one would stop the process again before Python has run the handler.
        """
        os.kill(os.getpid(), signal.SIGSTOP)
        sleep(_SIGNALS_HANDLED_WITHIN)

    @property
    def _in_background(self) -> bool:
        """Whether another job of the shell is in the foreground of this terminal."""
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:
            return False

    @property
    def _exiting(self) -> bool:
        return isinstance(self.dashboard, SignalReceiver) and self.dashboard.signal_received

    def disable_input(self) -> None:
        """Stop reading keys, after waking up the input thread."""
        if self._input_pipe is None:
            return
        (near, far), self._input_pipe = self._input_pipe, None
        os.close(far)
        # Changing a terminal from the background stops the process, which then would never exit.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        super().disable_input()
        os.close(near)

    def run_input_thread(self) -> None:
        """Read keys; if the terminal can no longer be read, report it to the app instead of crashing."""
        if self._input_pipe is None:
            return
        try:
            self._read_keys(self._input_pipe[0])
        except OSError:
            self.send_message(TerminalLost())

    def _read_keys(self, over: int) -> None:
        """Pass on input until the pipe `over` closes; use a timeout only while an escape sequence may be incomplete."""
        parser, decode, last = key_parser(self.debugging), getincrementaldecoder("utf-8")("replace").decode, monotonic()
        while True:
            wait = _INTERVAL if monotonic() - last < _SEQUENCE_TIMEOUT else None
            ready, _, _ = select.select([self.fileno, over], [], [], wait)
            if over in ready:
                return
            if ready:
                last, data = monotonic(), os.read(self.fileno, _READ_SIZE)
                for event in parser.feed(decode(data)) if data else ():
                    self.process_message(event)
                if not data:
                    select.select([over], [], [], _INTERVAL)
            for event in parser.tick():
                self.process_message(event)

    def close(self) -> None:
        """Stop the thread that writes, unless it may be blocked."""
        self._restore_stderr()
        if not self._output_stopped:
            super().close()


def _with_own_descriptor(file: TextIOWrapper) -> TextIOWrapper:
    """Return the same file with a duplicate descriptor, which nobody else redirects, or the file itself without one."""
    try:
        descriptor = os.dup(file.fileno())
    except (OSError, ValueError):
        return file
    # The descriptor stays open: a driver that is closed to suspend the process is used again afterwards.
    return os.fdopen(descriptor, "w", encoding=file.encoding, errors=file.errors, closefd=False)


def _attributes(descriptor: int) -> _Attributes | None:
    """Return a terminal's attributes, or None if it is gone."""
    try:
        return termios.tcgetattr(descriptor)
    except termios.error:
        return None
