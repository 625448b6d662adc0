"""Run the user's event command: without a shell, without the API key, with a time limit, and never awaited."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue

from ionq_tui.model.process_group import kill_group

SECONDS = 10.0
"""Seconds after which the command is killed, with all processes it started."""
_MOST = 100
"""Maximum number of queued events; further ones are rejected, and `trouble` says so."""
_OURS = {"IONQ_API_KEY", "GPG_TTY"}
"""Environment variables not passed on; with GPG_TTY a password prompt could draw over the dashboard."""


class EventHook:
    """Run the command once per event, one after another, in a daemon thread that does not delay exit."""

    def __init__(self, command: str, environ: Mapping[str, str], seconds: float = SECONDS) -> None:
        """Take the command line, its environment, and the seconds one run may take."""
        self.trouble = ""
        """Why the command could not be run or failed; the first reason is kept."""
        self._environ = {name: value for name, value in environ.items() if name not in _OURS}
        self._seconds = seconds
        self._waiting: SimpleQueue[tuple[bytes, Callable[[], object]]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._undelivered = 0
        self._delivery = threading.Condition()
        try:
            self._words: Sequence[str] = shlex.split(command)
        except ValueError as error:
            self._words = ()
            self.trouble = f"on_event cannot be read: {error}".lower()

    def tell(self, facts: Mapping[str, object], delivered: Callable[[], object] = lambda: None) -> bool:
        """Queue one event for the command; return False if too many are queued.

        `delivered` is called in the thread once the command has received the whole event, since it then completes even
        if this process exits, or once it is clear that it will not receive it.
        """
        if not self._words:
            delivered()
            return True
        if self._waiting.qsize() >= _MOST:
            self._say(
                f"on_event: more than {_MOST} events are waiting for the command; some will be delivered much later"
            )
            return False
        with self._delivery:
            self._undelivered += 1
        self._waiting.put((json.dumps(dict(facts)).encode() + b"\n", delivered))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ionq-tui on_event", daemon=True)
            self._thread.start()
        return True

    def settle(self, seconds: float) -> bool:
        """Wait up to `seconds` until the command has received all queued events; return whether it has."""
        with self._delivery:
            return self._delivery.wait_for(lambda: not self._undelivered, seconds)

    def _run(self) -> None:
        while True:
            facts, delivered = self._waiting.get()
            self._tell(facts, delivered)
            with self._delivery:
                self._undelivered -= 1
                self._delivery.notify_all()

    def _tell(self, facts: bytes, delivered: Callable[[], object]) -> None:
        """Run the command once, in its own process session so that it cannot read from the terminal."""
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
            delivered()
            return
        with process:
            rest = _handed(process, facts)
            if not rest:
                delivered()
            try:
                process.communicate(rest, timeout=self._seconds)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError, PermissionError):
                    kill_group(process)
                process.wait()
                self._say(f"on_event ({program}) took longer than {self._seconds:g} s and was stopped")
                return
            finally:
                if rest:
                    delivered()
        if process.returncode != 0:
            self._say(f"on_event ({program}) failed with code {process.returncode}")

    def _say(self, words: str) -> None:
        self.trouble = self.trouble or words


def _handed(process: subprocess.Popen[bytes], facts: bytes) -> bytes:
    """Write to the command's stdin without blocking, whether or not the command reads; return the unwritten rest."""
    assert process.stdin is not None
    if not hasattr(os, "set_blocking"):  # Windows, before Python 3.12
        return facts
    descriptor = process.stdin.fileno()
    os.set_blocking(descriptor, False)
    try:
        return facts[os.write(descriptor, facts) :]
    except BlockingIOError:
        return facts
    except BrokenPipeError:  # the command does not read its input, which is allowed
        return b""
    finally:
        os.set_blocking(descriptor, True)
