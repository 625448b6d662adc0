"""Look at a journal file without changing it: neither its mode nor its contents, and without creating it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ionq_tui.journal.file import read_only, reason
from ionq_tui.journal.schema import STEPS, refuse_newer, version_of
from ionq_tui.model.quick_dataclass import quick_dataclass

NEWEST = len(STEPS)
"""The schema version of this program."""


@quick_dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a journal file."""

    version: int = 0
    """Schema version; 0 for an empty file."""
    trouble: str = ""
    """Why it cannot be used, to be put after "the journal"; empty if it can."""
    unfinished: bool = False
    """True if a process was stopped while it wrote; the next start completes or reverts that change."""

    @property
    def older(self) -> bool:
        """True if the next start converts the file to this program's version."""
        return self.version < NEWEST


def inspect(path: Path, wait: float) -> Inspection:
    """Return the state of an existing file, waiting up to `wait` seconds for another process's lock. Blocks."""
    unfinished = os.path.exists(f"{path}-journal")
    try:
        with closing(read_only(path, wait)) as connection:
            refuse_newer(connection)
            version = version_of(connection)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except Exception as error:  # the file may contain anything, and only a description is wanted
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if unfinished and code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return Inspection(NEWEST, unfinished=True)
        return Inspection(trouble=reason(error))
    return Inspection(version, "" if found == "ok" else "is damaged")
