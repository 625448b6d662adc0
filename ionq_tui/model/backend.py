"""A backend, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backend:
    """One quantum computer or simulator as `GET /backends` describes it; None is unknown."""

    name: str
    status: str = "unknown"
    """As the server wrote it: available, unavailable, retired, ..."""
    degraded: bool | None = None
    qubits: int | None = None
    average_queue_time: float | None = None
    """Unit not stated by IonQ, likely milliseconds: shown with "about", never computed with."""
    last_updated: datetime | None = None
    location: str | None = None
    characterization_id: str | None = None
    kw: float | None = None

    @property
    def available(self) -> bool:
        """True where a session may be opened on it."""
        return self.status == "available"


@dataclass(frozen=True, slots=True)
class Measured:
    """A median and its standard error, both fractions of 1; the error may be unknown."""

    median: float
    stderr: float | None = None


@dataclass(frozen=True, slots=True)
class Characterization:
    """What was measured of a backend; fidelities are fractions, times are seconds."""

    id: str
    backend: str
    date: datetime | None = None
    qubits: int | None = None
    fidelity: dict[str, Measured] = field(default_factory=dict)
    """By "spam", "1q", "2q", where the server has them."""
    timing: dict[str, float] = field(default_factory=dict)
    """Seconds by "t1", "t2", "1q", "2q", "readout", "reset", where the server has them."""
