"""A program in a real pseudo-terminal whose writing is timed and counted; nothing of it is drawn."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ptyprocess import PtyProcess

from tests.bench.process import Usage, usage
from tests.terminal.screen import XTERM

ROWS, COLUMNS = 40, 120
PATIENCE = 30.0
"""Seconds after which a wait is given up."""
ALL_CAME = 90.0
"""Seconds in which 20,000 jobs have come: two hundred pages, at the rate that a window is allowed."""
DOWN, UP, ENTER, LEAVE = b"\x1b[B", b"\x1b[A", b"\r", b"\x03\x03"

_ASKS_MODE = re.compile(rb"\x1b\[\?([0-9]+)\$p")
_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]")
_LETTERS = re.compile(rb"[A-Za-z]{3}")


class Broken(Exception):
    """A program did not do what it is measured at."""


class Program:
    """One program; every time is in seconds from the moment before it was started."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], directory: Path | None = None) -> None:
        self.argv = argv
        self.total = 0
        """Bytes written so far."""
        self.heard = 0.0
        """When it last wrote."""
        self._words = b""
        self._rest = b""
        self._born = time.perf_counter()
        self._child = PtyProcess.spawn(list(argv), cwd=directory, env=dict(environment), dimensions=(ROWS, COLUMNS))
        self._child.closed = True  # it is ended here, by its id
        self.pid: int = self._child.pid
        self.descriptor: int = self._child.fd
        self._over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    @property
    def now(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self._born

    def first_text(self) -> float:
        """Wait for the first word on the screen; return when it came."""
        return self.wait(lambda words: _LETTERS.search(words) is not None)

    def wait_for(self, text: str, patience: float = PATIENCE) -> float:
        """Wait until it has written this text since the last `forget`; return when that was."""
        sought = text.encode()
        return self.wait(lambda words: sought in words, patience)

    def wait(self, holds: Callable[[bytes], bool], patience: float = PATIENCE) -> float:
        """Wait until what it wrote, without its escape sequences, is as wanted."""
        deadline = self.now + patience
        while not holds(self._words):
            if self.now > deadline or self._over:
                raise Broken(f"{self.argv}: not as awaited; it says {self._words[-2000:].decode(errors='replace')!r}")
            self.pump(deadline - self.now)
        return self.heard

    def forget(self) -> None:
        """Let go of what was written so far."""
        self._words = b""

    def settle(self, quiet: float) -> float:
        """Wait until it has written nothing for so long; return when it wrote last."""
        deadline = self.now + PATIENCE
        while (left := max(self.heard, 0.0) + quiet - self.now) > 0:
            if self.now > deadline:
                raise Broken(f"{self.argv}: never quiet for {quiet} s")
            self.pump(left)
        return self.heard

    def press(self, key: bytes, quiet: float) -> tuple[float, int]:
        """Press a key; return the seconds to the settled screen, and the bytes it took."""
        before, pressed = self.total, self.now
        os.write(self.descriptor, key)
        deadline = pressed + PATIENCE
        while self.total == before:
            if self.now > deadline:
                raise Broken(f"{self.argv}: the key {key!r} does nothing")
            self.pump(0.5)
        return self.settle(quiet) - pressed, self.total - before

    def send(self, data: bytes) -> None:
        """Type, and wait for nothing."""
        os.write(self.descriptor, data)

    def pump(self, seconds: float) -> None:
        """Read once, and answer what was asked; return after so many seconds at the latest."""
        ready, _, _ = select.select([self.descriptor], [], [], max(0.0, seconds))
        if ready:
            self.take()

    def take(self) -> None:
        """Read what is there."""
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            data = b""
        self.heard = self.now
        if not data:
            self._over = True
            return
        self.total += len(data)
        self._answer(data)
        text = self._rest + data
        cut = text.rfind(b"\x1b", -64)
        self._rest = text[cut:] if cut >= 0 and not _ESCAPE.match(text, cut) else b""
        self._words = (self._words + _ESCAPE.sub(b"", text[: len(text) - len(self._rest)]))[-100_000:]

    def usage(self) -> Usage:
        """Return what it holds and has used, its children included."""
        return usage(self.pid)

    def end(self) -> None:
        """End it and its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self._child.fileobj.close()

    def _answer(self, data: bytes) -> None:
        if b"\x1b" not in data:
            return
        for query, reply in XTERM.items():
            if query in data and reply:
                os.write(self.descriptor, reply)
        for asked in _ASKS_MODE.findall(data):
            os.write(self.descriptor, b"\x1b[?" + asked + b";0$y")


def pump_all(programs: Sequence[Program], seconds: float) -> None:
    """Read from several programs for so long."""
    by_descriptor = {one.descriptor: one for one in programs}
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        ready, _, _ = select.select(list(by_descriptor), [], [], left)
        for descriptor in ready:
            by_descriptor[descriptor].take()
