"""The state of one session as known to the dashboard, and pure functions that derive the next snapshot from a reply.

Snapshots hold no fetch time, so two snapshots with the same data are equal whenever they were fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from ionq_tui.model.clone import clones_found
from ionq_tui.model.event import JOB_ENDINGS, TOLD_BY_WORDS, Event, EventKind, newest_events
from ionq_tui.model.job import Job, JobCost, is_part
from ionq_tui.model.job_totals import NO_TOTALS, JobTotals, amounts, cost_is_final, totals_of
from ionq_tui.model.link_state import FRESH, Fault, Fresh, Link, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session

EVENTS_KEPT = 500
LISTED_AFTER = timedelta(seconds=10)
"""A job list requested sooner than this after a session's end may lack its last jobs."""

_NO_JOBS: Mapping[str, Job] = MappingProxyType({})
_NO_COSTS: Mapping[str, JobCost] = MappingProxyType({})


@quick_dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """The last successfully read data of one session, and the link state of its polling."""

    session: Session | None = None
    jobs: Mapping[str, Job] = field(default_factory=lambda: _NO_JOBS)
    """By id, in the order in which they were first seen."""
    all_listed: bool = False
    """True once every page of the jobs was read."""
    costs: Mapping[str, JobCost] = field(default_factory=lambda: _NO_COSTS)
    """By job id, as far as requested."""
    seen_active: bool = False
    """True once a reply contained `active: true`."""
    link: Link = FRESH
    jobs_fault: Fault | None = None
    """Why the jobs could not be read although the session itself could."""
    cost_fault: Fault | None = None
    """Why some costs could not be decoded although IonQ sent them."""
    events: tuple[Event, ...] = ()
    """The latest 500 and all about clones, newest last."""
    unread: int = 0
    """Number of listed jobs that could not be decoded."""
    ended_by: datetime | None = None
    """The server's time by which the session had ended; None until the end is confirmed."""
    settled: bool = False
    """True once every page of the jobs was read in a pass that began long enough after the end."""
    totals: JobTotals = field(default=NO_TOTALS, compare=False, repr=False)
    """Counts and sums of the jobs, updated incrementally by the functions below."""

    @property
    def listed(self) -> bool:
        """True once every page of the jobs was read and every job could be decoded."""
        return self.all_listed and not self.unread

    @property
    def whole(self) -> bool:
        """True if no job is missing as far as IonQ reports; after the end, only once all jobs were read again.

        Data read before a request failed may be incomplete by now.
        """
        if self.ended:
            return self.settled and not self.unread
        return self.listed and self.jobs_fault is None and isinstance(self.link, Fresh)

    @property
    def charges_complete(self) -> bool:
        """True if the charged amount is complete: as of now, or finally after the end."""
        all_priced = self.priced_count == self.finished_count
        return self.whole and all_priced and not (self.ended and self.unfinished)

    @property
    def spend_complete(self) -> bool:
        """True if the sum of charged and reserved amounts is complete."""
        if self.charges_complete or not (self.ended and self.whole and self.priced_count == self.finished_count):
            return self.charges_complete
        costs = (self.costs.get(job.id) for job in self.unfinished if not job.dry_run)
        return all(cost is not None and (cost.estimate or cost.cost) is not None for cost in costs)

    @property
    def settles_at(self) -> datetime | None:
        """The earliest start of a pass over the jobs that contains them all; None until the end is confirmed."""
        return None if self.ended_by is None else self.ended_by + LISTED_AFTER

    @property
    def ended(self) -> bool:
        """True if the end is confirmed."""
        return self.session is not None and self.session.confirms_end(self.seen_active)

    @property
    def counted(self) -> tuple[Job, ...]:
        """The jobs that are not part of another job."""
        return tuple(job for job in self.jobs.values() if not is_part(job, self.jobs))

    @property
    def count(self) -> int:
        """The number of jobs that are not part of another job."""
        return sum(self._sum.by_status.values())

    @property
    def by_status(self) -> Mapping[str, int]:
        """The number of jobs by status, most frequent first."""
        return self._sum.by_status

    @property
    def unfinished(self) -> tuple[Job, ...]:
        """The waiting and running jobs."""
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
        """The number of finished jobs that may have been charged (no dry runs)."""
        return self._sum.finished

    @property
    def priced_count(self) -> int:
        """The number of finished jobs whose final cost is known."""
        return self._sum.priced

    @property
    def spend_known(self) -> bool:
        """True if the amount charged so far is known, including zero or a partial amount."""
        seen = self.whole if self.ended else self.listed and self.jobs_fault is None
        return bool(self.charged) or (seen and (self.priced_count > 0 or self.finished_count == 0))

    def cost_is_final(self, job: Job) -> bool:
        """Return True if the cost of a finished job need not be requested again."""
        return cost_is_final(job, self.costs.get(job.id))

    @property
    def _sum(self) -> JobTotals:
        """The totals of the jobs; recomputed only if this snapshot was not derived incrementally."""
        totals = self.totals
        return totals if totals.jobs is self.jobs and totals.costs is self.costs else totals_of(self.jobs, self.costs)


