"""Changes between two snapshots of a session, as text lines and as JSON Lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ionq_tui.api import encode
from ionq_tui.cli.common import document
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.event_line import event_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.time_text import rfc3339

STATUS = "status"
_STEPS = frozenset({EventKind.OPENED, EventKind.STARTED, EventKind.ENDED})


@quick_dataclass(frozen=True, slots=True)
class SessionChange:
    """One thing that happened to the session or to one of its jobs."""

    at: datetime
    what: str
    """The kind of the event, or "status" if only the server's status text changed."""
    session: Session
    job: Job | None = None
    event: Event | None = None

    def line(self, people: Mapping[str, str]) -> str:
        """Return "2026-11-22T14:01:40Z 8f2c41 job b81d3c failed: QuotaExhaustedError, project budget reached"."""
        if self.event is not None:
            words = event_words(self.event, people=people)
        elif self.job is not None:
            words = f"job {plain(self.job.short)} {plain(self.job.status, 40)}"
        else:
            words = f"session {plain(self.session.status, 40)}"
        return f"{rfc3339(self.at, whole=True)} {plain(self.session.short)} {words}"

    def json(self, people: Mapping[str, str]) -> str:
        """Return one line of JSON: session and job with the API's field names, our fields under `ionq_tui`."""
        ours = {"at": rfc3339(self.at), "change": self.what, **encode.ends_json(self.session, self.at)}
        if self.event is not None and self.event.words:
            ours["words"] = self.event.details(people)
        told: dict[str, object] = {"session": encode.session_json(self.session)}
        if self.job is not None:
            told["job"] = encode.job_json(self.job)
        return document({**told, "ionq_tui": ours}, None)


def changes(before: SessionSnapshot, after: SessionSnapshot, now: datetime) -> list[SessionChange]:
    """Return the changes to print, oldest first: events, and status changes that are not events."""
    session = after.session
    if session is None:
        return []
    # What the journal told before the session was read was not printed; of that only the session's own steps are news.
    known = {one for one in before.events if before.session is not None or one.kind not in _STEPS}
    events = [one for one in after.events if one not in known and one.kind is not EventKind.NOTE]
    events = [one for one in events if one.dated or one.kind is EventKind.ENDED]
    told = {one.subject for one in events if one.kind is not EventKind.LIMITS_DIFFER}
    found = [SessionChange(one.at, one.kind.value, session, after.jobs.get(one.subject), one) for one in events]
    if "" not in told and (before.session is None or before.session.status != session.status):
        found.append(SessionChange(now, STATUS, session))
    for job in after.jobs.values():
        held = before.jobs.get(job.id)
        if held is job or job.id in told or (held is None and job.finished):
            continue  # what had finished before we looked is history
        if held is None or held.status != job.status:
            found.append(SessionChange(_since(job) or now, STATUS, session, job))
    return sorted(found, key=lambda one: one.at)


def _since(job: Job) -> datetime | None:
    """Return the server's time of the current status, if it reports one."""
    return {"submitted": job.submitted_at, "started": job.started_at}.get(job.status, job.completed_at)
