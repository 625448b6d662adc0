"""The journal's SQL on one open connection.

Its methods block and raise what sqlite3 raises. They run on SQLite 3.24 (2018), since lab servers have old versions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ionq_tui.journal import mapping
from ionq_tui.journal.process import Process
from ionq_tui.model.event import CLONE_KINDS, Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Intent, IntentState, Place, SessionRecord
from ionq_tui.model.session import Session

_SAMPLES_KEPT = timedelta(days=30)
_CLAIMS_KEPT = timedelta(days=30)
_OPEN = (IntentState.ASKED.value, IntentState.UNCERTAIN.value)


class Database:
    """Contents of one journal file, or of an in-memory journal. Every change is one transaction and is idempotent."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection with current tables, in autocommit mode (`isolation_level=None`)."""
        connection.row_factory = sqlite3.Row
        self._connection = connection

    @contextmanager
    def change(self) -> Iterator[None]:
        """Apply changes atomically. The write lock is taken first, so that reads inside cannot become stale."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite itself may have rolled back, such as on a full disk
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """Apply a part of a change atomically, so that the rest can be kept if it fails."""
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

    def _put(self, table: str, columns: mapping.Columns, on_conflict: str = "") -> None:
        # column names are constants; values are bound parameters
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) {on_conflict}", columns)

    def put_intent(self, intent: Intent, born: str) -> None:
        """Write an intent's current state. A settled intent is not reopened, unless it did open a session."""
        self._put(
            "intent",
            mapping.intent_columns(intent, born),
            "ON CONFLICT (id) DO UPDATE SET state = excluded.state, candidates = excluded.candidates,"
            " quiet = excluded.quiet, session_id = COALESCE(excluded.session_id, intent.session_id),"
            " fault = COALESCE(excluded.fault, intent.fault)"
            f" WHERE intent.state IN {_OPEN} OR excluded.state = '{IntentState.OPENED.value}'",
        )

    def put_opened(self, intent: Intent, session: Session, adopted: bool, now: datetime) -> None:
        """Write the session that an intent opened."""
        where = intent.place  # known values are kept; only missing ones are taken from the reply
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
                "label": mapping.plain(intent.label),
                "backend": mapping.plain(session.backend or intent.backend),
                # If the session's limits cannot be decoded, the requested ones are the best guess.
                **mapping.limit_columns(intent.limits if session.limits.unread else session.limits),
                "opened_at": mapping.utc_text(session.created_at or now),
                "host": mapping.plain(intent.host),
                "pid": intent.pid,
            },
        )
        if not adopted and session.creator_id:
            self._put_creator(place, session.creator_id)

    def _put_creator(self, place: Place, creator_id: str) -> None:
        columns = {"creator_id": mapping.plain(creator_id), **mapping.place_columns(place)}
        same = " AND ".join(f"{name} IS :{name}" for name in columns)
        if self._connection.execute(f"SELECT 1 FROM creator WHERE {same}", columns).fetchone() is None:
            self._put("creator", columns)

    def put_attached(self, place: Place, session_id: str, now: datetime) -> None:
        """Write that a session was viewed."""
        self._put_session(place, session_id, {"attached_at": mapping.utc_text(now)})

    def put_seen(self, place: Place, session_ids: Iterable[str], now: datetime) -> None:
        """Write that IonQ listed these sessions as running. Sessions that are not recorded here are ignored."""
        for session_id in session_ids:
            where = {
                "base_url": mapping.normalized(place).base_url,
                "id": mapping.plain(session_id),
                "seen": mapping.utc_text(now),
            }
            self._connection.execute(
                "UPDATE session SET seen_at = :seen WHERE base_url = :base_url AND id = :id", where
            )

    def put_untracked(self, place: Place, session_id: str) -> None:
        """Write that a session is no longer shown here. This does not say that it ended."""
        self._put_session(place, session_id, {"here": 0, "end_asked_at": None})

    def put_end_asked(self, place: Place, session_id: str, now: datetime) -> None:
        """Write that the end of a session was requested."""
        self._put_session(place, session_id, {"end_asked_at": mapping.utc_text(now)})

    def put_ended(self, place: Place, session: Session, now: datetime) -> None:
        """Write that a session ended."""
        columns: mapping.Columns = {"ended_at": mapping.utc_text(session.ended_at or now)}
        if session.backend is not None:
            columns["backend"] = mapping.plain(session.backend)
        self._put_session(place, session.id, columns)

    def _put_session(self, place: Place, session_id: str, columns: mapping.Columns) -> None:
        """Insert or update a session. A row that belongs to another organization, project or key is not changed."""
        where = {**mapping.place_columns(place), "id": mapping.plain(session_id)}
        existing = self._connection.execute(
            "SELECT * FROM session WHERE base_url = :base_url AND id = :id", where
        ).fetchone()
        if existing is not None and not mapping.place_of(existing).matches(mapping.normalized(place)):
            return
        filled = ", ".join(
            f"{name} = COALESCE(session.{name}, excluded.{name})"
            for name in ("organization_id", "project_id", "key_id")
        )
        updates = "".join(f", {name} = excluded.{name}" for name in columns)
        self._put("session", {**where, **columns}, f"ON CONFLICT (base_url, id) DO UPDATE SET {filled}{updates}")

    def put_event(self, place: Place, event: Event) -> None:
        """Write an event, unless it is already recorded."""
        self._put("event", mapping.event_columns(place, event), "ON CONFLICT DO NOTHING")

    def put_claim(self, place: Place, event: Event, teller: Process, now: datetime) -> bool:
        """Write an event, and that this process notifies this machine's user of it.

        Return False if another process already does.
        """
        self.put_event(
            place, event
        )  # in the same transaction, so that a process that takes over the claim finds the event
        columns: mapping.Columns = {
            **mapping.claim_key(place, event, teller.host),
            "at": mapping.utc_text(now),
            "pid": teller.pid,
            "born": teller.born,
            "done": 0,
        }
        with suppress(OverflowError):
            self._connection.execute("DELETE FROM told WHERE at < ?", (mapping.utc_text(now - _CLAIMS_KEPT),))
        before = self._connection.total_changes
        self._put("told", columns, "ON CONFLICT DO NOTHING")
        return self._connection.total_changes > before

    def put_notified(self, place: Place, event: Event, host: str) -> None:
        """Write that this machine's user was notified of an event."""
        self._set_claim(mapping.claim_key(place, event, host), {"done": 1})

    def put_unclaimed(self, place: Place, event: Event, host: str) -> None:
        """Write that no process notifies the user of an event, so that the next process can take it over."""
        self._set_claim(mapping.claim_key(place, event, host), {"pid": 0, "born": ""})

    def take_over(
        self, place: Place, teller: Process, most: int, alive: Callable[[int, str], bool]
    ) -> tuple[Event, ...]:
        """Claim and return up to `most` events of a place, oldest first, whose notifying process is no longer alive."""
        here = mapping.normalized(place)
        rows = self._connection.execute(
            "SELECT event.*, told.pid, told.born FROM told"
            " JOIN event USING (base_url, session_id, kind, subject, mark)"
            " WHERE told.done = 0 AND told.host = ? AND told.base_url = ? ORDER BY event.at, event.rowid",
            (mapping.plain(teller.host), here.base_url),
        ).fetchall()
        known = [one for one in rows if one["kind"] in set(EventKind) and mapping.place_of(one).matches(here)]
        gone = [mapping.event_of(one) for one in known if not alive(one["pid"], one["born"])][:most]
        for event in gone:
            self._set_claim(mapping.claim_key(place, event, teller.host), {"pid": teller.pid, "born": teller.born})
        return tuple(gone)

    def _set_claim(self, key: mapping.Columns, columns: mapping.Columns) -> None:
        now = ", ".join(f"{name} = :{name}" for name in columns)
        same = " AND ".join(f"{name} = :{name}" for name in key)
        self._connection.execute(f"UPDATE told SET {now} WHERE {same}", {**key, **columns})

    def put_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> None:
        """Write final job costs."""
        for job_id, cost in costs.items():
            columns = mapping.cost_columns(place, session_id, job_id, cost)
            updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
            self._put("cost", columns, f"ON CONFLICT (base_url, job_id) DO UPDATE SET {updates}")

    def put_cost_days(
        self, place: Place, session_id: str, finished: Mapping[str, datetime], parts: Iterable[str], complete: bool
    ) -> None:
        """Write when the jobs of recorded costs finished and which are parts of others, and if all costs are here.

        A recorded time is kept. A session that is not recorded here is not added.
        """
        url = mapping.normalized(place).base_url
        self._connection.executemany(
            "UPDATE cost SET at = ? WHERE base_url = ? AND job_id = ? AND at IS NULL",
            [(mapping.utc_text(at), url, mapping.plain(job_id)) for job_id, at in finished.items()],
        )
        self._connection.executemany(
            "UPDATE cost SET part = 1 WHERE base_url = ? AND job_id = ?",
            [(url, mapping.plain(job_id)) for job_id in parts],
        )
        if complete:
            self._connection.execute(
                "UPDATE session SET priced = 1 WHERE base_url = ? AND id = ?", (url, mapping.plain(session_id))
            )

    def put_queue_sample(self, base_url: str, backend: str, at: datetime, value: float) -> None:
        """Write a backend's queue time, and delete samples that are older than a month."""
        columns: mapping.Columns = {
            "base_url": mapping.plain(base_url.rstrip("/")),
            "backend": mapping.plain(backend),
            "at": mapping.utc_text(at),
            "value": value,
        }
        self._put("queue_sample", columns, "ON CONFLICT (base_url, backend, at) DO UPDATE SET value = excluded.value")
        with suppress(OverflowError):
            old = mapping.utc_text(at - _SAMPLES_KEPT)
            self._connection.execute("DELETE FROM queue_sample WHERE backend = ? AND at < ?", (columns["backend"], old))

    def intents(self, every: bool = False) -> tuple[tuple[Intent, str], ...]:
        """Return unsettled intents, oldest first, each with the start id of its process.

        `every` includes settled intents.
        """
        where = "" if every else f"WHERE state IN {_OPEN}"
        found = self._connection.execute(f"SELECT * FROM intent {where} ORDER BY asked_at, id").fetchall()
        return tuple((mapping.intent_of(one), one["born"]) for one in found)

    def intent(self, number: int) -> Intent | None:
        """Return one intent; None if it is not recorded."""
        found = self._connection.execute("SELECT * FROM intent WHERE id = ?", (mapping.whole(number),)).fetchone()
        return None if found is None else mapping.intent_of(found)

    def sessions(self) -> tuple[SessionRecord, ...]:
        """Return all recorded sessions, newest last."""
        found = self._connection.execute("SELECT * FROM session ORDER BY COALESCE(opened_at, attached_at, ''), rowid")
        asked = self._asked()
        return tuple(mapping.record_of(one, asked.get((one["base_url"], one["id"]))) for one in found.fetchall())

    def newest_sessions(self, base_url: str, part: str, most: int) -> tuple[SessionRecord, ...]:
        """Return up to `most` sessions of a server whose id begins or ends with `part`, newest first."""
        found = self._connection.execute(
            "SELECT * FROM session WHERE base_url = :url"
            " AND (substr(id, 1, length(:part)) = :part OR substr(id, -length(:part)) = :part)"
            " ORDER BY COALESCE(opened_at, attached_at, '') DESC, rowid DESC LIMIT :most",
            {"url": mapping.plain(base_url.rstrip("/")), "part": mapping.plain(part), "most": most},
        )
        return tuple(mapping.record_of(one) for one in found.fetchall())

    def backends(self, base_url: str, most: int) -> tuple[str, ...]:
        """Return the names of up to `most` backends of a server that were used or whose queue was seen."""
        found = self._connection.execute(
            "SELECT backend FROM session WHERE base_url = :url AND backend IS NOT NULL"
            " UNION SELECT backend FROM intent WHERE base_url = :url"
            " UNION SELECT backend FROM queue_sample WHERE base_url = :url ORDER BY backend LIMIT :most",
            {"url": mapping.plain(base_url.rstrip("/")), "most": most},
        )
        return tuple(one["backend"] for one in found.fetchall())

    def _asked(self) -> dict[tuple[str, str], OpenRequest]:
        """Return the open requests of intents whose session is known, by server and session id."""
        found = self._connection.execute("SELECT * FROM intent WHERE session_id IS NOT NULL")
        return {(one["base_url"], one["session_id"]): mapping.request_of(one) for one in found.fetchall()}

    def creators(self) -> tuple[tuple[str, Place], ...]:
        """Return the known creator ids and the place each belongs to."""
        found = self._connection.execute("SELECT * FROM creator").fetchall()
        return tuple((one["creator_id"], mapping.place_of(one)) for one in found)

    def events(self, session_id: str | None, since: datetime | None, most: int) -> tuple[tuple[Event, Place], ...]:
        """Return the newest events with their places, newest last; of one session also all about clones."""
        asked = {"id": mapping.plain_or_none(session_id), "since": mapping.utc_text_or_none(since), "most": most}
        kinds = dict(zip(("asked", "made", "none"), sorted(CLONE_KINDS), strict=True))
        about_clones = self._connection.execute(
            "SELECT * FROM event WHERE session_id = :id AND kind IN (:asked, :made, :none)"
            " AND (:since IS NULL OR at >= :since) ORDER BY at, rowid",
            {**asked, **kinds},
        ).fetchall()
        found = self._connection.execute(
            "SELECT * FROM event WHERE (:id IS NULL OR session_id = :id) AND (:since IS NULL OR at >= :since)"
            " ORDER BY at DESC, rowid DESC LIMIT :most",
            asked,
        ).fetchall()
        newest = [(mapping.event_of(one), mapping.place_of(one)) for one in reversed(found)]
        older = [(mapping.event_of(one), mapping.place_of(one)) for one in about_clones]
        return (*(one for one in older if one not in newest), *newest)

    def costs(self, base_url: str, session_id: str) -> dict[str, JobCost]:
        """Return the final costs of a session's jobs."""
        found = self._connection.execute(
            "SELECT * FROM cost WHERE base_url = ? AND session_id = ?",
            (mapping.plain(base_url.rstrip("/")), mapping.plain(session_id)),
        ).fetchall()
        return {one["job_id"]: mapping.cost_of(one) for one in found}

    def charges(self, base_url: str, since: datetime) -> dict[tuple[str, str], mapping.Charge]:
        """Return the charges since a time, and those without a time, by session and job id."""
        found = self._connection.execute(
            "SELECT session_id, job_id, at, cost, cost_unit FROM cost WHERE base_url = ? AND part = 0 AND dry_run = 0"
            " AND cost IS NOT NULL AND (at IS NULL OR at >= ?)",
            (mapping.plain(base_url.rstrip("/")), mapping.utc_text(since)),
        )
        charges = ((one["session_id"], one["job_id"], mapping.charge_of(one)) for one in found)
        return {(session_id, job_id): charge for session_id, job_id, charge in charges if charge is not None}

    def queue_samples(self, base_url: str, backend: str, since: datetime | None) -> dict[datetime, float]:
        """Return a backend's queue time samples, oldest first."""
        found = self._connection.execute(
            "SELECT at, value FROM queue_sample WHERE base_url = :url AND backend = :backend"
            " AND (:since IS NULL OR at >= :since) ORDER BY at",
            {
                "url": mapping.plain(base_url.rstrip("/")),
                "backend": mapping.plain(backend),
                "since": mapping.utc_text_or_none(since),
            },
        ).fetchall()
        return {at: one["value"] for one in found if (at := mapping.time_of(one["at"])) is not None}


def merged(records: Iterable[SessionRecord]) -> dict[tuple[str, str], SessionRecord]:
    """Merge records of the same sessions from several databases.

    A later database's value wins; a missing value never does.
    """
    by_key: dict[tuple[str, str], SessionRecord] = {}
    for one in records:
        key = (one.place.base_url, one.id)
        existing = by_key.get(key)
        by_key[key] = one if existing is None else _merged(existing, one)
    return by_key


def _merged(older: SessionRecord, newer: SessionRecord) -> SessionRecord:
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
        seen_at=newer.seen_at or older.seen_at,
        asked=newer.asked or older.asked,
        priced=older.priced or newer.priced,
        ended_at=newer.ended_at or older.ended_at,
    )
