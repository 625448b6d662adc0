"""What happened to a session from its creation on: by the server's own times, and by what was seen and done here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ionq_tui.model.event import JOB_ENDINGS, Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.watch import Watch, failure_words

_ORDER = list(EventKind)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened once, or to several jobs within one minute."""

    event: Event
    """The first where there are several."""
    jobs: tuple[Job, ...] = ()
    """To which it happened; empty where it is about the session, or about a job that is not listed."""


def timeline(watch: Watch) -> tuple[Moment, ...]:
    """Return each thing once, oldest first; the server's time of it counts more than when it was seen."""
    told = [*_of_session(watch), *_of_jobs(watch)]
    covered = {(moment.event.kind, moment.event.subject) for moment in told}
    covered |= {(moment.event.kind, job.id) for moment in told for job in moment.jobs}
    apart = (EventKind.NOTE, EventKind.ALARM)
    seen = [one for one in watch.events if one.kind in apart or (one.kind, one.subject) not in covered]
    return tuple(sorted([*told, *map(Moment, dict.fromkeys(seen))], key=_place))


def _of_session(watch: Watch) -> list[Moment]:
    session = watch.session
    if session is None:
        return []
    steps = (
        (session.created_at, EventKind.OPENED, ""),
        (session.started_at, EventKind.STARTED, ""),
        (session.ended_at, EventKind.ENDED, session.ender_id or ""),
    )
    return [Moment(Event(at, kind, session.id, words=words)) for at, kind, words in steps if at is not None]


def _of_jobs(watch: Watch) -> list[Moment]:
    """Bunch what happened to jobs by the minute; failures stand together only where they have the same reason."""
    bunches: dict[tuple[EventKind, datetime, str], list[tuple[datetime, Job]]] = {}
    for job in watch.counted:
        for at, kind, words in _steps(job):
            minute = at.replace(second=0, microsecond=0)
            bunches.setdefault((kind, minute, words), []).append((at, job))
    return [_bunch(kind, words, found) for (kind, _, words), found in bunches.items()]


def _steps(job: Job) -> Iterable[tuple[datetime, EventKind, str]]:
    if job.submitted_at is not None:
        yield _aware(job.submitted_at), EventKind.JOB_SUBMITTED, ""
    if job.completed_at is not None and (kind := JOB_ENDINGS.get(job.status)) is not None:
        yield _aware(job.completed_at), kind, failure_words(job)


def _bunch(kind: EventKind, words: str, found: list[tuple[datetime, Job]]) -> Moment:
    at, first = min(found, key=lambda one: one[0])
    subject = first.id if len(found) == 1 else ""
    return Moment(Event(at, kind, first.session_id or "", subject, words), tuple(job for _, job in found))


def _place(moment: Moment) -> tuple[datetime, int]:
    return _aware(moment.event.at), _ORDER.index(moment.event.kind)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
