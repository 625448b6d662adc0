"""Counts and sums of a session's jobs, updated incrementally so that 20,000 jobs are counted only once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from ionq_tui.model.job import Job, JobCost, is_part
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass

_Sums = Mapping[str, tuple[int, Decimal]]
"""Number of jobs and total amount, by unit."""


@quick_dataclass(frozen=True, slots=True)
class JobTotals:
    """Counts and sums of jobs and their costs; jobs that are part of another job are not counted."""

    jobs: Mapping[str, Job]
    costs: Mapping[str, JobCost]
    by_status: Mapping[str, int]
    unfinished: Mapping[str, Job]
    finished: int
    """Number of jobs with a final status, without dry runs."""
    priced: int
    """Number of these whose cost is final."""
    charged: _Sums
    reserved: _Sums
    parts: bool = False
    """True if a job names a parent, listed or not."""

    def carried(self, jobs: Mapping[str, Job], costs: Mapping[str, JobCost], changed: Iterable[str]) -> JobTotals:
        """Return the totals of these jobs and costs, which differ from the current ones only in the `changed` ids."""
        ids = tuple(changed)
        if self.jobs and self._other_parts(jobs, ids):
            return totals_of(jobs, costs)
        work = _Work(self, jobs)
        for job_id in ids:
            work.count(self.jobs.get(job_id), self.costs.get(job_id), -1)
            work.count(jobs.get(job_id), costs.get(job_id), 1)
        return work.done(costs)

    def _other_parts(self, jobs: Mapping[str, Job], ids: tuple[str, ...]) -> bool:
        """Return True if unchanged jobs may have become parts of other jobs, or may no longer be parts."""
        if not (self.parts or any(job_id in jobs and jobs[job_id].parent_job_id is not None for job_id in ids)):
            return False
        return any(_parent(self.jobs, job_id) != _parent(jobs, job_id) for job_id in ids)


def _parent(jobs: Mapping[str, Job], job_id: str) -> str | None:
    """Return the id of the parent that a job names, "" if it names none, and None if the job is not listed."""
    job = jobs.get(job_id)
    return None if job is None else job.parent_job_id or ""


_NONE: Mapping[str, tuple[int, Decimal]] = MappingProxyType({})
NO_TOTALS = JobTotals(
    MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), 0, 0, _NONE, _NONE
)


def totals_of(jobs: Mapping[str, Job], costs: Mapping[str, JobCost]) -> JobTotals:
    """Compute the totals from scratch."""
    return NO_TOTALS.carried(jobs, costs, jobs)


def amounts(sums: _Sums) -> tuple[Money, ...]:
    """Return the sums, sorted by unit."""
    return tuple(Money(sums[unit][1], unit) for unit in sorted(sums))


def cost_is_final(job: Job, cost: JobCost | None) -> bool:
    """Return True if the cost of a finished job need not be requested again."""
    return cost is not None and ((cost.cost is not None and not cost.early) or cost.dry_run or job.dry_run)


class _Work:
    """Mutable totals during an update."""

    def __init__(self, totals: JobTotals, jobs: Mapping[str, Job]) -> None:
        self.jobs, self.parts = jobs, totals.parts
        self.by_status = dict(totals.by_status)
        self.unfinished = dict(totals.unfinished)
        self.finished, self.priced = totals.finished, totals.priced
        self.charged, self.reserved = dict(totals.charged), dict(totals.reserved)

    def count(self, job: Job | None, cost: JobCost | None, by: int) -> None:
        """Add a job, or remove it if `by` is -1."""
        if job is None:
            return
        if job.parent_job_id is not None:
            self.parts = True
            if is_part(job, self.jobs):  # its cost is in the cost of that job
                return
        self.by_status[job.status] = self.by_status.get(job.status, 0) + by
        if not job.finished and by > 0:
            self.unfinished[job.id] = job
        elif job.finished and by > 0:
            self.unfinished.pop(job.id, None)
        if job.finished and not job.dry_run:
            self.finished += by
            self.priced += by * cost_is_final(job, cost)
        if cost is None or cost.dry_run or job.dry_run:
            return
        if cost.cost is not None:
            _add(self.charged, cost.cost, by)
        elif cost.estimate is not None and not job.finished:
            _add(self.reserved, cost.estimate, by)

    def done(self, costs: Mapping[str, JobCost]) -> JobTotals:
        """Return the totals, most frequent status first."""
        known = sorted(((status, many) for status, many in self.by_status.items() if many), key=lambda pair: -pair[1])
        return JobTotals(
            self.jobs, costs, dict(known), self.unfinished, self.finished, self.priced, self.charged, self.reserved,
            self.parts,
        )  # fmt: skip


def _add(sums: dict[str, tuple[int, Decimal]], money: Money, by: int) -> None:
    many, total = sums.get(money.unit, (0, Decimal(0)))
    if many + by > 0:
        sums[money.unit] = many + by, total + by * money.value
    else:
        sums.pop(money.unit, None)
