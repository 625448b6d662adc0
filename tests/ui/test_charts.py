from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_session
from ionq_tui.ui.screens.help import Help
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.widgets import charts
from ionq_tui.view.chart import MONEY, Curve, curves
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, shows, until

ONE = session(1, limits=Limits(40, 78, Money(Decimal(30), "usd")))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 15)])
async def test_the_curves_of_a_session_are_drawn_when_they_are_asked_for(
    connector: FakeConnector, size: tuple[int, int]
) -> None:
    connector.cloud.active = {ONE.id: ONE}
    for number in range(20):
        done = NOW - timedelta(minutes=20 - number)
        made = Job(f"job-{number:06}", "completed", session_id=ONE.id, submitted_at=done, completed_at=done)
        made = replace(made, type="ionq.circuit.v1", cost_model="QCT")
        connector.cloud.jobs[made.id] = made
        connector.cloud.costs[made.id] = JobCost(cost=Money(Decimal("0.65"), "usd"))
    app = Stage(connector, lambda engine: SessionScreen(engine, ONE.id))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
        app.engine.session_poller(ONE.id).store.apply(lambda watch: apply_costs(watch, connector.cloud.costs))
        await pilot.press("p")
        await until(pilot, lambda: "charged 13.00 of 30.00 usd" in app.text())
        text = app.text()
        assert "jobs finished 20 of 40" in text and "30.00 " in text and "now" in text
        assert re.search(r"ionq\.circuit\.v1, QCT +20 +13\.00 usd", text), "what was charged for which jobs"
        assert max(len(line) for line in text.splitlines()) <= size[0]
        await pilot.press("?")
        await until(pilot, lambda: shows(app, Help))
        await pilot.press("escape", "q")
        await until(pilot, lambda: shows(app, SessionScreen))


async def test_the_same_snapshot_is_painted_once_and_its_curves_are_made_once(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    painted: list[int] = []

    def counted(watch: SessionSnapshot, only: str) -> list[Curve]:
        made.append(only)
        return curves(watch, only)

    monkeypatch.setattr(charts, "curves", counted)
    watch = apply_session(EMPTY_SNAPSHOT, ONE, NOW)
    app = Stage(connector, lambda engine: SessionScreen(engine, ONE.id))
    async with app.run_test(size=(120, 36)) as pilot:
        widget = charts.Charts(only=MONEY)
        await app.screen.query_one("#body").mount(widget)
        await until(pilot, lambda: widget.content_size.width > 0 and widget.content_size.height > 0)
        monkeypatch.setattr(widget, "update", lambda *_, **__: painted.append(1))
        for seconds in (0, 0, 1, 60):
            widget.show(watch, NOW + timedelta(seconds=seconds), None)
            if seconds < 60:
                assert (len(made), len(painted)) == (1, 1)
        assert (made, len(painted)) == ([MONEY], 2), "time goes on, and the curves are the same"
        widget.show(replace(watch), NOW + timedelta(seconds=60), None)
        assert made == [MONEY, MONEY]
