"""A profile's key command: a program that prints the key on one line."""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ionq_tui.model.key import ApiKey
from ionq_tui.vault.bounded import bounded

SECONDS = 10.0
_OURS = {"IONQ_API_KEY", "GPG_TTY"}
"""Variables that it does not get: through the second, gpg's pinentry would draw over our screen and take our keys."""
_MOST = 4096
"""Bytes of output that are read; a key is far shorter."""
_LOOK = 0.02
"""Seconds between two looks whether it has exited while something else holds its output open."""
_GRACE = 0.2
"""Seconds after its exit for what may still come, such as from the end of a pipe of its own."""


class CommandFailed(Exception):
    """The command gave no key; the message says why and holds nothing of its output."""


async def key_from(command: str, environ: Mapping[str, str], seconds: float = SECONDS) -> ApiKey:
    """Run the command without a shell and return the key it prints; raises CommandFailed."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandFailed(f"key_command cannot be read: {error}".lower()) from None
    if not words:
        raise CommandFailed("key_command is empty")
    errand = _Errand(words, {name: value for name, value in environ.items() if name not in _OURS})
    try:
        output = await bounded(errand.run, seconds, "ionq-tui key command")
    except TimeoutError:
        raise CommandFailed(f"key_command ({words[0]}) took longer than {seconds:g} s and was stopped") from None
    finally:
        errand.stop()
    return _key(output, words[0])


class _Errand:
    """One run of the command; it can be stopped from outside, even before it has begun.

    Stopping ends the command and what it started, except what left its process group by setsid: that is how agents
    begin that other programs share, and they are none of ours. What a command leaves behind when it exits by itself
    goes on, even where it holds the command's output open.
    """

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        """Take what to run."""
        self._words = words
        self._environ = environ
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> bytes:
        """Start it, read what it prints, wait for its end; blocks."""
        program = self._words[0]
        try:
            process = self._start()
        except FileNotFoundError:
            raise CommandFailed(f"key_command: there is no program {program}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise CommandFailed(f"key_command ({program}) cannot be run: {reason}") from None
        with process:
            output = _printed(process)
            if len(output) > _MOST:
                self.stop()
            code = process.wait()
            with self._lock:
                self._process = None  # its number may soon be another's
        if len(output) > _MOST:
            raise CommandFailed(f"key_command ({program}) printed far more than a key")
        if code != 0:
            raise CommandFailed(f"key_command ({program}) failed with code {code}")
        return output

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise CommandFailed("key_command was stopped")
            # A session of its own: it cannot read from our terminal, and is stopped with all that it started.
            self._process = subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environ,
                start_new_session=True,
            )
            return self._process

    def stop(self) -> None:
        """End it and its process group, where it has not ended by itself."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)


def _printed(process: subprocess.Popen[bytes]) -> bytes:
    """Return what it prints until it closes its output or is gone: whoever else holds that open is not waited for."""
    output, until = b"", float("inf")
    with selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        pipe = process.stdout.fileno()
        selector.register(pipe, selectors.EVENT_READ)
        while len(output) <= _MOST and time.monotonic() < until:
            if until == float("inf") and process.poll() is not None:
                until = time.monotonic() + _GRACE
            if selector.select(_LOOK):
                part = os.read(pipe, _MOST + 1 - len(output))
                if not part:
                    break
                output += part
    return output


def _key(output: bytes, program: str) -> ApiKey:
    try:
        lines = [line for line in output.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise CommandFailed(f"key_command ({program}) printed something that is no text") from None
    if len(lines) != 1:
        printed = f"{len(lines)} lines" if lines else "nothing"
        raise CommandFailed(f"key_command ({program}) printed {printed}; one line with the key is needed")
    try:
        return ApiKey(lines[0])
    except ValueError as error:
        raise CommandFailed(f"key_command ({program}) printed no key: {error}") from None
