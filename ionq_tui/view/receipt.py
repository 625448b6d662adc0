"""The receipt of a session that has ended: what it cost, what it did, and what ended it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted, limits_words
from ionq_tui.view.end_cause import end_cause
from ionq_tui.view.report import failures
from ionq_tui.view.sanitize import pad
from ionq_tui.view.session_card import cost_words, jobs_line
from ionq_tui.view.status import NOBODY
from ionq_tui.view.style import Cell, Line, Tone, line, words
from ionq_tui.view.time_text import clock, since, used

_NAME = 8
_FAILURES = 2


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
    return f"{at}, {end_cause(session, watch, people)}"
