"""The journal file: private, opened on first use, reopened if it was replaced, set aside if it is damaged.

The home directory may be on NFS. So the file uses rollback journal mode (WAL needs shared memory, which NFS does not
provide) and fcntl locks. Closing any descriptor of a file drops all fcntl locks that the process holds on it, so once
the file exists, only SQLite may open it. A connection must not be used after a fork: in the child, it would take part
in the parent's transaction. The child leaves it open but unused, and opens its own.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from ionq_tui.journal.database import Database
from ionq_tui.journal.schema import STEPS, NewerFile, migrate, refuse_newer

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_Identity = tuple[int, int]


class File:
    """A journal file on disk. Must be used by one thread only."""

    def __init__(self, path: Path, steps: Sequence[Sequence[str]] = STEPS) -> None:
        """Take the path. Opens nothing yet."""
        self.path = path
        self.opened = 0
        """How often the file was opened. If this changes, earlier changes may be missing from it."""
        self._steps = steps
        self._connection: sqlite3.Connection | None = None
        self._identity: _Identity | None = None

    def database(self, wait: float) -> Database:
        """Return the open database, with a lock time-out of `wait` seconds.

        Raises OSError, sqlite3.Error or NewerFile.
        """
        if self._connection is None or self._identity != _identity(self.path):
            self.close()
            self._open(wait)
        assert self._connection is not None
        self._connection.execute(f"PRAGMA busy_timeout = {max(int(wait * 1000), 1)}")
        return Database(self._connection)

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
        """Rename the damaged file and return its new path; None if another process has already replaced it."""
        seen = self._identity
        self.close()
        if seen is not None and seen != _identity(self.path):
            return None
        aside = self.path.with_name(f"{self.path.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}")
        os.rename(self.path, aside)
        # SQLite finds an unfinished transaction by the file's name, so its file must be renamed too
        unfinished = self.path.with_name(self.path.name + "-journal")
        with suppress(FileNotFoundError):
            os.rename(unfinished, aside.with_name(aside.name + "-journal"))
        return aside

    def close(self) -> None:
        """Close the connection. All changes are already on disk."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def read_only(path: Path, wait: float) -> sqlite3.Connection:
    """Open an existing file without changing it or its mode, with a lock time-out of `wait` seconds.

    Raises sqlite3.Error, also if a process was stopped while it wrote: only a writer can revert that change.
    """
    return sqlite3.connect(f"{_uri(path)}?mode=ro", uri=True, timeout=wait, isolation_level=None)


def _uri(path: Path) -> str:
    """Return the URI of a file. From Python 3.14 on, `Path.as_uri` loads urllib.request, and ssl with it."""
    there = path.absolute().as_posix()
    return f"file://{'' if there.startswith('/') else '/'}{quote(os.fsencode(there))}"


def _identity(path: Path) -> _Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    """Set the directory, which belongs to this program alone, to mode 0700 and the file to 0600.

    SQLite's own files inherit the file's mode. The target of a symbolic link may have other uses, so its mode is not
    changed.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if not path.exists():  # a dangling symbolic link
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    for one, mode in ((path.parent, 0o700), (path, 0o600)):
        with suppress(OSError):  # the mode cannot be changed; try to use the file anyway
            found = os.lstat(one).st_mode
            if not stat.S_ISLNK(found) and stat.S_IMODE(found) & 0o077:
                os.chmod(one, mode)


def damaged(error: Exception) -> bool:
    """Return True if SQLite reports that the file is damaged or not a database."""
    # the lowest byte of an extended error code is the primary code
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
    """Return a description of why the file cannot be used."""
    if isinstance(error, NewerFile):
        return "was written by a newer version of ionq-tui and is left as it is"
    if isinstance(error, sqlite3.Error):
        return _WORDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, f"cannot be used ({error})")
    if isinstance(error, OSError):
        return f"cannot be used ({error.strerror or type(error).__name__})"
    return f"cannot be used ({type(error).__name__})"
