"""Conversion between model objects and database rows. Strings are made storable in SQLite, and reading is tolerant."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from ionq_tui.model.event import TOLD_BY_WORDS, Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money, charge
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Intent, IntentState, Place, SessionRecord

Value = str | int | float | None
Columns = dict[str, Value]

_INT64 = 2**63
_MAX_TEXT_LENGTH = 20_000


def plain(text: str) -> str:
    """Return a string that UTF-8 can encode (lone surrogates are escaped), truncated if it is very long."""
    return text[:_MAX_TEXT_LENGTH].encode("utf-8", "backslashreplace").decode("utf-8")


def plain_or_none(text: str | None) -> str | None:
    """Return `plain(text)`, or None."""
    return None if text is None else plain(text)


def utc_text(at: datetime) -> str:
    """Format a time as UTC text of fixed width, so that texts sort in time order. A naive time is taken as UTC."""
    try:
        utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 with a UTC offset
        utc = at.replace(tzinfo=UTC)
    return utc.isoformat(timespec="microseconds")


def utc_text_or_none(at: datetime | None) -> str | None:
    """Return `utc_text(at)`, or None."""
    return None if at is None else utc_text(at)


def time_of(text: str | None) -> datetime | None:
    """Parse the output of `utc_text`; None if it is not a time."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read if read is None or read.tzinfo else read.replace(tzinfo=UTC)


def place_columns(place: Place) -> Columns:
    """Return the five columns of a place."""
    same = normalized(place)
    return {
        "base_url": same.base_url,
        "organization_id": same.organization_id,
        "project_id": same.project_id,
        "key_id": same.key_id,
        "profile": same.profile,
    }


def normalized(place: Place) -> Place:
    """Return a place as it would be read back from the database, so that it compares equal."""
    return Place(
        plain(place.base_url.rstrip("/")),
        plain_or_none(place.organization_id),
        plain_or_none(place.project_id),
        plain_or_none(place.key_id),
        plain(place.profile),
    )


def place_of(row: sqlite3.Row) -> Place:
    """Read the five columns of a place."""
    return Place(row["base_url"], row["organization_id"], row["project_id"], row["key_id"], row["profile"])


def money_columns(money: Money | None, value: str, unit: str) -> Columns:
    """Return an amount as exact decimal text, and its unit."""
    return {value: None if money is None else str(money.value), unit: None if money is None else plain(money.unit)}


def money_of(row: sqlite3.Row, value: str, unit: str) -> Money | None:
    """Read an amount; None if it is missing or invalid."""
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
    """Return the number, or None if SQLite cannot store it."""
    return number if number is None or -_INT64 <= number < _INT64 else None


def intent_columns(intent: Intent, born: str) -> Columns:
    """Return the row of an intent. `born` distinguishes its process from a later one with the same pid."""
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
        "asked_at": utc_text(intent.asked_at),
        "known_ids": _listed(sorted(intent.known_ids)),
        "listed": int(intent.listed),
        "quiet": intent.quiet,
        "candidates": _listed(intent.candidates),
        "session_id": plain_or_none(intent.session_id),
        "fault": None if intent.fault is None else _fault_text(intent.fault),
    }


def intent_of(row: sqlite3.Row) -> Intent:
    """Read an intent. An unknown state is read as uncertain, since a session may be running."""
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
        listed=row["listed"] == 1,
        quiet=row["quiet"] if isinstance(row["quiet"], int) else 0,
        candidates=_unlisted(row["candidates"]),
        session_id=row["session_id"],
        fault=_fault_of(row["fault"]),
    )


def _fault_text(fault: Fault) -> str:
    fields = (fault.kind.value, plain(fault.words), fault.status, plain_or_none(fault.request_id))
    return json.dumps(fields)


def _fault_of(text: str | None) -> Fault | None:
    """Read why a reply was not received; None if it is invalid."""
    try:
        kind, words, status, request_id = json.loads(text or "")
        return Fault(FaultKind(kind), str(words), status if isinstance(status, int) else None, _text(request_id))
    except (ValueError, TypeError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _listed(ids: Iterable[str]) -> str:
    return json.dumps([plain(one) for one in ids])


def _unlisted(text: str) -> tuple[str, ...]:
    try:
        read = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return ()
    return tuple(one for one in read if isinstance(one, str)) if isinstance(read, list) else ()


def request_of(row: sqlite3.Row) -> OpenRequest:
    """Read what an intent requested."""
    return OpenRequest(row["backend"], limits_of(row))


def record_of(row: sqlite3.Row, asked: OpenRequest | None = None) -> SessionRecord:
    """Read a recorded session. `asked` is what its intent requested."""
    return SessionRecord(
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
        seen_at=time_of(row["seen_at"]),
        host=row["host"],
        pid=row["pid"],
        asked=asked,
        priced=row["priced"] == 1,
    )


def event_columns(place: Place, event: Event) -> Columns:
    """Return the row of an event.

    Events of some kinds are distinguished by their text; all other transitions occur once.
    """
    return {
        "at": utc_text(event.at),
        "kind": event.kind.value,
        "session_id": plain(event.session_id),
        "subject": plain(event.subject),
        "words": plain(event.words),
        "mark": plain(event.words) if event.kind in TOLD_BY_WORDS else "",
        **place_columns(place),
    }


def claim_key(place: Place, event: Event, host: str) -> Columns:
    """Return the key columns of a host's claim to an event."""
    columns = event_columns(place, event)
    key = {name: columns[name] for name in ("base_url", "session_id", "kind", "subject", "mark")}
    return {**key, "host": plain(host)}


def event_of(row: sqlite3.Row) -> Event:
    """Read an event. An unknown kind becomes a note that names it."""
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
    """Read a job's cost. An invalid amount counts as missing, and is requested again."""
    return JobCost(
        dry_run=bool(row["dry_run"]),
        cost=_charge_of(row, "cost", "cost_unit"),
        estimate=_charge_of(row, "estimate", "estimate_unit"),
    )


Charge = tuple[date | None, Money]
"""The day in UTC on which a job finished, None if that is not recorded, and what it cost."""


def charge_of(row: sqlite3.Row) -> Charge | None:
    """Read what a job cost and when it finished; None if the amount is invalid."""
    paid, at = _charge_of(row, "cost", "cost_unit"), time_of(row["at"])
    return None if paid is None else (at.astimezone(UTC).date() if at is not None else None, paid)


def _charge_of(row: sqlite3.Row, value: str, unit: str) -> Money | None:
    held = money_of(row, value, unit)
    return None if held is None else charge(held.value, held.unit)