EMPTY_SNAPSHOT = SessionSnapshot()


def apply_session(snapshot: SessionSnapshot, session: Session, now: datetime) -> SessionSnapshot:
    """Apply a reading of the session; transitions become events."""
    seen_active = snapshot.seen_active or session.active is True
    ended = session.confirms_end(seen_active)
    return replace(
        snapshot,
        session=session,
        link=FRESH,
        seen_active=seen_active,
        ended_by=(snapshot.ended_by or min(session.ended_at or now, now)) if ended else None,
        settled=snapshot.settled and ended,
        events=_kept(snapshot.events, _session_events(snapshot, session, ended, now)),
    )


def apply_jobs(
    snapshot: SessionSnapshot,
    jobs: Iterable[Job],
    now: datetime,
    *,
    complete: bool = False,
    began: datetime | None = None,
) -> SessionSnapshot:
    """Apply readings of some jobs (the last of all of them if `complete`); transitions become events.

    `began` is the server's time at which the pass over all jobs began, None if unknown.
    """
    changed = {job.id: job for job in jobs if snapshot.jobs.get(job.id) != job}
    listed = snapshot.all_listed or complete
    settled = snapshot.settled or (complete and settles(snapshot, began))
    known = MappingProxyType({**snapshot.jobs, **changed}) if changed else snapshot.jobs
    happened = clones_found(snapshot.events, changed.values())
    same = (listed, settled) == (snapshot.all_listed, snapshot.settled) and snapshot.jobs_fault is None
    if not changed and same and not happened:
        return snapshot
    happened += [
        event
        for job in changed.values()
        for event in _job_events(snapshot.jobs.get(job.id), job, snapshot.all_listed, now)
    ]
    return replace(
        snapshot,
        jobs=known,
        totals=snapshot._sum.carried(known, snapshot.costs, changed),
        all_listed=listed,
        settled=settled,
        jobs_fault=None,
        events=_kept(snapshot.events, happened),
    )


def settles(snapshot: SessionSnapshot, began: datetime | None) -> bool:
    """Return True if a pass over the jobs that began at that time contains every job the session will ever have."""
    due = snapshot.settles_at
    return snapshot.ended and began is not None and due is not None and began >= due


def with_unreadable_count(snapshot: SessionSnapshot, number: int) -> SessionSnapshot:
    """Record the number of listed jobs that could not be decoded."""
    return snapshot if number == snapshot.unread else replace(snapshot, unread=number)


def apply_costs(
    snapshot: SessionSnapshot, costs: Mapping[str, JobCost], now: datetime | None = None
) -> SessionSnapshot:
    """Apply costs of jobs; a missing or provisional cost never replaces a known final one.

    A different final cost replaces a known one and, if `now` (the time of the reply) is given, becomes an event.
    """
    changed = {
        job_id: cost
        for job_id, cost in costs.items()
        if cost != (before := snapshot.costs.get(job_id))
        and not (
            before is not None and before.cost is not None and (cost.cost is None or (cost.early and not before.early))
        )
    }
    if not changed:
        return snapshot
    known = MappingProxyType({**snapshot.costs, **changed})
    happened = [] if now is None else _cost_events(snapshot, changed, now)
    return replace(
        snapshot,
        costs=known,
        totals=snapshot._sum.carried(snapshot.jobs, known, changed),
        events=_kept(snapshot.events, happened),
    )


