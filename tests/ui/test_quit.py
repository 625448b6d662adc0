from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Button

from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest, StillOpen
from ionq_tui.ui.dialogs.attach import Attach
from ionq_tui.ui.dialogs.quit import QuitQuestion
from ionq_tui.ui.exit_note import ExitNote
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.cast import Cast, Hands, active, at_home, until
from tests.ui.fake import FakeStair, session
from tests.ui.hand import Hand

LEFT = [f"left running: {session(900).id}", f"  ionq-tui attach {session(900).id}"]


async def open_one(app: Cast) -> None:
    await app.running.desk.open("token", OpenRequest("qpu.forte-1", Limits(jobs=1)))


async def asked(pilot: Hands, app: Cast, key: str = "q") -> None:
    await pilot.press(key)
    await until(pilot, lambda: app.shows(QuitQuestion))


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_without_a_session_opened_here_it_quits_without_a_question(stair: FakeStair, key: str) -> None:
    active(stair, session(1))
    app = Cast(stair)
    async with at_home(app) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitNote()
    assert stair.cloud.closed


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_it_quits_from_a_dialog_and_from_a_field(stair: FakeStair, key: str) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: app.shows(Attach))
        await pilot.press("x", key)
        await until(pilot, lambda: app.return_value is not None)


@pytest.mark.parametrize("demo", [False, True])
async def test_a_session_opened_by_this_process_asks_and_the_safe_answer_stays(stair: FakeStair, demo: bool) -> None:
    app = Cast(stair, start_demo=demo)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.pause()
        assert session(900).id in app.text()
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert app.return_value is None


async def test_left_running_the_shell_hears_how_to_come_back(stair: FakeStair) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitNote(tuple(LEFT))
    assert not any(asked.startswith("end ") for asked in stair.cloud.asked)


async def test_ended_and_proved_it_quits(stair: FakeStair, hand: Hand) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.press("tab", "tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitNote()
    assert f"end {session(900).id}" in stair.cloud.asked


async def test_an_end_that_is_not_proved_keeps_the_app(stair: FakeStair, hand: Hand) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await open_one(app)
        stair.cloud.end_outcome = StillOpen(session(900))
        await asked(pilot, app)
        await pilot.press("tab", "tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: "STILL OPEN" in app.toasts())
        assert app.return_value is None


async def test_twice_within_two_seconds_leaves_at_once(stair: FakeStair) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app, "ctrl+c")
        app.seconds += 2.5
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert sum(isinstance(screen, QuitQuestion) for screen in app.screen_stack) == 1
        app.seconds += 1.9
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitNote(tuple(LEFT))


async def test_each_session_is_asked_about_once(stair: FakeStair) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        await open_one(app)
        await app.running.desk.open("other", OpenRequest("qpu.forte-1"))
        await asked(pilot, app)
        first = app.screen
        app.screen.query(Button)[1].press()
        await until(pilot, lambda: app.shows(QuitQuestion) and app.screen is not first)
        app.screen.query(Button)[1].press()
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None
    assert len(app.return_value.lines) == 4


async def test_quitting_waits_for_a_request_that_may_cost_money(stair: FakeStair) -> None:
    app = Cast(stair)
    async with at_home(app) as pilot:
        stair.cloud.gate = asyncio.Event()
        opening = asyncio.create_task(open_one(app))
        await until(pilot, lambda: "open qpu.forte-1" in stair.cloud.asked)
        await pilot.press("q")
        await pilot.pause()
        assert app.return_value is None
        stair.cloud.gate.set()
        await opening
        await until(pilot, lambda: app.shows(QuitQuestion))
