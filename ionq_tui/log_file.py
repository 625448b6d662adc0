"""The log file of `--log FILE`. A thread writes one line per record, so that a slow disk does not block the program."""

from __future__ import annotations

import logging
import os
import queue
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

from ionq_tui.settings import SettingsError
from ionq_tui.view.sanitize import plain

ROOT = "ionq_tui"
"""Only this program's own records are logged: the network library's may contain headers."""
_MAX_QUEUED = 10_000
"""Maximum number of lines waiting to be written. Further lines are counted and dropped."""
_FLUSH_TIMEOUT = 0.2
"""Seconds that the program's exit waits for the disk."""


class LogFile(logging.Handler):
    """Appends records to a file. A new file is readable by its owner only; an existing one keeps its mode."""

    def __init__(self, path: Path, level: str) -> None:
        """Open the file and log records of this level or higher. Raises SettingsError."""
        super().__init__(getattr(logging, level.upper()))
        self._descriptor = _open(path)
        self.trouble = ""
        """Why the log is incomplete, as a message; empty if it is complete."""
        self._path = path
        self._lines: queue.SimpleQueue[bytes | threading.Event | None] = queue.SimpleQueue()
        self._dropped = 0
        threading.Thread(target=self._write, name="ionq-tui log", daemon=True).start()
        logger = logging.getLogger(ROOT)
        logger.setLevel(self.level)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue one record. API keys are masked now, while it is known which strings are keys."""
        try:
            if self._lines.qsize() >= _MAX_QUEUED:
                self._dropped += 1
                return
            dropped, self._dropped = self._dropped, 0
            notice = f"({dropped} lines before this one were lost)\n" if dropped else ""
            self._lines.put((notice + line_of(record)).encode(errors="replace"))
        except Exception:  # a record that cannot be formatted must not stop the program
            self._dropped += 1

    def flush(self) -> None:
        """Wait up to _FLUSH_TIMEOUT seconds until all queued lines are written."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(_FLUSH_TIMEOUT)

    def close(self) -> None:
        """Stop logging and write the queued lines."""
        logger = logging.getLogger(ROOT)
        if self in logger.handlers:
            logger.removeHandler(self)
            logger.setLevel(logging.NOTSET)
            self.flush()
            self._lines.put(None)
        super().close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            if isinstance(line, threading.Event):
                line.set()
                continue
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError as error:  # the disk is full, or the pipe's reader is gone
                self._dropped += 1
                self.trouble = self.trouble or f"the log {self._path} is incomplete: {error.strerror}"
        os.close(self._descriptor)


def line_of(record: logging.LogRecord) -> str:
    """Format a record as one line. Further lines of its message follow, indented."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    first, *more = [plain(line) for line in text.split("\n")]
    return "".join([f"{at} {record.levelname:<7} {record.name} {first}\n", *(f"    {line}\n" for line in more if line)])


def _open(path: Path) -> int:
    """Open the file for appending. A pipe without a reader is rejected, since opening it would block."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise SettingsError(f"--log {path}: cannot be written ({reason})") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.set_blocking(descriptor, True)  # only the writer thread blocks on it
    return descriptor
