"""`python -m tests.bench.many_jobs [JOBS]`: what one changed job costs on the live screen of a session with 20,000."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from ionq_tui.api.cloud import HttpCloud
from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.job import JobCost
from ionq_tui.model.key import ApiKey
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import apply_costs, apply_jobs
from ionq_tui.simulator.bulk_data import many_jobs
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import Terms
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.wiring import DEMO_URL, inside
from tests.snapshots.scene import StillClock
from tests.ui.fake import FakeConnector
from tests.ui.stage import Stage


def large_world(many: int) -> tuple[Engine, str]:
    """Return an engine on a simulated cloud with so many jobs in one session, and the session's id."""
    stopped = StoppedClock(datetime(2026, 11, 22, 12, 14, tzinfo=UTC))
    server = SimulatedCloud(stopped, workload=False, colleagues=False)
    cloud = HttpCloud(dashboard_runner(DEMO_URL, ApiKey("demo-key-of-nobody"), answer=inside(server)))
    opened = server.open_session("me", "qpu.forte-1", Terms(50_000, 1_000_000, Decimal(50_000)))
    many_jobs(server, opened, many)
    return Engine(Connection("bench", demo=True), cloud, StillClock(stopped), Journal(":memory:"), 5.0), opened.id


async def measure(many: int) -> None:
    """Let one job after another change, as the table stands, sorted and filtered."""
    engine, session_id = large_world(many)
    app = Stage(FakeConnector(), lambda _: SessionScreen(engine, session_id))
    async with app.run_test(size=(80, 24)) as pilot:
        store = engine.session_poller(session_id).store
        while not store.value.all_listed:
            engine.session_poller(session_id).poller.nudge()
            await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SessionScreen)
        price = JobCost(cost=Money(Decimal("0.65"), "usd"))
        store.apply(lambda watch: apply_costs(watch, dict.fromkeys(watch.jobs, price)))
        await pilot.pause()

        def update(number: int) -> None:
            changed = replace(store.value.jobs[ids[number * 7]], run_ms=number)
            store.apply(lambda watch: apply_jobs(watch, [changed], engine.clock.now()))
            screen._show()
            screen._list_jobs()

        ids = list(store.value.jobs)
        for name, keys in (("as they came", []), ("sorted", ["s", "s"]), ("found", ["slash", *"sweep-1", "enter"])):
            await pilot.press(*keys)
            await pilot.pause()
            _time(f"one job of {many:,} changes, {name}", update)
        _time("a key", lambda _: screen._table.action_cursor_down())
        _time("a tick", lambda _: screen.tick())


def _time(name: str, work: Callable[[int], object]) -> None:
    taken = []
    for number in range(20):
        began = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{name:48} median {statistics.median(taken):6.1f} ms, most {max(taken):6.1f} ms")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
