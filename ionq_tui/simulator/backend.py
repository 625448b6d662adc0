"""The simulated backends with their characterizations and prices."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from random import Random

from ionq_tui.model.quick_dataclass import quick_dataclass

CENT = Decimal("0.01")
SMALLEST_SHOTS = 100
_RESERVE = Decimal("1.08")
"""Ratio of the reserved amount to the nominal price, since more is reserved than is usually charged."""


@quick_dataclass(frozen=True, slots=True)
class SimulatedBackend:
    """One backend; fidelities are fractions of 1, times are in seconds."""

    name: str
    qubits: int
    status: str = "available"
    degraded: bool = False
    queue_ms: int = 0
    """Average queue time of jobs outside a session, in milliseconds."""
    location: str | None = None
    kw: float | None = None
    per_shot: Decimal = Decimal(0)
    fidelity: tuple[tuple[str, float, float], ...] = ()
    """Name, median, standard error."""
    timing: tuple[tuple[str, float], ...] = ()

    @property
    def measured(self) -> bool:
        """True if it has characterizations."""
        return bool(self.fidelity)

    def queue_at(self, now: datetime) -> int:
        """Return the queue time in milliseconds, which varies over the hours."""
        hours = now.timestamp() / 3600
        return int(self.queue_ms * (1 + 0.25 * math.sin(hours / 3) + 0.08 * math.sin(hours * 5)))

    def estimate(self, shots: int) -> Decimal | None:
        """Return the amount reserved for a job with so many shots; None if the backend is free."""
        if not self.per_shot:
            return None
        return max(CENT, (shots * self.per_shot * _RESERVE).quantize(CENT, ROUND_UP))

    def price(self, shots: int, random: Random) -> Decimal:
        """Draw the cost of such a job, at most the reserved amount."""
        reserved = self.estimate(shots)
        if reserved is None:
            return Decimal(0)
        return max(CENT, (reserved * Decimal(round(random.uniform(0.86, 0.98), 4))).quantize(CENT))


_FORTE = (("spam", 0.9954, 0.0007), ("1q", 0.99982, 0.00003), ("2q", 0.99593, 0.00031))
_FORTE_ENTERPRISE = (("spam", 0.9948, 0.0009), ("1q", 0.99979, 0.00004), ("2q", 0.99508, 0.00042))
_ARIA = (("spam", 0.9948, 0.0011), ("1q", 0.99954, 0.00006), ("2q", 0.98642, 0.00085))
_FORTE_TIMING = (
    ("t1", 188.0),
    ("t2", 0.95),
    ("1q", 0.00013),
    ("2q", 0.00097),
    ("readout", 0.00015),
    ("reset", 0.00005),
)
_ARIA_TIMING = (("t1", 100.0), ("t2", 1.0), ("1q", 0.000135), ("2q", 0.0006), ("readout", 0.0003), ("reset", 0.00002))

MACHINES: dict[str, SimulatedBackend] = {
    machine.name: machine
    for machine in (
        SimulatedBackend(
            "qpu.forte-1", 36, queue_ms=2_640_000, location="College Park, MD, USA", kw=3.6,
            per_shot=Decimal("0.00065"), fidelity=_FORTE, timing=_FORTE_TIMING,
        ),
        SimulatedBackend(
            "qpu.forte-enterprise-1", 36, queue_ms=1_020_000, location="Basel, Switzerland", kw=3.1,
            per_shot=Decimal("0.00070"), fidelity=_FORTE_ENTERPRISE, timing=_FORTE_TIMING,
        ),
        SimulatedBackend(
            "qpu.aria-1", 25, degraded=True, queue_ms=7_380_000, location="College Park, MD, USA", kw=2.9,
            per_shot=Decimal("0.00060"), fidelity=_ARIA, timing=_ARIA_TIMING,
        ),
        SimulatedBackend(
            "qpu.aria-2", 25, status="unavailable", queue_ms=19_800_000, location="College Park, MD, USA", kw=2.9,
            per_shot=Decimal("0.00060"), fidelity=_ARIA, timing=_ARIA_TIMING,
        ),
        SimulatedBackend("qpu.harmony", 11, status="retired", location="College Park, MD, USA"),
        SimulatedBackend("simulator", 29, queue_ms=900, location="College Park, MD, USA"),
    )
}  # fmt: skip

MEASURED_EVERY = timedelta(days=7)
MEASURED_TIMES = 12


def pairs(qubits: int) -> list[list[int]]:
    """Return all pairs of qubits, since trapped ions are fully connected."""
    return [[one, other] for one in range(qubits) for other in range(one + 1, qubits)]
