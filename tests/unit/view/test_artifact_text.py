from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from ionq_tui.model.artifact import Artifact, ArtifactContent, ArtifactKind, CompiledCircuit, Gate, Shots
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.view.artifact_text import (
    artifact_name,
    content_json,
    content_title,
    file_row,
    file_table,
    no_file,
    no_files,
    saved_text,
    shots_csv,
    shown_text,
    stem,
    suffix,
)
from ionq_tui.view.job_card import run_facts, timeline
from ionq_tui.view.sanitize import cells
from tests.unit.view.scene import NOW
from tests.unit.view.test_sanitize import harmless

SHOTS = Artifact(ArtifactKind.SHOTS, "ionq.result.shots.json.v1", "s", "application/json")
CIRCUIT = Artifact(ArtifactKind.CIRCUIT, "ionq.native.v1", "c", "application/json")
TEXT = Artifact(ArtifactKind.CIRCUIT, "b.qasm", "t", "text/plain")
DONE = Job("0192-41ba07", "completed", shots=3, submitted_at=NOW, started_at=NOW + timedelta(seconds=10),
           completed_at=NOW + timedelta(seconds=40))  # fmt: skip
EVIL = "\x1b]52;c;eA==\x07[@click=app.quit]q[/]\u202e\x9b31m"


def rows(content: ArtifactContent, qubits: int | None = 2) -> list[list[str]]:
    shown = file_table(content, qubits)
    return [[column.name for column in shown.columns], *([cell.text for cell in file_row(row)] for row in shown.rows)]


def test_shots_as_a_table_and_as_csv() -> None:
    shots = Shots((), (("2",), ("0",)))
    content = ArtifactContent(SHOTS, '["2", "0"]', shots=shots)
    assert rows(content) == [["SHOT", "OUTCOME", "BITS"], ["1", "2", "10"], ["2", "0", "00"]]
    assert rows(content, None) == rows(content, 1) == [["SHOT", "OUTCOME"], ["1", "2"], ["2", "0"]]
    assert shots_csv(shots, 2) == "shot,outcome,bits\n1,2,10\n2,0,00\n"
    assert shots_csv(shots, None) == "shot,outcome,bits\n1,2,\n2,0,\n"
    assert content_title(DONE, content) == "Shots · job 41ba07 · 2 shots"
    key = file_table(content, 2).columns[1].key
    assert [key(row) for row in file_table(content, 2).rows] == [2.0, 0.0]  # as numbers: 10 is behind 9


def test_states_of_many_qubits_sort_by_all_of_their_digits() -> None:
    """As floats, 2**60 and 2**60 + 1 would be the same."""
    told = tuple((f"{state}",) for state in (2**60 + 1, 2**60, 9))
    shown = file_table(ArtifactContent(SHOTS, "", shots=Shots((), told)), None)
    key = shown.columns[1].key
    assert [row.parts for row in sorted(shown.rows, key=lambda row: int(str(key(row))))] == list(reversed(told))


def test_shots_by_register() -> None:
    by_register = Artifact(ArtifactKind.SHOTS, "ionq.result.shots.json.v2", "r")
    shots = Shots(("c", "=evil()"), (("10", "1"), ("01", "?")))
    content = ArtifactContent(by_register, "{}", shots=shots)
    assert rows(content)[1:] == [["1", "10", "1"], ["2", "01", "?"]]
    assert list(csv.reader(io.StringIO(shots_csv(shots, 2)))) == [
        ["shot", "c", "'=evil()"], ["1", "10", "1"], ["2", "01", "?"],
    ]  # fmt: skip
    assert artifact_name(by_register) == "Shots by register"


def test_a_circuit_gate_by_gate_and_any_other_text_line_by_line() -> None:
    gates = (Gate("gpi2", "0", "phase 0.5"), Gate("zz", "0, 1", "angle 0.25"), Gate("zz", "1, 2", "angle 0.25"))
    content = ArtifactContent(CIRCUIT, "{}", circuit=CompiledCircuit(3, gates))
    assert rows(content)[1:3] == [["1", "gpi2", "0", "phase 0.5"], ["2", "zz", "0, 1", "angle 0.25"]]
    assert content_title(DONE, content).endswith("· 3 qubits, 3 gates: 1 gpi2, 2 zz")
    other = ArtifactContent(CIRCUIT, '{"mine":[1,2]}')
    assert rows(other)[1:4] == [["1", "{"], ["2", '  "mine": ['], ["3", "    1,"]]
    assert rows(ArtifactContent(TEXT, "h q[0];\ncx q[0],q[1];"))[1:] == [["1", "h q[0];"], ["2", "cx q[0],q[1];"]]
    assert shown_text(ArtifactContent(CIRCUIT, "[" * 5_000)) == "[" * 5_000


