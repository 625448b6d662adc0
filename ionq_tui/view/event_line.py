"""Events as lines of text: when and what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.clone import clone_of, clone_words
from ionq_tui.model.event import CLONE_KINDS, Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.outcome import NewJob
from ionq_tui.view.amount import money
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import NOBODY, person
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import NO_TIME, clock

_TONES = {
    EventKind.JOB_FAILED: Tone.BAD,
    EventKind.ENDED: Tone.STRONG,
    EventKind.STARTED: Tone.GOOD,
    EventKind.ALARM: Tone.WARN,
    EventKind.LIMITS_DIFFER: Tone.WARN,
    EventKind.COST_CHANGED: Tone.WARN,
    EventKind.NOT_CLONED: Tone.WARN,
}
_NO_COSTS: Mapping[str, JobCost] = {}


def event_line(
    event: Event,
    now: datetime,
    tz: tzinfo | None,
    *,
    costs: Mapping[str, JobCost] = _NO_COSTS,
    people: Mapping[str, str] = NOBODY,
) -> Line:
    """Return "14:01:40  job b81d3c failed: QuotaExhaustedError, project budget reached"."""
    return timed_line(event, event_words(event, costs, people), now, tz)


def timed_line(event: Event, told: str, now: datetime, tz: tzinfo | None) -> Line:
    """Return what is told of an event behind its time, in the tone of its kind."""
    time = clock(event.at, now, tz, seconds=True) if event.dated else NO_TIME
    return line(Cell(time, Tone.DIM), "  ", Cell(told, _TONES.get(event.kind, Tone.PLAIN)))


def event_words(event: Event, costs: Mapping[str, JobCost] = _NO_COSTS, people: Mapping[str, str] = NOBODY) -> str:
    """Return a short description of the event."""
    words = plain(event.words, 300).strip()
    if event.kind in (EventKind.NOTE, EventKind.ALARM):
        return words
    if event.kind is EventKind.ENDED:
        return "session ended" + (f" by {person(event.words, people)}" if words else "")
    if event.kind in CLONE_KINDS:
        return _cloning(event)
    if not event.subject:
        return f"session {event.kind.value}" + (f": {words}" if words else "")
    what = event.kind.value.removeprefix("job ")
    said = f"job {plain(event.subject[-6:])} {what}" + (f": {words}" if words else "")
    cost = costs.get(event.subject) if event.kind is EventKind.JOB_COMPLETED else None
    final = cost is not None and not (cost.early or cost.dry_run)
    return said + (f", {money(cost.cost)}" if final and cost is not None and cost.cost is not None else "")


def _cloning(event: Event) -> str:
    job = f"job {plain(event.subject[-6:])}"
    if event.kind is EventKind.CLONE_REQUESTED:
        return f"clone of {job} requested by you"
    if event.kind is EventKind.CLONED:
        made = clone_of(event)
        elsewhere = misplaced(made, event.session_id)
        return f"{job} was cloned: the new job is {plain(made.id[-6:])}{f'; {elsewhere}' if elsewhere else ''}"
    return f"{job} was not cloned: {plain(clone_words(event), 300)}"


def misplaced(job: NewJob, session_id: str) -> str:
    """Return that IonQ put a new job elsewhere than into the session; empty if it did not."""
    if job.is_in(session_id):
        return ""
    if job.session_id is None:
        return "IonQ's reply names no session: it may wait in the public queue"
    return f"IonQ put it into another session, {plain(job.session_id, 64)}"
