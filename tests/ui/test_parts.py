"""The parts of a job of several circuits stand below it in the table of the session, however it is sorted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ionq_tui.model.job import Job
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.view.row import JOB_COLUMNS
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, until

ONE = session(1)
STATUSES = ("completed", "failed", "started", "ready")


def job(number: int, parent: int | None = None) -> Job:
    """A job that differs from its neighbors in every column."""
    return Job(
        f"job-{number:06}",
        STATUSES[number % len(STATUSES)],
        "qpu.forte-1",
        f"{'zyxwvutsr'[number]}-name",
        session_id=ONE.id,
        parent_job_id=None if parent is None else f"job-{parent:06}",
        shots=1000 - 100 * (number % 4),
        submitted_at=NOW - timedelta(minutes=30 - 7 * number % 20),
        started_at=None if number % 4 == 3 else NOW - timedelta(minutes=3 * number % 8),
        run_ms=1000 * (number * 5 % 9 + 1),
    )


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    jobs = [job(0), job(1, 4), job(2, 6), job(3), job(4), job(5, 4), job(6), job(7, 6)]
    connector.cloud.jobs = {one.id: one for one in jobs}
    return Stage(connector, lambda engine: SessionScreen(engine, ONE.id))


async def test_parts_stand_below_their_job_at_every_sort(app: Stage) -> None:
    families = {"job-000004": {"job-000001", "job-000005"}, "job-000006": {"job-000002", "job-000007"}}
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "000007" in app.text())
        screen = app.screen
        assert isinstance(screen, SessionScreen)
        seen = set()
        for step in ("", *("s" for _ in JOB_COLUMNS), "s"):
            for turn in ("", "S"):
                await pilot.press(*filter(None, (step if not turn else "", turn)))
                order = screen._table.keys
                seen.add(order)
                for parent, parts in families.items():
                    place = order.index(parent)
                    assert set(order[place + 1 : place + 3]) == parts, screen._table.caption
                assert app.text().count("└ ") == 4
            await pilot.press("S")
        assert len(seen) > len(JOB_COLUMNS)
