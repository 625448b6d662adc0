"""What a screen may know about one session, and the pure steps from one such picture to the next.

Time is no part of it: two pictures are equal where nothing changed, whenever they were heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from ionq_tui.model.event import JOB_ENDINGS, Event, EventKind
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link import FRESH, Fault, Link, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.tally import NO_TALLY, Tally, amounts, cost_is_final, tally_of

EVENTS_KEPT = 500

_NO_JOBS: Mapping[str, Job] = MappingProxyType({})
_NO_COSTS: Mapping[str, JobCost] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Watch:
    """The last good picture of one session, and how well it is heard."""

    session: Session | None = None
    jobs: Mapping[str, Job] = field(default_factory=lambda: _NO_JOBS)
    """By id, in the order in which they were first heard of."""
    all_listed: bool = False
    """True once every page of the jobs was read."""
    costs: Mapping[str, JobCost] = field(default_factory=lambda: _NO_COSTS)
    """By job id, as far as asked."""
    seen_active: bool = False
    """True once a reply said `active: true`."""
    end_asked: bool = False
    """True from the request to end until the end is proved or given up."""
    link: Link = FRESH
    jobs_fault: Fault | None = None
    """Why the jobs are not to be seen, where the session itself is."""
    events: tuple[Event, ...] = ()
    """Newest last, the last 500."""
    unread: int = 0
    """Jobs of the list that could not be read at all."""
    tally: Tally = field(default=NO_TALLY, compare=False, repr=False)
    """What the jobs come to, carried on by the steps below."""

    @property
    def whole(self) -> bool:
        """True once every page of the jobs was read, and every job of it could be."""
        return self.all_listed and not self.unread

    @property
    def ended(self) -> bool:
        """True where the end is proved."""
        return self.session is not None and self.session.proves_end(self.seen_active)

    @property
    def counted(self) -> tuple[Job, ...]:
        """The jobs that are not parts of another one."""
        return tuple(job for job in self.jobs.values() if job.parent_job_id is None)

    @property
    def count(self) -> int:
        """How many jobs there are that are not parts of another one."""
        return sum(self._sum.by_status.values())

    @property
    def by_status(self) -> Mapping[str, int]:
        """How many jobs have each status, most first."""
        return self._sum.by_status

    @property
    def unfinished(self) -> tuple[Job, ...]:
        """Jobs that wait or run."""
        return tuple(self._sum.unfinished.values())

    @property
    def charged(self) -> tuple[Money, ...]:
        """Charged so far, per unit, without dry runs."""
        return amounts(self._sum.charged)

    @property
    def reserved(self) -> tuple[Money, ...]:
        """Reserved for unfinished jobs that are not yet charged, per unit."""
        return amounts(self._sum.reserved)

    @property
    def finished_count(self) -> int:
        """Jobs with a final status that can have cost money."""
        return self._sum.finished

    @property
    def priced_count(self) -> int:
        """Finished jobs whose final cost is known."""
        return self._sum.priced

    @property
    def spend_known(self) -> bool:
        """True where it is known what was charged so far, were it nothing or a part."""
        seen = self.whole and self.jobs_fault is None
        return bool(self.charged) or (seen and (self.priced_count > 0 or self.finished_count == 0))

    def cost_is_final(self, job: Job) -> bool:
        """True where the cost of a finished job need not be asked again."""
        return cost_is_final(job, self.costs.get(job.id))

    @property
    def _sum(self) -> Tally:
        """What the jobs come to; counted anew only where the picture was not made step by step."""
        held = self.tally
        return held if held.jobs is self.jobs and held.costs is self.costs else tally_of(self.jobs, self.costs)


EMPTY_WATCH = Watch()


def heard_session(watch: Watch, session: Session, now: datetime) -> Watch:
    """Take in a reading of the session; transitions become events."""
    seen_active = watch.seen_active or session.active is True
    ended = session.proves_end(seen_active)
    return replace(
        watch,
        session=session,
        link=FRESH,
        seen_active=seen_active,
        end_asked=watch.end_asked and not ended,
        events=_kept(watch.events, _session_events(watch, session, ended, now)),
    )


def heard_jobs(watch: Watch, jobs: Iterable[Job], now: datetime, *, complete: bool = False) -> Watch:
    """Take in readings of some jobs (all of them where `complete`); transitions become events."""
    changed = {job.id: job for job in jobs if watch.jobs.get(job.id) != job}
    listed = watch.all_listed or complete
    if not changed and listed == watch.all_listed and watch.jobs_fault is None:
        return watch
    happened = [
        event for job in changed.values() for event in _job_events(watch.jobs.get(job.id), job, watch.all_listed, now)
    ]
    known = MappingProxyType({**watch.jobs, **changed}) if changed else watch.jobs
    return replace(
        watch,
        jobs=known,
        tally=watch._sum.carried(known, watch.costs, changed),
        all_listed=listed,
        jobs_fault=None,
        events=_kept(watch.events, happened),
    )


def heard_unread(watch: Watch, number: int) -> Watch:
    """Note how many jobs of the list could not be read."""
    return watch if number == watch.unread else replace(watch, unread=number)


def heard_costs(watch: Watch, costs: Mapping[str, JobCost]) -> Watch:
    """Take in costs of jobs; a known final cost is not replaced by a missing one, or by one told before the end."""
    changed = {
        job_id: cost
        for job_id, cost in costs.items()
        if cost != (held := watch.costs.get(job_id))
        and not (held is not None and held.cost is not None and (cost.cost is None or (cost.early and not held.early)))
    }
    if not changed:
        return watch
    known = MappingProxyType({**watch.costs, **changed})
    return replace(watch, costs=known, tally=watch._sum.carried(watch.jobs, known, changed))


def lost(watch: Watch, fault: Fault) -> Watch:
    """Keep the picture, and say that it is no longer fresh."""
    return replace(watch, link=link_of(fault))


def jobs_lost(watch: Watch, fault: Fault) -> Watch:
    """Keep the picture, and say why the jobs cannot be read."""
    return replace(watch, jobs_fault=fault)


def asked_to_end(watch: Watch, asked: bool) -> Watch:
    """Note that the end was asked for, or that asking was given up."""
    return replace(watch, end_asked=asked and not watch.ended)


def noted(watch: Watch, event: Event) -> Watch:
    """Add an event that was done here."""
    return replace(watch, events=_kept(watch.events, [event]))


def recalled(watch: Watch, events: Iterable[Event]) -> Watch:
    """Take in events that were seen before; of what both tell, the older telling stands."""
    return replace(watch, events=_kept(_kept((), events), watch.events))


def _kept(events: tuple[Event, ...], more: Iterable[Event]) -> tuple[Event, ...]:
    """Add what was not told yet: a server that wavers between two answers makes nothing happen twice."""
    told = {_happening(event) for event in events if event.kind is not EventKind.NOTE}
    new = [event for event in more if _happening(event) not in told]
    return tuple(sorted((*events, *new), key=lambda event: event.at))[-EVENTS_KEPT:] if new else events


def _happening(event: Event) -> tuple[EventKind, str]:
    return event.kind, event.subject or event.session_id


def _session_events(watch: Watch, session: Session, ended: bool, now: datetime) -> list[Event]:
    before = watch.session
    told = []
    if before is None and session.created_at is not None:
        told.append(Event(session.created_at, EventKind.OPENED, session.id))
    if session.started_at is not None and (before is None or before.started_at is None):
        told.append(Event(session.started_at, EventKind.STARTED, session.id))
    if ended and not watch.ended:
        told.append(Event(session.ended_at or now, EventKind.ENDED, session.id, words=session.ender_id or ""))
    return told


def _job_events(before: Job | None, job: Job, listed: bool, now: datetime) -> list[Event]:
    """Tell endings: all that are seen to happen, and of those before our time only the failures."""
    kind = JOB_ENDINGS.get(job.status)
    if kind is None or (before is not None and before.status == job.status):
        return []
    if before is None and not listed and kind is not EventKind.JOB_FAILED:
        return []
    return [Event(job.completed_at or now, kind, job.session_id or "", subject=job.id, words=failure_words(job))]


def failure_words(job: Job) -> str:
    """Return why a job failed, in the server's own words; empty where it did not, or none were given."""
    return f"{job.failure.code}, {job.failure.message}" if job.failure else ""
