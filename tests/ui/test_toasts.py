"""Notifications cover nothing that matters, are few, and say nothing that is over or on the screen already."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets._toast import Toast

from ionq_tui.model.outcome import StillOpen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.toasts import toast, withdraw
from tests.ui.cast import Cast, at_home, until
from tests.ui.fake import FakeConnector, session
from tests.ui.test_attention import BROKEN
from tests.ui.test_own_sessions import ONE, hear, job, ticked

LONG = (
    "000001 is STILL OPEN: IonQ answered with an error 503 (upstream connect error), what it said goes on and on and on"
)


@pytest.fixture
def ours(connector: FakeConnector) -> FakeConnector:
    connector.cloud.active = {ONE.id: ONE, **{one.id: one for one in map(session, range(2, 40))}}
    connector.journal.opened_here = {ONE.id}
    return connector


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 55)])
async def test_no_toast_covers_header_meters_or_the_selected_row(ours: FakeConnector, size: tuple[int, int]) -> None:
    app = Cast(ours)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.shows(SessionsScreen) and len(app.home.table.keys) == 39)
        await pilot.press("G")
        before = app.text().splitlines()
        for words in (LONG, "another thing", "and a third one"):
            app.notify(words, markup=False, timeout=2)
        await until(pilot, lambda: "and a third one" in app.text())
        await pilot.pause()
        app.screen.make_room()  # type: ignore[attr-defined]
        await pilot.pause()
        lines = app.text().splitlines()
        assert lines[0] == before[0] and "1 yours running" in lines[1], "the header, and what is running"
        (cursor,) = [number for number, one in enumerate(lines) if "> 000039" in one]
        places = [one.region for one in app.screen.query(Toast)]
        assert len(places) == 3 and all(not one.y <= cursor < one.bottom for one in places)
        assert "n new" in lines[-1] and all(one.bottom <= size[1] - 1 for one in places)


async def test_the_lines_are_given_back(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.shows(SessionsScreen) and len(app.home.table.keys) == 39)
        high = app.home.table.size.height
        toast(app, "told in passing", "one", "information", 60)
        await until(pilot, lambda: "told in passing" in app.text() and app.home.table.size.height == high - 1)
        withdraw(app, "one")
        await until(pilot, lambda: "told in passing" not in app.text())
        app.home.each_second()
        await until(pilot, lambda: app.home.table.size.height == high)


async def test_of_many_the_newest_few_stand(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        for number in range(30):
            app.notify(f"number {number}")
        await until(pilot, lambda: app.toasts() == "number 27\nnumber 28\nnumber 29")


async def test_of_one_session_the_newest_stands(ours: FakeConnector) -> None:
    ours.cloud.end_outcome = StillOpen(ONE, BROKEN)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await pilot.press("b")
        for _ in range(3):
            await app.running.end(ONE.id)
        await until(pilot, lambda: "STILL OPEN" in app.toasts())
        await pilot.pause()
        assert app.toasts().count("STILL OPEN") == 1


async def test_what_the_screen_says_is_no_toast(ours: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(Cast, "bell", lambda _: rung.append(1))
    app = Cast(ours)
    async with at_home(app) as pilot:
        await until(pilot, lambda: app.running.own_sessions.pollers[ONE.id].archive.recalled)
        hear(app, *(job(number) for number in range(4)))
        await ticked(pilot, app)
        assert rung and app.toasts() == "" and "80 % of the jobs used" in app.text()
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "80 % of the jobs used" in app.text())
        assert app.toasts() == ""


async def test_that_it_did_not_end_is_no_longer_said_once_it_has(ours: FakeConnector) -> None:
    ours.cloud.end_outcome = StillOpen(ONE, BROKEN)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await pilot.press("b")
        await app.running.end(ONE.id)
        await until(pilot, lambda: "STILL OPEN" in app.toasts())
        over = replace(ONE, status="ended", active=False, ended_at=app.running.clock.now())
        app.running.own_sessions.pollers[ONE.id].apply_listed(over)
        app.running.session_list.poller.nudge()
        ours.cloud.active.pop(ONE.id)
        await until(pilot, lambda: ONE.id in app.running.actions.activity.value.over)
        await until(pilot, lambda: "STILL OPEN" not in app.toasts())
