"""Pagination of job lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ionq_tui.simulator import serialize
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.result import Part
from ionq_tui.simulator.store import JobEntry, Refusal
from ionq_tui.simulator.validation import Query

_STATUSES = ("submitted", "ready", "started", "canceled", "failed", "completed")
_USUAL = 25
_MOST = 100
"""Larger limits are accepted but reduced to this."""


def job_page(
    cloud: SimulatedCloud, listed: Sequence[JobEntry], query: Query, place: Callable[[JobEntry], int]
) -> serialize.Json:
    """Return the page that the query requests; `listed` is sorted by `place`, which returns a job's index in it.

    The cursor is the id of the last job on the page, so new jobs do not shift the following pages.
    """
    limit = min(query.whole("limit", _USUAL), _MOST)
    wanted = _filter(query)
    found = list(islice(filter(wanted, _candidates(cloud, listed, query, place)), limit + 1))
    shown = found[:limit]
    return {
        "jobs": [serialize.job(Part(entry), cloud.now) for entry in shown],
        "next": shown[-1].id if len(found) > limit else None,
    }


def child_page(cloud: SimulatedCloud, parent_id: str, query: Query) -> serialize.Json:
    """Return the page of the circuits of a job that the query requests, in the job's own order."""
    parent = cloud.jobs.get(parent_id)
    ids = parent.child_ids if parent is not None and not parent.deleted else ()
    cursor, limit = query.text("next"), min(query.whole("limit", _USUAL), _MOST)
    if cursor and cursor not in ids:
        raise Refusal(400, '"next" is no cursor of this list', "next", source="query")
    first = ids.index(cursor) + 1 if cursor else 0
    last = min(first + limit, len(ids))
    return {
        "jobs": [serialize.job(cloud.part(one), cloud.now) for one in ids[first:last]],
        "next": ids[last - 1] if last < len(ids) else None,
    }


def _candidates(
    cloud: SimulatedCloud, listed: Sequence[JobEntry], query: Query, place: Callable[[JobEntry], int]
) -> Iterator[JobEntry]:
    step = -1 if cloud.newest_first else 1
    first, stop = (len(listed) - 1, -1) if cloud.newest_first else (0, len(listed))
    cursor = query.text("next")
    if cursor:
        last = cloud.jobs.get(cursor)
        if last is None or not _in(listed, last, place):
            raise Refusal(400, '"next" is no cursor of this list', "next", source="query")
        first = place(last) + step
    places = range(first, stop, step)
    ids = query.all("ids")
    if not ids:
        return (listed[number] for number in places)
    asked = {cloud.jobs[one] for one in ids if one in cloud.jobs}
    kept = [job for job in asked if _in(listed, job, place) and place(job) in places]
    return iter(sorted(kept, key=lambda job: place(job) * step))


def _in(listed: Sequence[JobEntry], job: JobEntry, place: Callable[[JobEntry], int]) -> bool:
    return place(job) < len(listed) and listed[place(job)] is job


def _filter(query: Query) -> Callable[[JobEntry], bool]:
    status = query.choice("status", _STATUSES)
    target, submitter, parent = (query.text(name) for name in ("target", "submitter_id", "parent_job_id"))
    return lambda job: (
        not job.deleted
        and (status is None or job.status == status)
        and (target is None or job.order.backend == target)
        and (submitter is None or job.submitter_id == submitter)
        and parent is None
    )
