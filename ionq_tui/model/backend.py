"""Backends and their characterizations."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from ionq_tui.model.quick_dataclass import quick_dataclass

DOCUMENTED = ("qpu.forte-1", "qpu.forte-enterprise-1")
"""Names of quantum computers in IonQ's published API description, which are known without a request."""


@quick_dataclass(frozen=True, slots=True)
class Backend:
    """One quantum computer or simulator as `GET /backends` describes it; None is unknown."""

    name: str
    status: str = "unknown"
    """As sent by the server: available, unavailable, retired, ..."""
    degraded: bool | None = None
    qubits: int | None = None
    average_queue_time: float | None = None
    """IonQ does not state the unit, probably milliseconds; displayed with "about" and never used in computations."""
    last_updated: datetime | None = None
    location: str | None = None
    characterization_id: str | None = None
    kw: float | None = None
    supported_gates: tuple[str, ...] = ()
    """Names of the gates that circuits may use, as sent by the server; empty is none or unknown."""
    supported_native_gates: tuple[str, ...] = ()
    supported_error_mitigations: tuple[str, ...] = ()

    @property
    def available(self) -> bool:
        """True if sessions can be opened on it."""
        return self.status == "available"


@quick_dataclass(frozen=True, slots=True)
class Measured:
    """A median and its standard error, both as fractions of 1; the error may be unknown."""

    median: float
    stderr: float | None = None


@quick_dataclass(frozen=True, slots=True)
class Characterization:
    """The measured properties of a backend; fidelities are fractions of 1, times are in seconds."""

    id: str
    backend: str
    date: datetime | None = None
    qubits: int | None = None
    fidelity: dict[str, Measured] = field(default_factory=dict)
    """By "spam", "1q", "2q", as far as the server provides them."""
    timing: dict[str, float] = field(default_factory=dict)
    """Seconds by "t1", "t2", "1q", "2q", "readout", "reset", as far as the server provides them."""
    pairs: int | None = None
    """Pairs of qubits that a gate can act on, as far as the server provides them."""

    @property
    def all_to_all(self) -> bool:
        """True if a gate can act on any two of the qubits."""
        return self.qubits is not None and self.qubits > 1 and self.pairs == self.qubits * (self.qubits - 1) // 2
