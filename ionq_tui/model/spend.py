"""Charged amounts by job model and by failure, in each unit separately."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import TypeVar

from ionq_tui.model.job import Job, JobCost, is_part
from ionq_tui.model.job_totals import cost_is_final
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.snapshot import SessionSnapshot

JobModel = tuple[str, str]
"""Type and cost model of a job as sent by the server; empty if missing."""
Key = TypeVar("Key", bound=Hashable)


@quick_dataclass(frozen=True, slots=True)
class Spend:
    """The amounts charged for a group of jobs."""

    jobs: int
    finished: int
    """Number of jobs with a final status, without dry runs."""
    priced: int
    """Number of these whose cost is final."""
    dry: int
    """Number of dry runs, which cost nothing."""
    charged: tuple[Money, ...]

    @property
    def known(self) -> bool:
        """True if all finished jobs have a final cost."""
        return self.priced == self.finished


def by_model(snapshot: SessionSnapshot) -> dict[JobModel, Spend]:
    """Return the amounts charged by job model, most jobs first."""
    return _spends(snapshot, snapshot.jobs.values(), lambda job: (job.type or "", job.cost_model or ""))


def by_failure(snapshot: SessionSnapshot) -> dict[str, Spend]:
    """Return the amounts charged for failed jobs by failure code, most jobs first."""
    failed = (job for job in snapshot.jobs.values() if job.failed)
    return _spends(snapshot, failed, lambda job: job.failure.code if job.failure else "")


def _spends(snapshot: SessionSnapshot, jobs: Iterable[Job], key_of: Callable[[Job], Key]) -> dict[Key, Spend]:
    """Sum the jobs by key, without parts of other jobs, whose cost is included in the parent's."""
    sums: dict[Key, _Sum] = {}
    for job in jobs:
        if not is_part(job, snapshot.jobs):
            sums.setdefault(key_of(job), _Sum()).add(job, snapshot.costs.get(job.id))
    return {key: total.spend for key, total in sorted(sums.items(), key=lambda each: -each[1].jobs)}


class _Sum:
    """A sum under construction, in a single pass since there may be 20,000 jobs."""

    def __init__(self) -> None:
        self.jobs = self.finished = self.priced = self.dry = 0
        self.charged: dict[str, Decimal] = {}

    def add(self, job: Job, cost: JobCost | None) -> None:
        self.jobs += 1
        if job.dry_run or (cost is not None and cost.dry_run):
            self.dry += 1
            return
        if job.finished:
            self.finished += 1
            self.priced += cost_is_final(job, cost)
        if cost is not None and cost.cost is not None:
            self.charged[cost.cost.unit] = self.charged.get(cost.cost.unit, Decimal(0)) + cost.cost.value

    @property
    def spend(self) -> Spend:
        charged = tuple(Money(self.charged[unit], unit) for unit in sorted(self.charged))
        return Spend(self.jobs, self.finished, self.priced, self.dry, charged)
