"""The user's command that is told of events: without a shell, without the key, bounded, and waited for by nobody."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Full, SimpleQueue

SECONDS = 10.0
"""After so long the command is stopped, with all that it started."""
_MOST = 100
"""Events that wait for their turn; what comes on top is dropped, and that is said."""
_OURS = {"IONQ_API_KEY", "GPG_TTY"}
"""Variables that it does not get; the second would let a password prompt draw over our screen."""


class Hook:
    """Runs the command once for each event, one after the other, in a thread that holds up no exit."""

    def __init__(self, command: str, environ: Mapping[str, str], seconds: float = SECONDS) -> None:
        """Take the command, the environment without which it cannot work, and the seconds it may take."""
        self.trouble = ""
        """Why the command could not be run, or failed; the first reason stays."""
        self._environ = {name: value for name, value in environ.items() if name not in _OURS}
        self._seconds = seconds
        self._waiting: SimpleQueue[bytes] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._to_tell = 0
        self._told = threading.Condition()
        try:
            self._words: Sequence[str] = shlex.split(command)
        except ValueError as error:
            self._words = ()
            self.trouble = f"on_event cannot be read: {error}".lower()

    def tell(self, facts: Mapping[str, object]) -> None:
        """Let the command be told of one event."""
        if not self._words:
            return
        try:
            if self._waiting.qsize() >= _MOST:
                raise Full
            with self._told:
                self._to_tell += 1
            self._waiting.put(json.dumps(dict(facts)).encode() + b"\n")
        except Full:
            self._say(f"on_event: more than {_MOST} events wait for the command, some are not told")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ionq-tui on_event", daemon=True)
            self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until the command is told of all, at most so long; returns whether it is."""
        with self._told:
            return self._told.wait_for(lambda: not self._to_tell, seconds)

    def _run(self) -> None:
        while True:
            self._tell(self._waiting.get())
            with self._told:
                self._to_tell -= 1
                self._told.notify_all()

    def _tell(self, told: bytes) -> None:
        """Run it once; a session of its own, so that it cannot read from our terminal."""
        program = self._words[0]
        try:
            process = subprocess.Popen(
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environ,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self._say(f"on_event ({program}) cannot be run: {getattr(error, 'strerror', None) or type(error).__name__}")
            return
        with process:
            try:
                process.communicate(told, timeout=self._seconds)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                self._say(f"on_event ({program}) took longer than {self._seconds:g} s and was stopped")
                return
        if process.returncode != 0:
            self._say(f"on_event ({program}) failed with code {process.returncode}")

    def _say(self, words: str) -> None:
        self.trouble = self.trouble or words
