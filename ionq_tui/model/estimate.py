"""Cost estimates for jobs, from `GET /jobs/estimate`."""

from __future__ import annotations

from decimal import Decimal

from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Circuit:
    """The kind of job that an estimate is for."""

    qubits: int = 25
    one_qubit_gates: int = 20
    two_qubit_gates: int = 20
    shots: int = 1000
    error_mitigation: bool = False


@quick_dataclass(frozen=True, slots=True)
class Estimate:
    """IonQ's estimate for one job; None is unknown."""

    backend: str
    circuit: Circuit
    cost: Money | None = None
    run_ms: int | None = None
    """Estimated execution time, milliseconds."""
    queue_ms: int | None = None
    """Predicted time in the queue now, milliseconds."""

    def jobs_within(self, limits: Limits) -> int | None:
        """Return about how many such jobs the cost and job limits allow; None if unknown."""
        most = [limits.jobs] if limits.jobs is not None else []
        if limits.money is not None:
            if self.cost is None or self.cost.unit != limits.money.unit or self.cost.value <= Decimal(0):
                return None
            most.append(int(limits.money.value / self.cost.value))
        return min(most) if most else None
