"""What the simulated cloud remembers of sessions and jobs; tests may read it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

SessionStatus = Literal["created", "started", "ended"]
JobStatus = Literal["submitted", "ready", "started", "canceled", "failed", "completed"]

NOTHING = Decimal(0)


class Refusal(Exception):
    """A request the cloud will not do: the HTTP status, the reason, and the fields at fault."""

    def __init__(self, status: int, message: str, *keys: str, source: str = "body") -> None:
        """Hold what the reply will say."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.keys = keys
        self.source = source


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits a session was opened with; None is no limit."""

    jobs: int | None = None
    minutes: int | None = None
    money: Decimal | None = None
    unit: str = "usd"
    given: bool = False
    """True where the request bore `settings`, so that the reply does too."""


@dataclass(frozen=True, slots=True)
class Order:
    """A job as it was asked for."""

    backend: str
    type: str = "ionq.circuit.v1"
    shots: int = 100
    qubits: int = 2
    name: str | None = None
    session_id: str | None = None
    dry_run: bool = False
    metadata: dict[str, str] | None = None
    settings: dict[str, object] = field(default_factory=dict)
    noise: dict[str, object] | None = None


@dataclass(slots=True)
class Lane:
    """Jobs that run one after another; each session is one."""

    waiting: deque[JobEntry] = field(default_factory=deque)
    """In order of submission; cancelled ones are dropped when their turn comes."""
    running: JobEntry | None = None
    unfinished: int = 0


@dataclass(slots=True, eq=False)
class SessionEntry:
    """One session."""

    id: str
    backend: str
    creator_id: str
    project_id: str
    created_at: datetime
    terms: Terms
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ender_id: str | None = None
    expires_at: datetime | None = None
    jobs: list[JobEntry] = field(default_factory=list)
    """In order of submission."""
    charged: Decimal = NOTHING
    reserved: Decimal = NOTHING
    pace: tuple[float, float] = (10.0, 30.0)
    """Seconds between two jobs of the workload, at least and at most."""
    theme: str = "vqe"
    """What the workload's jobs are called."""
    lane: Lane = field(default_factory=Lane, repr=False)

    @property
    def status(self) -> SessionStatus:
        """Where it is in its life."""
        if self.ended_at is not None:
            return "ended"
        return "created" if self.started_at is None else "started"

    @property
    def active(self) -> bool:
        """True until it ended."""
        return self.ended_at is None

    def left(self, unit: str) -> Decimal | None:
        """Return the money neither charged nor reserved; None where it is not limited in this unit."""
        if self.terms.money is None or self.terms.unit != unit:
            return None
        return self.terms.money - self.charged - self.reserved


@dataclass(slots=True, eq=False)
class JobEntry:
    """One job."""

    id: str
    order: Order
    submitter_id: str
    project_id: str
    submitted_at: datetime
    may_start_at: datetime
    run_ms: int
    estimate: Decimal | None
    """None where nothing is charged on this backend."""
    price: Decimal
    """What it will cost where it completes."""
    fate: tuple[str, str] | None = None
    """The failure code and message it is going to meet, if any."""
    session: SessionEntry | None = field(default=None, repr=False)
    lane: Lane = field(default_factory=Lane, repr=False)
    number: int = 0
    """Its place among all jobs."""
    place: int = 0
    """Its place among its session's jobs."""
    status: JobStatus = "submitted"
    started_at: datetime | None = None
    completed_at: datetime | None = None
    cost: Decimal | None = None
    """Known once it finished; nothing for a failed, cancelled or dry one."""

    @property
    def finished(self) -> bool:
        """True where nothing more will happen to it."""
        return self.status in ("completed", "failed", "canceled")

    @property
    def session_id(self) -> str | None:
        """The session it was sent into."""
        return self.session.id if self.session is not None else None
