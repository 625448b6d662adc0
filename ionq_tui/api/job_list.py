"""Iterate over lists of jobs, page by page. The number of pages is limited, whatever the server answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from ionq_tui.api.errors import IonQError
from ionq_tui.api.operations import Operation
from ionq_tui.api.runner import Runner
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.job import Job, JobPage

PAGE = 100
"""Number of jobs of one page, unless another one is requested."""
_MAX_JOBS = 10_000_000


class PageRequest(Protocol):
    """Returns the operation that gets one page of a list."""

    def __call__(self, *, after: str | None, limit: int) -> Operation[JobPage]:
        """Return the operation. `after` is the cursor of the page, None for the first."""


def job_pages(runner: Runner, request: PageRequest, limit: int = PAGE) -> Iterator[Job]:
    """Yield the jobs of a list. Raises IonQError if a page fails or if the pages would never end."""
    after: str | None = None
    cursor_guard = CursorGuard(_MAX_JOBS)
    while True:
        asked = request(after=after, limit=limit)
        page = runner.run(asked)
        yield from page.jobs
        after = _next_cursor(page, cursor_guard, asked.attempt)
        if after is None:
            return


async def async_job_pages(runner: Runner, request: PageRequest, limit: int = PAGE) -> AsyncIterator[Job]:
    """Async version of `job_pages`."""
    after: str | None = None
    cursor_guard = CursorGuard(_MAX_JOBS)
    while True:
        asked = request(after=after, limit=limit)
        page = await runner.arun(asked)
        for job in page.jobs:
            yield job
        after = _next_cursor(page, cursor_guard, asked.attempt)
        if after is None:
            return


def _next_cursor(page: JobPage, cursor_guard: CursorGuard, attempt: str) -> str | None:
    """Return the next page's cursor. Raises IonQError if the pages would never end."""
    if lost := cursor_guard.lost(page):
        raise IonQError(f"{attempt}: {lost}")
    return page.next
