"""The result of a job: outcomes and their frequencies as text, and as CSV and JSON files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite

from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.view.amount import counted
from ionq_tui.view.blocks import filled
from ionq_tui.view.csv_table import csv_table
from ionq_tui.view.fault import fault_words
from ionq_tui.view.job_card import histogram
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.status import job_status
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import rfc3339

_MOST_BITS = 64
_SHOWN = 16
_MOST_SUMMED = 500_000
"""Outcomes times qubits for which the shares of the qubits are still computed."""
_THICKEST = 4
"""Lines of the thickest bar."""


def bits(outcome: str, qubits: int | None) -> str:
    """Return an outcome number in binary, one digit per qubit; any other text is returned unchanged."""
    return f"{int(outcome):0{qubits}b}" if qubits is not None and is_state(outcome, qubits) else outcome


def is_state(outcome: str, qubits: int) -> bool:
    """Return True if the text is the number of a state of this many qubits."""
    written = outcome.isascii() and outcome.isdigit() and len(outcome) <= 20
    return written and 1 <= qubits <= _MOST_BITS and int(outcome) < 1 << qubits


def result_lines(
    job: Job, detail: JobDetail | None, shares: Mapping[str, float] | Fault | None, width: int, height: int = 0
) -> list[Line]:
    """Return the total and the most likely outcomes as bars, or why there are none; nothing without a result.

    In a `height` of enough lines there are more bars, gaps between them, or bars of several lines.
    """
    if not job.completed:
        return []
    if shares is None:
        return [line(Cell("result: loading…", Tone.DIM))]
    if isinstance(shares, Fault):
        none = shares.kind is FaultKind.NOT_FOUND
        told = _none(detail) if none else fault_words(shares, "job", once=True)
        return [line(Cell(f"result: {told}", Tone.DIM if none else Tone.WARN))]
    qubits = detail.qubits if detail is not None else None
    shots = counted(job.shots, "shot") if job.shots is not None else "shots unknown"
    # Convert all or none: "11" in binary beside decimal numbers would be ambiguous.
    binary = qubits is not None and qubits <= width // 2 and all(is_state(outcome, qubits) for outcome in shares)
    shown = {bits(outcome, qubits) if binary else outcome: share for outcome, share in shares.items()}
    title = line(
        Cell(f"result of {shots}", Tone.STRONG),
        f" · {counted(len(shares), 'outcome')}, most likely first{', in binary' if binary else ''}",
    )
    most = max(_SHOWN, height - 3)
    # The title may take two lines, and the number of the states that are not shown one.
    lines = (height - 2) // max(1, min(len(shown), most))
    return [title, *histogram(shown, width, most, shots=job.shots, lines=max(1, min(lines, _THICKEST + 1)))]


def qubit_lines(detail: JobDetail | None, shares: Mapping[str, float] | Fault | None, width: int) -> list[Line]:
    """Return how often each qubit was measured as 1, as bars; nothing unless all outcomes are states of the qubits.

    Qubit 0 is the lowest bit of an outcome's number, as in IonQ's results.
    """
    qubits = detail.qubits if detail is not None else None
    if qubits is None or not isinstance(shares, Mapping) or not 1 <= qubits <= _MOST_BITS:
        return []
    sound = [(outcome, share) for outcome, share in shares.items() if isfinite(share) and share > 0]
    if not sound or len(sound) * qubits > _MOST_SUMMED or not all(is_state(outcome, qubits) for outcome, _ in sound):
        return []
    states, whole = [(int(outcome), share) for outcome, share in sound], sum(share for _, share in sound)
    name, room = len(f"{qubits - 1}"), max(0, width - len(f"qubit {qubits - 1}") - 11)
    told = []
    for qubit in range(qubits):
        share = min(1.0, sum(share for state, share in states if state >> qubit & 1) / whole)
        bar = Cell(pad(filled(share, room), room), Tone.ACCENT)
        told.append(line(f"qubit {qubit:>{name}}  ", bar, f" {share * 100:6.2f}%"))
    return told


def result_csv(job: Job, detail: JobDetail | None, shares: Mapping[str, float]) -> str:
    """Return the result as CSV, one line per outcome."""
    qubits = detail.qubits if detail is not None else None
    states = ((outcome, bits(outcome, qubits), share) for outcome, share in shares.items())
    rows = ((outcome, "" if state == outcome else state, share, _count(job, share)) for outcome, state, share in states)
    return csv_table(
        (("outcome", "bits", "probability", "count"), *((*row[:3], "" if row[3] is None else row[3]) for row in rows))
    )


def _count(job: Job, share: float) -> int | None:
    """Return the number of shots with that probability; None if the number of shots is unknown."""
    return round(share * job.shots) if job.shots is not None and isfinite(share) else None


def _none(detail: JobDetail | None) -> str:
    """Return why a completed job has no result of its own."""
    if detail is None or not detail.children:
        return "IonQ has no result for this job"
    return f"each of its {counted(len(detail.children), 'circuit')} has a result of its own, in a job of its own"


def no_result(job: Job, detail: JobDetail | None, shares: Fault | None) -> str:
    """Return why there is no result to show, and where the results of the parts of a job are."""
    if isinstance(shares, Fault) and shares.kind is not FaultKind.NOT_FOUND:
        return f"the result could not be read: {fault_words(shares, 'job', once=True)}"
    if job.completed:
        parts = [f"ionq-tui results {plain(one, 64)}" for one in (detail.children if detail is not None else ())]
        return "\n".join([_none(detail), *parts])
    return f"job {plain(job.short)} has no result: it is {job_status(job.status).text}"


def result_json(job: Job, detail: JobDetail | None, shares: Mapping[str, float]) -> str:
    """Return the job and its result as ASCII-only JSON, in the API's field names."""
    return json.dumps(result_facts(job, detail, shares), indent=2).replace("\x7f", "\\u007f") + "\n"


def result_facts(job: Job, detail: JobDetail | None, shares: Mapping[str, float]) -> dict[str, object]:
    """Return the job and its result in the API's field names; counts are rounded, null without the number of shots."""
    told: dict[str, object] = {
        "id": job.id,
        "name": job.name,
        "status": job.status,
        "backend": job.backend,
        "session_id": job.session_id,
        "shots": job.shots,
        "submitted_at": None if job.submitted_at is None else rfc3339(job.submitted_at),
        "completed_at": None if job.completed_at is None else rfc3339(job.completed_at),
        "execution_duration_ms": job.run_ms,
    }
    sound = {outcome: share for outcome, share in shares.items() if isfinite(share)}
    counts = None if job.shots is None else {outcome: _count(job, share) for outcome, share in sound.items()}
    return {**told, **detail_json(detail), "probabilities": sound, "counts": counts}


def detail_json(detail: JobDetail | None) -> dict[str, object]:
    """Return a job's settings, statistics and metadata in the API's field names; nothing if they were not read."""
    if detail is None:
        return {}
    stats = {"qubits": detail.qubits, "circuits": detail.circuits, "gate_counts": dict(detail.gates)}
    return {"settings": dict(detail.settings), "stats": stats, "metadata": dict(detail.metadata)}


def file_name(job: Job) -> str:
    """Return a file name stem for the job that contains only letters, digits and hyphens."""
    return f"ionq-job-{safe_name(job.id)}"


def safe_name(text: str) -> str:
    """Return the text as a part of a file name: letters, digits and hyphens only."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", text)[:64].strip("-") or "unnamed"
