"""Reads a session's jobs with few requests, whatever their order: IonQ promises none.

After one whole pass it asks for what can have changed: the unfinished jobs by id, and by turns the last page (new jobs
where the list is oldest first), the first page (where it is newest first), and the next page of a slow full pass that
corrects whatever was missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ionq_tui.engine.ports import Cloud
from ionq_tui.model.job import Job, JobPage
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.watch import Watch

PAGE = 100
IDS_AT_ONCE = 50
PAGES_AT_ONCE = 50

Take = Callable[[Iterable[Job], bool], None]
"""Receives jobs, and whether with them all pages were read."""


class JobReader:
    """The reading position in one session's list of jobs."""

    def __init__(self, cloud: Cloud, session_id: str, take: Take) -> None:
        """Take the cloud, the session, and who receives the jobs."""
        self._cloud = cloud
        self._session_id = session_id
        self._take = take
        self._ahead: str | None = None
        self._seen: set[str] = set()
        self._tail: str | None = None
        self._sweep: str | None = None
        self._turn = 0

    async def read(self, watch: Watch) -> Fault | None:
        """Ask once for what can have changed since the last reading."""
        if not watch.all_listed:
            return await self._catch_up()
        if len(watch.jobs) <= PAGE:
            return await self._one_page(watch)
        asked = tuple(job.id for job in watch.jobs.values() if not job.finished)[:IDS_AT_ONCE]
        if asked:
            heard = await self._cloud.session_jobs(self._session_id, ids=asked, limit=len(asked))
            if isinstance(heard, Fault):
                return heard
            self._take(heard.jobs, False)
        return await self._next_page(watch)

    async def _catch_up(self) -> Fault | None:
        """Follow the cursors from where the last tick stopped; a cursor that comes twice is an error."""
        for _ in range(PAGES_AT_ONCE):
            page = await self._cloud.session_jobs(self._session_id, after=self._ahead, limit=PAGE)
            if isinstance(page, Fault):
                return page
            if page.next is None:
                self._take(page.jobs, True)
                self._tail, self._ahead, self._seen = self._ahead, None, set()
                return None
            self._take(page.jobs, False)
            if page.next in self._seen:
                self._ahead, self._seen = None, set()
                return Fault(FaultKind.GARBLED, "the list of jobs repeats itself; what was read so far is shown")
            self._seen.add(page.next)
            self._ahead = page.next
        return None

    async def _one_page(self, watch: Watch) -> Fault | None:
        page = await self._cloud.session_jobs(self._session_id, limit=PAGE)
        if isinstance(page, Fault):
            return page
        self._take(page.jobs, False)
        if page.next is not None and any(job.id not in watch.jobs for job in page.jobs):
            return await self._follow(page)
        return None

    async def _follow(self, page: JobPage) -> Fault | None:
        """Read on behind a page that held new jobs."""
        self._ahead, self._seen = page.next, set()
        return await self._catch_up()

    async def _next_page(self, watch: Watch) -> Fault | None:
        self._turn = (self._turn + 1) % 3
        after = (None, self._tail, self._sweep)[self._turn]
        page = await self._cloud.session_jobs(self._session_id, after=after, limit=PAGE)
        if isinstance(page, Fault):
            return page
        self._take(page.jobs, False)
        if self._turn == 2:
            self._sweep = page.next
        elif self._turn == 1 and page.next is not None:
            self._tail = page.next
        elif self._turn == 0 and page.jobs and all(job.id not in watch.jobs for job in page.jobs):
            return await self._follow(page)
        return None
