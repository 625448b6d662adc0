"""Convert stored entries to the API's JSON."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil

from ionq_tui.simulator.backend import MEASURED_EVERY, MEASURED_TIMES, SimulatedBackend, pairs
from ionq_tui.simulator.random_stream import hashed_id, stream
from ionq_tui.simulator.result import Part, compiled_circuits, descriptors, gate_counts
from ionq_tui.simulator.store import JobEntry, Order, SessionEntry
from ionq_tui.simulator.usage import UsageTotals

Json = dict[str, object]

_GATES = ["x", "y", "z", "rx", "ry", "rz", "h", "s", "si", "v", "vi", "t", "ti", "cnot", "swap"]
_TOP_GROUPS = 5


def iso_time(moment: datetime | None) -> str | None:
    """Format a time as the API does."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def amount(value: Decimal, unit: str) -> Json:
    """Serialize an amount with its unit."""
    return {"value": float(value), "unit": unit}


def session(entry: SessionEntry, organization_id: str) -> Json:
    """Serialize a session."""
    shown: Json = {
        "id": entry.id,
        "created_at": iso_time(entry.created_at),
        "organization_id": organization_id,
        "backend": entry.backend,
        "project_id": entry.project_id,
        "creator_id": entry.creator_id,
        "started_at": iso_time(entry.started_at),
        "ended_at": iso_time(entry.ended_at),
        "ender_id": entry.ender_id,
        "active": entry.active,
        "status": entry.status,
    }
    settings = _settings(entry)
    if settings or entry.terms.given:
        shown["settings"] = settings
    return shown


def _settings(entry: SessionEntry) -> Json:
    shown: Json = {}
    if entry.terms.jobs is not None:
        shown["job_count_limit"] = entry.terms.jobs
    if entry.terms.minutes is not None:
        shown["duration_limit_min"] = entry.terms.minutes
    if entry.terms.money is not None:
        shown["cost_limit"] = amount(entry.terms.money, entry.terms.unit)
    if entry.expires_at is not None:
        shown["expires_at"] = iso_time(entry.expires_at)
    return shown


def job(part: Part, now: datetime) -> Json:
    """Serialize a job, or one circuit of a job, as in lists."""
    entry, order = part.job, part.job.order
    ran = entry.started_at is not None and entry.status in ("completed", "failed")
    child = part.child is not None
    shown: Json = {
        "id": part.id,
        "status": entry.status,
        "type": "ionq.circuit.v1" if child else order.type,
        "backend": order.backend,
        "dry_run": order.dry_run,
        "submitter_id": entry.submitter_id,
        "project_id": entry.project_id,
        "parent_job_id": entry.id if child else None,
        "session_id": entry.session_id,
        "metadata": order.metadata,
        "name": order.name if part.child is None else order.circuits[part.child].name,
        "shots": order.shots,
        "submitted_at": iso_time(entry.submitted_at),
        "started_at": iso_time(entry.started_at),
        "completed_at": iso_time(entry.completed_at),
        "predicted_wait_time_ms": _wait_ms(entry, now),
        "predicted_execution_duration_ms": round(entry.run_ms, -3),
        "execution_duration_ms": entry.run_ms if ran else None,
        "failure": None,
        "output": _output(part),
        "settings": order.settings,
        "stats": _stats(part) if order.has_result else {},
        "results": descriptors(part),
    }
    if entry.estimate is not None:
        shown["cost_model"] = "QCT"
    if order.noise is not None:
        shown["noise"] = order.noise
    if entry.status == "failed" and entry.failure is not None:
        shown["failure"] = {"code": entry.failure[0], "message": entry.failure[1]}
    return shown


def _output(part: Part) -> Json:
    circuits = compiled_circuits(part)
    return {"compilation": {"compiled_circuits": circuits}} if circuits else {}


def _stats(part: Part) -> Json:
    order = part.job.order
    circuits = 1 if part.child is not None else max(1, len(order.circuits))
    return {"circuits": circuits, "qubits": order.qubits, "gate_counts": gate_counts(part)}


