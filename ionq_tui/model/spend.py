"""What was charged for which jobs: by their model, and for those that failed; each unit for itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.money import Money, totals
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
    return _shares(watch, lambda job: (job.type or "", job.cost_model or ""))


def by_failure(watch: Watch) -> dict[str, Spend]:
    """Return what failed jobs were charged, by the code of their failure, the most jobs first."""
    return _shares(watch, lambda job: (job.failure.code if job.failure else "") if job.failed else None)


def _shares(watch: Watch, key_of: Callable[[Job], Key | None]) -> dict[Key, Spend]:
    """Sum up the jobs that have a key; parts of a job are in the job's own cost."""
    groups: dict[Key, list[Job]] = {}
    for job in watch.counted:
        if (key := key_of(job)) is not None:
            groups.setdefault(key, []).append(job)
    most_first = sorted(groups.items(), key=lambda group: -len(group[1]))
    return {key: _spend(jobs, watch.costs) for key, jobs in most_first}


def _spend(jobs: list[Job], costs: Mapping[str, JobCost]) -> Spend:
    told = [(job, costs.get(job.id)) for job in jobs]
    paying = [(job, cost) for job, cost in told if not (job.dry_run or (cost is not None and cost.dry_run))]
    finished = [(job, cost) for job, cost in paying if job.finished]
    return Spend(
        jobs=len(jobs),
        finished=len(finished),
        priced=sum(cost_is_final(job, cost) for job, cost in finished),
        dry=len(jobs) - len(paying),
        charged=totals(cost.cost for _, cost in paying if cost is not None and cost.cost is not None),
    )
