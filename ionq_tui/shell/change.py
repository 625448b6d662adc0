"""What changed from one picture of a session to the next, as lines for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ionq_tui.api import wire
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.session import Session
from ionq_tui.model.watch import Watch
from ionq_tui.shell.line import json_text
from ionq_tui.view.happening import event_words
from ionq_tui.view.moment import rfc3339
from ionq_tui.view.plain import plain

STATUS = "status"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to the session or to one of its jobs."""

    at: datetime
    what: str
    """The kind of the event, or "status" where only the server's word for the state is another one."""
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

    def json(self) -> str:
        """Return one line of JSON: session and job in the API's own names, what is ours under `ionq_tui`."""
        ours = {"at": rfc3339(self.at), "change": self.what}
        if self.event is not None and self.event.words:
            ours["words"] = self.event.words
        told: dict[str, object] = {"session": wire.session_json(self.session)}
        if self.job is not None:
            told["job"] = wire.job_json(self.job)
        return json_text({**told, "ionq_tui": ours})


def changes(before: Watch, after: Watch, now: datetime) -> list[Change]:
    """Return what is to be told of this step, oldest first: events, and changes of status that are no event."""
    session = after.session
    if session is None:
        return []
    known = {*before.events}
    events = [one for one in after.events if one not in known and one.kind is not EventKind.NOTE]
    told = {one.subject for one in events}
    found = [Change(one.at, one.kind.value, session, after.jobs.get(one.subject), one) for one in events]
    if "" not in told and (before.session is None or before.session.status != session.status):
        found.append(Change(now, STATUS, session))
    for job in after.jobs.values():
        held = before.jobs.get(job.id)
        if held is job or job.id in told or (held is None and job.finished):
            continue  # what had finished before we looked is history
        if held is None or held.status != job.status:
            found.append(Change(_since(job) or now, STATUS, session, job))
    return sorted(found, key=lambda one: one.at)


def _since(job: Job) -> datetime | None:
    """Return the server's time of the present status, where it tells one."""
    return {"submitted": job.submitted_at, "started": job.started_at}.get(job.status, job.completed_at)
