"""Asks what jobs cost: a final cost once, a missing one again later, and never many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from ionq_tui.engine.cadence import LONGEST, next_wait
from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link import Fault, FaultKind, link_of
from ionq_tui.model.watch import Watch, heard_costs

IN_FLIGHT = 4
PER_SECOND = 10
AGAIN = (10.0, 60.0, 600.0)
"""Seconds until a missing cost is asked again; after the last it is left unknown."""
_OF_THE_JOB = {FaultKind.NOT_FOUND, FaultKind.BAD_REQUEST, FaultKind.GARBLED, FaultKind.SERVER}
"""Faults that may concern one job alone; any other concerns all, and is no answer about a job."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Keep = Callable[[Mapping[str, JobCost]], None]
"""Receives costs that are final."""


class Pricer:
    """Works through the jobs of one watch whose cost can have become known; parts of a job are in the job's cost."""

    def __init__(self, cloud: Cloud, clock: Clock, store: Store[Watch], keep: Keep) -> None:
        """Take the cloud, the clock, the watch to complete, and who keeps final costs."""
        self._cloud = cloud
        self._clock = clock
        self._store = store
        self._keep = keep
        self._tries: dict[tuple[str, bool], int] = {}
        """By job id and whether the job was finished then."""
        self._again: dict[str, float] = {}
        """When to ask again, by id of a finished job whose cost was missing."""
        self._scanned: Mapping[str, Job] | None = None
        self._todo: list[Job] = []
        self._failures = 0
        self._fault: Fault | None = None
        """Why the last few were not answered, where that concerns more than one job."""
        self._not_before = 0.0
        self._work = asyncio.Event()

    async def run(self, over: asyncio.Event) -> None:
        """Ask for costs until it is over (see `wake`) and none is left to be asked."""
        stop = self._store.subscribe(lambda _: self.wake())
        try:
            while True:
                self._work.clear()
                batch = self._batch()
                if batch:
                    await self._clock.wait(asyncio.Event(), await self._ask(batch))
                elif over.is_set() and not self._again:
                    return
                else:
                    await self._clock.wait(self._work, self._until_again())
        finally:
            stop()

    async def one(self) -> bool:
        """Ask for one cost, where one is wanted and the time for it has come; returns whether it asked."""
        if self._clock.monotonic() < self._not_before:
            return False
        batch = self._batch(1)
        if batch:
            self._not_before = self._clock.monotonic() + await self._ask(batch)
        return bool(batch)

    async def once(self, seconds: float) -> tuple[int, Fault | None]:
        """Ask once for each cost that is wanted, what is over and newest first, until the time is over.

        Returns how many were not asked or not answered, and the fault that ended it: nothing is tried again.
        """
        watch, until, pause = self._store.value, self._clock.monotonic() + seconds, 0.0
        wanted = [job for job in watch.jobs.values() if self._wanted(watch, job)]
        wanted.sort(key=lambda job: (job.finished, job.submitted_at or _LONG_AGO), reverse=True)
        for first in range(0, len(wanted), IN_FLIGHT):
            if first:
                await self._clock.wait(asyncio.Event(), pause)
            if self._clock.monotonic() >= until:
                return len(wanted) - first, None
            pause = await self._ask(wanted[first : first + IN_FLIGHT])
            if self._fault is not None:
                return sum(self._wanted(watch, job) for job in wanted), self._fault
        return 0, None

    def wake(self) -> None:
        """See whether there is anything to do."""
        self._work.set()

    def _until_again(self) -> float:
        now = self._clock.monotonic()
        return max(0.0, min((at - now for at in self._again.values()), default=LONGEST))

    def _batch(self, most: int = IN_FLIGHT) -> list[Job]:
        """Return the few jobs to ask about now: what runs before what is over."""
        watch, now = self._store.value, self._clock.monotonic()
        if watch.jobs is not self._scanned:
            self._scanned = watch.jobs
            wanted = [job for job in watch.jobs.values() if self._wanted(watch, job)]
            self._todo = sorted(wanted, key=lambda job: not job.finished)
        batch = [watch.jobs[job_id] for job_id, at in self._again.items() if at <= now][:most]
        while self._todo and len(batch) < most:
            job = self._todo.pop()
            if self._wanted(watch, job):
                batch.append(job)
        return batch

    def _wanted(self, watch: Watch, job: Job) -> bool:
        """True where its cost was never asked in this state of the job, and can tell something new."""
        if job.dry_run or job.parent_job_id is not None or (job.id, job.finished) in self._tries:
            return False
        if not job.finished:
            return job.id not in watch.costs
        return not watch.cost_is_final(job)

    async def _ask(self, batch: list[Job]) -> float:
        """Ask for a few costs at once; returns the seconds to wait before the next."""
        began = self._clock.monotonic()
        heard = await asyncio.gather(*(self._cloud.job_cost(job.id) for job in batch))
        told = dict(zip([job.id for job in batch], heard, strict=True))
        costs = {
            job.id: cost if job.finished else told_early(cost)
            for job in batch
            if isinstance(cost := told[job.id], JobCost)
        }
        down = [one for one in heard if isinstance(one, Fault) and not _about_one(one, bool(costs))]
        for job in batch:
            if told[job.id] not in down:
                self._note(job, costs.get(job.id, JobCost()))
        self._store.apply(lambda watch: heard_costs(watch, costs))
        self._keep(
            {job.id: costs[job.id] for job in batch if job.finished and job.id in costs and _final(costs[job.id])}
        )
        self._fault = next(iter(down), None)
        if not down:
            self._failures = 0
            return max(0.0, len(batch) / PER_SECOND - (self._clock.monotonic() - began))
        self._failures += 1
        self._scanned = None
        return max(next_wait(AGAIN[0], link_of(one), self._failures, self._clock.jitter()) for one in down)

    def _note(self, job: Job, cost: JobCost) -> None:
        """Remember that there was an answer, and when to ask again where it told nothing."""
        tries = self._tries[job.id, job.finished] = self._tries.get((job.id, job.finished), 0) + 1
        if not job.finished:
            return
        if _final(cost) or tries > len(AGAIN):
            self._again.pop(job.id, None)
        else:
            self._again[job.id] = self._clock.monotonic() + AGAIN[tries - 1]


def told_early(cost: JobCost) -> JobCost:
    """Return what was told of a job that had not finished: what is charged by then may change."""
    return replace(cost, early=True) if cost.cost is not None else cost


def _final(cost: JobCost) -> bool:
    return cost.cost is not None or cost.dry_run


def _about_one(fault: Fault, others_answered: bool) -> bool:
    """True where a fault counts as an answer about its job; a broken server answers nothing at all."""
    return fault.kind in _OF_THE_JOB and (others_answered or fault.kind is not FaultKind.SERVER)
