"""Cost estimates as text; always marked as estimates, and never computed across units."""

from __future__ import annotations

from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.limits import INT32_MAX, Limits
from ionq_tui.model.link_state import Fault
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.amount import count, counted, money, unit
from ionq_tui.view.fault import fault_says
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import NOTHING, duration_ms


def estimate_words(estimate: Estimate | Fault) -> str:
    """Return "about 0.71 usd per 1,000 shots of 20 2q + 20 1q gates, 25 qubits"."""
    if isinstance(estimate, Fault):
        return f"none: {fault_says(estimate)}"
    kind = estimate.circuit
    gates = f"{count(kind.two_qubit_gates)} 2q + {count(kind.one_qubit_gates)} 1q gates"
    asked = f"per {counted(kind.shots, 'shot')} of {gates}, {counted(kind.qubits, 'qubit')}{_mitigated(kind)}"
    return f"IonQ gives no price {asked}" if estimate.cost is None else f"about {money(estimate.cost)} {asked}"


def run_words(estimate: Estimate | Fault | None) -> str:
    """Return "about 14s, by the same estimate"; empty if unknown."""
    run = duration_ms(estimate.run_ms) if isinstance(estimate, Estimate) else NOTHING
    about = run if run.startswith("<") else f"about {run}"
    return "" if run == NOTHING else f"{about}, by the same estimate"


def reach_line(estimate: Estimate | Fault | None, limits: Limits) -> Line:
    """Return how many jobs the limits allow, or the cost of that many jobs, as estimates; empty if unknown."""
    if estimate is None:
        return ()
    if isinstance(estimate, Fault):
        return line(Cell(f"· no job cost estimate: {fault_says(estimate)}", Tone.DIM))
    kind, cost = job_words(estimate.circuit), estimate.cost
    if cost is None:
        return line("· IonQ gives no price for jobs on this backend")
    if limits.money is None:
        many = limits.jobs or 1
        if not cost.value.is_finite():
            return ()
        total = money(Money(cost.value * many, cost.unit))
        verb = "costs" if many == 1 else "cost"
        return line(f"· {counted(many, 'job')} of {kind} {verb} about {total} (estimate)")
    allowed = estimate.jobs_within(Limits(money=limits.money))
    if allowed is None:
        other = f", not in {unit(limits.money.unit)}, the unit of the limit" if cost.unit != limits.money.unit else ""
        return line(f"· a job of {kind} costs about {money(cost)} (estimate){other}")
    if not allowed:
        words = f"! {money(limits.money)} is less than one job of {kind}: about {money(cost)} (estimate)"
        return line(Cell(words, Tone.WARN))
    first = (
        f"; the limit of {counted(limits.jobs, 'job')} comes first"
        if limits.jobs is not None and limits.jobs <= allowed
        else ""
    )
    return line(f"· {money(limits.money)} is about {counted(allowed, 'job')} of {kind} (estimate){first}")


def job_words(kind: Circuit) -> str:
    """Return "1,000 shots with 20 two-qubit gates"."""
    gates = counted(kind.two_qubit_gates, "two-qubit gate")
    return f"{counted(kind.shots, 'shot')} with {gates}{_mitigated(kind)}"


def _mitigated(kind: Circuit) -> str:
    return ", errors mitigated" if kind.error_mitigation else ""


@quick_dataclass(frozen=True, slots=True)
class CircuitDraft:
    """The kind of job as it is being typed."""

    shots: str
    two_qubit_gates: str
    one_qubit_gates: str
    qubits: str
    error_mitigation: bool = False

    @property
    def circuit(self) -> Circuit | None:
        """What is asked for; None where a field cannot be read."""
        shots, qubits = _number(self.shots, 1), _number(self.qubits, 1)
        twos, ones = _number(self.two_qubit_gates), _number(self.one_qubit_gates)
        if shots is None or qubits is None or twos is None or ones is None:
            return None
        return Circuit(qubits, ones, twos, shots, self.error_mitigation)

    @property
    def trouble(self) -> str:
        """What cannot be read, in words; empty where all can."""
        fields = (
            ("shots", self.shots, 1),
            ("2q gates", self.two_qubit_gates, 0),
            ("1q gates", self.one_qubit_gates, 0),
            ("qubits", self.qubits, 1),
        )
        for name, text, least in fields:
            if _number(text, least) is None:
                return f'{name}: "{plain(text, 20)}" is not a whole number from {least} to {INT32_MAX:,}'
        return ""


def draft_of_circuit(kind: Circuit) -> CircuitDraft:
    """Return what to type for this kind of job."""
    shots, twos, ones, qubits = map(str, (kind.shots, kind.two_qubit_gates, kind.one_qubit_gates, kind.qubits))
    return CircuitDraft(shots, twos, ones, qubits, kind.error_mitigation)


def _number(text: str, least: int = 0) -> int | None:
    written = text.strip(" ")
    if not written.isascii() or not written.isdigit() or len(written) > 12:
        return None
    number = int(written)
    return number if least <= number <= INT32_MAX else None
