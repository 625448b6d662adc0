"""A profile's key command: a program that prints the API key on its first line, as `pass show` prints a password."""

from __future__ import annotations

import os
import selectors
import shlex
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ionq_tui.credentials.time_limit import bounded
from ionq_tui.model.key import ApiKey
from ionq_tui.model.process_group import kill_group

SECONDS = 10.0
_WITHHELD = {"IONQ_API_KEY", "GPG_TTY"}
"""Environment variables that are not passed on.

With GPG_TTY, gpg's pinentry would draw over the dashboard and receive its key presses.
"""
_MAX_OUTPUT = 64 * 1024
"""Maximum number of bytes read. A key is far shorter, and so are the notes that a password store keeps below it."""
_POLL_INTERVAL = 0.02
"""Seconds between checks whether the command has exited while another process holds its output open."""
_EXIT_GRACE = 0.2
"""Seconds to wait for further output after the command has exited, such as from the end of a pipeline."""


class CommandFailed(Exception):
    """The command returned no key. The message gives the reason and contains none of its output."""


async def key_from(command: str, environ: Mapping[str, str], seconds: float = SECONDS) -> ApiKey:
    """Run the command without a shell and return the key it prints. Raises CommandFailed."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandFailed(f"key_command cannot be read: {error}".lower()) from None
    if not words:
        raise CommandFailed("key_command is empty")
    run = _CommandRun(words, {name: value for name, value in environ.items() if name not in _WITHHELD})
    try:
        output = await bounded(run.run, seconds, "ionq-tui key command")
    except TimeoutError:
        raise CommandFailed(f"key_command ({words[0]}) took longer than {seconds:g} s and was stopped") from None
    finally:
        run.stop()
    return _key(output, words[0])


class _CommandRun:
    """One run of the command, which can be stopped from another thread, even before it has started.

    Stopping ends the command and its process group. Processes that left the group with setsid continue: this is how
    shared agents such as gpg-agent start. Processes that the command leaves behind when it exits by itself also
    continue, even if they hold its output open.
    """

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        """Take the command's words and environment."""
        self._words = words
        self._environ = environ
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> bytes:
        """Start the command, read its output, and wait for its exit. Blocks."""
        program = self._words[0]
        try:
            process = self._start()
        except FileNotFoundError:
            raise CommandFailed(f"key_command: no such program: {program}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise CommandFailed(f"key_command ({program}) cannot be run: {reason}") from None
        with process:
            output = _read_output(process)
            if len(output) > _MAX_OUTPUT:
                self.stop()
            code = process.wait()
            with self._lock:
                self._process = None  # the pid may be reused from now on
        if len(output) > _MAX_OUTPUT:
            raise CommandFailed(f"key_command ({program}) printed far more than a key")
        if code != 0:
            raise CommandFailed(f"key_command ({program}) failed with code {code}")
        return output

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise CommandFailed("key_command was stopped")
            # Its own session, so that it cannot read from the terminal, and is stopped along with its child processes.
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
        """Kill the command and its process group, if it has not exited by itself."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                with suppress(ProcessLookupError, PermissionError):
                    kill_group(self._process)


def _read_output(process: subprocess.Popen[bytes]) -> bytes:
    """Return the output up to its end or the command's exit.

    Other processes that hold the output open are not waited for.
    """
    output, until = b"", float("inf")
    if not hasattr(os, "killpg") and process.stdout is not None:  # Windows, where select does not support pipes
        return process.stdout.read(_MAX_OUTPUT + 1)
    with selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        pipe = process.stdout.fileno()
        selector.register(pipe, selectors.EVENT_READ)
        while len(output) <= _MAX_OUTPUT and time.monotonic() < until:
            if until == float("inf") and process.poll() is not None:
                until = time.monotonic() + _EXIT_GRACE
            if selector.select(_POLL_INTERVAL):
                part = os.read(pipe, _MAX_OUTPUT + 1 - len(output))
                if not part:
                    break
                output += part
    return output


def _key(output: bytes, program: str) -> ApiKey:
    """Return the key from the first line. `pass` keeps notes below it, which are never taken for a key."""
    lines = output.splitlines()
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        raise CommandFailed(f"key_command ({program}) printed nothing; the first line must be the key")
    if filled[0] and len(filled) > 1:
        raise CommandFailed(f"key_command ({program}) printed an empty first line; the first line must be the key")
    try:
        return ApiKey(lines[filled[0]].decode())
    except UnicodeDecodeError:
        raise CommandFailed(f"key_command ({program}) printed something that is not text") from None
    except ValueError as error:
        raise CommandFailed(f"key_command ({program}) printed no key: {error}") from None
