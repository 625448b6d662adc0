"""Read the journal for shell completion: the file is never created, migrated, repaired, or waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ionq_tui.journal import mapping
from ionq_tui.journal.database import Database
from ionq_tui.journal.file import read_only
from ionq_tui.journal.schema import STEPS, version_of
from ionq_tui.model.record import Intent, Place, SessionRecord

_WAIT = 0.2
"""Seconds to wait for another process that is writing."""
_MOST_READ = 1000
"""Maximum number of rows that are read to find those of one place."""


class Unreadable(Exception):
    """The file has another version; the next command that opens the journal migrates it."""


class Reader:
    """What one place's journal knows, as far as it helps to complete a command line."""

    def __init__(self, database: Database, place: Place) -> None:
        """Take an open database, and the place whose records are wanted."""
        self._database = database
        self._place = mapping.normalized(place)

    def sessions(self, part: str) -> tuple[SessionRecord, ...]:
        """Return the sessions whose id begins or ends with a text, newest first."""
        found = self._database.newest_sessions(self._place.base_url, part, _MOST_READ)
        return tuple(one for one in found if one.place.matches(self._place))

    def unsettled_intents(self) -> tuple[Intent, ...]:
        """Return the intents whose outcome is unknown, oldest first."""
        return tuple(one for one, _ in self._database.intents() if one.place.matches(self._place))

    def backends(self) -> tuple[str, ...]:
        """Return the names of the backends that were used or whose queue was seen."""
        return self._database.backends(self._place.base_url, _MOST_READ)


@contextmanager
def reader(path: Path, place: Place) -> Iterator[Reader]:
    """Open an existing journal for reading only. Raises Unreadable, and what sqlite3 raises."""
    with closing(read_only(path, _WAIT)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        if version_of(connection) != len(STEPS):
            raise Unreadable
        yield Reader(Database(connection), place)