def with_cost_fault(snapshot: SessionSnapshot, fault: Fault | None) -> SessionSnapshot:
    """Record why some costs could not be decoded; None if all could."""
    return snapshot if fault == snapshot.cost_fault else replace(snapshot, cost_fault=fault)


def with_link_fault(snapshot: SessionSnapshot, fault: Fault) -> SessionSnapshot:
    """Keep the data and mark it as no longer fresh."""
    return replace(snapshot, link=link_of(fault))


def with_jobs_fault(snapshot: SessionSnapshot, fault: Fault) -> SessionSnapshot:
    """Keep the data and record why the jobs could not be read."""
    return replace(snapshot, jobs_fault=fault)


def confirmed_end(snapshot: SessionSnapshot, session: Session, now: datetime) -> SessionSnapshot:
    """Apply the reading that confirmed an end; whatever confirmed it had seen the session active."""
    return apply_session(replace(snapshot, seen_active=True), session, now)


def noted(snapshot: SessionSnapshot, event: Event) -> SessionSnapshot:
    """Add an event caused by an action of this process."""
    return replace(snapshot, events=_kept(snapshot.events, [event]))


def recalled(snapshot: SessionSnapshot, events: Iterable[Event]) -> SessionSnapshot:
    """Add stored events; where a stored and a current event describe the same thing, keep the stored one."""
    held = _kept(_kept((), events), snapshot.events)
    return replace(snapshot, events=_kept(held, clones_found(held, snapshot.jobs.values())))


def _kept(events: tuple[Event, ...], more: Iterable[Event]) -> tuple[Event, ...]:
    """Add events not yet present, so that a server alternating between two answers does not cause duplicates."""
    known = {_happening(event) for event in events if event.kind is not EventKind.NOTE}
    new = [event for event in more if _happening(event) not in known]
    return newest_events((*events, *new), EVENTS_KEPT) if new else events


def _happening(event: Event) -> tuple[EventKind, str, str]:
    return event.kind, event.subject or event.session_id, event.words if event.kind in TOLD_BY_WORDS else ""


def _session_events(snapshot: SessionSnapshot, session: Session, ended: bool, now: datetime) -> list[Event]:
    before = snapshot.session
    events = []
    if before is None and session.created_at is not None:
        events.append(Event(session.created_at, EventKind.OPENED, session.id))
    if session.started_at is not None and (before is None or before.started_at is None):
        events.append(Event(session.started_at, EventKind.STARTED, session.id))
    if ended and not snapshot.ended:
        dated = session.ended_at is not None or before is not None
        at, words = session.ended_at or now, session.ender_id or ""
        events.append(Event(at, EventKind.ENDED, session.id, words=words, dated=dated))
    return events


def _cost_events(snapshot: SessionSnapshot, changed: Mapping[str, JobCost], now: datetime) -> list[Event]:
    """Return an event for each final cost that differs from the previously known one."""
    events = []
    for job_id, cost in changed.items():
        before = snapshot.costs.get(job_id)
        if before is None or before.cost is None or cost.cost is None or before.early or before.cost == cost.cost:
            continue
        session_id = snapshot.session.id if snapshot.session is not None else ""
        words = f"{cost.cost}, was {before.cost}"
        events.append(Event(now, EventKind.COST_CHANGED, session_id, subject=job_id, words=words))
    return events


def _job_events(before: Job | None, job: Job, listed: bool, now: datetime) -> list[Event]:
    """Return the events of finished jobs: all endings seen live, but only failures among earlier ones."""
    kind = JOB_ENDINGS.get(job.status)
    if kind is None or (before is not None and before.status == job.status):
        return []
    if before is None and not listed and kind is not EventKind.JOB_FAILED:
        return []
    at, dated = job.completed_at or now, True
    if job.completed_at is None and before is None and not listed:
        at, dated = job.started_at or job.submitted_at or _LONG_AGO, False  # the earliest that it can have been
    return [Event(at, kind, job.session_id or "", subject=job.id, words=failure_words(job), dated=dated)]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def failure_words(job: Job) -> str:
    """Return why a job failed, in the server's own words; empty if it did not fail or gave no reason."""
    return ", ".join(part for part in (job.failure.code, job.failure.message) if part) if job.failure else ""
