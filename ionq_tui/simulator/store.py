"""The stored sessions and jobs of the simulated cloud; tests may read them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from ionq_tui.model.quick_dataclass import quick_dataclass

SessionStatus = Literal["created", "started", "ended"]
JobStatus = Literal["submitted", "ready", "started", "canceled", "failed", "completed"]

NOTHING = Decimal(0)
CIRCUIT_TYPES = ("ionq.circuit.v1", "ionq.qasm3.v1", "ionq.multi-circuit.v1")
"""The types of jobs that run circuits."""


class Refusal(Exception):
    """A refused request: HTTP status, message, and the offending fields."""

    def __init__(self, status: int, message: str, *keys: str, source: str = "body") -> None:
        """Take the contents of the error reply."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.keys = keys
        self.source = source


@quick_dataclass(frozen=True, slots=True)
class Terms:
    """The limits a session was opened with; None is no limit."""

    jobs: int | None = None
    minutes: int | None = None
    money: Decimal | None = None
    unit: str = "usd"
    given: bool = False
    """True if the request contained `settings`, so that the reply does too."""


@quick_dataclass(frozen=True, slots=True)
class Gate:
    """One gate of a circuit."""

    name: str
    """The API's name; that of a native gate with "native " before it."""
    targets: tuple[int, ...]
    controls: tuple[int, ...] = ()
    angles: tuple[float, ...] = ()
    """The rotation in radians; of a native gate its phases and angle, in turns."""
    terms: tuple[tuple[str, float], ...] = ()
    """Pauli strings with their angles in radians, for an exponential."""


@quick_dataclass(frozen=True, slots=True)
class Circuit:
    """One circuit of a job."""

    qubits: int
    """How many of its qubits are used; 1 if none."""
    gates: tuple[Gate, ...] | None
    """None for a program whose statements are not run."""
    name: str | None = None
    registers: tuple[tuple[str, int], ...] = ()
    """Names and sizes of the classical registers that a program declares."""


@quick_dataclass(frozen=True, slots=True)
class Order:
    """A job as requested."""

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
    circuits: tuple[Circuit, ...] = ()
    """Empty for the jobs of simulated programs."""

    @property
    def all_shots(self) -> int:
        """The shots of all circuits together."""
        return self.shots * max(1, len(self.circuits))

    @property
    def has_result(self) -> bool:
        """True if it runs circuits, so that its result is probabilities."""
        return self.type in CIRCUIT_TYPES

    @property
    def several(self) -> bool:
        """True for a job whose circuits are jobs of their own, its children."""
        return self.type == "ionq.multi-circuit.v1"

    @property
    def ideal(self) -> bool:
        """True if the result is exact instead of drawn: on the simulator without a noise model."""
        return self.backend == "simulator" and (self.noise or {}).get("model", "ideal") == "ideal"


@dataclass(slots=True)
class Lane:
    """A queue of jobs that run one after another; each session has its own."""

    waiting: deque[JobEntry] = field(default_factory=deque)
    """In order of submission; canceled jobs are dropped when their turn comes."""
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
    """Minimum and maximum seconds between two jobs of the workload."""
    theme: str = "vqe"
    """Prefix of the names of the workload's jobs."""
    lane: Lane = field(default_factory=Lane, repr=False)

    @property
    def status(self) -> SessionStatus:
        """The status, derived from the times."""
        if self.ended_at is not None:
            return "ended"
        return "created" if self.started_at is None else "started"

    @property
    def active(self) -> bool:
        """True until the session has ended."""
        return self.ended_at is None

    def left(self, unit: str) -> Decimal | None:
        """Return the amount neither charged nor reserved; None if the cost is not limited in this unit."""
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
    """None if the backend is free."""
    price: Decimal
    """The cost if it completes."""
    failure: tuple[str, str] | None = None
    """The code and message with which it will fail, if any."""
    session: SessionEntry | None = field(default=None, repr=False)
    lane: Lane = field(default_factory=Lane, repr=False)
    number: int = 0
    """Index among all jobs."""
    place: int = 0
    """Index among its session's jobs."""
    status: JobStatus = "submitted"
    started_at: datetime | None = None
    completed_at: datetime | None = None
    cost: Decimal | None = None
    """Known once finished; zero if failed or canceled, None for a dry run."""
    child_ids: tuple[str, ...] = ()
    """The ids of its circuits, if it has several; they share everything else with it."""
    deleted: bool = False
    """True if it is no longer shown; what it cost remains."""
    shares: tuple[dict[int, float], ...] = field(default=(), repr=False)
    """The result of each circuit, once it was asked for: probabilities by outcome."""

    @property
    def finished(self) -> bool:
        """True if its status is final."""
        return self.status in ("completed", "failed", "canceled")

    @property
    def session_id(self) -> str | None:
        """The id of its session, None without one."""
        return self.session.id if self.session is not None else None
