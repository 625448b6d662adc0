"""What was used per day and person, kept as jobs finish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ionq_tui.simulator.book import NOTHING, JobEntry


@dataclass(slots=True)
class Tally:
    """Jobs, quantum time in microseconds, and money."""

    jobs: int = 0
    micros: int = 0
    amount: Decimal = NOTHING

    def add(self, other: Tally) -> None:
        """Take the other in."""
        self.jobs += other.jobs
        self.micros += other.micros
        self.amount += other.amount


class Ledger:
    """Tallies by day and group, for each way of grouping."""

    def __init__(self) -> None:
        """Begin with nothing used."""
        self._days: dict[str, dict[date, dict[str, Tally]]] = {"job": {}, "project": {}, "user": {}}

    def enter(self, job: JobEntry) -> None:
        """Count a finished job, unless it was only tried."""
        if job.order.dry_run or job.completed_at is None:
            return
        micros = job.run_ms * 1000 if job.started_at is not None else 0
        tally = Tally(1, micros, job.cost or NOTHING)
        for group, key in (("job", job.id), ("project", job.project_id), ("user", job.submitter_id)):
            self._days[group].setdefault(job.completed_at.date(), {}).setdefault(key, Tally()).add(tally)

    def days(self, group: str, first: date, last: date) -> dict[date, dict[str, Tally]]:
        """Return the tallies from the first to the last day, both included."""
        return {day: groups for day, groups in sorted(self._days[group].items()) if first <= day <= last}
