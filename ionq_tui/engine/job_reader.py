"""Read a session's jobs with few requests, in whatever order IonQ lists them, since the API does not specify one.

After one complete pass, only what can have changed is read: the unfinished jobs by id, and the page on which new jobs
appear (the first page of a list sorted newest first, the last page of one sorted oldest first). At intervals, the other
end of the list and the next page of a slow complete pass pick up anything that was missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ionq_tui.engine.ports import Cloud
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.job import Job, JobPage
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.snapshot import SessionSnapshot

PAGE = 100
IDS_AT_ONCE = 50
PAGES_AT_ONCE = 30
"""At the permitted request rate, this many pages take less than the default interval, so the session is not STALE."""

Take = Callable[[Iterable[Job], bool], None]
"""Receives jobs, and True if all pages have now been read."""

_TURNS = ("new", "new", "sweep", "new", "new", "old")
"""The page to read on successive ticks: where new jobs appear, the slow complete pass, or the other end."""
_BAD_CURSOR = (FaultKind.BAD_REQUEST, FaultKind.NOT_FOUND)


class JobReader:
    """The reading position in one session's job list."""

    def __init__(self, cloud: Cloud, session_id: str, take: Take) -> None:
        """Take the API, the session, and the function that receives the jobs."""
        self._cloud = cloud
        self._session_id = session_id
        self._take = take
        self.catching_up = True
        """True while some pages of the list were never read."""
        self._cursor: str | None = None
        """Cursor from which the first complete pass continues."""
        self._cursor_guard = CursorGuard()
        self._short = False
        """True while all jobs fit on the first page, whatever page size the server uses."""
        self._newest_first = True
        self._tail: str | None = None
        """The cursor of the last page."""
        self._sweep: str | None = None
        self._turn = 0
        self._rotation = 0
        self._pages = PAGES_AT_ONCE
        self._single_count = 0
        self.unread = 0
        """Number of jobs that could not be decoded, according to the last pass."""
        self._pass_unread = 0
        self._from_start = True
        """True while the current pass began at the first page."""

    def restart(self) -> None:
        """Start a complete pass at the first page; jobs already passed on are kept by the receiver."""
        self.catching_up, self._cursor, self._cursor_guard = True, None, CursorGuard()

    async def read_one(self, snapshot: SessionSnapshot) -> Fault | None:
        """Do the work of `read` with a single request per call, over several calls."""
        self._pages = 1
        try:
            if self.catching_up or self._short:
                return await self.read(snapshot)
            self._single_count += 1
            ids = self._changeable(snapshot) if self._single_count % 2 else ()
            return await self._ask_for(ids) if ids else await self._next_page(snapshot)
        finally:
            self._pages = PAGES_AT_ONCE

    async def read(self, snapshot: SessionSnapshot) -> Fault | None:
        """Read what can have changed since the last call."""
        if self.catching_up:
            return await self._catch_up()
        if self._short:
            return await self._read_short()
        ids = self._changeable(snapshot)
        if ids:
            return await self._ask_for(ids) or await self._next_page(snapshot)
        return await self._next_page(snapshot) or await self._next_page(snapshot)

    async def _ask_for(self, ids: tuple[str, ...]) -> Fault | None:
        reply = await self._cloud.session_jobs(self._session_id, ids=ids, limit=len(ids))
        if isinstance(reply, Fault):
            return reply
        self._take(reply.jobs, False)
        return None

    async def _page(self, after: str | None) -> JobPage | Fault:
        page = await self._cloud.session_jobs(self._session_id, after=after, limit=PAGE)
        if isinstance(page, JobPage) and page.jobs:
            first, last = page.jobs[0].submitted_at, page.jobs[-1].submitted_at
            if first is not None and last is not None and first != last:
                self._newest_first = first > last
        return page

    def _count(self, page: JobPage, *, first: bool) -> None:
        """Count undecodable jobs; only a complete pass can lower the count."""
        self._from_start = first or self._from_start
        self._pass_unread = page.unreadable + (0 if first else self._pass_unread)
        whole = self._from_start and page.next is None
        self.unread = self._pass_unread if whole else max(self.unread, self._pass_unread)

    async def _catch_up(self) -> Fault | None:
        """Follow the cursors from where the previous call stopped, unless they form a loop."""
        for _ in range(self._pages):
            page = await self._page(self._cursor)
            if isinstance(page, Fault):
                if page.kind in _BAD_CURSOR:
                    self.restart()
                return page
            self._count(page, first=self._cursor is None)
            if page.next is None:
                self._take(page.jobs, True)
                self._short, self._tail = self._cursor is None, self._cursor
                self.catching_up, self._cursor, self._cursor_guard = False, None, CursorGuard()
                return None
            self._take(page.jobs, False)
            if lost := self._cursor_guard.lost(page):
                self.restart()
                return Fault(FaultKind.GARBLED, f"{lost}; what was read so far is shown")
            self._cursor = page.next
        return None

    async def _read_short(self) -> Fault | None:
        page = await self._page(None)
        if isinstance(page, Fault):
            return page
        self._count(page, first=True)
        self._take(page.jobs, False)
        if page.next is None:
            return None
        self.catching_up, self._cursor, self._cursor_guard = True, page.next, CursorGuard()
        self._cursor_guard.lost(page)
        return await self._catch_up() if self._pages > 1 else None

    def _changeable(self, snapshot: SessionSnapshot) -> tuple[str, ...]:
        """Return ids of unfinished jobs; if too many, the longest-waiting ones and a rotating part of the rest."""
        unfinished = sorted(snapshot.unfinished, key=_submitted)
        ids = tuple(job.id for job in unfinished)
        if len(ids) <= IDS_AT_ONCE:
            return ids
        half = IDS_AT_ONCE // 2
        others = ids[half:]
        start = self._rotation % len(others)
        self._rotation = start + half
        return ids[:half] + (others + others)[start : start + half]

    async def _next_page(self, snapshot: SessionSnapshot) -> Fault | None:
        turn = _TURNS[self._turn % len(_TURNS)]
        self._turn += 1
        if turn == "sweep":
            return await self._sweep_on()
        if self._newest_first == (turn == "new") or self._tail is None:
            return await self._read_head(snapshot)
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

    async def _read_head(self, snapshot: SessionSnapshot) -> Fault | None:
        """Read from the first page for as long as pages contain new jobs."""
        after: str | None = None
        for _ in range(self._pages):
            page = await self._page(after)
            if isinstance(page, Fault):
                return page
            new = any(job.id not in snapshot.jobs for job in page.jobs)
            self._take(page.jobs, False)
            if page.next is None or page.next == after or not new:
                return None
            after = page.next
        self.catching_up, self._cursor, self._cursor_guard = True, after, CursorGuard()
        self._pass_unread, self._from_start = 0, False
        return None

    async def _read_tail(self, tail: str) -> Fault | None:
        """Read from the previously last page to the current last page."""
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
