"""Sees to it that the process goes when it is told to, or when its terminal is gone, whatever holds it up."""

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

AT_ONCE = 1.4
"""Seconds after which the process goes whatever is under way; a little more is needed for what is done last."""
ANSWERED_WITHIN = 0.3
"""Seconds after which a loop that did not answer is taken to be held up by a terminal that does not read."""
CLOSED_WITHIN = 5.0
"""Seconds that an ordinary exit may take."""
_LAST_WRITE = 0.1
_LOOKS = 20
_LOOK_AGAIN = 0.05
"""How often, and every how many seconds, it is seen whether the shell takes the terminal back from us."""
_BY_SIGNAL = 128
_EXITING = 0
_SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
_AS_IT_WAS = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[<u"
    "\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""Paste, wrapping, mouse, keys, the main screen, the cursor and the focus as a shell expects them."""


class Leaver(Protocol):
    """The app, as far as leaving goes."""

    @property
    def return_code(self) -> int | None:
        """What an ordinary exit will return."""

    def seconds_to_leave(self, number: int) -> float:
        """Return how long it may take after this signal; called in another thread."""

    def hang_up(self, number: int) -> None:
        """Begin to leave, with 128 and the signal's number as exit code; called in the loop's thread."""

    def let_go(self) -> None:
        """Write nothing more to the terminal; called in another thread."""

    def last_words(self) -> Sequence[str]:
        """Return what the shell is told; called in another thread."""

    def flush(self, timeout: float) -> None:
        """Write what is still to be written to disk; called in another thread."""


class Hangup:
    """A thread that waits for signals, for the loss of the terminal and of whoever started us, and then for the end."""

    def __init__(self, leaver: Leaver) -> None:
        """Take who is to leave; nothing is waited for yet."""
        self._leaver = leaver
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: int | None = None
        self._terminal = -1
        self._lost = False
        self._parent = -1
        self._looks = 0

    def watch(self) -> None:
        """Begin, in the main thread, before anything is done to the terminal of standard input."""
        if sys.platform == "win32":
            return
        import termios

        self._terminal = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._terminal)
        self._heard, self._told = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._heard, select.POLLIN)
        self._poll.register(self._terminal, 0)  # a loss is told unasked
        with suppress(AttributeError, OSError):  # there on newer kernels of Linux
            self._parent = os.pidfd_open(os.getppid())
            self._poll.register(self._parent, select.POLLIN)
        for name in _SIGNALS:
            signal.signal(signal.Signals[name], self._take)
        threading.Thread(target=self._run, name="ionq-tui hang-up", daemon=True).start()

    def runs_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the loop that is to be told; before there is one, the process goes at once."""
        self._loop = loop

    def exiting(self) -> None:
        """See to it that an exit that nobody forced comes to its end too."""
        self._tell(_EXITING)

    def lost(self) -> None:
        """Hear that the terminal cannot be read any more."""
        self._tell(signal.SIGHUP)

    def _take(self, number: int, _: FrameType | None) -> None:
        self._tell(number)

    def _tell(self, number: int) -> None:
        if self._told is not None:
            with suppress(OSError):
                os.write(self._told, bytes([number]))

    def _run(self) -> None:
        number = self._next(None)
        if number == _EXITING:
            # A signal may still come, and then there is less time.
            number = self._next(time.monotonic() + CLOSED_WITHIN)
        if number is None or number == _EXITING:
            self._go(self._leaver.return_code or 0)
            return
        now = time.monotonic()
        leave_by = now + self._leaver.seconds_to_leave(number)
        answered = threading.Event()
        if self._loop is None:
            leave_by = now
        else:
            with suppress(RuntimeError):  # the loop is closed: the end is near
                self._loop.call_soon_threadsafe(self._begin, number, answered)
        self._wait(min(now + ANSWERED_WITHIN, leave_by))
        if not answered.is_set():
            self._leaver.let_go()
        self._wait(leave_by)
        self._go(_BY_SIGNAL + number)

    def _begin(self, number: int, answered: threading.Event) -> None:
        answered.set()
        self._leaver.hang_up(number)

    def _wait(self, until: float) -> None:
        """Wait; a second signal changes nothing, but a terminal that gets lost now is let go."""
        while time.monotonic() < until:
            self._next(until)

    def _next(self, until: float | None) -> int | None:
        """Return the signal that came, SIGHUP for a loss, or None where the time is over."""
        while True:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return None
            if self._looks:
                left = _LOOK_AGAIN if left is None else min(left, _LOOK_AGAIN)
            came = self._poll.poll(None if left is None else left * 1000 + 1)
            if not came and self._looks:
                self._looks -= 1
                if self._in_background():
                    self._looks = 0
                    return signal.SIGHUP
            for descriptor, _ in came:
                if descriptor == self._heard:
                    return os.read(self._heard, 1)[0]
                self._poll.unregister(descriptor)
                if descriptor == self._parent:
                    self._looks = _LOOKS
                else:
                    self._lost = True
                    self._leaver.let_go()
                    return signal.SIGHUP

    def _in_background(self) -> bool:
        """True where the terminal is somebody else's by now: its shell outlived whoever started us."""
        try:
            return os.tcgetpgrp(self._terminal) != os.getpgrp()
        except OSError:
            return True

    def _go(self, code: int) -> None:
        """End the process, with what must be done first; nothing of it waits for anybody."""
        with suppress(Exception):
            self._leaver.flush(_LAST_WRITE)
        if not self._lost:
            with suppress(Exception):
                self._restore()
        os._exit(code)

    def _restore(self) -> None:
        import termios

        # Who is in the background would be stopped for touching the terminal.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        with suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)
        poll = select.poll()
        poll.register(self._terminal, select.POLLOUT)
        if poll.poll(0):
            words = "".join(f"{line}\n" for line in self._leaver.last_words())
            os.write(self._terminal, (_AS_IT_WAS + words).encode(errors="replace"))
