"""A profile's key command: a program that prints the key on one line."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ionq_tui.model.key import ApiKey
from ionq_tui.vault.bounded import bounded

SECONDS = 10.0
_OURS = {"IONQ_API_KEY", "GPG_TTY"}
"""Variables that it does not get: through the second, gpg's pinentry would draw over our screen and take our keys."""
_MOST = 4096
"""Bytes of output that are read; a key is far shorter."""


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
    """One run of the command; it can be stopped from outside, even before it has begun."""

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
            output = process.stdout.read(_MOST + 1) if process.stdout else b""
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
        """End it and everything it started, where it has not ended by itself."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)


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
