"""The history of a session since its creation, from server times and local events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ionq_tui.model.event import JOB_ENDINGS, Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.snapshot import SessionSnapshot, failure_words

_ORDER: list[EventKind] = [kind for kind in EventKind if kind is not EventKind.NOTE]
_ORDER.insert(_ORDER.index(EventKind.ENDED), EventKind.NOTE)  # that an end is requested is noted before it comes


@quick_dataclass(frozen=True, slots=True)
class Moment:
    """An event that happened once, or to several jobs within one minute."""

    event: Event
    """Of several events, the first submission or the last ending: no job ends before it is submitted."""
    jobs: tuple[Job, ...] = ()
    """The jobs concerned; empty if the event is about the session or an unlisted job."""


def timeline(snapshot: SessionSnapshot) -> tuple[Moment, ...]:
    """Return each event once, oldest first; server times take precedence over the times of observation."""
    moments = [*_of_session(snapshot), *_of_jobs(snapshot)]
    covered = {(moment.event.kind, moment.event.subject) for moment in moments}
    covered |= {(moment.event.kind, job.id) for moment in moments for job in moment.jobs}
    apart = (EventKind.NOTE, EventKind.ALARM)
    seen = [one for one in snapshot.events if one.kind in apart or (one.kind, one.subject) not in covered]
    return tuple(sorted([*moments, *map(Moment, dict.fromkeys(seen))], key=_place))


def _of_session(snapshot: SessionSnapshot) -> list[Moment]:
    session = snapshot.session
    if session is None:
        return []
    steps = (
        (session.created_at, EventKind.OPENED, ""),
        (session.started_at, EventKind.STARTED, ""),
        (session.ended_at, EventKind.ENDED, session.ender_id or ""),
    )
    return [Moment(Event(at, kind, session.id, words=words)) for at, kind, words in steps if at is not None]


def _of_jobs(snapshot: SessionSnapshot) -> list[Moment]:
    """Group job events by minute; failures are grouped only if they have the same reason."""
    bunches: dict[tuple[EventKind, datetime, str], list[tuple[datetime, Job]]] = {}
    for job in snapshot.counted:
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
    at, one = (min if kind is EventKind.JOB_SUBMITTED else max)(found, key=lambda pair: pair[0])
    subject = one.id if len(found) == 1 else ""
    return Moment(Event(at, kind, one.session_id or "", subject, words), tuple(job for _, job in found))


def _place(moment: Moment) -> tuple[datetime, int, datetime]:
    """Order by time, and by kind within a second: the server's times are whole seconds, ours are not."""
    at = _aware(moment.event.at)
    return at.replace(microsecond=0), _ORDER.index(moment.event.kind), at


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
