"""Names from the configuration stand wherever a person is told of; a label goes with what is opened again like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.model.job import Job
from ionq_tui.ui.dialogs.end import EndSession
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.limits_form import LimitsForm
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, shows, until

ONE = session(1, creator_id="5f0c1e9a")
JOB = Job("job-000001", "started", session_id=ONE.id, submitter_id="b3nb3nb3n", submitted_at=NOW - timedelta(minutes=3))


@pytest.fixture
def named(connector: FakeConnector) -> FakeConnector:
    connector.people = {"5f0c1e9a": "Ada", "b3nb3nb3n": "Ben"}
    connector.cloud.active = {ONE.id: ONE}
    connector.cloud.jobs = {JOB.id: JOB}
    return connector


def at(named: FakeConnector, home: bool) -> Stage:
    def made(engine: Engine) -> SessionsScreen | SessionScreen:
        return SessionsScreen(engine) if home else SessionScreen(engine, ONE.id)

    return Stage(named, made)


async def test_in_the_list_and_in_the_form(named: FakeConnector) -> None:
    named.journal.named = {ONE.id: "H2 scan"}
    app = at(named, home=True)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Ada" in app.text() and "H2 scan" in app.text())
        await pilot.press("N")
        await until(pilot, lambda: shows(app, NewSessionScreen))
        await until(pilot, lambda: "(owner: Ada) is active on this backend too" in app.text())
        assert app.screen.query_one(LimitsForm).label == "H2 scan"


async def test_on_the_live_screen_its_events_and_its_end(named: FakeConnector) -> None:
    app = at(named, home=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "owner: Ada" in app.text())
        await pilot.press("e")
        await until(pilot, lambda: shows(app, EndSession))
        await until(pilot, lambda: "from 1 person: Ben" in app.text() and "owner       Ada" in app.text())
        await pilot.press("escape")
        over = replace(ONE, status="ended", active=False, ended_at=NOW, ender_id="b3nb3nb3n")
        named.cloud.active, named.cloud.over = {}, {ONE.id: over}
        await pilot.press("r")
        await until(pilot, lambda: "session ended by Ben" in app.text() and "ended   13:02, by Ben" in app.text())


async def test_on_the_screen_of_a_job(named: FakeConnector) -> None:
    app = at(named, home=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "000001" in app.text())
        await pilot.press("enter")
        await until(pilot, lambda: "Ben" in app.text())
