from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from ionq_tui.model.job import Job
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.view import disabled_reason
from ionq_tui.view.sanitize import cells
from tests.ui.cast import Cast, active, at_home
from tests.ui.cast import until as waited
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, until

ONE = session(1)
DONE = Job("job-000001", "completed", "qpu.forte-1", "vqe", session_id=ONE.id, submitted_at=NOW - timedelta(minutes=5))

PART = replace(DONE, parent_job_id=ONE.id)


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    connector.cloud.jobs = {DONE.id: DONE}
    return Stage(connector, lambda engine: SessionScreen(engine, ONE.id))


def last(app: Stage | Cast) -> str:
    return app.text().splitlines()[-1].strip()


async def says(pilot: Pilot[None], app: Stage, key: str, words: str) -> None:
    """Press a key; only the last line differs."""
    screens, asked = list(app.screen_stack), len(app.connector.cloud.asked)
    await pilot.press(key)
    await until(pilot, lambda: last(app) == f"! {words}")
    assert app.screen_stack == screens
    assert len(app.connector.cloud.asked) == asked


async def test_each_key_of_a_session_that_can_do_nothing_says_why(app: Stage) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: "1 job:" in app.text())
        assert "x cancel job" in last(app)
        await says(pilot, app, "x", "job 000001 has finished (completed): nothing to cancel")
        await says(pilot, app, "X", disabled_reason.NONE_WAITS)
        await pilot.press("v")
        await until(pilot, lambda: "v: jobs" in app.text())
        await says(pilot, app, "x", disabled_reason.JOBS_HIDDEN)
        app.connector.cloud.active = {ONE.id: replace(ONE, status="ended", active=False, ended_at=NOW)}
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: "ENDED" in app.text())
        await says(pilot, app, "e", "000001 has already ended")


async def test_without_jobs_none_is_selected(app: Stage) -> None:
    app.connector.cloud.jobs.clear()
    async with app.run_test() as pilot:
        await until(pilot, lambda: "submit jobs" in app.text())
        await says(pilot, app, "x", disabled_reason.NO_JOB)


@pytest.mark.parametrize("key", ["e", "x", "X"])
async def test_a_read_only_window_says_so(app: Stage, key: str) -> None:
    app.engine.connection = replace(app.engine.connection, read_only=True)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "1 job:" in app.text())
        await says(pilot, app, key, disabled_reason.READ_ONLY)


async def test_a_job_without_a_result_has_none_to_save(app: Stage) -> None:
    app.made = lambda engine: JobScreen(engine, ONE.id, DONE.id)
    async with app.run_test() as pilot:
        await says(pilot, app, "w", disabled_reason.NO_RESULT)
        await says(pilot, app, "x", disabled_reason.NO_JOB)


async def test_without_a_key_nothing_is_estimated(app: Stage) -> None:
    app.engine.connection = replace(app.engine.connection, key_masked="")
    app.made = BackendsScreen
    async with app.run_test() as pilot:
        await until(pilot, lambda: "aria" in app.text())
        await says(pilot, app, "i", disabled_reason.NO_KEY)


@pytest.mark.parametrize("key", ["e", "N", "space", "c"])
async def test_at_home_without_a_session(connector: FakeConnector, key: str) -> None:
    app = Stage(connector, SessionsScreen)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "No session is active" in app.text())
        await says(pilot, app, key, disabled_reason.NO_SESSION)
        await says(pilot, app, "w", disabled_reason.NOTHING_TO_DECIDE)


async def test_a_remapped_key_says_it_too_and_the_old_one_nothing(connector: FakeConnector) -> None:
    active(connector, replace(ONE, backend=None))
    app = Cast(connector, keys={"answer": "f", "new_like": "ctrl+y"})
    async with at_home(app) as pilot:
        await pilot.press("w", "N")
        await pilot.pause()
        assert "!" not in last(app)
        await pilot.press("f")
        await waited(pilot, lambda: last(app) == f"! {disabled_reason.NOTHING_TO_DECIDE}")
        await pilot.press("ctrl+y")
        await waited(pilot, lambda: "the backend of 000001 is unknown" in last(app))


def test_the_reasons_fit_the_smallest_screen() -> None:
    told = [value for name, value in vars(disabled_reason).items() if name.isupper()]
    told += [
        disabled_reason.session_ended(ONE),
        disabled_reason.job_finished(DONE),
        disabled_reason.backend_unknown(ONE),
        disabled_reason.not_yours(ONE),
        *(
            disabled_reason.not_to_be_cloned(job, SessionSnapshot(ONE))
            for job in (DONE, replace(DONE, status="failed", backend="qpu.aria-1"), replace(PART, status="failed"))
        ),
    ]
    assert all(told)
    assert len(told) > 10
    assert [one for one in told if cells(f"! {one}") > 58] == []
