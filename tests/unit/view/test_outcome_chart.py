from __future__ import annotations

import csv
import io
import json

import pytest

from ionq_tui.model.job import Failure, Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.view.blocks import EIGHTHS
from ionq_tui.view.job_card import detail_facts
from ionq_tui.view.outcome_chart import bits, file_name, qubit_lines, result_csv, result_json, result_lines
from ionq_tui.view.style import words
from tests.unit.view.scene import NOW

DONE = Job("0192-41ba07", "completed", "qpu.forte-1", "vqe", shots=1000, submitted_at=NOW)
BELL = {"0": 0.5, "3": 0.25, "1": 0.25}
TWO = JobDetail(
    "0192-41ba07", 2, 1, {"2q": 1.0, "1q": 4.0}, {"error_mitigation.debiasing": "false", "compilation.opt": "1"}
)


@pytest.mark.parametrize(
    ("outcome", "qubits", "said"),
    [
        ("0", 2, "00"),
        ("3", 2, "11"),
        ("5", 4, "0101"),
        ("4", 2, "4"),
        ("3", None, "3"),
        ("3", 0, "3"),
        ("3", 10_000, "3"),
        ("x", 2, "x"),
        ("-1", 2, "-1"),
        ("²", 2, "²"),
        ("9" * 5_000, 2, "9" * 5_000),
    ],
)
def test_an_outcome_in_binary(outcome: str, qubits: int | None, said: str) -> None:
    assert bits(outcome, qubits) == said


def test_the_likeliest_outcomes_are_bars_under_the_total() -> None:
    title, first, *_ = map(words, result_lines(DONE, TWO, BELL, 40))
    assert title == "result of 1,000 shots · 3 outcomes, most likely first, in binary"
    assert first == "00  " + "█" * 23 + "  50.00%  500"
    assert words(result_lines(DONE, None, BELL, 40)[0]).endswith("most likely first")
    assert words(result_lines(DONE, None, BELL, 40)[1]).startswith("0  ███")
    many = {str(number): 1 / 40 for number in range(40)}
    told = [words(one) for one in result_lines(DONE, TWO, many, 40)]
    assert told[-1] == "and 24 more states" and told[0].endswith("most likely first")


def test_too_many_qubits_for_the_width_leave_numbers() -> None:
    wide = JobDetail("j", 36)
    assert words(result_lines(DONE, wide, {"7": 1.0}, 56)[1]).startswith("7  ")
    assert words(result_lines(DONE, wide, {"7": 1.0}, 76)[1]).startswith("0" * 33 + "111  ")


def test_why_there_is_no_result() -> None:
    assert result_lines(Job("a", "ready"), None, None, 40) == []
    assert result_lines(Job("a", "failed", failure=Failure("x", "y")), None, None, 40) == []
    missing = Fault(FaultKind.NOT_FOUND, "not found", 404)
    assert words(result_lines(DONE, None, missing, 40)[0]) == "result: IonQ has no result for this job"
    assert "IonQ cannot be reached" in words(result_lines(DONE, None, Fault(FaultKind.OFFLINE, ""), 40)[0])
    assert words(result_lines(DONE, None, None, 40)[0]) == "result: loading…"
    assert words(result_lines(DONE, None, {}, 40)[1]) == "no result to show"


def test_a_table_of_the_result_can_be_read_back() -> None:
    rows = list(csv.reader(io.StringIO(result_csv(DONE, TWO, BELL))))
    head = ["outcome", "bits", "probability", "count"]
    assert rows == [head, ["0", "00", "0.5", "500"], ["3", "11", "0.25", "250"], ["1", "01", "0.25", "250"]]


def test_a_count_of_none_is_zero_and_without_the_number_of_shots_none_is_told() -> None:
    rare = list(csv.reader(io.StringIO(result_csv(DONE, TWO, {"0": 0.0001}))))
    unknown = list(csv.reader(io.StringIO(result_csv(Job("a", "completed"), TWO, {"0": 0.5}))))
    assert (rare[1][3], unknown[1][3]) == ("0", "")


