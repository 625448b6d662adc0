"""Jobs and their costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass

WAITING = frozenset({"submitted", "ready"})
FINISHED = frozenset({"completed", "failed", "canceled"})
CLONE_MARK = "ionq_tui_clone"
"""Name in a job's metadata of the mark that this program gives to a clone."""


@quick_dataclass(frozen=True, slots=True)
class Failure:
    """The server's code and message for a failed job."""

    code: str
    message: str


@quick_dataclass(frozen=True, slots=True)
class Job:
    """One job as the server last described it; None is unknown. Durations are milliseconds."""

    id: str
    status: str = "unknown"
    """As sent by the server: submitted, ready, started, canceled, failed, completed, ..."""
    backend: str | None = None
    name: str | None = None
    type: str | None = None
    cost_model: str | None = None
    """The billing model as sent by the server: QCT, 2QGE_operations, ..."""
    session_id: str | None = None
    submitter_id: str | None = None
    parent_job_id: str | None = None
    project_id: str | None = None
    dry_run: bool = False
    shots: int | None = None
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    predicted_wait_ms: int | None = None
    predicted_run_ms: int | None = None
    run_ms: int | None = None
    failure: Failure | None = None
    clone_mark: str | None = None
    """The mark of a clone that this program made; empty if it has none, None if its metadata are unknown."""

    @property
    def short(self) -> str:
        """The last six characters of the id."""
        return self.id[-6:]

    @property
    def waiting(self) -> bool:
        """True before it runs; only then can it be canceled without loss."""
        return self.status in WAITING

    @property
    def running(self) -> bool:
        """True while it runs."""
        return self.status == "started"

    @property
    def finished(self) -> bool:
        """True if its status is final."""
        return self.status in FINISHED

    @property
    def completed(self) -> bool:
        """True if it completed and has a result."""
        return self.status == "completed"

    @property
    def failed(self) -> bool:
        """True if it failed by itself (not canceled)."""
        return self.status == "failed"

    @property
    def missing_result(self) -> bool:
        """True if it finished without a result: it failed or was canceled."""
        return self.finished and not self.completed


@quick_dataclass(frozen=True, slots=True)
class JobCost:
    """The reply of `GET /jobs/{id}/cost`; a missing cost is unknown, not zero."""

    dry_run: bool = False
    cost: Money | None = None
    """Charged."""
    estimate: Money | None = None
    """Reserved until the job finishes."""
    early: bool = False
    """True if reported before the job had finished; the charge may still change."""


@quick_dataclass(frozen=True, slots=True)
class JobPage:
    """One page of a session's jobs, and the cursor of the next page, None on the last."""

    jobs: tuple[Job, ...]
    next: str | None = None
    unreadable: int = 0
    """Number of items that could not be decoded."""


def is_part(job: Job, jobs: Mapping[str, Job]) -> bool:
    """Return True if a job is part of another job in the same list, whose cost includes its own.

    A parent that is not listed does not count, and neither do jobs that name each other as parents.
    """
    seen, parent = {job.id}, job.parent_job_id
    while parent is not None and (above := jobs.get(parent)) is not None:
        if parent in seen:
            return False
        seen.add(parent)
        parent = above.parent_job_id
    return len(seen) > 1
