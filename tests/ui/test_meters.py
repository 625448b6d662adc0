from __future__ import annotations

from collections.abc import Iterable

from textual.app import App, ComposeResult

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs, apply_session
from ionq_tui.ui.widgets.meters import Meters
from tests.support.amounts import usd
from tests.unit.view.scene import LIMITS, NOW, session


class Alone(App[None]):
    """The meters, and nothing else."""

    def compose(self) -> ComposeResult:
        yield Meters(id="meters")

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


def spent(of: Session, *, running: bool) -> SessionSnapshot:
    """Six jobs, of which the last one may still run and has its cost reserved."""
    jobs = [Job(f"j{number}", "completed", completed_at=NOW) for number in range(5)]
    jobs.append(Job("j5", "started", started_at=NOW) if running else Job("j5", "completed", completed_at=NOW))
    costs = {f"j{number}": JobCost(cost=usd("0.65")) for number in range(5)}
    costs["j5"] = JobCost(estimate=usd("0.71")) if running else JobCost(cost=usd("0.65"))
    held = apply_jobs(apply_session(EMPTY_SNAPSHOT, of, NOW), jobs, NOW, complete=True)
    return apply_costs(held, costs)


def bars_begin(lines: Iterable[str]) -> list[int]:
    return [next(place for place, sign in enumerate(one) if sign in "█▏▎▍▌▋▊▉") for one in lines if "%" in one]


async def test_the_bars_stay_where_they_are_when_a_reservation_goes() -> None:
    app, one, another = Alone(), session(LIMITS), session(LIMITS, id="another")
    async with app.run_test(size=(80, 24)) as pilot:
        begin: list[list[int]] = []
        for watch in (spent(one, running=True), spent(one, running=False), spent(another, running=False)):
            app.query_one(Meters).measure(watch, NOW, (), notes=True)
            await pilot.pause()
            begin.append(bars_begin(app.lines()))
        assert len(begin[0]) == 3 and len({*begin[0]}) == 1
        assert begin[1] == begin[0], "of one session nothing jumps"
        assert begin[2] < begin[0], "another session has its own widths"
