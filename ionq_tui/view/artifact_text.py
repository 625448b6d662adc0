"""Shots and compiled circuits as tables, as text that is safe to save, as CSV, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from math import isfinite
from typing import NamedTuple

from ionq_tui.model.artifact import Artifact, ArtifactContent, ArtifactKind, CompiledCircuit, Shots
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.view.amount import count, counted
from ionq_tui.view.column import Column, Row, SortKey
from ionq_tui.view.csv_table import csv_table
from ionq_tui.view.outcome_chart import bits, file_name, is_state
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status
from ionq_tui.view.style import Cell, Tone

_BY_REGISTER = "ionq.result.shots.json.v2"
_MOST_REGISTERS = 8
"""Registers with a column of their own; CSV has all."""
_CELL = 400
"""Characters of one cell."""
_MOST_LINES = 200_000
_MOST_DIGITS = 40
"""Digits of a whole number."""
_LONGEST_STATE = 400
"""Digits of a state that is a whole number: those of more than 1,000 qubits."""
COPIED = 50_000
"""Characters of the longest text that is copied: more than that, terminals refuse."""


class FileRow(NamedTuple):
    """One line of a file: a shot, a gate, or a line of text."""

    number: int
    """From 1 on."""
    parts: tuple[str, ...]
    """Not sanitized."""


class FileTable(NamedTuple):
    """A file as a table."""

    columns: tuple[Column[FileRow], ...]
    rows: tuple[FileRow, ...]


def file_row(row: FileRow) -> Row:
    """Return the cells of a line."""
    return (Cell(f"{row.number:,}", Tone.DIM), *(Cell(plain(part, _CELL)) for part in row.parts))


def file_table(content: ArtifactContent, qubits: int | None) -> FileTable:
    """Return the content of a file as a table; a form that is not documented is text, line by line."""
    if content.shots is not None:
        return _shot_table(content.shots, qubits)
    if content.circuit is not None:
        gates = (("GATE", 8, 20), ("QUBITS", 16, 30), ("PARAMETERS", 36, 90))
        told = ((gate.name, gate.qubits, gate.parameters) for gate in content.circuit.gates)
        return FileTable((_number("GATE NO.", 8), *_texts(gates)), _numbered(told))
    rows = ((one,) for one in shown_text(content).split("\n")[:_MOST_LINES])
    return FileTable((_number("LINE", 6), *_texts((("TEXT", 64, _CELL),))), _numbered(rows))


def _shot_table(shots: Shots, qubits: int | None) -> FileTable:
    if shots.registers:
        names = shots.registers[:_MOST_REGISTERS]
        wide = max(6, 60 // len(names) - 2)
        heads = ((plain(name, 20).upper() or "-", wide, 60) for name in names)
        return FileTable(
            (_number("SHOT", 8), *_texts(heads)), _numbered(one[:_MOST_REGISTERS] for one in shots.outcomes)
        )
    outcome: Column[FileRow] = Column("OUTCOME", 12, lambda row: _digits(row.parts[0]), "right")
    binary = _in_binary(shots, qubits)
    more = _texts((("BITS", 36, 70),)) if binary else ()
    rows = ((one, bits(one, qubits)) if binary else (one,) for (one,) in shots.outcomes)
    return FileTable((_number("SHOT", 8), outcome, *more), _numbered(rows))


def _in_binary(shots: Shots, qubits: int | None) -> bool:
    """Tell whether all outcomes are states of so many qubits: some in binary beside decimal ones would be ambiguous."""
    return qubits is not None and all(is_state(one, qubits) for (one,) in shots.outcomes)


def _numbered(rows: Iterable[tuple[str, ...]]) -> tuple[FileRow, ...]:
    return tuple(FileRow(number, parts) for number, parts in enumerate(rows, 1))


def _number(name: str, width: int) -> Column[FileRow]:
    return Column(name, width, lambda row: row.number, "right")


def _texts(heads: Iterable[tuple[str, int, int]]) -> tuple[Column[FileRow], ...]:
    """Return columns of text from their names, widths, and widths where there is room."""
    return tuple(
        Column(name, width, partial(_part, index), grows=grows) for index, (name, width, grows) in enumerate(heads)
    )


def _part(index: int, row: FileRow) -> SortKey:
    return row.parts[index] if index < len(row.parts) else None


def _digits(text: str) -> SortKey:
    """Return a state as a whole number: as a float, two of many qubits would be the same."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_STATE else None


