"""Events: changes seen on the server, and actions of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass


class EventKind(StrEnum):
    """The kinds of events."""

    OPENED = "opened"
    STARTED = "started"
    JOB_SUBMITTED = "job submitted"
    """Used only for past jobs; for live ones, the job counts say enough."""
    JOB_COMPLETED = "job completed"
    JOB_FAILED = "job failed"
    JOB_CANCELED = "job canceled"
    ENDED = "ended"
    ALARM = "limit near"
    """A limit is near, or the session is idle; `subject` is the alarm's name, for which it occurs once."""
    LIMITS_DIFFER = "limits differ"
    """IonQ set other limits, or another backend, than requested; occurs once."""
    COST_CHANGED = "cost changed"
    """IonQ reports a different final cost of a job than before."""
    CLONE_REQUESTED = "clone requested"
    """A clone of job `subject` into the session is about to be requested; the words are its mark."""
    CLONED = "cloned"
    """The clone of job `subject` exists; the words are its mark, its id, and its session if that is another one."""
    NOT_CLONED = "not cloned"
    """No clone of job `subject` was made; the words are the mark and the reason."""
    NOTE = "note"


CLONE_KINDS = frozenset({EventKind.CLONE_REQUESTED, EventKind.CLONED, EventKind.NOT_CLONED})
"""Kinds of events about clones. They are never dropped: they tell whether a paid job may exist."""

TOLD_BY_WORDS = frozenset({EventKind.NOTE, EventKind.COST_CHANGED, *CLONE_KINDS})
"""Kinds that may occur several times for one subject and are distinguished by their words."""

JOB_ENDINGS = {
    "completed": EventKind.JOB_COMPLETED,
    "failed": EventKind.JOB_FAILED,
    "canceled": EventKind.JOB_CANCELED,
}
"""Event kinds by the final status of a job."""


@quick_dataclass(frozen=True, slots=True)
class Event:
    """One event; `at` is the server's time if it gave one."""

    at: datetime
    kind: EventKind
    session_id: str
    subject: str = ""
    """A job id or an alarm's name; empty if the event is about the session."""
    words: str = ""
    """Details, mostly text from the server; untrusted."""
    dated: bool = True
    """False if nobody knows when: it had happened before it was noticed. `at` then only gives it a place."""

    def details(self, people: Mapping[str, str]) -> str:
        """Return the words for programs; those of an end are who ended the session, by name where `people` has it."""
        return people.get(self.words, self.words) if self.kind is EventKind.ENDED else self.words


def newest_events(events: Iterable[Event], most: int) -> tuple[Event, ...]:
    """Return the newest events and all about clones, newest last."""
    ordered = sorted(events, key=lambda event: event.at)
    older = ordered[:-most]
    return (*(event for event in older if event.kind in CLONE_KINDS), *ordered[-most:])
