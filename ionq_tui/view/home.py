"""The lines above the list of sessions: how many there are, and what is odd about those opened here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo

from ionq_tui.model.board import Fleet
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner, Session
from ionq_tui.view.amount import counted, money
from ionq_tui.view.fold import spared
from ionq_tui.view.moment import ago, clock, duration, since
from ionq_tui.view.plain import plain
from ionq_tui.view.row import SessionItem
from ionq_tui.view.tone import Cell, Line, Tone, joined, line, width_of


def summary(
    items: Collection[SessionItem], fleet: Fleet, unreadable: int = 0, *, loaded: bool = True, width: int = 80
) -> Line:
    """Return "4 active in the organisation, 2 opened here · backends: 2 up, 1 degraded", with what fits of it.

    Before a list was heard (`loaded` is False) there is no number: unknown is not zero.
    """
    active = [item for item in items if not item.session.ended]
    here = sum(item.owner is Owner.HERE for item in active)
    forms = [f"{len(active):,} active{where}, {here:,} opened here" for where in (" in the organisation", "")]
    odd = line(Cell(f"{counted(unreadable, 'session')} could not be read", Tone.WARN)) if unreadable else ()
    rest = [odd, line(f"backends: {_fleet(fleet)}") if fleet.loaded else ()]
    long, short = ([line(form), *rest] for form in (forms if loaded else ["no list of sessions yet"] * 2))
    return joined(long) if width_of(joined(long)) <= width else spared(short, width, spare=(2,))


def _fleet(fleet: Fleet) -> str:
    up = [backend for backend in fleet.backends if backend.available]
    degraded = sum(bool(backend.degraded) for backend in up)
    told = ((len(up) - degraded, "up"), (degraded, "degraded"))
    return ", ".join(f"{number:,} {word}" for number, word in told if number) or "none"


def orphan_line(item: SessionItem, now: datetime, tz: tzinfo | None, last_job: datetime | None = None) -> Line:
    """Return "! b07e44 opened here 6h12m ago has NO LIMIT and no job since 10:22"."""
    session = item.session
    told = f"! {plain(session.short, 6)} opened here {_age(session, now)} ago"
    odd = ["has NO LIMIT"] if session.limits.absent else []
    if last_job is not None:
        odd.append(f"{'' if odd else 'has '}no job since {clock(last_job, now, tz)}")
    told += f" {' and '.join(odd)}" if odd else " is still active"
    return line(Cell(told, Tone.WARN))


def _age(session: Session, now: datetime) -> str:
    span = since(session.created_at, now)
    return duration(span) if span is not None else "some time"


def question_line(backend: str, asked: datetime | None, now: datetime, tz: tzinfo | None) -> Line:
    """Return the line of an open question: a request whose reply was never seen."""
    at = clock(asked, now, tz) if asked is not None else "some time"
    told = f"! a session on {plain(backend, 60)}, asked for at {at} ({ago(asked, now)}), may have been opened"
    return line(Cell(told, Tone.WARN))


def away_line(
    session: Session,
    now: datetime,
    tz: tzinfo | None,
    jobs: int | None,
    failed: int,
    charged: Iterable[Money],
    *,
    part: bool = False,
) -> Line:
    """Return "· 77d0aa ended while you were away: 00:11, 36 jobs, 2 failed, 14.90 usd".

    With `part` not every job is priced yet: "≥ 14.90 usd".
    """
    told = [clock(session.ended_at, now, tz)] if session.ended_at is not None else []
    told += [counted(jobs, "job")] if jobs is not None else []
    told += [f"{failed:,} failed"] if failed else []
    told += [f"{'≥ ' if part else ''}{money(amount)}" for amount in charged]
    said = f"· {plain(session.short, 6)} ended while you were away"
    return line(f"{said}: {', '.join(told)}" if told else said)
