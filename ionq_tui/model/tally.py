"""Counts and sums of a session's jobs, carried on from one picture to the next: 20,000 jobs are counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.money import Money

_Sums = Mapping[str, tuple[int, Decimal]]
"""By unit: of how many jobs, and how much."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a number of jobs and their costs come to; parts of other jobs are not counted."""

    jobs: Mapping[str, Job]
    costs: Mapping[str, JobCost]
    by_status: Mapping[str, int]
    unfinished: Mapping[str, Job]
    finished: int
    """With a final status, and not a dry run."""
    priced: int
    """Of these, with a cost that is final."""
    charged: _Sums
    reserved: _Sums

    def carried(self, jobs: Mapping[str, Job], costs: Mapping[str, JobCost], changed: Iterable[str]) -> Tally:
        """Return the tally of these jobs and costs, which differ from the ones before in those that changed."""
        work = _Work(self)
        for job_id in changed:
            work.count(self.jobs.get(job_id), self.costs.get(job_id), -1)
            work.count(jobs.get(job_id), costs.get(job_id), 1)
        return work.done(jobs, costs)


_NONE: Mapping[str, tuple[int, Decimal]] = MappingProxyType({})
NO_TALLY = Tally(
    MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), MappingProxyType({}), 0, 0, _NONE, _NONE
)


def tally_of(jobs: Mapping[str, Job], costs: Mapping[str, JobCost]) -> Tally:
    """Count them all."""
    return NO_TALLY.carried(jobs, costs, jobs)


def amounts(sums: _Sums) -> tuple[Money, ...]:
    """Return the sums, in the order of the units' names."""
    return tuple(Money(sums[unit][1], unit) for unit in sorted(sums))


def cost_is_final(job: Job, cost: JobCost | None) -> bool:
    """True where the cost of a finished job need not be asked again."""
    return cost is not None and ((cost.cost is not None and not cost.early) or cost.dry_run or job.dry_run)


class _Work:
    """A tally while it is being changed."""

    def __init__(self, tally: Tally) -> None:
        self.by_status = dict(tally.by_status)
        self.unfinished = dict(tally.unfinished)
        self.finished, self.priced = tally.finished, tally.priced
        self.charged, self.reserved = dict(tally.charged), dict(tally.reserved)

    def count(self, job: Job | None, cost: JobCost | None, by: int) -> None:
        """Count a job in, or with -1 out again."""
        if job is None:
            return
        if job.parent_job_id is None:
            self.by_status[job.status] = self.by_status.get(job.status, 0) + by
            if not job.finished and by > 0:
                self.unfinished[job.id] = job
            elif job.finished and by > 0:
                self.unfinished.pop(job.id, None)
            if job.finished and not job.dry_run:
                self.finished += by
                self.priced += by * cost_is_final(job, cost)
        elif by > 0:
            self.unfinished.pop(job.id, None)
        if cost is None or cost.dry_run or job.dry_run:
            return
        if cost.cost is not None:
            _add(self.charged, cost.cost, by)
        elif cost.estimate is not None and not job.finished:
            _add(self.reserved, cost.estimate, by)

    def done(self, jobs: Mapping[str, Job], costs: Mapping[str, JobCost]) -> Tally:
        """Return it, most frequent status first."""
        known = sorted(((status, many) for status, many in self.by_status.items() if many), key=lambda pair: -pair[1])
        return Tally(
            jobs, costs, dict(known), self.unfinished, self.finished, self.priced, self.charged, self.reserved
        )  # fmt: skip


def _add(sums: dict[str, tuple[int, Decimal]], money: Money, by: int) -> None:
    many, total = sums.get(money.unit, (0, Decimal(0)))
    if many + by > 0:
        sums[money.unit] = many + by, total + by * money.value
    else:
        sums.pop(money.unit, None)