def _wait_ms(entry: JobEntry, now: datetime) -> int | None:
    if entry.status not in ("submitted", "ready"):
        return None
    ahead = sum(other.run_ms for other in entry.lane.waiting if other.number < entry.number and not other.finished)
    running = entry.lane.running
    if running is not None and running.started_at is not None:
        ahead += max(0, running.run_ms - _ms(now - running.started_at))
    return min(2**31 - 1, max(ahead, _ms(entry.may_start_at - now), 0))


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def cost(part: Part, unit: str) -> Json:
    """Serialize the cost or estimated cost of a job; there is no estimate for jobs on the free simulator.

    One circuit of a job costs nothing of its own: all are charged together.
    """
    entry, share = part.job, 0 if part.child is not None else 1
    shown: Json = {"dry_run": entry.order.dry_run}
    if entry.cost is not None:
        shown["cost"] = amount(entry.cost * share, unit)
    elif entry.estimate is not None:
        shown["estimated_cost"] = amount(entry.estimate * share, unit)
    return shown


def backend(machine: SimulatedBackend, now: datetime) -> Json:
    """Serialize a backend."""
    shown: Json = {
        "backend": machine.name,
        "status": machine.status,
        "degraded": machine.degraded,
        "qubits": machine.qubits,
        "average_queue_time": machine.queue_at(now),
        "last_updated": iso_time(now.replace(second=0, microsecond=0)),
        "supported_gates": _GATES,
        "supported_native_gates": ["gpi", "gpi2", "zz"] if machine.measured else [],
        "supported_error_mitigations": ["debiasing"] if machine.measured else [],
    }
    if machine.location is not None:
        shown["location"] = machine.location
    if machine.kw is not None:
        shown["kw"] = machine.kw
    if machine.measured:
        shown["characterization_id"] = characterization_id(machine, measured_on(now)[0])
    return shown


def measured_on(now: datetime) -> list[datetime]:
    """Return the times of the characterizations, newest first."""
    latest = datetime(now.year, 1, 1, 6, 30, tzinfo=now.tzinfo)
    latest += ((now - latest) // MEASURED_EVERY) * MEASURED_EVERY
    return [latest - number * MEASURED_EVERY for number in range(MEASURED_TIMES)]


def characterization_id(machine: SimulatedBackend, moment: datetime) -> str:
    """Return the id of the characterization at that time."""
    return hashed_id("characterization", f"{machine.name} {moment.date()}")


def characterization(machine: SimulatedBackend, moment: datetime) -> Json:
    """Serialize the characterization at that time: typical values with small random variations."""
    random = stream(0, "characterization", machine.name, moment.date())
    fidelity = {
        name: {"median": round(min(0.99999, median + random.gauss(0, stderr / 3)), 6), "stderr": stderr}
        for name, median, stderr in machine.fidelity
    }
    return {
        "id": characterization_id(machine, moment),
        "backend": machine.name,
        "date": iso_time(moment),
        "qubits": machine.qubits,
        "fidelity": fidelity,
        "timing": dict(machine.timing),
        "connectivity": pairs(machine.qubits),
    }


def estimate(machine: SimulatedBackend, context: Json, order: Order, unit: str, now: datetime) -> Json:
    """Serialize the estimated cost and waiting time of a job."""
    total = machine.estimate(order.shots) or Decimal(0)
    run_ms = 400 + ceil(order.shots * 13.6)
    rate: Json = {"sku": f"{machine.name}.compute", "unit": "compute_second", "unit_cost": float(machine.per_shot * 70)}
    return {
        "estimate_context": context,
        "estimated_at": iso_time(now),
        "estimated_unit": unit,
        "rate_card": {"id": hashed_id("rate card", machine.name), "rates": [rate]},
        "estimated_total_cost": float(total),
        "estimated_execution_time": run_ms,
        "estimated_quantum_compute_time_us": min(2**31 - 1, run_ms * 1000),
        "current_predicted_queue_time": machine.queue_at(now),
    }


def usage_row(start: date, groups: dict[str, UsageTotals], unit: str) -> Json:
    """Serialize one usage row: the total and its five largest groups."""
    whole = UsageTotals()
    for usage_totals in groups.values():
        whole.add(usage_totals)
    top = sorted(groups.items(), key=lambda item: (-item[1].amount, item[0]))[:_TOP_GROUPS]
    return {
        "from": f"{start}T00:00:00.000Z",
        **total_fields(whole, unit),
        "group_usages": [
            {"group_id": key, "group_name": key, **total_fields(usage_totals, unit)} for key, usage_totals in top
        ],
    }


def total_fields(usage_totals: UsageTotals, unit: str) -> Json:
    """Return usage totals as the fields of a usage row."""
    money = float(usage_totals.amount)
    return {
        "job_count": usage_totals.jobs,
        "time_us": usage_totals.micros,
        "amount": money,
        "amount_unit": unit,
        "amounts": [{"amount": money, "unit": unit}],
    }
