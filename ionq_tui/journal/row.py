"""Between nouns and rows: text that SQLite can hold, and tolerant reading of what it held."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.record import Intent, IntentState, Kept, Place

Value = str | int | float | None
Columns = dict[str, Value]

_INT64 = 2**63
_LONGEST = 20_000


def plain(text: str) -> str:
    """Return text that UTF-8 can hold (a lone surrogate cannot), cut where it is very long."""
    return text[:_LONGEST].encode("utf-8", "backslashreplace").decode("utf-8")


def plain_or_none(text: str | None) -> str | None:
    """Return `plain(text)`, or None."""
    return None if text is None else plain(text)


def stamp(at: datetime) -> str:
    """Write a time as UTC text of fixed width, so that texts sort as times do; a naive one is taken as UTC."""
    try:
        utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 with an offset
        utc = at.replace(tzinfo=UTC)
    return utc.isoformat(timespec="microseconds")


def stamp_or_none(at: datetime | None) -> str | None:
    """Return `stamp(at)`, or None."""
    return None if at is None else stamp(at)


def time_of(text: str | None) -> datetime | None:
    """Read what `stamp` wrote; None where it is no time."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read if read is None or read.tzinfo else read.replace(tzinfo=UTC)


def place_columns(place: Place) -> Columns:
    """Return the five columns that say where."""
    same = held(place)
    return {
        "base_url": same.base_url,
        "organization_id": same.organization_id,
        "project_id": same.project_id,
        "key_id": same.key_id,
        "profile": same.profile,
    }


def held(place: Place) -> Place:
    """Return a place as it is read back, so that it matches itself."""
    return Place(
        plain(place.base_url.rstrip("/")),
        plain_or_none(place.organization_id),
        plain_or_none(place.project_id),
        plain_or_none(place.key_id),
        plain(place.profile),
    )


def place_of(row: sqlite3.Row) -> Place:
    """Read the five columns that say where."""
    return Place(row["base_url"], row["organization_id"], row["project_id"], row["key_id"], row["profile"])


def money_columns(money: Money | None, value: str, unit: str) -> Columns:
    """Return an amount as exact text, and its unit."""
    return {value: None if money is None else str(money.value), unit: None if money is None else plain(money.unit)}


def money_of(row: sqlite3.Row, value: str, unit: str) -> Money | None:
    """Read an amount; None where there is none, or none that can be read."""
    if row[value] is None or row[unit] is None:
        return None
    try:
        return Money(Decimal(row[value]), row[unit])
    except (InvalidOperation, TypeError, ValueError):
        return None


def limit_columns(limits: Limits) -> Columns:
    """Return the four columns of limits."""
    return {
        "limit_jobs": whole(limits.jobs),
        "limit_minutes": whole(limits.minutes),
        **money_columns(limits.money, "limit_money", "limit_unit"),
    }


def limits_of(row: sqlite3.Row) -> Limits:
    """Read the four columns of limits."""
    return Limits(row["limit_jobs"], row["limit_minutes"], money_of(row, "limit_money", "limit_unit"))


def whole(number: int | None) -> int | None:
    """Return the number, or None where SQLite cannot hold it."""
    return number if number is None or -_INT64 <= number < _INT64 else None


def intent_columns(intent: Intent, born: str) -> Columns:
    """Return the row of an intent; `born` tells its process from a later one with the same number."""
    return {
        "id": intent.id,
        "state": intent.state.value,
        "host": plain(intent.host),
        "pid": intent.pid,
        "born": born,
        **place_columns(intent.place),
        "backend": plain(intent.backend),
        **limit_columns(intent.limits),
        "label": plain(intent.label),
        "asked_at": stamp(intent.asked_at),
        "known_ids": _listed(sorted(intent.known_ids)),
        "candidates": _listed(intent.candidates),
        "session_id": plain_or_none(intent.session_id),
    }


def intent_of(row: sqlite3.Row) -> Intent:
    """Read an intent; a state that is not known stays an open question, for money may hang on it."""
    state = row["state"]
    return Intent(
        id=row["id"],
        place=place_of(row),
        backend=row["backend"],
        asked_at=time_of(row["asked_at"]) or datetime.min.replace(tzinfo=UTC),
        host=row["host"],
        pid=row["pid"],
        limits=limits_of(row),
        label=row["label"],
        state=IntentState(state) if state in set(IntentState) else IntentState.UNCERTAIN,
        known_ids=frozenset(_unlisted(row["known_ids"])),
        candidates=_unlisted(row["candidates"]),
        session_id=row["session_id"],
    )


def _listed(ids: Iterable[str]) -> str:
    return json.dumps([plain(one) for one in ids])


def _unlisted(text: str) -> tuple[str, ...]:
    try:
        read = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return ()
    return tuple(one for one in read if isinstance(one, str)) if isinstance(read, list) else ()


def kept_of(row: sqlite3.Row) -> Kept:
    """Read what is kept of a session."""
    return Kept(
        id=row["id"],
        place=place_of(row),
        here=bool(row["here"]),
        adopted=bool(row["adopted"]),
        label=row["label"],
        backend=row["backend"],
        limits=limits_of(row),
        opened_at=time_of(row["opened_at"]),
        attached_at=time_of(row["attached_at"]),
        end_asked_at=time_of(row["end_asked_at"]),
        ended_at=time_of(row["ended_at"]),
        host=row["host"],
        pid=row["pid"],
    )


def event_columns(place: Place, event: Event) -> Columns:
    """Return the row of an event; notes differ by their words, a transition happens once."""
    return {
        "at": stamp(event.at),
        "kind": event.kind.value,
        "session_id": plain(event.session_id),
        "subject": plain(event.subject),
        "words": plain(event.words),
        "mark": plain(event.words) if event.kind is EventKind.NOTE else "",
        **place_columns(place),
    }


def event_of(row: sqlite3.Row) -> Event:
    """Read an event; a kind that is not known is a note that names it."""
    kind, words = row["kind"], row["words"]
    at = time_of(row["at"]) or datetime.min.replace(tzinfo=UTC)
    if kind not in set(EventKind):
        return Event(at, EventKind.NOTE, row["session_id"], row["subject"], f"{kind} {words}".strip())
    return Event(at, EventKind(kind), row["session_id"], row["subject"], words)


def cost_columns(place: Place, session_id: str, job_id: str, cost: JobCost) -> Columns:
    """Return the row of a job's cost."""
    return {
        "base_url": place_columns(place)["base_url"],
        "job_id": plain(job_id),
        "session_id": plain(session_id),
        "dry_run": int(cost.dry_run),
        **money_columns(cost.cost, "cost", "cost_unit"),
        **money_columns(cost.estimate, "estimate", "estimate_unit"),
    }


def cost_of(row: sqlite3.Row) -> JobCost:
    """Read a job's cost."""
    return JobCost(
        dry_run=bool(row["dry_run"]),
        cost=money_of(row, "cost", "cost_unit"),
        estimate=money_of(row, "estimate", "estimate_unit"),
    )