def test_what_a_spreadsheet_would_compute_or_a_terminal_obey_is_text() -> None:
    told = result_csv(DONE, TWO, {"=1+1": 0.5, "\x1b]52;c;x\x07\u202e": 0.5})
    assert [row[0] for row in csv.reader(io.StringIO(told))][1:] == ["'=1+1", "]52;c;x"]
    strange = Job("a", "completed", name="\x1b[2J\u202e\x7f")
    text = result_json(strange, TWO, {"\x1b": 0.5})
    assert text.isascii() and all(character >= " " or character == "\n" for character in text) and "\x7f" not in text
    assert json.loads(text)["name"] == strange.name


def test_the_whole_job_in_the_names_of_the_api() -> None:
    told = json.loads(result_json(DONE, TWO, {**BELL, "7": float("nan")}))
    assert told["probabilities"] == BELL
    assert (told["id"], told["shots"], told["stats"]["qubits"]) == (DONE.id, 1000, 2)
    assert told["stats"]["gate_counts"] == {"1q": 4.0, "2q": 1.0}
    assert told["submitted_at"].endswith("Z") and told["completed_at"] is None
    assert "stats" not in json.loads(result_json(DONE, None, BELL))


@pytest.mark.parametrize("strange", ["../../etc/passwd", "a/b", "\x1b[2J", "", "-", "..", "é" * 300, "x" * 300])
def test_a_files_name_is_harmless(strange: str) -> None:
    name = file_name(Job(strange))
    assert name.startswith("ionq-job-") and len(name) <= 80
    assert name.replace("-", "").isalnum() and name.isascii()
    assert file_name(DONE) == "ionq-job-0192-41ba07"


def test_how_a_job_was_set() -> None:
    assert dict(detail_facts(TWO)) == {
        "qubits": "2",
        "gates": "4 1q, 1 2q",
        "mitigation": "debiasing off",
        "settings": "compilation.opt 1",
    }
    assert detail_facts(JobDetail("a")) == []
    noisy = JobDetail("a", circuits=3, noise={"model": "aria-1"}, metadata={"run": "7"})
    assert dict(detail_facts(noisy)) == {"circuits": "3", "noise": "model aria-1", "metadata": "run 7"}


def test_bars_fill_the_height_that_is_there() -> None:
    one = [words(part) for part in result_lines(DONE, TWO, BELL, 40)]
    for height in range(60):
        told = [words(part) for part in result_lines(DONE, TWO, BELL, 40, height)]
        assert len(told) <= max(height, len(one))
        assert [part for part in told if part.strip("".join((*EIGHTHS, "█ ")))] == one  # each text once
    tall = [words(part) for part in result_lines(DONE, TWO, BELL, 40, 50)]
    assert len(tall) == 1 + 3 * 5 - 1 and tall[1] == tall[3] == "    " + "█" * 23


def test_how_often_each_qubit_was_1() -> None:
    told = [words(one) for one in qubit_lines(TWO, {"0": 0.5, "1": 0.125, "3": 0.375}, 37)]
    assert told == [
        "qubit 0  " + "█" * 9 + "▌" + " " * 9 + "  50.00%",
        "qubit 1  " + "███████▏" + " " * 11 + "  37.50%",
    ]
    assert words(qubit_lines(TWO, {"3": 2.0}, 37)[0]).endswith(" 100.00%")
    for nothing in ({"7": 1.0}, {"x": 1.0}, {}, {"0": float("nan")}, Fault(FaultKind.OFFLINE, ""), None):
        assert qubit_lines(TWO, nothing, 40) == []
    assert qubit_lines(None, BELL, 40) == qubit_lines(JobDetail("a"), BELL, 40) == []
    assert qubit_lines(JobDetail("a", 60), {f"{state}": 1 / 20_000 for state in range(20_000)}, 40) == []
