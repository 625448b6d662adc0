"""A program in a real pseudo-terminal, typed to and read like a person would."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte.screens
from ptyprocess import PtyProcess

from tests.terminal.screen import Picture

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds after which a wait is given up; a wait ends as soon as its condition holds, so this costs nothing."""

_NAMED = {
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "enter": "\r",
    "esc": "\x1b",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pgup": "\x1b[5~",
    "pgdn": "\x1b[6~",
    "f1": "\x1bOP",
}


def key_bytes(name: str) -> bytes:
    """Return what xterm sends for a key: "tab", "ctrl+c", "alt+x", or a character as it is."""
    if name in _NAMED:
        return _NAMED[name].encode()
    if len(name) == 1:
        return name.encode()
    modifier, _, key = name.partition("+")
    if modifier == "ctrl" and len(key) == 1:
        return bytes([ord(key) & 0x1F])
    if modifier == "alt" and len(key) == 1:
        return b"\x1b" + key.encode()
    raise ValueError(f"no such key: {name}")


def command(*arguments: str) -> list[str]:
    """Return the argv of the installed `ionq-tui`, or of the package in this tree where it is not installed."""
    script = Path(sys.executable).with_name("ionq-tui")
    if script.exists():
        return [str(script), *arguments]
    return ["/usr/bin/env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "ionq_tui", *arguments]


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with nothing of the user's in it, and no keyring."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **more,
    }


class Terminal:
    """One program, its pseudo-terminal, and the screen it has painted so far."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        rows: int = 24,
        columns: int = 80,
        sized: bool = True,
        directory: Path | None = None,
        answers: Mapping[bytes, bytes] | None = None,
    ) -> None:
        """Start it; `answers` replaces replies of xterm's, such as `{b"\\x1b[?2026$p": b"\\x1b[?2026;2$y"}`.

        Unless it is `sized`, the program is told no size, as on a serial line.
        """
        self._picture = Picture(rows, columns, self._write, answers or {})
        self._raw = bytearray()
        self._changed = threading.Condition()
        self._over = False
        self._status: int | None = None
        self._heard_at = time.monotonic()
        with warnings.catch_warnings():
            # The child of this fork only executes the program, which is safe beside our reader threads.
            warnings.simplefilter("ignore", DeprecationWarning)
            told = (rows, columns) if sized else (0, 0)
            self._child = PtyProcess.spawn(list(argv), cwd=directory, env=dict(environment), dimensions=told)
        self._child.closed = True  # ends are ours to make: its own, when it is collected, might meet a stranger's pid
        self.pid: int = self._child.pid
        self._descriptor: int = self._child.fd
        self._open = True
        self._wake_read, self._wake_write = os.pipe()
        self._reader = threading.Thread(target=self._pump, name=f"terminal of {self.pid}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    @property
    def raw(self) -> bytes:
        """Every byte it has written."""
        with self._changed:
            return bytes(self._raw)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without the spaces at their ends."""
        with self._changed:
            return self._picture.lines

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    @property
    def title(self) -> str:
        """The title it gave the terminal."""
        with self._changed:
            return self._picture.title

    @property
    def copied(self) -> list[str]:
        """What it sent to the clipboard (OSC 52), oldest first."""
        with self._changed:
            return list(self._picture.copied)

    @property
    def alternate(self) -> bool:
        """True while it shows the alternate screen."""
        with self._changed:
            return self._picture.alternate

    def cell(self, row: int, column: int) -> pyte.screens.Char:
        """Return one character with its colours, counted from 0."""
        with self._changed:
            return self._picture.screen.buffer[row][column]

    def wait_for(self, target: str | Callable[[Terminal], bool], timeout: float = PATIENCE) -> Self:
        """Wait until the text is on the screen or the predicate holds; else fail and show the screen."""
        deadline = time.monotonic() + timeout
        while True:
            with self._changed:
                over, seen = self._over, len(self._raw)
            if target in self.text if isinstance(target, str) else target(self):
                return self
            left = deadline - time.monotonic()
            if left <= 0 or (over and isinstance(target, str)):
                what = repr(target) if isinstance(target, str) else "the condition"
                why = "the program has ended" if over else f"waited {timeout} s"
                raise AssertionError(f"{what} never came ({why}){self._drawing()}")
            with self._changed:
                # A predicate may look at more than the screen, so it is asked again after a while in any case.
                self._changed.wait_for(lambda seen=seen: len(self._raw) != seen, min(left, 0.1))  # type: ignore[misc]

    def wait_quiet(self, quiet: float = 0.3, timeout: float = PATIENCE) -> Self:
        """Wait until nothing was written for `quiet` seconds."""
        return self.wait_for(lambda terminal: time.monotonic() - terminal._heard_at >= quiet, timeout)

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for its end and the last of its output; return the exit code, or minus the signal that ended it."""
        deadline = time.monotonic() + timeout
        while (code := self.exit_code) is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout} s{self._drawing()}")
            time.sleep(0.01)
        self._reader.join(1.0)
        return code

    @property
    def exit_code(self) -> int | None:
        """The exit code, or minus the signal that ended it; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def keys(self, *names: str) -> Self:
        """Press keys one after the other; wait for what `esc` does before the next, or the two read as alt+key."""
        for name in names:
            self._write(key_bytes(name))
        return self

    def type(self, text: str) -> Self:
        """Type characters."""
        self._write(text.encode())
        return self

    def paste(self, text: str) -> Self:
        """Paste, bracketed as terminals do it for programs that asked for it."""
        self._write(b"\x1b[200~" + text.encode() + b"\x1b[201~")
        return self

    def click(self, row: int, column: int) -> Self:
        """Press and release the left button over a cell, counted from 0."""
        for action in "Mm":
            self._write(f"\x1b[<0;{column + 1};{row + 1}{action}".encode())
        return self

    def resize(self, rows: int, columns: int) -> Self:
        """Change the size of the window."""
        with self._changed:
            self._picture.resize(rows, columns)
        self._child.setwinsize(rows, columns)
        return self

    def signal(self, number: signal.Signals) -> Self:
        """Send a signal to the program itself."""
        os.kill(self.pid, number)
        return self

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed or a connection that is cut."""
        if not self._open:
            return
        self._open = False
        os.write(self._wake_write, b"x")
        self._reader.join()
        self._child.fileobj.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def end(self) -> None:
        """End the program and all of its process group, whatever they do."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait_exit()
        self.hang_up()

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            while data and self._open:
                data = data[os.write(self._descriptor, data) :]

    def _pump(self) -> None:
        while True:
            ready, _, _ = select.select([self._descriptor, self._wake_read], [], [])
            data = b""
            if self._wake_read not in ready:
                with contextlib.suppress(OSError):  # EIO is how Linux says that nobody holds the other side any more
                    data = os.read(self._descriptor, 65536)
            with self._changed:
                self._over = not data
                self._raw += data
                self._heard_at = time.monotonic()
                self._picture.feed(data)
                self._changed.notify_all()
            if not data:
                return

    def _drawing(self) -> str:
        edge = "+" + "-" * self._picture.screen.columns + "+"
        rows = "\n".join(f"|{line:<{self._picture.screen.columns}}|" for line in self.lines)
        return f"; the screen:\n{edge}\n{rows}\n{edge}"


def on_live_screen(terminal: Terminal) -> bool:
    """Whether the live screen of a session that was read is shown."""
    return "v events" in terminal.text and any(word in terminal.text for word in ("CREATED", "STARTED"))


def is_typed(short: str, terminal: Terminal) -> bool:
    """Whether the id that has to be typed stands in its field, beside the buttons; not its placeholder."""
    return any("Keep running" in one and short in one and f"type {short}" not in one for one in terminal.lines)