def shown_text(content: ArtifactContent) -> str:
    """Return the content as text to read: JSON on several lines."""
    if not content.artifact.json:
        return content.text
    try:
        return json.dumps(_loaded(content.text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content.text


def _loaded(text: str) -> object:
    """Return parsed JSON that can be written as JSON again. Raises ValueError or RecursionError."""
    return json.loads(text, parse_constant=lambda _: None, parse_float=_finite, parse_int=_short)


def _finite(digits: str) -> float | None:
    return read if isfinite(read := float(digits)) else None


def _short(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def saved_text(content: ArtifactContent) -> str:
    """Return the content as IonQ sent it, in a form that no terminal obeys.

    JSON keeps every value: what is not ASCII is escaped. Other text loses its control and invisible characters.
    """
    if content.artifact.json:
        text = _NOT_ASCII.sub(
            lambda found: json.dumps(found[0])[1:-1] if found[0] != "\x7f" else "\\u007f", content.text
        )
    else:
        text = "\n".join(plain(one) for one in content.text.split("\n"))
    return text if text.endswith("\n") else text + "\n"


def shots_csv(shots: Shots, qubits: int | None) -> str:
    """Return the shots as CSV, in their order."""
    heads = shots.registers
    rows: Iterable[tuple[str, ...]] = shots.outcomes
    if not heads:
        binary = _in_binary(shots, qubits)
        heads, rows = ("outcome", "bits"), ((one, bits(one, qubits) if binary else "") for (one,) in shots.outcomes)
    numbered: Iterable[tuple[str | int, ...]] = ((number, *one) for number, one in enumerate(rows, 1))
    return csv_table((("shot", *heads), *numbered))


def content_json(job: Job, content: ArtifactContent) -> dict[str, object]:
    """Return a file as the API has it: the id of its job, its descriptor, and its content."""
    artifact = content.artifact
    told = {"id": artifact.id or None, "format": artifact.format, "media_type": artifact.media_type or None}
    held: object = content.text
    if artifact.json:
        with suppress(ValueError, RecursionError):  # what cannot be written as JSON is told as text
            json.dumps(loaded := _loaded(content.text))
            held = loaded
    return {"id": job.id, "artifact": told, "content": held}


def stem(job: Job, kind: ArtifactKind) -> str:
    """Return the name of a file without its ending."""
    return f"{file_name(job)}-{'shots' if kind is ArtifactKind.SHOTS else 'circuit'}"


def suffix(content: ArtifactContent) -> str:
    """Return the ending of the name of a file that has the content as IonQ sent it."""
    return "json" if content.artifact.json else "txt"


def artifact_name(artifact: Artifact) -> str:
    """Return what a file is, in a few words."""
    if artifact.kind is ArtifactKind.CIRCUIT:
        return f"Compiled circuit, {plain(artifact.format, 40)}"
    return "Shots by register" if artifact.format == _BY_REGISTER else "Shots"


def content_title(job: Job, content: ArtifactContent) -> str:
    """Return a heading with what there is."""
    if content.shots is not None:
        told = counted(len(content.shots.outcomes), "shot")
    elif content.circuit is not None:
        told = _circuit_words(content.circuit)
    else:
        told = f"{count(len(content.text))} characters"
    return f"{artifact_name(content.artifact)} · job {plain(job.short, 6)} · {told}"


def _circuit_words(circuit: CompiledCircuit) -> str:
    kinds: dict[str, int] = {}
    for gate in circuit.gates:
        name = plain(gate.name, 12)
        kinds[name] = kinds.get(name, 0) + 1
    told = ", ".join(f"{count(many)} {name}" for name, many in sorted(kinds.items())[:_MOST_REGISTERS])
    qubits = f"{counted(circuit.qubits, 'qubit')}, " if circuit.qubits is not None else ""
    return f"{qubits}{counted(len(circuit.gates), 'gate')}" + (f": {told}" if told else "")


def no_file(job: Job, detail: JobDetail, kind: ArtifactKind) -> str:
    """Return why there is no file of this kind that can be shown."""
    held = detail.of_kind(kind)
    if held:
        forms = ", ".join(f"{plain(one.format, 60)} ({plain(one.media_type, 40) or 'no id'})" for one in held[:5])
        return f"the {_named(kind)} cannot be shown: IonQ has it only as {forms}, which is not text"
    if not job.finished:
        return f"there is no {_named(kind)} yet: job {plain(job.short, 6)} is {job_status(job.status).text}"
    if not detail.children:
        return f"IonQ has no {_named(kind)} for this job"
    command = "results {} --shots" if kind is ArtifactKind.SHOTS else "job {} --circuit"
    parts = [f"ionq-tui {command.format(plain(one, 64))}" for one in detail.children]
    return "\n".join([f"each of its {counted(len(parts), 'circuit')} has one of its own, in a job of its own", *parts])


def no_files(job: Job, detail: JobDetail) -> str:
    """Return on one line why there is no file at all that can be shown; empty if there is one."""
    if detail.readable:
        return ""
    if detail.artifacts:
        return f"what IonQ has is not text: {plain(detail.artifacts[0].format, 24)}"
    if not job.finished:
        return f"no shots and no circuit yet: the job is {job_status(job.status).text}"
    if detail.children:
        return f"each of its {counted(len(detail.children), 'circuit')} has them, in a job of its own"
    return "IonQ has no shots and no circuit of this job"


def _named(kind: ArtifactKind) -> str:
    return "list of shots" if kind is ArtifactKind.SHOTS else kind.value
