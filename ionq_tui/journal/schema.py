"""The database schema, as migration steps from each version to the next. A released step must never be edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

_PLACE = """
    base_url TEXT NOT NULL, organization_id TEXT, project_id TEXT, key_id TEXT, profile TEXT NOT NULL"""
_LIMITS = """
    limit_jobs INTEGER, limit_minutes INTEGER, limit_money TEXT, limit_unit TEXT"""

_FIRST = (
    f"""CREATE TABLE intent (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL,{_PLACE},
    backend TEXT NOT NULL,{_LIMITS},
    label TEXT NOT NULL, asked_at TEXT NOT NULL, known_ids TEXT NOT NULL, candidates TEXT NOT NULL, session_id TEXT
    )""",
    "CREATE INDEX intent_state ON intent (state)",
    f"""CREATE TABLE session (
    id TEXT NOT NULL,{_PLACE},
    here INTEGER NOT NULL DEFAULT 0, adopted INTEGER NOT NULL DEFAULT 0, label TEXT NOT NULL DEFAULT '',
    backend TEXT,{_LIMITS},
    opened_at TEXT, attached_at TEXT, end_asked_at TEXT, ended_at TEXT,
    host TEXT NOT NULL DEFAULT '', pid INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (base_url, id)
    )""",
    f"""CREATE TABLE creator (
    creator_id TEXT NOT NULL,{_PLACE}
    )""",
    "CREATE INDEX creator_id ON creator (creator_id)",
    f"""CREATE TABLE event (
    at TEXT NOT NULL, kind TEXT NOT NULL, session_id TEXT NOT NULL, subject TEXT NOT NULL, words TEXT NOT NULL,
    mark TEXT NOT NULL,{_PLACE},
    UNIQUE (base_url, session_id, kind, subject, mark)
    )""",
    "CREATE INDEX event_at ON event (at)",
    """CREATE TABLE cost (
    base_url TEXT NOT NULL, job_id TEXT NOT NULL, session_id TEXT NOT NULL, dry_run INTEGER NOT NULL,
    cost TEXT, cost_unit TEXT, estimate TEXT, estimate_unit TEXT,
    PRIMARY KEY (base_url, job_id)
    )""",
    "CREATE INDEX cost_session ON cost (base_url, session_id)",
    """CREATE TABLE queue_sample (
    base_url TEXT NOT NULL, backend TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (base_url, backend, at)
    )""",
)

_SECOND = (
    """CREATE TABLE told (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, mark TEXT NOT NULL,
    host TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (base_url, session_id, kind, subject, mark, host)
    )""",
    "CREATE INDEX told_at ON told (at)",
)

_THIRD = (
    "ALTER TABLE intent ADD COLUMN fault TEXT",  # why the reply was not received, as JSON
    "ALTER TABLE session ADD COLUMN seen_at TEXT",  # when IonQ last listed it as running
    # If the process that claimed an event exits before `done` is set, another process notifies the user.
    "ALTER TABLE told ADD COLUMN pid INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE told ADD COLUMN born TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE told ADD COLUMN done INTEGER NOT NULL DEFAULT 1",
)

_FOURTH = (
    "ALTER TABLE intent ADD COLUMN listed INTEGER NOT NULL DEFAULT 0",  # whether known_ids is a complete session list
    "ALTER TABLE intent ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0",  # complete lists in a row without a candidate
)

_FIFTH = (
    "ALTER TABLE cost ADD COLUMN at TEXT",  # when the job finished
    "ALTER TABLE cost ADD COLUMN part INTEGER NOT NULL DEFAULT 0",  # whether another job's cost includes it
    "ALTER TABLE session ADD COLUMN priced INTEGER NOT NULL DEFAULT 0",  # whether the costs of all its jobs are here
)

STEPS: tuple[Sequence[str], ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH)
"""Step n migrates a file from version n to version n + 1 (PRAGMA user_version)."""


class NewerFile(Exception):
    """The file was written by a later version of the program and is not changed."""


def version_of(connection: sqlite3.Connection) -> int:
    """Return the file's schema version; 0 for an empty file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def refuse_newer(connection: sqlite3.Connection, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Raise NewerFile if the file's version is later than the last step's."""
    if version_of(connection) > len(steps):
        raise NewerFile


def migrate(connection: sqlite3.Connection, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Migrate the file to the latest version, atomically.

    Raises NewerFile, without changing the file, if its version is later.
    """
    refuse_newer(connection, steps)
    if version_of(connection) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # check again under the lock, as another process may have migrated it in the meantime
        refuse_newer(connection, steps)
        for number in range(version_of(connection), len(steps)):
            for statement in steps[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
