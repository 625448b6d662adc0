"""Protection against job lists whose pagination never ends."""

from __future__ import annotations

from ionq_tui.model.job import JobPage

MOST_JOBS = 50_000
IDLE_PAGES = 20
"""Maximum number of consecutive pages without a new job."""


class CursorGuard:
    """The pages of one job list read so far."""

    def __init__(self, most: int = MOST_JOBS) -> None:
        """Start before the first page; `most` is the maximum number of jobs."""
        self._most = most
        self._cursors: set[str] = set()
        self._ids: set[str] = set()
        self._idle = 0

    def lost(self, page: JobPage) -> str:
        """Record a page; return why the next one must not be read, or an empty string if it may be."""
        if page.next is None:
            return ""
        before = len(self._ids)
        self._ids.update(job.id for job in page.jobs)
        self._idle = self._idle + 1 if len(self._ids) == before else 0
        if page.next in self._cursors:
            return "the list of jobs repeats itself: the server sent the same cursor twice"
        self._cursors.add(page.next)
        if self._idle >= IDLE_PAGES:
            return "the list of jobs does not end: page after page has nothing new"
        if len(self._ids) >= self._most:
            return f"the list of jobs does not end: {len(self._ids):,} were read"
        return ""
