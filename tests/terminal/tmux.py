"""A tmux server of its own, for what only tmux does to a program."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.terminal.kit import PATIENCE


class Tmux:
    """One server without configuration, on a socket that nobody else knows; ended with the `with` block."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ionq-tmux-"))  # a socket's path must be short
        self._environment = {**environment, "TMUX_TMPDIR": str(self._folder)}
        self._name = uuid4().hex[:8]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def start(self, argv: Sequence[str], *, rows: int = 24, columns: int = 80) -> Self:
        """Run a program in a new session; its pane stays, showing the last screen, when it ends (`#{pane_dead}`).

        `#{pane_dead_status}` is not to be relied on: tmux 3.3a leaves it empty where it meets the closed pane first.
        """
        self.run(
            "new-session", "-d", "-x", str(columns), "-y", str(rows), *argv, ";", "set", "-w", "remain-on-exit", "on"
        )
        return self

    def run(self, *arguments: str) -> str:
        """Give tmux a command and return what it prints."""
        done = subprocess.run(
            ["tmux", "-L", self._name, "-f", "/dev/null", *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"tmux {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def keys(self, *names: str) -> Self:
        """Press keys by tmux's names for them: Enter, Tab, Escape, C-c, x."""
        self.run("send-keys", *names)
        return self

    def type(self, text: str) -> Self:
        """Type characters."""
        self.run("send-keys", "-l", "--", text)
        return self

    def resize(self, rows: int, columns: int) -> Self:
        """Change the size of the window."""
        self.run("resize-window", "-x", str(columns), "-y", str(rows))
        return self

    @property
    def text(self) -> str:
        """What the pane shows."""
        return self.run("capture-pane", "-p")

    def show(self, format: str) -> str:
        """Return what a tmux format stands for, such as `#{pane_title}`."""
        return self.run("display-message", "-p", format).rstrip("\n")

    def wait_for(self, target: str | Callable[[Tmux], bool], timeout: float = PATIENCE) -> Self:
        """Wait until the text is on the screen or the predicate holds; else fail and show the screen."""
        deadline = time.monotonic() + timeout
        while not (target in self.text if isinstance(target, str) else target(self)):
            if time.monotonic() > deadline:
                what = repr(target) if isinstance(target, str) else "the condition"
                raise AssertionError(f"{what} never came; the screen:\n{self.text}")
            time.sleep(0.05)
        return self

    def end(self) -> None:
        """End the server and all that runs in it."""
        subprocess.run(
            ["tmux", "-L", self._name, "kill-server"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
        shutil.rmtree(self._folder, ignore_errors=True)
