"""What was charged for which jobs: by their model, and for those that failed; each unit for itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.tally import cost_is_final
from ionq_tui.model.watch import Watch

JobModel = tuple[str, str]
"""Type and cost model of a job as the server wrote them; empty where it wrote none."""
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Spend:
    """What some jobs were charged."""

    jobs: int
    finished: int
    """With a final status, and not a dry run."""
    priced: int
    """Of these, with a cost that is final."""
    dry: int
    """Dry runs, which cost nothing."""
    charged: tuple[Money, ...]

    @property
    def known(self) -> bool:
        """True where nothing more will be charged for what has finished."""
        return self.priced == self.finished


def by_model(watch: Watch) -> dict[JobModel, Spend]:
    """Return what the jobs of each model were charged, the most jobs first."""
    return _spends(watch, watch.jobs.values(), lambda job: (job.type or "", job.cost_model or ""))


def by_failure(watch: Watch) -> dict[str, Spend]:
    """Return what failed jobs were charged, by the code of their failure, the most jobs first."""
    failed = (job for job in watch.jobs.values() if job.failed)
    return _spends(watch, failed, lambda job: job.failure.code if job.failure else "")


def _spends(watch: Watch, jobs: Iterable[Job], key_of: Callable[[Job], Key]) -> dict[Key, Spend]:
    """Sum up jobs by their key; parts of a job are in the job's own cost."""
    sums: dict[Key, _Sum] = {}
    for job in jobs:
        if job.parent_job_id is None:
            sums.setdefault(key_of(job), _Sum()).add(job, watch.costs.get(job.id))
    return {key: held.spend for key, held in sorted(sums.items(), key=lambda each: -each[1].jobs)}


class _Sum:
    """A spend while it is being summed up, in one pass: there may be 20,000 jobs."""

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
