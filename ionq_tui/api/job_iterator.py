"""Iterate over jobs, with the names and arguments of the official client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

from ionq_tui.api import operations
from ionq_tui.api.client import IonQClient, require_own
from ionq_tui.api.errors import InvalidLimitError
from ionq_tui.api.job_list import PAGE, PageRequest, async_job_pages, job_pages
from ionq_tui.model.job import Job
from ionq_tui.model.limits import LimitError, whole


def iter_jobs(
    client: IonQClient,
    *,
    status: str | None = None,
    target: str | None = None,
    session_id: str | None = None,
    submitter_id: str | None = None,
    limit: int | None = None,
) -> Iterator[Job]:
    """Iterate over the jobs that `client`'s key may see: those with this `status`, `target` (a backend), and so on.

    `session_id` and `submitter_id` (a user) are ids, and `limit` is the number of jobs of one page, 100 if None. Pages
    are requested as needed. Raises InvalidLimitError for a `limit` that is no whole number above 0, TypeError for a
    client of another library, and an IonQError from the iterator if a page fails or if the pages would never end.
    """
    require_own(client, "iter_jobs")
    return job_pages(client.runner, _all(status, target, session_id, submitter_id), _page_size(limit))


def aiter_jobs(
    client: IonQClient,
    *,
    status: str | None = None,
    target: str | None = None,
    session_id: str | None = None,
    submitter_id: str | None = None,
    limit: int | None = None,
) -> AsyncIterator[Job]:
    """Async version of `iter_jobs`."""
    require_own(client, "aiter_jobs")
    return async_job_pages(client.runner, _all(status, target, session_id, submitter_id), _page_size(limit))


def iter_session_jobs(
    client: IonQClient,
    session_id: str,
    *,
    status: str | None = None,
    target: str | None = None,
    submitter_id: str | None = None,
    limit: int | None = None,
) -> Iterator[Job]:
    """Iterate over the jobs of the session `session_id`. Everything else is as for `iter_jobs`."""
    require_own(client, "iter_session_jobs")
    return job_pages(client.runner, _of_session(session_id, status, target, submitter_id), _page_size(limit))


def aiter_session_jobs(
    client: IonQClient,
    session_id: str,
    *,
    status: str | None = None,
    target: str | None = None,
    submitter_id: str | None = None,
    limit: int | None = None,
) -> AsyncIterator[Job]:
    """Async version of `iter_session_jobs`."""
    require_own(client, "aiter_session_jobs")
    return async_job_pages(client.runner, _of_session(session_id, status, target, submitter_id), _page_size(limit))


# A filter that is not given is None here and UNSET in ionq_core; both are false.


def _all(status: str | None, target: str | None, session_id: str | None, submitter_id: str | None) -> PageRequest:
    return partial(
        operations.list_jobs,
        status=status or None,
        target=target or None,
        session_id=session_id or None,
        submitter_id=submitter_id or None,
    )


def _of_session(session_id: str, status: str | None, target: str | None, submitter_id: str | None) -> PageRequest:
    return partial(
        operations.session_jobs,
        session_id,
        status=status or None,
        target=target or None,
        submitter_id=submitter_id or None,
    )


def _page_size(limit: object) -> int:
    """Return the number of jobs of one page. Raises InvalidLimitError."""
    if not limit and not isinstance(limit, int):
        return PAGE
    try:
        return whole("limit", limit)
    except LimitError as error:
        raise InvalidLimitError(f"{error.field}: {error.why}") from None
