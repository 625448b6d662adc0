"""Exit in time when a signal asks for it or the terminal is lost, even if the event loop is blocked."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Protocol

EXIT_WITHIN = 1.4
"""Seconds after which the process exits unconditionally; the final writes take a little longer."""
RESPONDS_WITHIN = 0.3
"""Seconds after which an event loop that has not responded is taken to be blocked by a terminal that does not read."""
BLOCKED_AFTER = 1.0
"""The same for a loop that has responded. It may only be busy, and it cannot restore an abandoned terminal."""
CLOSED_WITHIN = 5.0
"""Seconds that an exit without a signal may take."""
_FLUSH_WITHIN = 0.1
_CHECKS = 20
_CHECK_INTERVAL = 0.05
"""How often, and at which interval in seconds, to check whether the shell has taken the terminal back."""
_SIGNAL_CODE = 128
_EXITING = 0
_SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
_RESET = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[<u"
    "\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""Reset paste, line wrap, mouse, keyboard, screen, cursor, focus reports and colors to what a shell expects."""


class Quitter(Protocol):
    """The part of the app that exiting needs."""

    @property
    def return_code(self) -> int | None:
        """The exit code of an exit without a signal."""

    def seconds_to_leave(self, number: int) -> float:
        """Return how many seconds the exit may take after this signal; called from another thread."""

    def exit_on_signal(self, number: int) -> None:
        """Start to exit with code 128 plus the signal's number; called in the thread of the event loop."""

    def stop_output(self) -> None:
        """Discard all output to the terminal from now on; called from another thread."""

    def exit_lines(self) -> Sequence[str]:
        """Return the lines to print to the shell; called from another thread."""

    def flush(self, timeout: float) -> None:
        """Write to disk what is still pending, for up to `timeout` seconds; called from another thread."""


class SignalExit:
    """A thread that waits for signals and for the loss of the terminal or parent, and then enforces the exit."""

    def __init__(self, app: Quitter) -> None:
        """Store the app that is to exit; `watch` starts the thread."""
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake_end: int | None = None
        self.signal_received = False
        """Whether a signal to exit has arrived."""
        self._terminal = -1
        self._lost = False
        self._parent = -1
        self._checks_left = 0

    def watch(self) -> None:
        """Start the thread. Call this in the main thread, before the terminal of standard input is changed."""
        try:
            import termios
        except ImportError:  # as on Windows, which has none of this
            return

        self._terminal = sys.stdin.fileno()
        self._attributes = termios.tcgetattr(self._terminal)
        self._wait_end, self._wake_end = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._wait_end, select.POLLIN)
        self._poll.register(self._terminal, 0)  # poll reports POLLHUP without being asked
        with suppress(AttributeError, OSError):  # requires Linux 5.3
            self._parent = os.pidfd_open(os.getppid())
            self._poll.register(self._parent, select.POLLIN)
        for name in _SIGNALS:
            signal.signal(signal.Signals[name], self._receive)
        threading.Thread(target=self._run, name="ionq-tui hang-up", daemon=True).start()

    def runs_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Store the event loop to notify; without one, a signal ends the process immediately."""
        self._loop = loop

    def exiting(self) -> None:
        """Enforce `CLOSED_WITHIN` for an exit without a signal."""
        self._wake(_EXITING)

    def lost(self) -> None:
        """Treat a terminal that can no longer be read like SIGHUP."""
        self._wake(signal.SIGHUP)

    def _receive(self, number: int, _: FrameType | None) -> None:
        self.signal_received = True
        self._wake(number)

    def _wake(self, number: int) -> None:
        if self._wake_end is not None:
            with suppress(OSError):
                os.write(self._wake_end, bytes([number]))

    def _run(self) -> None:
        number = self._next(None)
        if number == _EXITING:
            # A signal that arrives during the exit shortens the time that is left.
            number = self._next(time.monotonic() + CLOSED_WITHIN)
        if number is None or number == _EXITING:
            self._end_process(self._app.return_code or 0)
            return
        now = time.monotonic()
        leave_by = now + self._app.seconds_to_leave(number)
        answered = threading.Event()
        if self._loop is None:
            leave_by = now
        else:
            with suppress(RuntimeError):  # the loop is closed: the exit is almost complete
                self._loop.call_soon_threadsafe(self._start_exit, number, answered)
        patience = RESPONDS_WITHIN
        while time.monotonic() < leave_by:
            self._wait(min(time.monotonic() + patience, leave_by))
            if not answered.is_set():
                self._app.stop_output()
            self._check_loop(answered)  # what it paints from now on may block it as well
            patience = BLOCKED_AFTER
        self._end_process(_SIGNAL_CODE + number)

    def _check_loop(self, answered: threading.Event) -> None:
        """Check once more that the event loop is not blocked."""
        if self._loop is not None and answered.is_set():
            answered.clear()
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(answered.set)

    def _start_exit(self, number: int, answered: threading.Event) -> None:
        answered.set()
        self._app.exit_on_signal(number)

    def _wait(self, until: float) -> None:
        """Wait until a monotonic time; further signals change nothing, but a terminal that is lost now is abandoned."""
        while time.monotonic() < until:
            self._next(until)

    def _next(self, until: float | None) -> int | None:
        """Return the signal that arrived, SIGHUP if the terminal is lost, or None at the monotonic time `until`."""
        while True:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return None
            if self._checks_left:
                left = _CHECK_INTERVAL if left is None else min(left, _CHECK_INTERVAL)
            came = self._poll.poll(None if left is None else left * 1000 + 1)
            if not came and self._checks_left:
                self._checks_left -= 1
                if self._in_background():
                    self._checks_left = 0
                    return signal.SIGHUP
            for descriptor, _ in came:
                if descriptor == self._wait_end:
                    return os.read(self._wait_end, 1)[0]
                self._poll.unregister(descriptor)
                if descriptor == self._parent:
                    self._checks_left = _CHECKS
                else:
                    self._lost = True
                    self._app.stop_output()
                    return signal.SIGHUP

    def _in_background(self) -> bool:
        """Whether another job has the terminal: the parent process has exited, and the shell is still there."""
        try:
            return os.tcgetpgrp(self._terminal) != os.getpgrp()
        except OSError:
            return True

    def _end_process(self, code: int) -> None:
        """End the process after flushing files and restoring the terminal; none of this can block."""
        with suppress(Exception):
            self._app.flush(_FLUSH_WITHIN)
        if not self._lost:
            with suppress(Exception):
                self._restore()
        os._exit(code)

    def _restore(self) -> None:
        import termios

        # A background process that changes the terminal is stopped, unless it blocks SIGTTOU.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        with suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._attributes)
        poll = select.poll()
        poll.register(self._terminal, select.POLLOUT)
        if poll.poll(0):
            words = "".join(f"{line}\n" for line in self._app.exit_lines())
            written = sys.__stdout__
            charset = ("utf-8", "replace") if written is None else (written.encoding, written.errors or "replace")
            os.write(self._terminal, (_RESET + words).encode(*charset))
