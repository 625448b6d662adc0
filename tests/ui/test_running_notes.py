"""What the header tells of running sessions that the screen below it does not show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ionq_tui.model.outcome import Ended
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.usage import UsageScreen
from ionq_tui.ui.widgets.header import Header
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import OFFLINE, FakeConnector, session


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36)])
async def test_every_other_screen_says_that_one_is_running(connector: FakeConnector, size: tuple[int, int]) -> None:
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app, size) as pilot:
        assert "1 running" not in app.text().splitlines()[0]  # the line below it says more
        for key, kind in (("b", BackendsScreen), ("u", UsageScreen)):
            await pilot.press(key)
            await until(pilot, lambda kind=kind: app.shows(kind))
            await until(pilot, lambda: "1 running" in app.text().splitlines()[0])
            first = app.text().splitlines()[0]
            assert len(first) <= size[0]
            assert any(word in first for word in ("live", "no answer yet", "updated", "STALE", "REFUSED"))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.home)


async def test_it_costs_no_request_and_is_painted_only_when_it_changes(connector: FakeConnector) -> None:
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen) and "1 running" in app.text())
        header, asked = app.screen.query_one(Header), list(connector.cloud.asked)
        told = header._told
        for _ in range(3):
            app.screen.tick()  # type: ignore[attr-defined]
        assert header._told is told
        assert connector.cloud.asked == asked
        active(connector)
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: not app.running.session_list.overview.value.sessions)
        app.screen.tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "! 1 not confirmed ended" in app.text().splitlines()[0]


async def test_a_sessions_own_screen_tells_of_the_others_and_not_of_itself(connector: FakeConnector) -> None:
    active(connector, session(1), session(2))
    connector.journal.opened_here = {session(1).id, session(2).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen))
        await until(pilot, lambda: "1 other running" in app.text().splitlines()[0])
        assert "live ·" in app.text().splitlines()[0]
        active(connector, session(1))
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: "1 other not confirmed ended" in app.text().splitlines()[0])


async def test_with_one_session_alone_its_screen_tells_of_no_other(connector: FakeConnector) -> None:
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "live ·" in app.text().splitlines()[0])
        assert "running" not in app.text().splitlines()[0]


async def test_at_80_columns_the_cost_stands_rather_than_the_source_of_the_key(connector: FakeConnector) -> None:
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app, (80, 24)) as pilot:
        before = app.text().splitlines()[0]
        assert "(" in before
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen) and "1 running, " in app.text().splitlines()[0])
        first = app.text().splitlines()[0]
        assert "(" not in first and first.split(" · ")[1].rstrip() == before.split(" (")[0].split(" · ")[1]


async def test_who_has_just_ended_a_session_is_not_told_that_it_runs(connector: FakeConnector) -> None:
    """The end is confirmed by IonQ before the next list, which may show the session as running for a while."""
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen) and "1 running" in app.text().splitlines()[0])
        over = replace(session(1), status="ended", active=False)
        engine = app.running
        listed = engine.session_list.overview.value.sessions[session(1).id]
        engine.actions.activity.apply(
            lambda activity: replace(activity, ends={session(1).id: Ended(over)}, unended={}, ending=frozenset())
        )
        app.screen.tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert not listed.ended
        assert "running" not in app.text().splitlines()[0].replace("none running", "")


async def test_beside_a_list_that_fails_a_sessions_screen_does_not_tell_of_others_as_if_it_were_current(
    connector: FakeConnector,
) -> None:
    active(connector, session(1), session(2))
    connector.journal.opened_here = {session(1).id, session(2).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "1 other running" in app.text().splitlines()[0])
        connector.cloud.fault = OFFLINE
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: "! 1 other running, list outdated" in app.text().splitlines()[0])
