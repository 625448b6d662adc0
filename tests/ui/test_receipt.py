"""The receipt of a session that has ended, copied and saved."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_tui.model.job import Job, JobCost
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.screens.session import SessionScreen
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, shows, until

ONE = session(1)
OVER = replace(ONE, status="ended", active=False, ended_at=NOW - timedelta(minutes=1), ender_id="me")
NAME = f"ionq-session-{ONE.id}"
SIZES = [(60, 15), (80, 24), (200, 55)]


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.over = {ONE.id: OVER}
    for number in range(40):
        made = Job(f"job-{number:06}", "completed", "qpu.forte-1", session_id=ONE.id)
        connector.cloud.jobs[made.id] = made
        connector.cloud.costs[made.id] = JobCost()
    return Stage(connector, lambda engine: SessionScreen(engine, ONE.id))


@pytest.mark.parametrize("size", SIZES)
async def test_a_receipt_longer_than_the_screen_is_copied_whole_and_its_buttons_stay_in_view(
    app: Stage, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(Stage, "copy_to_clipboard", lambda _self, text: copied.append(text))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "ENDED" in app.text())
        await pilot.press("c")
        await until(pilot, lambda: shows(app, CopyText))
        await pilot.pause()
        for button in app.screen.query(".choice"):
            assert button.region and app.screen.region.contains_region(button.region)
        assert "attach command" in app.text() and f"Session {ONE.id}" in app.text()
        assert ("pgdn" in app.text()) == app.screen.query_one("#scroll").show_vertical_scrollbar
        await pilot.press(*["pagedown"] * 20)
        assert f"ionq-tui attach {ONE.id}" in app.text(), "the last text can be scrolled to"
        await pilot.press("enter")
        assert len(copied) == 1 and copied[0].startswith(f"Session {ONE.id}\n") and "\n  limits " in copied[0]


async def test_what_runs_has_no_receipt_to_copy(app: Stage) -> None:
    app.connector.cloud.over, app.connector.cloud.active = {}, {ONE.id: ONE}
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "STARTED" in app.text())
        assert "save receipt" not in app.text()
        await pilot.press("c")
        await until(pilot, lambda: shows(app, CopyText))
        assert "receipt" not in app.text()


async def test_saving_overwrites_nothing(app: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{NAME}.md").write_text("mine")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "ENDED" in app.text())
        assert "w save receipt" in app.text() and "cancel" not in app.text()
        await pilot.press("w")
        await until(pilot, lambda: any("saved: " in one.message for one in app._notifications))
    assert (tmp_path / f"{NAME}.md").read_text() == "mine"
    saved = (tmp_path / f"{NAME}-2.md").read_text()
    assert saved.startswith("# Session 0192c4d8") and "| ended |" in saved


async def test_a_folder_that_takes_no_file_is_said(app: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ionq_tui.ui.dialogs.export.write_new", full)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "ENDED" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: any("not saved: No space" in one.message for one in app._notifications))
        assert os.listdir(tmp_path) == []
