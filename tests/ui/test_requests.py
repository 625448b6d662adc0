"""How many requests one window sends in the worst cases, by the log of the server and the clock of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import httpx
import pytest
from textual.pilot import Pilot

from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import Respond
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.outcome import Ended
from ionq_tui.settings import Settings
from ionq_tui.simulator.bulk_data import many_jobs
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import Order, SessionEntry, Terms
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.dialogs.cancel import CancelJobs
from ionq_tui.ui.dialogs.end import EndSession
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.wiring import DEMO_URL, Wiring, inside
from tests.ui.hand import Hand
from tests.unit.engine.clock import NOON, ManualClock

BACKEND = "qpu.forte-1"
WINDOW, MOST, IN_FLIGHT = 5.0, 50, 8
"""Ten requests a second on average over any five seconds, and so many at the same time."""
ANSWERS_AFTER = 0.3
"""Seconds of the engine's clock."""


class Server(Wiring):
    """The simulated cloud, answering after a while; keeps when each request came, and how many there were at once."""

    def __init__(self) -> None:
        super().__init__(Settings(), {})
        stopped = StoppedClock(NOON)
        self.clock = ManualClock(stopped.advance)
        self.cloud = SimulatedCloud(stopped, workload=False, colleagues=False)
        self.log: list[tuple[float, str]] = []
        self.in_flight = self.most_in_flight = 0
        self.hangs = False
        """True where it answers no GET."""
        self.loses_ends = False
        """True where it ends sessions and answers 500."""
        self._answer = inside(self.cloud)

    async def find_key(self) -> FoundKey:
        return FoundKey(ApiKey("key-of-a-busy-window"), KeySource.TYPED)

    async def connect(self, found: FoundKey) -> Engine:
        wiring = dashboard_runner(DEMO_URL, found.key).config
        # httpx awaits what a transport of its own answers later.
        runner = Runner(replace(wiring, respond=cast(Respond, self._respond)), retries=0, patience=0.0)
        return self._engine(self.connection, runner, Journal(":memory:"), self.clock)

    async def _respond(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v0.4")
        self.log.append((self.clock.monotonic(), f"{request.method} {path}"))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.clock.wait(asyncio.Event(), 1e6 if self.hangs and request.method == "GET" else ANSWERS_AFTER)
        finally:
            self.in_flight -= 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = tuple(request.url.params.multi_items())
        status, told, body = self._answer(request.method, request.url.path, query, headers, request.content)
        if self.loses_ends and path.endswith("/end"):
            status, body = 500, b'{"message": "oops"}'
        return httpx.Response(status, headers=told, stream=httpx.ByteStream(body))

    def session(self) -> SessionEntry:
        return self.cloud.open_session("me", BACKEND, Terms())

    def asked(self, words: str) -> int:
        """How many requests had these words at their beginning."""
        return sum(one.startswith(words) for _, one in self.log)

    def busiest(self) -> int:
        """The most requests in any five seconds."""
        times = [at for at, _ in self.log]
        return max(sum(began <= at <= began + WINDOW for at in times) for began in times)


class Window(DashboardApp):
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())

    @property
    def runs(self) -> Engine:
        assert self.engine is not None
        return self.engine


@pytest.fixture
def server() -> Server:
    return Server()


@asynccontextmanager
async def window(server: Server, attach: str = "") -> AsyncIterator[tuple[Window, Pilot[ExitSummary]]]:
    app = Window(server, attach=attach, monotonic=server.clock.monotonic)
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(20):
            await passed(app, pilot, server, 1.0)
            if app.engine is not None and app.engine.session_list.overview.value.loaded:
                break
        yield app, pilot
        app.workers.cancel_all()
    await app.runs.close()


async def passed(app: Window, pilot: Pilot[ExitSummary], server: Server, seconds: float) -> None:
    await pilot.pause()
    await server.clock.forward(seconds)
    await pilot.pause()


@pytest.mark.parametrize("loses_ends", [False, True])
@pytest.mark.parametrize("read_for", [0.0, 2.4, 9.0])
async def test_fourteen_marked_sessions_of_eighty_jobs(
    server: Server, hand: Hand, read_for: float, loses_ends: bool
) -> None:
    server.loses_ends = loses_ends
    sessions = [server.session() for _ in range(14)]
    for entry in sessions:
        many_jobs(server.cloud, entry, 80)
    async with window(server) as (app, pilot):
        await pilot.press(*["space"] * 14)
        await passed(app, pilot, server, 10.0)
        before = len(server.log)
        await pilot.press("e")
        await pilot.pause()
        dialog: object = app.screen
        assert isinstance(dialog, EndSession)
        await passed(app, pilot, server, read_for)
        if read_for == 9.0:
            dialog.renew()
            await pilot.pause()
            assert all(app.runs.session_poller(one.id).store.value.all_listed for one in sessions)
            assert server.asked("GET /jobs/") == 0
            assert len(server.log) - before <= 2 * 14 + 2 * 3
        for key in ("tab", *dialog._typed, "tab", "enter"):
            hand.rest()
            await pilot.press(key)
        await pilot.pause()
        pressed = server.clock.monotonic()
        await passed(app, pilot, server, 20.0)
        ends = app.runs.actions.activity.value.ends
        assert len(ends) == 14 and all(isinstance(one, Ended) for one in ends.values())
        posted = [at for at, one in server.log if one.endswith("/end")]
        assert len(posted) == 14 and max(posted) - pressed <= 2.0
    assert server.busiest() <= MOST and server.most_in_flight <= IN_FLIGHT


async def test_reads_that_hang_hold_up_no_end(server: Server, hand: Hand) -> None:
    sessions = [server.session() for _ in range(14)]
    async with window(server) as (app, pilot):
        server.hangs = True
        await pilot.press(*["space"] * 14, "e")
        await passed(app, pilot, server, 30.0)
        dialog: object = app.screen
        assert isinstance(dialog, EndSession) and server.in_flight >= 6
        for key in ("tab", *dialog._typed, "tab", "enter"):
            hand.rest()
            await pilot.press(key)
        await passed(app, pilot, server, 2.0)
        assert server.asked("POST ") == 14
        assert all(not one.active for one in sessions)
    assert server.busiest() <= MOST and server.most_in_flight <= IN_FLIGHT


async def test_a_thousand_jobs_are_canceled(server: Server, hand: Hand) -> None:
    entry = server.session()
    for _ in range(1000):
        server.cloud.submit("me", Order(BACKEND, session_id=entry.id))
    async with window(server, attach=entry.id) as (app, pilot):
        session_poller = app.runs.session_poller(entry.id)
        await passed(app, pilot, server, 20.0)
        assert session_poller.store.value.all_listed and len(session_poller.store.value.unfinished) > 950
        await pilot.press("X")
        await pilot.pause()
        assert isinstance(app.screen, CancelJobs)
        many = sum(job.waiting for job in session_poller.store.value.unfinished)
        for key in ("tab", "enter"):
            hand.rest()
            await pilot.press(key)
        before = len(server.log)
        await passed(app, pilot, server, 8.0)
        assert f"Canceled {many:,} of {many:,} jobs" in app.text()
        assert server.asked("PUT ") == 1
        assert not [one for _, one in server.log if one.startswith("GET /jobs/") and not one.endswith("/cost")]
        assert len(server.log) - before <= 2 * MOST
        await passed(app, pilot, server, 60.0)
    assert server.busiest() <= MOST and server.most_in_flight <= IN_FLIGHT
