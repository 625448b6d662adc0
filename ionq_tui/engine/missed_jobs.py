"""Look for jobs that missed a session: sent to its backend while it runs, but to the public queue.

That is what happens when the id of the session is left out of a request, and nothing else tells of it. The order of
IonQ's job lists is not published, so one page is read at a time and the next cursor is followed; of a long list,
jobs that still wait are also asked for by their status, since those are the ones that the queue holds up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import cycle

from ionq_tui.engine.poll_schedule import retry_after, soonest
from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job, JobPage
from ionq_tui.model.link_state import FRESH, Fault, FaultKind
from ionq_tui.model.session import Session

EVERY = 60.0
"""Least seconds between two requests."""
FIRST = 15.0
"""Seconds until the first request: a session that was just opened on a screen reads its own data first."""
_REFUSED_EVERY = 600.0
"""Seconds between two requests of a key that may not list jobs."""
MOST = 500
"""Jobs that are kept; there may be more."""
_PAGE = 100
_RESTART = 10
"""Readings of the end of a list after which it is read from its first page on again."""


class MissedJobsReader:
    """The jobs that missed one session, as far as they were found."""

    def __init__(self, cloud: Cloud, clock: Clock, session: Callable[[], Session | None]) -> None:
        """Take the ports, and a callable that returns the session while it is this user's and runs, else None."""
        self.store: Store[tuple[Job, ...]] = Store(())
        self._cloud = cloud
        self._clock = clock
        self._session = session
        self._free_at: float | None = None
        """Monotonic time from which IonQ may be asked."""
        self._after: str | None = None
        """The cursor of the next page."""
        self._ends = 0
        """How often the end of the list was read."""
        self._waiting = cycle((None, "ready", None, "submitted"))
        self.poller = Poller(self._tick, clock)

    async def run(self) -> None:
        """Look until this task is canceled; the first time not at once."""
        if self._free_at is None:
            self._free_at = self._clock.monotonic() + FIRST
        await self.poller.run()

    async def _tick(self) -> Tick:
        session, now = self._session(), self._clock.monotonic()
        if self._free_at is not None and self._free_at > now:
            return Tick(FRESH, soonest(self._free_at - now))
        if session is None or session.creator_id is None or session.created_at is None or session.backend is None:
            return Tick(FRESH, EVERY)
        self._free_at = now + EVERY
        status = next(self._waiting) if self._after is not None else None
        page = await self._cloud.user_jobs(
            submitter_id=session.creator_id,
            backend=session.backend,
            status=status,
            after=self._after if status is None else None,
            limit=_PAGE,
        )
        if isinstance(page, Fault):
            self._after = None  # a cursor may be what was refused
            refused = page.kind in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}
            self._free_at = now + max(_REFUSED_EVERY if refused else EVERY, retry_after(page))
        else:
            if status is None:
                self._after = self._following(page, session.created_at)
            self._keep(page, session, session.created_at)
        return Tick(FRESH, soonest(self._free_at - now))

    def _following(self, page: JobPage, since: datetime) -> str | None:
        """Return the cursor to go on with: None for the first page.

        That is where the new jobs of a list with the newest first are. Where the oldest are first, new jobs are on the
        last page, which is read again; and now and then all is, since the order is not certain.
        """
        times = [job.submitted_at for job in page.jobs if job.submitted_at is not None]
        newest_first = bool(times) and times[-1] < times[0]
        if page.next is not None:
            return None if newest_first and times[-1] < since else page.next
        self._ends += 1
        return None if newest_first or self._ends % _RESTART == 0 else self._after

    def _keep(self, page: JobPage, session: Session, since: datetime) -> None:
        """Add the jobs of the page that were sent while the session was open, and belong to no session."""
        held = {job.id: job for job in self.store.value}
        for job in page.jobs:
            if job.session_id is not None:
                held.pop(job.id, None)
            elif (
                job.submitted_at is not None
                and job.submitted_at >= since
                and job.parent_job_id is None
                and not job.dry_run
                and job.submitter_id in {None, session.creator_id}
                and job.backend in {None, session.backend}
            ):
                held[job.id] = job
        for job_id in list(held)[:-MOST]:
            del held[job_id]
        self.store.apply(lambda _: tuple(held.values()))
