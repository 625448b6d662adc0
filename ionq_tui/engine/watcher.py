"""Keeps the picture of one session up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from ionq_tui.engine.cadence import LONGEST, RESTLESS, next_wait
from ionq_tui.engine.job_reader import JobReader
from ionq_tui.engine.memory import Memory
from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.pricer import Pricer
from ionq_tui.engine.store import Store
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job
from ionq_tui.model.link import FRESH, Fault, FaultKind, Link, Refused, link_of
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session
from ionq_tui.model.watch import EMPTY_WATCH, Watch, heard_jobs, heard_session, heard_unread, jobs_lost, lost

_MINUTE = timedelta(minutes=1)
_JOBS_EVERY = 4
"""Of so many glances one is at the jobs, however many costs are still to be asked."""


class Watcher:
    """One session: its store, and the polling that fills it while somebody runs it."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        session_id: str,
        interval: float,
        journal: Journal,
        place: Callable[[], Place],
        tell: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """Take the ports, the session, the seconds between two readings, where we are, and who hears of events."""
        self.session_id = session_id
        self.store: Store[Watch] = Store(EMPTY_WATCH)
        self._cloud = cloud
        self._clock = clock
        self._interval = interval
        self._reader = JobReader(cloud, session_id, self._take)
        self.memory = Memory(journal, place, session_id, self.store, tell)
        self._pricer = Pricer(cloud, clock, self.store, self.memory.keep)
        self._glances = 0
        self._glancing: asyncio.Task[bool] | None = None
        self._jobs_failures = 0
        self._jobs_again = 0.0
        self._over_since: float | None = None
        self.poller = Poller(self._tick, clock)
        self.running = False
        """True while somebody runs it."""
        self.jobs_as_of: datetime | None = None
        """The server's time when the jobs were last read; what was not heard since is not known to be nothing."""

    @property
    def told(self) -> bool:
        """True where it has ended, and all of its jobs and costs are known: nothing of that gets old."""
        watch = self.store.value
        listed = watch.ended and watch.all_listed and not watch.unfinished
        return listed and watch.priced_count == watch.finished_count

    async def run(self) -> None:
        """Poll and price until the session has ended and all is told, or this task is cancelled."""
        self.running = True
        if self._glancing is not None:
            self._glancing.cancel()
        over = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._behind(over), name=f"prices of {self.session_id}")
                await self.poller.run()
                over.set()
                self._pricer.wake()
        finally:
            self.running = False

    def heard(self, session: Session) -> None:
        """Take in what a list told of it, where nobody runs it."""
        if not self.running:
            self.store.apply(lambda watch: heard_session(watch, session, self._clock.now()))

    async def glance(self) -> bool:
        """Ask one thing of a session that nobody runs; returns False where there is nothing to be asked just now."""
        if self.running:
            return False
        self._glancing = asyncio.create_task(self._glance(), name=f"glance at {self.session_id}")
        try:
            await asyncio.wait({self._glancing})
        finally:
            self._glancing.cancel()
        return self._glancing.cancelled() or self._glancing.result()

    async def _glance(self) -> bool:
        """Ask for its jobs, or by turns for what one of them cost."""
        self._glances += 1
        if self._glances % _JOBS_EVERY and await self._pricer.one():
            return True
        watch = self.store.value
        if watch.ended and watch.all_listed and not watch.unfinished:
            return await self._pricer.one()
        await self._read_jobs(self._reader.glance)
        return True

    async def _behind(self, over: asyncio.Event) -> None:
        """What no reading waits for: remember, then ask for costs that are not remembered, and write."""
        await self.memory.recall()
        writing = asyncio.create_task(self.memory.run(), name=f"memory of {self.session_id}")
        try:
            await self._pricer.run(over)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        await self.memory.write()

    async def _tick(self) -> Tick:
        heard = await self._cloud.session(self.session_id)
        if isinstance(heard, Fault):
            self.store.apply(lambda watch: lost(watch, heard))
            return Tick(self.store.value.link, self._interval)
        self.store.apply(lambda watch: heard_session(watch, heard, self._clock.now()))
        link = await self._read_jobs(self._reader.read)
        return Tick(link, self._next_interval())

    async def _read_jobs(self, read: Callable[[Watch], Awaitable[Fault | None]]) -> Link:
        """Read the jobs, less and less often while they cannot be read; a limit on requests is for all of them."""
        if self._clock.monotonic() < self._jobs_again:
            return FRESH
        fault = await read(self.store.value)
        self.store.apply(lambda watch: heard_unread(watch, self._reader.unread))
        if fault is None:
            self._jobs_failures = 0
            self.jobs_as_of = self._clock.now()
            return FRESH
        self._jobs_failures += 1
        self.store.apply(lambda watch: jobs_lost(watch, fault))
        link = link_of(fault)
        # With the full jitter, or the next reading would come a moment too early.
        self._jobs_again = self._clock.monotonic() + next_wait(self._interval, link, self._jobs_failures, 1.0)
        return link if fault.kind is FaultKind.RATE_LIMITED else FRESH

    def _take(self, jobs: Iterable[Job], complete: bool) -> None:
        self.store.apply(lambda watch: heard_jobs(watch, jobs, self._clock.now(), complete=complete))

    def _next_interval(self) -> float | None:
        """Seconds to the next reading: none once all is told, few while something is about to change."""
        watch = self.store.value
        restless = min(RESTLESS, self._interval)
        if watch.ended:
            return self._after_the_end(watch, restless)
        ends_at = watch.session.runs_out_at if watch.session else None
        if watch.end_asked:
            return restless
        if ends_at is not None and abs(ends_at - self._clock.now()) < _MINUTE:
            return restless
        if watch.session and watch.session.started_at is None and watch.unfinished:
            return restless
        return self._interval

    def _after_the_end(self, watch: Watch, restless: float) -> float | None:
        """Few seconds while its last jobs finish, many where they do not, none once all is told."""
        hidden = watch.jobs_fault is not None and isinstance(link_of(watch.jobs_fault), Refused)
        if (watch.all_listed and not watch.unfinished) or hidden:
            return None
        now = self._clock.monotonic()
        if self._over_since is None:
            self._over_since = now
        if not watch.all_listed and watch.jobs_fault is None:
            return self._interval
        return restless if now - self._over_since < _MINUTE.total_seconds() else max(self._interval, LONGEST)
