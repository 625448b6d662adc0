"""Tolerant decoding of what is read of one job, and of estimates, by the rules of `decode`; loaded when asked for."""

from __future__ import annotations

from collections.abc import Mapping

from ionq_tui.api.artifact import artifacts, shots_run
from ionq_tui.api.decode import MAX_ID_LENGTH, id_of, item_of, part_of
from ionq_tui.api.scalar import MAX_TEXT_LENGTH, as_written, count, duration, encodable, money, number
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job_detail import JobDetail

_MAX_SETTINGS = 64


def read_job_detail(value: object) -> JobDetail:
    """Decode the fields of `GET /jobs/{id}` that job lists leave out."""
    item = item_of(value)
    stats = part_of(item, "stats")
    gates = part_of(stats, "gate_counts")
    counts = ((name, number(value)) for name, value in list(gates.items())[:_MAX_SETTINGS])
    return JobDetail(
        id=id_of(item),
        qubits=count(stats.get("qubits")),
        circuits=count(stats.get("circuits")),
        gates={encodable(name[:MAX_ID_LENGTH]): many for name, many in counts if many is not None},
        settings=_settings(part_of(item, "settings")),
        noise=_settings(part_of(item, "noise")),
        children=_children(item.get("child_job_ids")),
        metadata=_settings(part_of(item, "metadata")),
        shots_run=shots_run(item),
        predicted_us=count(stats.get("predicted_quantum_compute_time_us")),
        billed_us=count(stats.get("billed_quantum_compute_time_us")),
        kwh=number(stats.get("kwh")),
        artifacts=artifacts(item),
    )


def _children(value: object) -> tuple[str, ...]:
    """Decode the ids of child jobs; what is no text is left out."""
    listed = value[:_MAX_SETTINGS] if isinstance(value, list) else []
    return tuple(encodable(one[:MAX_ID_LENGTH]) for one in listed if isinstance(one, str) and one)


def _settings(item: Mapping[str, object]) -> dict[str, str]:
    """Flatten nested settings into strings by dotted name."""
    read: dict[str, str] = {}
    waiting: list[tuple[str, object]] = list(item.items())[:_MAX_SETTINGS]
    while waiting and len(read) < _MAX_SETTINGS:
        name, value = waiting.pop(0)
        if isinstance(value, dict):
            inner = [(f"{name}.{key}"[:MAX_ID_LENGTH], held) for key, held in list(value.items())[:_MAX_SETTINGS]]
            waiting[:0] = inner[: 2 * _MAX_SETTINGS]
        elif value is not None:
            several = value[:_MAX_SETTINGS] if isinstance(value, list) else [value]
            told = ", ".join(map(as_written, several))
            read[encodable(name[:MAX_ID_LENGTH])] = encodable(told[:MAX_TEXT_LENGTH])
    return read


def read_estimate(value: object, backend: str, circuit: Circuit) -> Estimate:
    """Decode `GET /jobs/estimate`. All fields are optional, since the live API has returned another format before."""
    item = item_of(value)
    return Estimate(
        backend,
        circuit,
        money({"value": item.get("estimated_total_cost"), "unit": item.get("estimated_unit")}),
        duration(item.get("estimated_execution_time")),
        duration(item.get("current_predicted_queue_time")),
    )


_MAX_OUTCOMES = 65_536


def read_probabilities(value: object) -> Mapping[str, float]:
    """Decode `GET /jobs/{id}/results/probabilities`: probabilities from 0 to 1 by outcome."""
    item = item_of(value)
    read = {name: number(item.get(name), 1) for name in list(item)[:_MAX_OUTCOMES] if len(name) <= MAX_ID_LENGTH}
    return {encodable(name): share for name, share in read.items() if share is not None}
