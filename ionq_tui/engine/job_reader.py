"""Reads a session's jobs with few requests, whatever their order: IonQ promises none.

After one whole pass it asks for what can have changed: the unfinished jobs by id, and a page where new jobs come in
(the first of a list that is newest first, the last of one that is oldest first). By turns the other end and the next
page of a slow full pass correct whatever was missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ionq_tui.engine.ports import Cloud
from ionq_tui.model.job import Job, JobPage
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.trail import Trail
from ionq_tui.model.watch import Watch

PAGE = 100
IDS_AT_ONCE = 50
PAGES_AT_ONCE = 50

Take = Callable[[Iterable[Job], bool], None]
"""Receives jobs, and whether with them all pages were read."""

_TURNS = ("new", "new", "sweep", "new", "new", "old")
"""Which page is read, tick by tick: where new jobs come in, of the slow full pass, at the other end."""
_BAD_CURSOR = (FaultKind.BAD_REQUEST, FaultKind.NOT_FOUND)


class JobReader:
    """The reading position in one session's list of jobs."""

    def __init__(self, cloud: Cloud, session_id: str, take: Take) -> None:
        """Take the cloud, the session, and who receives the jobs."""
        self._cloud = cloud
        self._session_id = session_id
        self._take = take
        self._catching_up = True
        self._ahead: str | None = None
        """Where catching up goes on."""
        self._trail = Trail()
        self._short = False
        """True while all jobs fit on the first page, however long the server makes it."""
        self._newest_first = True
        self._tail: str | None = None
        """The cursor of the last page."""
        self._sweep: str | None = None
        self._turn = 0
        self._asked = 0
        self._pages = PAGES_AT_ONCE
        self._glances = 0
        self.unread = 0
        """How many jobs of the list could not be read, as far as the last pass through it told."""
        self._passed = 0
        self._from_start = True
        """True while the present pass began at the first page."""

    async def glance(self, watch: Watch) -> Fault | None:
        """Ask as `read` does, but with one request: what can have changed is asked for in several such steps."""
        self._pages = 1
        try:
            if self._catching_up or self._short:
                return await self.read(watch)
            self._glances += 1
            ids = self._changeable(watch) if self._glances % 2 else ()
            return await self._ask_for(ids) if ids else await self._next_page(watch)
        finally:
            self._pages = PAGES_AT_ONCE

    async def read(self, watch: Watch) -> Fault | None:
        """Ask once for what can have changed since the last reading."""
        if self._catching_up:
            return await self._catch_up()
        if self._short:
            return await self._read_short()
        ids = self._changeable(watch)
        if ids:
            return await self._ask_for(ids) or await self._next_page(watch)
        return await self._next_page(watch) or await self._next_page(watch)

    async def _ask_for(self, ids: tuple[str, ...]) -> Fault | None:
        heard = await self._cloud.session_jobs(self._session_id, ids=ids, limit=len(ids))
        if isinstance(heard, Fault):
            return heard
        self._take(heard.jobs, False)
        return None

    async def _page(self, after: str | None) -> JobPage | Fault:
        page = await self._cloud.session_jobs(self._session_id, after=after, limit=PAGE)
        if isinstance(page, JobPage) and page.jobs:
            first, last = page.jobs[0].submitted_at, page.jobs[-1].submitted_at
            if first is not None and last is not None and first != last:
                self._newest_first = first > last
        return page

    def _count(self, page: JobPage, *, first: bool) -> None:
        """Count what could not be read: only a whole pass may find less of it than before."""
        self._from_start = first or self._from_start
        self._passed = page.unreadable + (0 if first else self._passed)
        whole = self._from_start and page.next is None
        self.unread = self._passed if whole else max(self.unread, self._passed)

    async def _catch_up(self) -> Fault | None:
        """Follow the cursors from where the last tick stopped, unless they lead nowhere."""
        for _ in range(self._pages):
            page = await self._page(self._ahead)
            if isinstance(page, Fault):
                if page.kind in _BAD_CURSOR:
                    self._ahead, self._trail = None, Trail()
                return page
            self._count(page, first=self._ahead is None)
            if page.next is None:
                self._take(page.jobs, True)
                self._short, self._tail = self._ahead is None, self._ahead
                self._catching_up, self._ahead, self._trail = False, None, Trail()
                return None
            self._take(page.jobs, False)
            if lost := self._trail.lost(page):
                self._ahead, self._trail = None, Trail()
                return Fault(FaultKind.GARBLED, f"{lost}; what was read so far is shown")
            self._ahead = page.next
        return None

    async def _read_short(self) -> Fault | None:
        page = await self._page(None)
        if isinstance(page, Fault):
            return page
        self._count(page, first=True)
        self._take(page.jobs, False)
        if page.next is None:
            return None
        self._catching_up, self._ahead, self._trail = True, page.next, Trail()
        self._trail.lost(page)
        return await self._catch_up() if self._pages > 1 else None

    def _changeable(self, watch: Watch) -> tuple[str, ...]:
        """Return ids of unfinished jobs: where there are too many, those that wait longest and by turns some others."""
        unfinished = sorted(watch.unfinished, key=_submitted)
        ids = tuple(job.id for job in unfinished)
        if len(ids) <= IDS_AT_ONCE:
            return ids
        half = IDS_AT_ONCE // 2
        others = ids[half:]
        start = self._asked % len(others)
        self._asked = start + half
        return ids[:half] + (others + others)[start : start + half]

    async def _next_page(self, watch: Watch) -> Fault | None:
        turn = _TURNS[self._turn % len(_TURNS)]
        self._turn += 1
        if turn == "sweep":
            return await self._sweep_on()
        if self._newest_first == (turn == "new") or self._tail is None:
            return await self._read_head(watch)
        return await self._read_tail(self._tail)

    async def _sweep_on(self) -> Fault | None:
        page = await self._page(self._sweep)
        if isinstance(page, Fault):
            self._sweep = None if page.kind in _BAD_CURSOR else self._sweep
            return page
        self._count(page, first=self._sweep is None)
        self._take(page.jobs, False)
        if page.next is None:
            self._tail = self._sweep
        self._sweep = page.next
        return None

    async def _read_head(self, watch: Watch) -> Fault | None:
        """Read from the beginning for as long as a page holds new jobs."""
        after: str | None = None
        for _ in range(self._pages):
            page = await self._page(after)
            if isinstance(page, Fault):
                return page
            new = any(job.id not in watch.jobs for job in page.jobs)
            self._take(page.jobs, False)
            if page.next is None or page.next == after or not new:
                return None
            after = page.next
        self._catching_up, self._ahead, self._trail = True, after, Trail()
        self._passed, self._from_start = 0, False
        return None

    async def _read_tail(self, tail: str) -> Fault | None:
        """Read from what was the last page to what is the last page now."""
        for _ in range(self._pages):
            page = await self._page(tail)
            if isinstance(page, Fault):
                self._tail = None if page.kind in _BAD_CURSOR else self._tail
                return page
            self._take(page.jobs, False)
            if page.next is None or page.next == tail:
                return None
            self._tail = tail = page.next
        return None


def _submitted(job: Job) -> float:
    return math.inf if job.submitted_at is None else job.submitted_at.timestamp()
