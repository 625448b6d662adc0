"""Something that was seen to happen, or that was done here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of things that are told."""

    OPENED = "opened"
    STARTED = "started"
    JOB_SUBMITTED = "job submitted"
    """Told of the past alone; of what is seen to happen the counts tell enough."""
    JOB_COMPLETED = "job completed"
    JOB_FAILED = "job failed"
    JOB_CANCELED = "job canceled"
    ENDED = "ended"
    ALARM = "limit near"
    """A limit that is near, or idleness; the subject is its name, under which it is told once."""
    NOTE = "note"


JOB_ENDINGS = {
    "completed": EventKind.JOB_COMPLETED,
    "failed": EventKind.JOB_FAILED,
    "canceled": EventKind.JOB_CANCELED,
}
"""By the final status of a job."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened; `at` is the server's time of it where it told one."""

    at: datetime
    kind: EventKind
    session_id: str
    subject: str = ""
    """The job's id, or an alarm's name, or empty where it is about the session."""
    words: str = ""
    """Details in the server's own words; untrusted text."""