@pytest.mark.parametrize("artifact", [SHOTS, CIRCUIT, TEXT])
def test_strange_texts_reach_no_terminal(artifact: Artifact) -> None:
    strange = Artifact(artifact.kind, EVIL, artifact.id, artifact.media_type)
    text = json.dumps([EVIL], ensure_ascii=False) if artifact.json else EVIL
    if artifact.json:
        text = text.replace("\x9b", "\x9b").replace("\x7f", "\x7f")
    shots = Shots((EVIL,), ((EVIL,),)) if artifact is SHOTS else None
    circuit = CompiledCircuit(1, (Gate(EVIL, EVIL, EVIL),)) if artifact is CIRCUIT else None
    content = ArtifactContent(strange, text, shots, circuit)
    detail = JobDetail("a", artifacts=(strange, Artifact(ArtifactKind.CIRCUIT, EVIL, "x", EVIL)))
    told = [cell for row in rows(content) for cell in row]
    told += [artifact_name(strange), content_title(DONE, content), *(text for _, text in run_facts(DONE, detail))]
    told += [*saved_text(content).split("\n"), *shots_csv(shots or Shots((), ()), 2).split("\n")]
    told += [no_file(DONE, JobDetail("a", artifacts=detail.artifacts[1:]), ArtifactKind.CIRCUIT)]
    told += [no_files(DONE, JobDetail("a", artifacts=detail.artifacts[1:]))]
    for one in told:
        assert harmless(one), repr(one)
    if artifact.json:
        assert json.loads(saved_text(content)) == [EVIL]  # escaped, and the same


def test_a_file_as_json_is_json_whatever_it_holds() -> None:
    for text in ('{"a": 1e999, "b": NaN}', f"[{'9' * 5_000}]", "[" * 800 + "]" * 800, '["\\ud800"]'):
        document = content_json(DONE, ArtifactContent(CIRCUIT, text))
        assert json.loads(json.dumps(document, allow_nan=False))["id"] == DONE.id
    assert content_json(DONE, ArtifactContent(TEXT, "x"))["content"] == "x"


def test_names_of_files() -> None:
    assert (stem(DONE, ArtifactKind.SHOTS), suffix(ArtifactContent(SHOTS, "[]"))) == (
        "ionq-job-0192-41ba07-shots",
        "json",
    )
    assert (stem(DONE, ArtifactKind.CIRCUIT), suffix(ArtifactContent(TEXT, "x"))) == (
        "ionq-job-0192-41ba07-circuit",
        "txt",
    )


def test_what_is_told_of_a_run() -> None:
    detail = JobDetail(
        "a", shots_run=1500, predicted_us=2_000_000, billed_us=1_234_567, kwh=0.00123, artifacts=(SHOTS,)
    )
    assert run_facts(DONE, detail) == [
        ("shots run", "1,500"),
        ("billed for", "1.235 s of quantum compute time"),
        ("energy", "0.00123 kWh"),
        ("by shot", "ionq.result.shots.json.v1"),
        ("compiled", "not available"),
    ]
    assert run_facts(Job("a", "ready"), JobDetail("a", predicted_us=500)) == [
        ("predicted", "0.0005 s of quantum compute time")
    ]
    assert run_facts(DONE, JobDetail("a", children=("b",))) == run_facts(DONE, None) == []


def test_how_long_it_waited_and_ran_to_one_scale() -> None:
    assert timeline(DONE, 41) == {"waited": ("", "█" * 10), "ran": (" " * 10, "█" * 23 + "▎")}
    assert timeline(DONE, 4) == timeline(Job("a", "completed"), 40) == {}
    backward = Job("a", "completed", submitted_at=NOW, started_at=NOW - timedelta(1), completed_at=NOW)
    never = Job("a", "failed", submitted_at=NOW, started_at=NOW, completed_at=NOW)
    running = Job("a", "started", submitted_at=NOW, started_at=NOW, completed_at=NOW + timedelta(1))
    assert timeline(backward, 40) == timeline(never, 40) == timeline(running, 40) == {}


@pytest.mark.parametrize("status", ["ready", "submitted", "started", "completed", "canceled", "failed"])
@pytest.mark.parametrize("detail", [
    JobDetail("a"),
    JobDetail("a", children=("b",) * 64),
    JobDetail("a", artifacts=(Artifact(ArtifactKind.CIRCUIT, "ionq.a-very-long-format.v1", "x", "image/png"),)),
], ids=["none", "parts", "binary"])  # fmt: skip
def test_why_there_are_no_files_fits_the_smallest_screen(status: str, detail: JobDetail) -> None:
    why = no_files(Job("a", status), detail)
    assert why and cells(f"! {why}") <= 58
    assert no_files(Job("a", status), JobDetail("a", artifacts=(SHOTS,))) == ""
