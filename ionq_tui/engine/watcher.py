"""Keeps the picture of one session up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from ionq_tui.engine.cadence import RESTLESS
from ionq_tui.engine.job_reader import JobReader
from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.pricer import Pricer
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job
from ionq_tui.model.link import FRESH, Fault
from ionq_tui.model.watch import EMPTY_WATCH, Watch, heard_jobs, heard_session, jobs_lost, lost

_LAST_MINUTE = timedelta(minutes=1)


class Watcher:
    """One session: its store, and the polling that fills it while somebody runs it."""

    def __init__(self, cloud: Cloud, clock: Clock, session_id: str, interval: float) -> None:
        """Take the cloud, the clock, the session, and the usual seconds between two readings."""
        self.session_id = session_id
        self.store: Store[Watch] = Store(EMPTY_WATCH)
        self._cloud = cloud
        self._clock = clock
        self._interval = interval
        self._reader = JobReader(cloud, session_id, self._take)
        self._pricer = Pricer(cloud, clock, self.store)
        self.poller = Poller(self._tick, clock, interval)
        self.running = False
        """True while somebody runs it."""
        self.rung: set[str] = set()
        """Alarms that were told: each is told once, however often its screen is opened."""

    async def run(self) -> None:
        """Poll and price until the session has ended, or this task is cancelled."""
        self.running = True
        pricing = asyncio.create_task(self._pricer.run(), name=f"prices of {self.session_id}")
        try:
            await self.poller.run()
            while self._pricer.due():
                await self._clock.wait(asyncio.Event(), 1.0)
        finally:
            self.running = False
            pricing.cancel()
            await asyncio.gather(pricing, return_exceptions=True)

    async def _tick(self) -> Tick:
        heard = await self._cloud.session(self.session_id)
        if isinstance(heard, Fault):
            self.store.apply(lambda watch: lost(watch, heard))
            return Tick(self.store.value.link, self._interval)
        self.store.apply(lambda watch: heard_session(watch, heard, self._clock.now()))
        fault = await self._reader.read(self.store.value)
        if fault is not None:
            self.store.apply(lambda watch: jobs_lost(watch, fault))
        return Tick(FRESH, self._next_interval())

    def _take(self, jobs: Iterable[Job], complete: bool) -> None:
        self.store.apply(lambda watch: heard_jobs(watch, jobs, self._clock.now(), complete=complete))

    def _next_interval(self) -> float | None:
        """Seconds to the next reading: none once all is told, few while something is about to change."""
        watch = self.store.value
        if watch.ended and (watch.all_listed or watch.jobs_fault) and not watch.unfinished:
            return None
        restless = min(RESTLESS, self._interval)
        ends_at = watch.session.runs_out_at if watch.session else None
        if watch.end_asked or watch.ended:
            return restless
        if ends_at is not None and ends_at - self._clock.now() < _LAST_MINUTE:
            return restless
        if watch.session and watch.session.started_at is None and watch.unfinished:
            return restless
        return self._interval
