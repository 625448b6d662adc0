"""The jobs of a session as a table's rows, made only where somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ionq_tui.model.job import Job, JobCost
from ionq_tui.view.live_session import newest_first, sent_at
from ionq_tui.view.row import JobItem


class JobItems(Mapping[str, JobItem]):
    """Jobs with their costs by id, in an order; no item exists before it is looked at."""

    def __init__(
        self,
        order: Sequence[str],
        jobs: Mapping[str, Job],
        costs: Mapping[str, JobCost],
        made: dict[str, JobItem] | None = None,
    ) -> None:
        """Take the ids in their order, and the items that were made before."""
        self._made = {} if made is None else made
        self._order = order
        self._jobs = jobs
        self._costs = costs

    def __getitem__(self, key: str) -> JobItem:
        """Return the job with its cost."""
        job, cost, held = self._jobs[key], self._costs.get(key), self._made.get(key)
        if held is not None and held[0] is job and held[1] is cost:
            return held
        made = self._made[key] = JobItem(job, cost)
        return made

    def __iter__(self) -> Iterator[str]:
        """Return the ids in their order."""
        return iter(self._order)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._order)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is such a job."""
        return key in self._jobs


class JobList:
    """The jobs of one session, newest first, kept from picture to picture: a job that changes stays where it is."""

    def __init__(self) -> None:
        """Begin without jobs."""
        self._jobs: Mapping[str, Job] = MappingProxyType({})
        self._order: list[str] = []
        self._made: dict[str, JobItem] = {}
        self._simple = True
        """True while no job is a part of another one."""

    def items(self, jobs: Mapping[str, Job], costs: Mapping[str, JobCost]) -> JobItems:
        """Return these jobs in their order."""
        return JobItems(self.order(jobs), jobs, costs, self._made)

    def order(self, jobs: Mapping[str, Job]) -> list[str]:
        """Return the ids of these jobs in their order."""
        if jobs is self._jobs:
            return self._order
        held = self._jobs
        changed = [job for job_id, job in jobs.items() if held.get(job_id) is not job]
        new = newest_first({job.id: job for job in changed if job.id not in held})
        if len(jobs) != len(held) + len(new) or not self._stays(changed):
            self._sort(jobs)
        elif new and not self._order:
            self._order = [job.id for job in new]
        elif new and sent_at(new[-1]) > sent_at(jobs[self._order[0]]):
            self._order = [*(job.id for job in new), *self._order]
        elif new and sent_at(new[0]) < sent_at(jobs[self._order[-1]]):
            self._order = [*self._order, *(job.id for job in new)]
        elif new:
            self._sort(jobs)
        self._jobs = jobs
        return self._order

    def _sort(self, jobs: Mapping[str, Job]) -> None:
        self._order = [job.id for job in newest_first(jobs)]
        self._simple = all(job.parent_job_id is None for job in jobs.values())

    def _stays(self, changed: list[Job]) -> bool:
        """Return True if those of the changed jobs that were there before stay where they are."""
        if not self._simple or any(job.parent_job_id is not None for job in changed):
            return False
        held = self._jobs
        return all(job.submitted_at == held[job.id].submitted_at for job in changed if job.id in held)
