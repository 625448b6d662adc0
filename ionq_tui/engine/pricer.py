"""Asks what jobs cost: a final cost once, a missing one again later, and never many at a time."""

from __future__ import annotations

import asyncio

from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link import Fault
from ionq_tui.model.watch import Watch, heard_costs

IN_FLIGHT = 4
PER_SECOND = 10
AGAIN = (10.0, 60.0, 600.0)
"""Seconds until a missing cost is asked again; after the last it is left unknown."""


class Pricer:
    """Works through the jobs of one watch whose cost can have become known."""

    def __init__(self, cloud: Cloud, clock: Clock, store: Store[Watch]) -> None:
        """Take the cloud, the clock, and the watch to complete."""
        self._cloud = cloud
        self._clock = clock
        self._store = store
        self._tried: dict[tuple[str, bool], tuple[int, float]] = {}
        self._work = asyncio.Event()

    async def run(self) -> None:
        """Ask for costs for as long as this task lives."""
        stop = self._store.subscribe(lambda _: self._work.set())
        try:
            while True:
                self._work.clear()
                batch = self.due()[:IN_FLIGHT]
                if not batch:
                    await self._clock.wait(self._work, AGAIN[0])
                    continue
                await self._ask(batch)
                await self._clock.wait(asyncio.Event(), len(batch) / PER_SECOND)
        finally:
            stop()

    def due(self) -> list[Job]:
        """Return the jobs to ask about now, newest first: what runs matters more than what is long over."""
        watch, now = self._store.value, self._clock.monotonic()
        return [job for job in reversed(tuple(watch.jobs.values())) if self._wanted(watch, job, now)]

    def _wanted(self, watch: Watch, job: Job, now: float) -> bool:
        if job.dry_run or watch.cost_is_final(job) or (not job.finished and job.id in watch.costs):
            return False
        tries, last = self._tried.get((job.id, job.finished), (0, 0.0))
        return tries == 0 or (tries <= len(AGAIN) and now - last >= AGAIN[tries - 1])

    async def _ask(self, batch: list[Job]) -> None:
        heard = await asyncio.gather(*(self._cloud.job_cost(job.id) for job in batch))
        now = self._clock.monotonic()
        costs: dict[str, JobCost] = {}
        for job, cost in zip(batch, heard, strict=True):
            tries, _ = self._tried.get((job.id, job.finished), (0, 0.0))
            self._tried[job.id, job.finished] = tries + 1, now
            if not isinstance(cost, Fault):
                costs[job.id] = cost
        self._store.apply(lambda watch: heard_costs(watch, costs))
