"""The result of a job in words: what was measured, how often, and the same as files for other programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from math import isfinite

from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_words
from ionq_tui.view.job_card import histogram
from ionq_tui.view.moment import rfc3339
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Line, Tone, line

_MOST_BITS = 64
_SHOWN = 16
_FORMULA = ("=", "+", "-", "@")
"""Beginnings that make programs of tables compute what is meant as text."""


def bits(outcome: str, qubits: int | None) -> str:
    """Return an outcome's number in binary, one digit a qubit; as it is where it is no such number."""
    return f"{int(outcome):0{qubits}b}" if qubits is not None and _fits(outcome, qubits) else outcome


def _fits(outcome: str, qubits: int) -> bool:
    """True for the number of a state that so many qubits can be in."""
    written = outcome.isascii() and outcome.isdigit() and len(outcome) <= 20
    return written and 1 <= qubits <= _MOST_BITS and int(outcome) < 1 << qubits


def result_lines(
    job: Job, detail: JobDetail | None, shares: Mapping[str, float] | Fault | None, width: int
) -> list[Line]:
    """Return the total and the likeliest outcomes as bars, or why there are none; nothing for a job without result."""
    if not job.completed:
        return []
    if shares is None:
        return [line(Cell("result: asking IonQ …", Tone.DIM))]
    if isinstance(shares, Fault):
        none = shares.kind is FaultKind.NOT_FOUND
        told = "IonQ holds no result of this job" if none else fault_words(shares, "job", once=True)
        return [line(Cell(f"result: {told}", Tone.DIM if none else Tone.WARN))]
    qubits = detail.qubits if detail is not None else None
    shots = counted(job.shots, "shot") if job.shots is not None else "shots unknown"
    # All or none: "11" among numbers would be another outcome.
    binary = qubits is not None and qubits <= width // 2 and all(_fits(outcome, qubits) for outcome in shares)
    shown = {bits(outcome, qubits) if binary else outcome: share for outcome, share in shares.items()}
    title = line(
        Cell(f"result of {shots}", Tone.STRONG),
        f" · {counted(len(shares), 'outcome')}, the likeliest first{', in binary' if binary else ''}",
    )
    return [title, *(line(one) for one in histogram(shown, width, _SHOWN))]


def result_csv(job: Job, detail: JobDetail | None, shares: Mapping[str, float]) -> str:
    """Return the result as a table, a line an outcome; for reading back and for spreadsheets."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(["outcome", "bits", "probability"])
    qubits = detail.qubits if detail is not None else None
    for outcome, share in shares.items():
        state = bits(outcome, qubits)
        table.writerow([_cell(outcome), "" if state == outcome else state, share])
    return written.getvalue()


def result_json(job: Job, detail: JobDetail | None, shares: Mapping[str, float]) -> str:
    """Return the job and its result in the names of the API; every strange character of it is escaped."""
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
    if detail is not None:
        told["settings"] = dict(detail.settings)
        told["stats"] = {"qubits": detail.qubits, "circuits": detail.circuits, "gate_counts": dict(detail.gates)}
        told["metadata"] = dict(detail.metadata)
    told["probabilities"] = {outcome: share for outcome, share in shares.items() if isfinite(share)}
    return json.dumps(told, indent=2).replace("\x7f", "\\u007f") + "\n"


def file_name(job: Job) -> str:
    """Return the beginning of a file's name for the job: letters, digits and hyphens alone."""
    return "ionq-job-" + (re.sub(r"[^A-Za-z0-9-]+", "-", job.id)[:64].strip("-") or "unnamed")


def _cell(text: str) -> str:
    shown = plain(text, 256)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
