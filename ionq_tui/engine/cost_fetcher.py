"""Fetch the costs of jobs: a final cost once, a missing one again later, at a limited rate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeGuard

from ionq_tui.engine.poll_schedule import LONGEST, next_wait
from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job, JobCost, is_part
from ionq_tui.model.link_state import Fault, FaultKind, link_of
from ionq_tui.model.snapshot import SessionSnapshot, apply_costs, with_cost_fault

IN_FLIGHT = 4
PER_SECOND = 8
"""Maximum number of cost requests per second; no more than the total request budget allows."""
RETRY_AFTER = (10.0, 60.0, 600.0)
"""Seconds before each further request for a missing cost.

After the last one the cost stays unknown, unless no reply could be read: then requests go on.
"""
_JOB_FAULTS = {FaultKind.NOT_FOUND, FaultKind.BAD_REQUEST, FaultKind.GARBLED, FaultKind.SERVER}
"""Faults that may concern a single job; any other kind concerns every request and says nothing about a job."""
_SERVER_FAULTS = {FaultKind.GARBLED, FaultKind.SERVER}
"""Faults that do not tell whether a job has a cost."""

_NO_JOBS: Mapping[str, Job] = MappingProxyType({})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Keep = Callable[[Mapping[str, JobCost]], None]
"""Receives final costs, by job id."""


class CostFetcher:
    """Fetch the costs of one session's jobs as they become known.

    Jobs that are part of another job are skipped; the cost of the parent includes them.
    """

    def __init__(self, cloud: Cloud, clock: Clock, store: Store[SessionSnapshot], keep: Keep) -> None:
        """Take the API, the clock, the store of the session's snapshot, and the function that stores final costs."""
        self._cloud = cloud
        self._clock = clock
        self._store = store
        self._keep = keep
        self._tries: dict[tuple[str, bool], int] = {}
        """Number of requests, by job id and whether the job had finished at the time."""
        self._retry_at: dict[str, float] = {}
        """Monotonic time of the next request, by id of a finished job whose cost was missing."""
        self._scanned: Mapping[str, Job] = _NO_JOBS
        """The jobs that were looked through last: of the next ones only those that differ are."""
        self._finished: list[str] = []
        self._unfinished: list[str] = []
        """Ids of jobs whose cost may be needed, the next one last."""
        self._unread: dict[str, Fault] = {}
        """The fault for each cost reply that could not be read, by job id."""
        self._failures = 0
        self._fault: Fault | None = None
        """The fault of the last batch, if it concerns more than one job."""
        self._not_before = 0.0
        self._work = asyncio.Event()

    async def run(self) -> None:
        """Fetch costs as they are needed, until this task is canceled."""
        stop = self._store.subscribe(lambda _: self.wake())
        try:
            while True:
                self._work.clear()
                batch = self._batch()
                if batch:
                    await self._clock.wait(asyncio.Event(), await self._ask(batch))
                else:
                    await self._clock.wait(self._work, self._until_again())
        finally:
            stop()

    async def one(self) -> bool:
        """Fetch one cost if one is due; return whether a request was sent."""
        if self._clock.monotonic() < self._not_before:
            return False
        batch = self._batch(1)
        if batch:
            self._not_before = self._clock.monotonic() + await self._ask(batch)
        return bool(batch)

    async def once(self, seconds: float) -> tuple[int, Fault | None]:
        """Request each needed cost once, finished and newest jobs first, for at most `seconds`.

        Return the number of costs not requested or not answered, and the fault that ended the run. Nothing is retried.
        """
        snapshot, until, pause = self._store.value, self._clock.monotonic() + seconds, 0.0
        wanted = [job for job in snapshot.jobs.values() if self._wanted(snapshot, job)]
        wanted.sort(key=lambda job: (job.finished, job.submitted_at or _LONG_AGO), reverse=True)
        for first in range(0, len(wanted), IN_FLIGHT):
            if first:
                await self._clock.wait(asyncio.Event(), pause)
            if self._clock.monotonic() >= until:
                return len(wanted) - first, None
            pause = await self._ask(wanted[first : first + IN_FLIGHT])
            if self._fault is not None:
                return sum(self._wanted(snapshot, job) for job in wanted), self._fault
        return 0, None

    def wake(self) -> None:
        """Check for work now."""
        self._work.set()

    def forget_missing(self) -> None:
        """Request every unknown cost of finished jobs again, however often it was missing before."""
        self._tries = {key: tries for key, tries in self._tries.items() if not key[1]}
        self._retry_at.clear()
        self._scanned = _NO_JOBS
        self.wake()

    def _until_again(self) -> float:
        now = self._clock.monotonic()
        return max(0.0, min((at - now for at in self._retry_at.values()), default=LONGEST))

    def _batch(self, most: int = IN_FLIGHT) -> list[Job]:
        """Return the next few jobs to request costs for, unfinished jobs first."""
        snapshot, now = self._store.value, self._clock.monotonic()
        self._scan(snapshot)
        batch = [snapshot.jobs[job_id] for job_id, at in self._retry_at.items() if at <= now][:most]
        for queue in (self._unfinished, self._finished):
            while queue and len(batch) < most:
                job = snapshot.jobs.get(queue.pop())
                if job is not None and job not in batch and self._wanted(snapshot, job):
                    batch.append(job)
        return batch

    def _scan(self, snapshot: SessionSnapshot) -> None:
        """Queue the jobs that are new or have changed; all of them if some are gone, since parts may stand alone then.

        There may be tens of thousands, and a page of them arrives many times a second.
        """
        jobs, scanned = snapshot.jobs, self._scanned
        if jobs is scanned:
            return
        self._scanned = jobs
        changed = [job for job_id, job in jobs.items() if scanned.get(job_id) is not job]
        if len(jobs) - len(scanned) != sum(job.id not in scanned for job in changed):
            changed = [*jobs.values()]
        if len(changed) == len(jobs):
            self._finished.clear()
            self._unfinished.clear()
        for job in changed:
            if self._wanted(snapshot, job):
                (self._finished if job.finished else self._unfinished).append(job.id)

    def _wanted(self, snapshot: SessionSnapshot, job: Job) -> bool:
        """Return True if the cost was not yet requested in this state of the job and can be new."""
        if job.dry_run or is_part(job, snapshot.jobs) or (job.id, job.finished) in self._tries:
            return False
        if not job.finished:
            return job.id not in snapshot.costs
        return not snapshot.cost_is_final(job)

    async def _ask(self, batch: list[Job]) -> float:
        """Request the costs of a batch concurrently; return the seconds to wait before the next batch."""
        began = self._clock.monotonic()
        try:
            replies = await asyncio.gather(*(self._cloud.job_cost(job.id) for job in batch))
        except BaseException:
            self._scanned = _NO_JOBS  # those of this batch are in no queue any more
            raise
        by_id = dict(zip([job.id for job in batch], replies, strict=True))
        costs = {
            job.id: cost if job.finished else provisional(cost)
            for job in batch
            if isinstance(cost := by_id[job.id], JobCost)
        }
        down = [one for one in replies if isinstance(one, Fault) and not _about_one(one, bool(costs))]
        for job in batch:
            if (reply := by_id[job.id]) not in down:
                unheard = isinstance(reply, Fault) and reply.kind in _SERVER_FAULTS
                self._count_reply(job, None if unheard else costs.get(job.id, JobCost()))
        self._unread = {job_id: fault for job_id, fault in self._unread.items() if job_id not in costs}
        self._unread.update({job_id: one for job_id, one in by_id.items() if _unread(one)})
        unread = next(iter(self._unread.values()), None)
        self._store.apply(lambda snapshot: apply_costs(with_cost_fault(snapshot, unread), costs, self._clock.now()))
        self._keep(
            {job.id: costs[job.id] for job in batch if job.finished and job.id in costs and _final(costs[job.id])}
        )
        self._fault = next(iter(down), None)
        if not down:
            self._failures = 0
            return max(0.0, len(batch) / PER_SECOND - (self._clock.monotonic() - began))
        self._failures += 1
        self._scanned = _NO_JOBS
        return max(next_wait(RETRY_AFTER[0], link_of(one), self._failures, self._clock.jitter()) for one in down)

    def _count_reply(self, job: Job, cost: JobCost | None) -> None:
        """Count a reply and schedule another request if the cost is missing; None stands for an unreadable reply."""
        tries = self._tries[job.id, job.finished] = self._tries.get((job.id, job.finished), 0) + 1
        if not job.finished:
            return
        if cost is not None and (_final(cost) or tries > len(RETRY_AFTER)):
            self._retry_at.pop(job.id, None)
        else:
            self._retry_at[job.id] = self._clock.monotonic() + RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]


def provisional(cost: JobCost) -> JobCost:
    """Mark the cost of an unfinished job as provisional, since the charge may still change."""
    return replace(cost, early=True) if cost.cost is not None else cost


def _final(cost: JobCost) -> bool:
    return cost.cost is not None or cost.dry_run


def _unread(answer: JobCost | Fault) -> TypeGuard[Fault]:
    return isinstance(answer, Fault) and answer.kind is FaultKind.GARBLED


def _about_one(fault: Fault, others_answered: bool) -> bool:
    """Return True if the fault concerns this job alone; a server error does only if others of the batch succeeded."""
    return fault.kind in _JOB_FAULTS and (others_answered or fault.kind not in _SERVER_FAULTS)
