from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.dialogs.export import save_new
from ionq_tui.ui.screens.job import JobScreen
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import Stage, deliberate, shows, until

ONE = session(1)
LONG = "a very long name that no column of a table would ever hold as a whole, end of it"
DONE = Job("job-000001", "completed", "qpu.forte-1", LONG, session_id=ONE.id, shots=1000, submitted_at=NOW)
DETAIL = JobDetail(DONE.id, 2, 1, {"1q": 4, "2q": 1}, {"error_mitigation.debiasing": "true"})


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    connector.cloud.jobs = {DONE.id: DONE}
    connector.cloud.details = {DONE.id: DETAIL}
    stage = Stage(connector, lambda engine: JobScreen(engine, ONE.id, DONE.id))
    return stage


async def watched(pilot: Pilot[None], app: Stage) -> None:
    """Let the session be watched, as the screen below does."""
    app.run_worker(app.engine.session_poller(ONE.id).run(), group="watch", description="session")
    await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)


def asked(app: Stage, *words: str) -> list[str]:
    return [one for one in app.connector.cloud.asked if one.startswith(words)]


async def test_a_job_with_its_settings_and_its_result(app: Stage) -> None:
    async with app.run_test(size=(98, 40)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "result of 1,000 shots" in app.text())
        text = app.text()
        for words in (LONG, "4 1q, 1 2q", "debiasing on", "2 outcomes", "00  ██", "11  ██", "50.00%"):
            assert words in text
        assert asked(app, "detail", "prob") == [f"detail {DONE.id}", f"probabilities {DONE.id}"]
        screen = app.screen
        assert isinstance(screen, JobScreen)
        before = screen.facts.told
        screen.tick()
        assert screen.facts.told is before
        assert len(asked(app, "detail", "prob")) == 2


async def test_a_result_is_asked_for_once_the_job_is_completed(app: Stage) -> None:
    app.connector.cloud.jobs[DONE.id] = replace(DONE, status="started")
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "debiasing on" in app.text())
        await pilot.press("w")
        assert not asked(app, "prob") and shows(app, JobScreen)
        app.connector.cloud.jobs[DONE.id] = DONE
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: "result of 1,000 shots" in app.text())
        assert len(asked(app, "prob")) == 1


async def test_a_result_that_is_not_there_is_said_and_cannot_be_saved(app: Stage) -> None:
    app.connector.cloud.shares = Fault(FaultKind.NOT_FOUND, "not found", 404)
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "IonQ has no result for this job" in app.text())
        await pilot.press("w")
        assert shows(app, JobScreen)
        app.connector.cloud.shares = {"0": 1.0}
        await pilot.press("r")
        await until(pilot, lambda: "00  ██" in app.text())


async def test_saving_asks_in_which_form_and_overwrites_nothing(
    app: Stage, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ionq-job-job-000001.csv").write_text("mine")
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "result of" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: shows(app, ChoiceDialog))
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, JobScreen))
        assert os.listdir(tmp_path) == ["ionq-job-job-000001.csv"]
        await pilot.press("w")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: any("saved: " in one.message for one in app._notifications))
        assert (tmp_path / "ionq-job-job-000001.csv").read_text() == "mine"
        with (tmp_path / "ionq-job-job-000001-2.csv").open(newline="") as file:
            assert [*csv.reader(file)][1:] == [["0", "00", "0.5", "500"], ["3", "11", "0.5", "500"]]
        await pilot.press("w")
        await deliberate(pilot, hand, ["tab", "tab", "enter"])
        await until(pilot, lambda: (tmp_path / "ionq-job-job-000001.json").exists())
        await until(pilot, lambda: sum("saved: " in one.message for one in app._notifications) == 2)
        assert json.loads((tmp_path / "ionq-job-job-000001.json").read_text())["probabilities"] == {"0": 0.5, "3": 0.5}


async def test_a_folder_that_cannot_be_written_is_said(
    app: Stage, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    async with app.run_test(size=(100, 36)) as pilot:
        await watched(pilot, app)
        await until(pilot, lambda: "result of" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: "a folder that no longer exists" in app.text())
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: any("not saved: " in one.message for one in app._notifications))


def test_a_link_is_not_followed_and_half_a_file_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").symlink_to(tmp_path / "elsewhere")
    assert save_new("a", "csv", "text\n").name == "a-2.csv"
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(UnicodeEncodeError):
        save_new("b", "csv", "\ud800")
    assert not (tmp_path / "b.csv").exists()
