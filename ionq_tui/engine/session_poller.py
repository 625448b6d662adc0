"""Poll one session and publish snapshots of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta

from ionq_tui.engine.cost_fetcher import CostFetcher
from ionq_tui.engine.job_reader import JobReader
from ionq_tui.engine.poll_schedule import LONGEST, SHORT_INTERVAL, next_wait, soonest
from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.session_archive import SessionArchive
from ionq_tui.engine.store import Store
from ionq_tui.model.clone import awaited_clones
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Fresh, Link, link_of
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_jobs,
    apply_session,
    settles,
    with_jobs_fault,
    with_link_fault,
    with_unreadable_count,
)

_MINUTE = timedelta(minutes=1)
_JOBS_EVERY = 4
"""Every so many single requests, one reads jobs even if costs are still missing."""
_FIRST_PAGES = 3
"""Maximum number of job pages that `read_once` reads."""


class SessionPoller:
    """One session: its store, and the polling that updates it while `run` is active."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        session_id: str,
        interval: float,
        journal: Journal,
        place: Callable[[], Place],
        publish: Callable[[Event], None] = lambda _: None,
        queue: Callable[[SessionArchive], None] = lambda _: None,
        ending: Callable[[], bool] = lambda: False,
        unended: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take the ports, the session, the seconds between two polls, the place, and the receiver of events.

        `queue` arranges for the archive to be written. `ending` returns True while the session's end is being
        requested; it is then polled more often. `unended` returns True if the session is one of this machine's and not
        confirmed ended; failures then delay the next poll only briefly.
        """
        self.session_id = session_id
        self.store: Store[SessionSnapshot] = Store(EMPTY_SNAPSHOT)
        self._cloud = cloud
        self._clock = clock
        self._interval = interval
        self._ending = ending
        self._unended = unended
        self._reader = JobReader(cloud, session_id, self._take)
        self.archive = SessionArchive(journal, place, session_id, self.store, publish, queue)
        self._cost_fetcher = CostFetcher(cloud, clock, self.store, self.archive.keep)
        self._single_count = 0
        self._single_task: asyncio.Task[bool] | None = None
        self._single_lock = asyncio.Lock()
        """`read_one` and `read_once` share one reading position."""
        self._jobs_failures = 0
        self._jobs_retry_at = 0.0
        """Monotonic time from which the jobs may be read again after a failure."""
        self._rate_limited = False
        """True if IonQ asked for that delay."""
        self._pass_began: datetime | None = None
        """The server's time at which the current complete pass over the jobs began; None if irrelevant."""
        self._reread_all = False
        """True if a new complete pass over the jobs was requested, whatever is already known."""
        self._ended_since: float | None = None
        self.poller = Poller(self._tick, clock)
        self.running = False
        """True while `run` is active."""
        self.read_at: datetime | None = None
        """The server's time when `read_once` last read the session itself."""
        self.jobs_as_of: datetime | None = None
        """The server's time when the jobs were last read; changes since then are unknown."""

    @property
    def complete(self) -> bool:
        """True if the session has ended and all of its jobs and costs are known, so nothing can change any more."""
        snapshot = self.store.value
        return snapshot.ended and snapshot.charges_complete

    @property
    def link(self) -> Link:
        """The link state of the session."""
        return self.store.value.link

    async def run(self) -> None:
        """Poll the session and fetch costs until this task is canceled; once all is known, poll only on request."""
        self.running = True
        if self._single_task is not None:
            self._single_task.cancel()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._fetch_in_background(), name=f"prices of {self.session_id}")
                await self.poller.run()
        finally:
            self.running = False

    def refresh(self) -> None:
        """Poll now and request missing costs again; for an ended session, also read every page of its jobs again."""
        if not self._rate_limited:
            self._jobs_retry_at = 0.0
        self._reread_all = self.store.value.ended
        self._cost_fetcher.forget_missing()
        self.poller.nudge()

    def apply_listed(self, session: Session) -> None:
        """Apply the session's state from a list, unless `run` is active."""
        if not self.running:
            self.store.apply(lambda snapshot: apply_session(snapshot, session, self._clock.now()))

    async def read_one(self) -> bool:
        """Send one request about a session while `run` is not active; return False if nothing needs to be read now."""
        return await self._run_single(self._read_one)

    async def read_once(self) -> None:
        """Read a session and the first pages of its jobs once, without costs, while `run` is not active."""
        await self._run_single(self._read_once)

    async def _run_single(self, read: Callable[[], Coroutine[None, None, bool]]) -> bool:
        """Run `read` after any earlier call, unless `run` is active; return whether a request was sent."""
        async with self._single_lock:
            if self.running:
                return False
            self._single_task = asyncio.create_task(read(), name=f"one look at {self.session_id}")
            try:
                await asyncio.wait({self._single_task})
            finally:
                self._single_task.cancel()
            return self._single_task.cancelled() or self._single_task.result()

    async def _read_once(self) -> bool:
        await self.archive.recall()
        reply = await self._cloud.session(self.session_id)
        if isinstance(reply, Fault):
            self.store.apply(lambda snapshot: with_link_fault(snapshot, reply))
            return True
        self.read_at = self._clock.now()
        self.store.apply(lambda snapshot: apply_session(snapshot, reply, self._clock.now()))
        for _ in range(_FIRST_PAGES):
            await self._read_jobs(self._reader.read_one)
            if self.store.value.all_listed or self._jobs_failures:
                break
        return True

    async def _read_one(self) -> bool:
        """Read a page of jobs or, in rotation, the cost of one job."""
        await self.archive.recall()  # stored data need not be requested
        self._single_count += 1
        if self._single_count % _JOBS_EVERY and await self._cost_fetcher.one():
            return True
        if self._jobs_known or self._jobs_wait > 0:
            return await self._cost_fetcher.one()
        await self._read_jobs(self._reader.read_one)
        return True

    async def _fetch_in_background(self) -> None:
        """Load the archive, then fetch costs that it lacks; polling does not wait for this."""
        await self.archive.recall()
        await self._cost_fetcher.run()

    async def _tick(self) -> Tick:
        reply = await self._cloud.session(self.session_id)
        if isinstance(reply, Fault):
            self.store.apply(lambda snapshot: with_link_fault(snapshot, reply))
            return Tick(self.store.value.link, self._interval, urgent=self._unended())
        if not isinstance(self.link, Fresh) and not self._rate_limited:
            self._jobs_retry_at = 0.0  # the outage is over
        self.store.apply(lambda snapshot: apply_session(snapshot, reply, self._clock.now()))
        link = await self._read_jobs(self._reader.read)
        more = self._reader.catching_up and not self._jobs_failures
        return Tick(link, self._next_interval(), at_once=more, urgent=self._unended())

    async def _read_jobs(self, read: Callable[[SessionSnapshot], Awaitable[Fault | None]]) -> Link:
        """Read the jobs, with backoff while that fails; a rate limit on them applies to the whole session."""
        if self._jobs_wait > 0:
            return FRESH
        self._begin_whole_reading()
        fault = await read(self.store.value)
        self.store.apply(lambda snapshot: with_unreadable_count(snapshot, self._reader.unread))
        self._rate_limited = fault is not None and fault.kind is FaultKind.RATE_LIMITED
        if fault is None:
            self._jobs_failures = 0
            self.jobs_as_of = self._clock.now()
            return FRESH
        self._jobs_failures += 1
        self.store.apply(lambda snapshot: with_jobs_fault(snapshot, fault))
        link = link_of(fault)
        # Apply the full jitter, otherwise the next poll would come slightly too early.
        wait = next_wait(self._interval, link, self._jobs_failures, 1.0, urgent=self._unended())
        self._jobs_retry_at = self._clock.monotonic() + wait
        return link if self._rate_limited else FRESH

    def _begin_whole_reading(self) -> None:
        """Restart at the first page after the end; a pass that began earlier may lack the last jobs."""
        snapshot, now = self.store.value, self._clock.now()
        under_way = self._reader.catching_up and settles(snapshot, self._pass_began)
        if self._reread_all or (not snapshot.settled and settles(snapshot, now) and not under_way):
            self._reader.restart()
            self._reread_all, self._pass_began = False, now

    def _take(self, jobs: Iterable[Job], complete: bool) -> None:
        now, began = self._clock.now(), self._pass_began
        self.store.apply(lambda snapshot: apply_jobs(snapshot, jobs, now, complete=complete, began=began))

    @property
    def _jobs_wait(self) -> float:
        """Seconds until the jobs may be read."""
        return max(0.0, self._jobs_retry_at - self._clock.monotonic())

    @property
    def _jobs_known(self) -> bool:
        """True if the session has ended and nothing but costs remains to be read; a clone is not awaited forever."""
        snapshot = self.store.value
        open_points = snapshot.unfinished or snapshot.jobs_fault or self._reread_all
        awaited = awaited_clones(snapshot.events, self._clock.now())
        return snapshot.ended and snapshot.whole and not (open_points or awaited)

    def _next_interval(self) -> float | None:
        """Return the seconds until the next poll: None once all is known, fewer while a change is imminent."""
        snapshot = self.store.value
        short = min(SHORT_INTERVAL, self._interval)
        if snapshot.ended:
            return self._interval_after_end(snapshot, short)
        self._ended_since = None
        if self._ending():
            return short
        ends, now = snapshot.session.ends if snapshot.session else (), self._clock.now()
        if any(abs(at - now) < _MINUTE for at in ends):
            return short
        if snapshot.session and snapshot.session.started_at is None and snapshot.unfinished:
            return short
        return self._interval

    def _interval_after_end(self, snapshot: SessionSnapshot, short: float) -> float | None:
        """Return a short interval while the last jobs appear or finish, a long one if they do not, None at the end."""
        if self._jobs_known:
            return None
        if self._jobs_wait > 0:
            return soonest(self._jobs_wait)
        if self._ended_since is None:
            self._ended_since = self._clock.monotonic()
        lasts = self._clock.monotonic() - self._ended_since >= _MINUTE.total_seconds()
        if not snapshot.settled:
            return self._interval if lasts else short
        return max(self._interval, LONGEST) if lasts else short
