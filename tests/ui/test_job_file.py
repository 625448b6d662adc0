"""The shots and the compiled circuit of a job, which are read only when somebody asks for them."""

from __future__ import annotations

import asyncio
import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ionq_tui.model.artifact import Artifact, ArtifactContent, ArtifactKind, CompiledCircuit, Gate, Shots
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.job_file import JobFile
from ionq_tui.ui.screens.job import JobScreen
from tests.ui.fake import FakeConnector
from tests.ui.hand import Hand
from tests.ui.stage import Stage, deliberate, shows, until
from tests.ui.test_job import DETAIL, DONE, ONE, asked, watched

SHOTS = Artifact(ArtifactKind.SHOTS, "ionq.result.shots.json.v1", "s1", "application/json")
CIRCUIT = Artifact(ArtifactKind.CIRCUIT, "ionq.native.v1", "c1", "application/json")
BINARY = Artifact(ArtifactKind.CIRCUIT, "ionq.mir.v1", "c2", "application/octet-stream")
OUTCOMES = [f"{3 * (number % 2)}" for number in range(1000)]
CONTENTS = {
    "s1": ArtifactContent(SHOTS, json.dumps(OUTCOMES), shots=Shots((), tuple((one,) for one in OUTCOMES))),
    "c1": ArtifactContent(
        CIRCUIT, '{"qubits": 2, "circuit": []}', circuit=CompiledCircuit(2, (Gate("zz", "0, 1", "angle 0.25"),))
    ),
}


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    connector.cloud.jobs = {DONE.id: DONE}
    connector.cloud.details = {DONE.id: replace(DETAIL, artifacts=(SHOTS, CIRCUIT, BINARY))}
    connector.cloud.contents = {**CONTENTS}
    return Stage(connector, lambda engine: JobScreen(engine, ONE.id, DONE.id))


async def test_files_are_read_only_when_one_is_chosen_and_then_once(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "by shot" in app.text())
        assert "compiled    ionq.native.v1, ionq.mir.v1" in app.text()
        await pilot.press("r", "r")
        await pilot.press("f")
        await until(pilot, lambda: shows(app, ChoiceDialog))
        assert "Compiled circuit, ionq.native.v1" in app.text() and "mir" not in app.text()
        assert asked(app, "artifact") == []
        await pilot.press("escape")
        await until(pilot, lambda: shows(app, JobScreen))
        assert asked(app, "artifact") == []
        for _ in range(2):
            await pilot.press("f")
            await deliberate(pilot, hand, ["tab", "enter"])
            await until(pilot, lambda: "1,000 shots" in app.text())
            await pilot.press("escape")
            await until(pilot, lambda: shows(app, JobScreen))
        assert asked(app, "artifact") == [f"artifact {SHOTS.format} of {DONE.id}"]


async def test_shots_are_a_table_that_scrolls_and_sorts(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(84, 24)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "result of" in app.text())
        await pilot.press("f")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "OUTCOME" in app.text())
        lines = [one.strip("│ ").split() for one in app.text().splitlines()]
        assert [">", "1", "0", "00"] in lines and ["2", "3", "11"] in lines
        await pilot.press("end")
        await until(pilot, lambda: "1,000" in app.text())
        await pilot.press("s", "s", "S", "home")
        await until(pilot, lambda: "by OUTCOME, reversed" in app.text())
        assert [">", "2", "3", "11"] in [one.strip("│ ").split() for one in app.text().splitlines()]


async def test_a_job_with_one_file_shows_it_at_once(app: Stage) -> None:
    app.connector.cloud.details = {DONE.id: replace(DETAIL, artifacts=(CIRCUIT, BINARY))}
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "compiled" in app.text())
        assert "by shot     not available" in app.text()
        await pilot.press("f")
        await until(pilot, lambda: "PARAMETERS" in app.text())
        assert "2 qubits, 1 gate: 1 zz" in app.text() and "angle 0.25" in app.text()


@pytest.mark.parametrize(
    ("artifacts", "words"),
    [((), "IonQ has no shots and no circuit"), ((BINARY,), "what IonQ has is not text: ionq.mir.v1")],
)
async def test_a_job_without_a_file_that_can_be_shown_says_why(
    app: Stage, artifacts: tuple[Artifact, ...], words: str
) -> None:
    app.connector.cloud.details = {DONE.id: replace(DETAIL, artifacts=artifacts)}
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "by shot" in app.text())
        await pilot.press("f")
        await until(pilot, lambda: words in app.text())
        assert shows(app, JobScreen) and asked(app, "artifact") == []


async def test_a_server_that_hangs_holds_up_no_key_and_its_refusal_is_said(app: Stage) -> None:
    cloud = app.connector.cloud
    cloud.details = {DONE.id: replace(DETAIL, artifacts=(CIRCUIT,))}
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "compiled" in app.text() and "result of" in app.text())
        cloud.gate = asyncio.Event()
        await pilot.press("f")
        await until(pilot, lambda: "reading it from IonQ" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: any("has not been read" in one.message for one in app._notifications))
        await pilot.press("escape")
        await until(pilot, lambda: shows(app, JobScreen))
        cloud.gate.set()
        cloud.gate = None
        cloud.contents["c1"] = Fault(FaultKind.NOT_FOUND, "no such artifact", 404)
        await pilot.press("f")
        await until(pilot, lambda: "IonQ does not have this file" in app.text())
        assert '"no such artifact"' in app.text() and "HTTP 404" in app.text()


async def test_saving_and_copying(app: Stage, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "result of" in app.text())
        await pilot.press("f")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "OUTCOME" in app.text())
        for keys, name in ((["tab", "enter"], "shots.csv"), (["tab", "tab", "enter"], "shots.json")):
            await pilot.press("w")
            await until(pilot, lambda: shows(app, ChoiceDialog))
            await deliberate(pilot, hand, keys)
            path = tmp_path / f"ionq-job-job-000001-{name}"
            await until(pilot, lambda path=path: path.exists() and shows(app, JobFile))  # type: ignore[misc]
        with (tmp_path / "ionq-job-job-000001-shots.csv").open(newline="") as file:
            rows = [*csv.reader(file)]
        assert rows[:3] == [["shot", "outcome", "bits"], ["1", "0", "00"], ["2", "3", "11"]] and len(rows) == 1001
        assert json.loads((tmp_path / "ionq-job-job-000001-shots.json").read_text()) == OUTCOMES
        await pilot.press("c")
        await until(pilot, lambda: shows(app, CopyText))
        await pilot.press("enter")
        await until(pilot, lambda: json.loads(app.clipboard or "[]") == OUTCOMES)


async def test_what_is_too_long_for_a_terminal_is_not_copied(app: Stage) -> None:
    long = ArtifactContent(CIRCUIT, json.dumps(["x" * 60_000]))
    app.connector.cloud.details = {DONE.id: replace(DETAIL, artifacts=(CIRCUIT,))}
    app.connector.cloud.contents = {"c1": long}
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "compiled" in app.text())
        await pilot.press("f")
        await until(pilot, lambda: "LINE" in app.text())
        await pilot.press("c")
        await until(pilot, lambda: any("press w to save it" in one.message for one in app._notifications))
        assert shows(app, JobFile)
