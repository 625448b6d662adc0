"""A job in a session, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ionq_tui.model.money import Money

WAITING = frozenset({"submitted", "ready"})
FINISHED = frozenset({"completed", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, in the server's words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the server last described it; None is unknown. Durations are milliseconds."""

    id: str
    status: str = "unknown"
    """As the server wrote it: submitted, ready, started, canceled, failed, completed, ..."""
    backend: str | None = None
    name: str | None = None
    type: str | None = None
    cost_model: str | None = None
    """What it is charged by, as the server wrote it: QCT, 2QGE_operations, ..."""
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

    @property
    def short(self) -> str:
        """The last six characters of the id."""
        return self.id[-6:]

    @property
    def waiting(self) -> bool:
        """True before it runs; only such a job can be cancelled without loss."""
        return self.status in WAITING

    @property
    def running(self) -> bool:
        """True while it runs."""
        return self.status == "started"

    @property
    def finished(self) -> bool:
        """True where nothing more will happen to it."""
        return self.status in FINISHED

    @property
    def completed(self) -> bool:
        """True where it ran to its end and has a result."""
        return self.status == "completed"

    @property
    def failed(self) -> bool:
        """True where it ended without a result by itself."""
        return self.status == "failed"


@dataclass(frozen=True, slots=True)
class JobCost:
    """What `GET /jobs/{id}/cost` told; a missing cost is unknown, not zero."""

    dry_run: bool = False
    cost: Money | None = None
    """Charged."""
    estimate: Money | None = None
    """Reserved until the job finishes."""
    early: bool = False
    """True where it was told before the job had finished: what is charged may still change."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of a session's jobs and the cursor of the next, None at the end."""

    jobs: tuple[Job, ...]
    next: str | None = None
    unreadable: int = 0
    """Items of the page that could not be read."""
