"""The receipt of a session that has ended: what it cost, what it did, and what ended it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from ionq_tui.model.money import in_unit
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted, limits_words
from ionq_tui.view.report import failures
from ionq_tui.view.sanitize import pad
from ionq_tui.view.session_card import cost_words, jobs_line
from ionq_tui.view.status import NOBODY, person
from ionq_tui.view.style import Cell, Line, Tone, line, words
from ionq_tui.view.time_text import clock, since, used

_NAME = 8
_FAILURES = 2
_CLOSE = timedelta(seconds=30)
"""An end so close to a limit on time is at that limit."""


def receipt_lines(
    watch: SessionSnapshot, now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY
) -> list[Line]:
    """Return the receipt, one fact a line; nothing of a session that has not ended.

    Numbers that may be too low say so, as everywhere: while not all jobs were read, and not all are priced.
    """
    session = watch.session
    if session is None or not (session.ended or watch.ended):
        return []
    span = since(session.started_at, session.ended_at)
    facts = [
        ("ended", _ended(session, watch, now, tz, people), Tone.STRONG),
        ("cost", cost_words(watch), Tone.STRONG),
        ("jobs", words(jobs_line(watch)), Tone.PLAIN),
        ("time", f"{used(span)} used" if span is not None else "", Tone.PLAIN),
        ("limits", limits_words(session.limits), Tone.PLAIN),
    ]
    failed = failures(watch)
    facts += [("failed" if not number else "", text, Tone.BAD) for number, text in enumerate(failed[:_FAILURES])]
    if len(failed) > _FAILURES:
        facts.append(("", f"and {counted(len(failed) - _FAILURES, 'more failed job')}", Tone.BAD))
    return [line(Cell(pad(name, _NAME), Tone.DIM), Cell(text, tone)) for name, text, tone in facts if text]


def _ended(
    session: Session, watch: SessionSnapshot, now: datetime, tz: tzinfo | None, people: Mapping[str, str]
) -> str:
    """Return when it ended, and by whom or by what."""
    at = clock(session.ended_at, now, tz) if session.ended_at is not None else "at an unknown time"
    if not session.ended:
        return "IonQ says it is no longer active"
    if session.ender_id is not None:
        return f"{at}, by {person(session.ender_id, people)}"
    return f"{at}, {_cause(session, watch)}"


def _cause(session: Session, watch: SessionSnapshot) -> str:
    """Return which limit was reached, where IonQ names nobody who ended it; first the one that says when."""
    limits = session.limits
    span, most = since(session.started_at, session.ended_at), limits.minutes
    if span is not None and most is not None and span >= timedelta(minutes=most) - _CLOSE:
        return "its time limit was reached"
    left = since(session.ended_at, session.expires_at)
    if left is not None and left <= _CLOSE:
        return "its expiry time was reached"
    asked = limits.money
    paid = in_unit(watch.charged, asked.unit) if asked is not None else None
    if asked is not None and paid is not None and paid >= asked.value:
        return "its cost limit was reached"
    if limits.jobs is not None and watch.count >= limits.jobs:
        return f"all {counted(limits.jobs, 'job')} used"
    return "IonQ does not say by whom"
