"""The journal as SQL on one open connection: plain calls that raise what SQLite raises.

SQLite of 2018 (3.24) is enough for it: lab servers have old ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ionq_tui.journal import row
from ionq_tui.model.event import Event
from ionq_tui.model.job import JobCost
from ionq_tui.model.record import Intent, IntentState, Kept, Place
from ionq_tui.model.session import Session

_SAMPLES_KEPT = timedelta(days=30)
_TOLD_KEPT = timedelta(days=30)
_OPEN = (IntentState.ASKED.value, IntentState.UNCERTAIN.value)


class Book:
    """What one file (or memory) holds. Every change is one transaction, and may be made twice without harm."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection whose tables are up to date and that begins no transactions by itself."""
        connection.row_factory = sqlite3.Row
        self._connection = connection

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make changes all or nothing; the lock for writing is taken first, so that no reading inside gets old."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite itself may have rolled back, as for a full disk
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """Make a part of a change all or nothing, so that the rest of it may stand."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK TO part")
                    self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def _put(self, table: str, columns: row.Columns, on_conflict: str = "") -> None:
        # the names are ours, the values are bound
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) {on_conflict}", columns)

    def put_intent(self, intent: Intent, born: str) -> None:
        """Write an intent as it now is; one that was settled is not opened again, unless it did open something."""
        self._put(
            "intent",
            row.intent_columns(intent, born),
            "ON CONFLICT (id) DO UPDATE SET state = excluded.state, candidates = excluded.candidates,"
            " session_id = COALESCE(excluded.session_id, intent.session_id)"
            f" WHERE intent.state IN {_OPEN} OR excluded.state = '{IntentState.OPENED.value}'",
        )

    def put_opened(self, intent: Intent, session: Session, adopted: bool, now: datetime) -> None:
        """Write a session that came of an intent."""
        where = intent.place  # what is known of it stands; only what is not known is taken from the reply
        place = replace(
            where,
            organization_id=session.organization_id if where.organization_id is None else where.organization_id,
            project_id=session.project_id if where.project_id is None else where.project_id,
        )
        self._put_session(
            place,
            session.id,
            {
                "here": 1,
                "adopted": int(adopted),
                "label": row.plain(intent.label),
                "backend": row.plain(session.backend or intent.backend),
                **row.limit_columns(intent.limits if session.limits.absent else session.limits),
                "opened_at": row.stamp(session.created_at or now),
                "host": row.plain(intent.host),
                "pid": intent.pid,
            },
        )
        if not adopted and session.creator_id:
            self._put_creator(place, session.creator_id)

    def _put_creator(self, place: Place, creator_id: str) -> None:
        columns = {"creator_id": row.plain(creator_id), **row.place_columns(place)}
        same = " AND ".join(f"{name} IS :{name}" for name in columns)
        if self._connection.execute(f"SELECT 1 FROM creator WHERE {same}", columns).fetchone() is None:
            self._put("creator", columns)

    def put_label(self, place: Place, session_id: str, label: str) -> None:
        """Name a session."""
        self._put_session(place, session_id, {"label": row.plain(label)})

    def put_attached(self, place: Place, session_id: str, now: datetime) -> None:
        """Write that a session was looked at."""
        self._put_session(place, session_id, {"attached_at": row.stamp(now)})

    def put_end_asked(self, place: Place, session_id: str, now: datetime) -> None:
        """Write that the end of a session is being asked for."""
        self._put_session(place, session_id, {"end_asked_at": row.stamp(now)})

    def put_ended(self, place: Place, session: Session, now: datetime) -> None:
        """Write that a session ended."""
        columns: row.Columns = {"ended_at": row.stamp(session.ended_at or now)}
        if session.backend is not None:
            columns["backend"] = row.plain(session.backend)
        self._put_session(place, session.id, columns)

    def _put_session(self, place: Place, session_id: str, columns: row.Columns) -> None:
        """Insert or update what is known of a session; a row of another organisation, project or key is left alone."""
        where = {**row.place_columns(place), "id": row.plain(session_id)}
        held = self._connection.execute(
            "SELECT * FROM session WHERE base_url = :base_url AND id = :id", where
        ).fetchone()
        if held is not None and not row.place_of(held).matches(row.held(place)):
            return
        filled = ", ".join(
            f"{name} = COALESCE(session.{name}, excluded.{name})"
            for name in ("organization_id", "project_id", "key_id")
        )
        told = "".join(f", {name} = excluded.{name}" for name in columns)
        self._put("session", {**where, **columns}, f"ON CONFLICT (base_url, id) DO UPDATE SET {filled}{told}")

    def put_event(self, place: Place, event: Event) -> None:
        """Write an event, unless it was written before."""
        self._put("event", row.event_columns(place, event), "ON CONFLICT DO NOTHING")

    def put_told(self, place: Place, event: Event, host: str, now: datetime) -> bool:
        """Write that this machine's user is being told of an event; returns False where that was written before."""
        told = row.event_columns(place, event)
        columns: row.Columns = {
            **{name: told[name] for name in ("base_url", "session_id", "kind", "subject", "mark")},
            "host": row.plain(host),
            "at": row.stamp(now),
        }
        with suppress(OverflowError):
            self._connection.execute("DELETE FROM told WHERE at < ?", (row.stamp(now - _TOLD_KEPT),))
        before = self._connection.total_changes
        self._put("told", columns, "ON CONFLICT DO NOTHING")
        return self._connection.total_changes > before

    def put_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> None:
        """Write final costs."""
        for job_id, cost in costs.items():
            columns = row.cost_columns(place, session_id, job_id, cost)
            told = ", ".join(f"{name} = excluded.{name}" for name in columns)
            self._put("cost", columns, f"ON CONFLICT (base_url, job_id) DO UPDATE SET {told}")

    def put_queue_sample(self, base_url: str, backend: str, at: datetime, value: float) -> None:
        """Write how long a backend's queue was, and forget samples of more than a month before."""
        columns: row.Columns = {
            "base_url": row.plain(base_url.rstrip("/")),
            "backend": row.plain(backend),
            "at": row.stamp(at),
            "value": value,
        }
        self._put("queue_sample", columns, "ON CONFLICT (base_url, backend, at) DO UPDATE SET value = excluded.value")
        with suppress(OverflowError):
            old = row.stamp(at - _SAMPLES_KEPT)
            self._connection.execute("DELETE FROM queue_sample WHERE backend = ? AND at < ?", (columns["backend"], old))

    def intents(self, every: bool = False) -> tuple[tuple[Intent, str], ...]:
        """Return unsettled intents, or every one, and when the process of each was born; oldest first."""
        where = "" if every else f"WHERE state IN {_OPEN}"
        found = self._connection.execute(f"SELECT * FROM intent {where} ORDER BY asked_at, id").fetchall()
        return tuple((row.intent_of(one), one["born"]) for one in found)

    def intent(self, number: int) -> Intent | None:
        """Return one intent, None where it is not here."""
        found = self._connection.execute("SELECT * FROM intent WHERE id = ?", (row.whole(number),)).fetchone()
        return None if found is None else row.intent_of(found)

    def sessions(self) -> tuple[Kept, ...]:
        """Return every session that is kept, newest last."""
        found = self._connection.execute("SELECT * FROM session ORDER BY COALESCE(opened_at, attached_at, ''), rowid")
        return tuple(row.kept_of(one) for one in found.fetchall())

    def creators(self) -> tuple[tuple[str, Place], ...]:
        """Return the creator ids, and where each came from."""
        found = self._connection.execute("SELECT * FROM creator").fetchall()
        return tuple((one["creator_id"], row.place_of(one)) for one in found)

    def events(self, session_id: str | None, since: datetime | None, most: int) -> tuple[tuple[Event, Place], ...]:
        """Return the newest events and where each was, newest last."""
        found = self._connection.execute(
            "SELECT * FROM event WHERE (:id IS NULL OR session_id = :id) AND (:since IS NULL OR at >= :since)"
            " ORDER BY at DESC, rowid DESC LIMIT :most",
            {"id": row.plain_or_none(session_id), "since": row.stamp_or_none(since), "most": most},
        ).fetchall()
        return tuple((row.event_of(one), row.place_of(one)) for one in reversed(found))

    def costs(self, base_url: str, session_id: str) -> dict[str, JobCost]:
        """Return the final costs of a session's jobs."""
        found = self._connection.execute(
            "SELECT * FROM cost WHERE base_url = ? AND session_id = ?",
            (row.plain(base_url.rstrip("/")), row.plain(session_id)),
        ).fetchall()
        return {one["job_id"]: row.cost_of(one) for one in found}

    def queue_samples(self, base_url: str, backend: str, since: datetime | None) -> dict[datetime, float]:
        """Return the samples of a backend's queue, oldest first."""
        found = self._connection.execute(
            "SELECT at, value FROM queue_sample WHERE base_url = :url AND backend = :backend"
            " AND (:since IS NULL OR at >= :since) ORDER BY at",
            {
                "url": row.plain(base_url.rstrip("/")),
                "backend": row.plain(backend),
                "since": row.stamp_or_none(since),
            },
        ).fetchall()
        return {at: one["value"] for one in found if (at := row.time_of(one["at"])) is not None}


def joined(kept: Iterable[Kept]) -> dict[tuple[str, str], Kept]:
    """Put together what several books hold of the same sessions; the later book's word counts, silence does not."""
    together: dict[tuple[str, str], Kept] = {}
    for one in kept:
        key = (one.place.base_url, one.id)
        held = together.get(key)
        together[key] = one if held is None else _joined(held, one)
    return together


def _joined(older: Kept, newer: Kept) -> Kept:
    source = newer if newer.here else older
    return replace(
        source,
        place=older.place if newer.place.anonymous else newer.place,
        here=older.here or newer.here,
        label=newer.label or older.label,
        backend=newer.backend or older.backend,
        opened_at=newer.opened_at or older.opened_at,
        attached_at=newer.attached_at or older.attached_at,
        end_asked_at=newer.end_asked_at or older.end_asked_at,
        ended_at=newer.ended_at or older.ended_at,
    )
