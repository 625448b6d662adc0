"""Usage per day and group, updated as jobs finish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ionq_tui.simulator.store import NOTHING, JobEntry


@dataclass(slots=True)
class UsageTotals:
    """Number of jobs, quantum time in microseconds, and cost."""

    jobs: int = 0
    micros: int = 0
    amount: Decimal = NOTHING

    def add(self, other: UsageTotals) -> None:
        """Add other totals to these."""
        self.jobs += other.jobs
        self.micros += other.micros
        self.amount += other.amount


class UsageRecords:
    """Usage totals by day and group, for each kind of grouping."""

    def __init__(self) -> None:
        """Start without usage."""
        self._days: dict[str, dict[date, dict[str, UsageTotals]]] = {"job": {}, "project": {}, "user": {}}

    def enter(self, job: JobEntry) -> None:
        """Add a finished job, unless it was a dry run."""
        if job.order.dry_run or job.completed_at is None:
            return
        micros = job.run_ms * 1000 if job.started_at is not None else 0
        usage_totals = UsageTotals(1, micros, job.cost or NOTHING)
        for group, key in (("job", job.id), ("project", job.project_id), ("user", job.submitter_id)):
            self._days[group].setdefault(job.completed_at.date(), {}).setdefault(key, UsageTotals()).add(usage_totals)

    def days(self, group: str, first: date, last: date) -> dict[date, dict[str, UsageTotals]]:
        """Return the totals by day and group from the first to the last day, inclusive."""
        return {day: groups for day, groups in sorted(self._days[group].items()) if first <= day <= last}
