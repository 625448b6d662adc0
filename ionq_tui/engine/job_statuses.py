"""Read the statuses of jobs after a request that was to change them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ionq_tui.engine.ports import Cloud
from ionq_tui.model.link_state import Fault, FaultKind


async def job_statuses(cloud: Cloud, session_id: str, job_ids: tuple[str, ...]) -> Mapping[str, str | Fault]:
    """Read job statuses in batches; read a few jobs individually that the batched replies omitted."""
    few = [job_ids[start : start + _STATUS_BATCH] for start in range(0, len(job_ids), _STATUS_BATCH)]
    few = few if session_id else []  # jobs without a session are in no list of a session
    pages = await asyncio.gather(*(cloud.session_jobs(session_id, ids=ids, limit=len(ids)) for ids in few))
    results: dict[str, str | Fault] = dict.fromkeys(job_ids, _MISSING)
    for ids, page in zip(few, pages, strict=True):
        reply = {} if isinstance(page, Fault) else {job.id: job.status for job in page.jobs}
        left_out = page if isinstance(page, Fault) else _MISSING
        results |= {job_id: reply.get(job_id, left_out) for job_id in ids}
    missing = [job_id for job_id, status in results.items() if status is _MISSING][:_SINGLE_READS]
    singles = await asyncio.gather(*map(cloud.job, missing))
    return results | {
        key: one if isinstance(one, Fault) else one.status for key, one in zip(missing, singles, strict=True)
    }


_STATUS_BATCH = 50
"""Number of jobs whose statuses are read with one request."""
_SINGLE_READS = 10
"""Maximum number of jobs read individually when replies omitted them; there may be a thousand."""
_MISSING = Fault(FaultKind.GARBLED, "the job is missing in the reply")
