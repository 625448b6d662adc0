"""The journal's file: private, opened late, opened anew where it was replaced, set aside where it is damaged.

The home may be on NFS, so the file is in rollback mode (WAL needs memory shared by all, which NFS has not), and its
locks are those of fcntl. Closing any descriptor of a file drops all fcntl locks that the process holds on it, so once
the file exists nobody here opens it but SQLite. A connection must not cross a fork: in the child it would
take part in the parent's transaction, so the child leaves it alone, never closed, and opens its own.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ionq_tui.journal.book import Book
from ionq_tui.journal.schema import STEPS, NewerFile, migrate, refuse_newer

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_Identity = tuple[int, int]


class File:
    """A journal on disk; to be used by one thread only."""

    def __init__(self, path: Path, steps: Sequence[Sequence[str]] = STEPS) -> None:
        """Take the path; nothing is opened yet."""
        self.path = path
        self.opened = 0
        """How often it was opened: a change means that what was written before may not be in it."""
        self._steps = steps
        self._connection: sqlite3.Connection | None = None
        self._identity: _Identity | None = None

    def book(self, wait: float) -> Book:
        """Return the open book, whose locks are waited for at most `wait` seconds.

        Raises OSError, sqlite3.Error or NewerFile.
        """
        if self._connection is None or self._identity != _identity(self.path):
            self.close()
            self._open(wait)
        assert self._connection is not None
        self._connection.execute(f"PRAGMA busy_timeout = {max(int(wait * 1000), 1)}")
        return Book(self._connection)

    def _open(self, wait: float) -> None:
        _make_private(self.path)
        connection = sqlite3.connect(self.path, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            self._identity = _identity(self.path)
            refuse_newer(connection, self._steps)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("PRAGMA trusted_schema = OFF")
            migrate(connection, self._steps)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self.opened += 1

    def set_aside(self, now: datetime) -> Path | None:
        """Rename the damaged file, and return its new name; None where another process has already replaced it."""
        seen = self._identity
        self.close()
        if seen is not None and seen != _identity(self.path):
            return None
        aside = self.path.with_name(f"{self.path.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}")
        os.rename(self.path, aside)
        # SQLite looks for an unfinished transaction beside the file, under the file's name
        unfinished = self.path.with_name(self.path.name + "-journal")
        with suppress(FileNotFoundError):
            os.rename(unfinished, aside.with_name(aside.name + "-journal"))
        return aside

    def close(self) -> None:
        """Close the connection; what was changed was already on disk."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _identity(path: Path) -> _Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    """Make the folder, which is this program's alone, 0700 and the file 0600; SQLite's own files follow the file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for one, mode in ((path.parent, 0o700), (path, 0o600)):
        with suppress(OSError):  # not ours to change: using it is tried all the same
            if stat.S_IMODE(os.stat(one).st_mode) & 0o077:
                os.chmod(one, mode)


def damaged(error: Exception) -> bool:
    """True where SQLite says that the file is damaged or is none of its own."""
    # extended codes bear the plain one in their lowest byte
    return isinstance(error, sqlite3.DatabaseError) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE


_WORDS = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked by another process",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_READONLY: "cannot be written",
    sqlite3.SQLITE_PERM: "cannot be written",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is damaged",
}


def reason(error: Exception) -> str:
    """Return in words why the file cannot be used."""
    if isinstance(error, NewerFile):
        return "was written by a newer version of ionq-tui and is left as it is"
    if isinstance(error, sqlite3.Error):
        return _WORDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, f"cannot be used ({error})")
    if isinstance(error, OSError):
        return f"cannot be used ({error.strerror or type(error).__name__})"
    return f"cannot be used ({type(error).__name__})"
