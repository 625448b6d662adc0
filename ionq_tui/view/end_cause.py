"""Who or what ended a session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ionq_tui.model.money import in_unit
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted
from ionq_tui.view.status import person
from ionq_tui.view.time_text import since

_CLOSE = timedelta(seconds=30)
"""An end so close to a limit on time is at that limit."""


def end_cause(session: Session, watch: SessionSnapshot, people: Mapping[str, str]) -> str:
    """Return "by Ana", or which limit was reached where IonQ names nobody; first the one that says when."""
    if session.ender_id is not None:
        return f"by {person(session.ender_id, people)}"
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
