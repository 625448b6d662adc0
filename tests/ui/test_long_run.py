"""Eight hours at one window: sessions and outages come and go, people look around, and nothing of that piles up."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.queue_history import MIN_INTERVAL
from ionq_tui.journal.journal import Journal
from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Opened, OpenRequest
from ionq_tui.settings import Settings
from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import SessionEntry
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.screens.key import KeyScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.wiring import Wiring, inside
from tests.ui.burden import Burden, burden
from tests.unit.engine.clock import NOON, ManualClock

INTERVAL = 48.0
"""Seconds between two readings."""
ROUND = 75
"""Readings to one round of the same things: an hour."""
ROUNDS = 8
"""Eight hours."""
MANY = ROUNDS * ROUND * 3 // 4
"""So many readings of the list are left at least; trouble holds some back. A session is read on its screen alone."""
PACE = (20.0, 40.0)
"""Seconds between two jobs."""
WINDOW = 45_000_000
"""Bytes that a window holds in a process of its own, interpreter and libraries included, as the bench measures it."""
MOST = 1.1
FEW = 4
"""So many more of a kind are there by chance, at one moment or another; what is not let go of adds up to more."""
ROW = 400
"""Bytes that a row takes on disk at most, with its places in the indexes."""
TROUBLES: tuple[int, ...] = (401, 0, 503, 429)
"""What requests meet for some minutes of each round, by turns; 0 is no connection at all."""
LIMITS = (Limits(minutes=52), Limits(jobs=90), Limits(200, 300, Money(Decimal("900"), "usd")))
"""Of the sessions, by turns: one ends by time, one by jobs, and the last is ended."""
TROUBLE = range(29, 38)
HOME_AGAIN, BACK, END = 44, 54, 66
"""At which readings of a round somebody goes home, comes back to the session, and ends it."""
WALK: Mapping[int, tuple[str, ...]] = {
    8: ("enter",),  # a job
    11: ("escape", "v"),  # all that happened
    14: ("v", "p"),  # the curves
    16: ("escape", "question_mark"),
    18: ("escape", "colon", "x", "escape"),
    20: ("e", "escape"),
    22: ("x", "escape", "c", "escape"),
    25: ("down", "s", "S", "slash", "i", "escape"),
    HOME_AGAIN: ("escape", "b"),
    46: ("escape", "n", "enter"),
    48: ("escape", "escape", "e", "escape"),
    51: ("o", "escape", "a"),
    53: ("a",),
}
"""Keys of somebody who looks around: on the live screen first, then at home."""
STAY: Mapping[int, tuple[str, ...]] = {HOME_AGAIN: ("escape",)}
"""Keys of somebody who does not."""


@dataclass
class Weather:
    """The way to the cloud, and what is heard on it."""

    cloud: SimulatedCloud
    trouble: int | None = None
    heard: Counter[str] = field(default_factory=Counter)

    def answer(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        self.heard[f"{method} {path.removeprefix('/v0.4')}"] += 1
        if self.trouble == 0:
            raise httpx.ConnectError("no route to host")
        if self.trouble is not None:
            return self.trouble, [("content-type", "application/json")], b'{"message": "not now"}'
        return inside(self.cloud)(method, path, query, headers, body)


class Place(Wiring):
    """Finds a key at once, and builds engines on the weather, with one journal on disk."""

    def __init__(self, weather: Weather, journal: Journal, clock: ManualClock) -> None:
        super().__init__(replace(Settings(), poll_interval=INTERVAL), {})
        self.weather, self.kept, self.clock = weather, journal, clock

    async def find_key(self) -> FoundKey:
        return FoundKey(ApiKey("key-of-a-long-day"), KeySource.TYPED)

    async def connect(self, found: FoundKey) -> Engine:
        told = replace(self.connection, key_masked=found.key.masked, source=found.source)
        return self._engine(told, self._runner(found.key, self.weather.answer), self.kept, self.clock)


class Day:
    """A window, the cloud and the hours, and the person who sits there."""

    def __init__(self, path: Path) -> None:
        stopped = StoppedClock(NOON)
        self.clock = ManualClock(stopped.advance)
        self.cloud = SimulatedCloud(stopped)
        self.weather = Weather(self.cloud)
        self.journal = Journal(path, patience=30.0, now=self.clock.now)
        self.app = DashboardApp(Place(self.weather, self.journal, self.clock), monotonic=self.clock.monotonic)
        self.opened: list[SessionEntry] = []

    @property
    def engine(self) -> Engine:
        assert self.app.engine is not None
        return self.app.engine

    async def begin(self, pilot: Pilot[ExitSummary]) -> None:
        for _ in range(60):
            await pilot.pause()
            await self.clock.settle()
            if isinstance(self.app.screen, SessionsScreen) and self.engine.session_list.overview.value.loaded:
                return
        raise AssertionError(self.app.screen)

    async def reading(self) -> None:
        """Let the time to the next reading pass, with all that is due in it."""
        await self.clock.forward(INTERVAL)
        for screen in self.app.screen_stack:
            if isinstance(screen, BaseScreen):
                screen.each_second()
        # What is told in passing goes away by the wall clock, of which little passes here.
        self.app.clear_notifications()

    async def open(self) -> None:
        """Open the next session."""
        number = len(self.opened)
        request = OpenRequest("qpu.forte-1", LIMITS[number % len(LIMITS)])
        outcome = await self.engine.actions.open(f"number {number}", request, f"run {number}")
        assert isinstance(outcome, Opened)
        entry = self.cloud.sessions[outcome.session.id]
        entry.pace = PACE
        self.opened.append(entry)
        self.engine.session_list.poller.nudge()
        await self.clock.settle()

    async def look(self, pilot: Pilot[ExitSummary]) -> None:
        """Look at the newest session."""
        home = self.app.screen
        assert isinstance(home, SessionsScreen), home
        home.table.go_to(self.opened[-1].id)
        await pilot.press("enter")
        live: object = self.app.screen
        assert isinstance(live, SessionScreen), live

    async def round(self, pilot: Pilot[ExitSummary], trouble: int, walk: Mapping[int, tuple[str, ...]]) -> None:
        """Open a session, see it through trouble to its end, and go home."""
        await self.open()
        await self.look(pilot)
        for number in range(ROUND):
            self.weather.trouble = trouble if number in TROUBLE else None
            if number == TROUBLE.stop and isinstance(self.app.screen, KeyScreen):
                await pilot.press(*"another-key", "enter")
            await pilot.press(*walk.get(number, ()))
            if number == BACK:
                await self.look(pilot)
            if number == END:
                await self.engine.actions.end(self.opened[-1].id)
            await self.reading()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(self.app.screen, SessionsScreen), self.app.screen
        assert not self.opened[-1].active

    def readings(self) -> tuple[int, int]:
        """Return how often the list was asked for, and sessions by themselves."""
        heard = self.weather.heard
        return heard["GET /sessions"], sum(heard[f"GET /sessions/{one.id}"] for one in self.opened)

    def recorded(self) -> dict[str, int]:
        """Return how many rows of each kind may be on disk: what was done, what happened, what it cost."""
        samples = ROUNDS * ROUND * INTERVAL / MIN_INTERVAL.total_seconds() + 1
        return {
            "intent": len(self.opened),
            "session": len(self.opened),
            "creator": len({one.creator_id for one in self.opened}),
            "event": sum(len(watch.events) for watch in self.engine.snapshots),
            "cost": sum(len(watch.costs) for watch in self.engine.snapshots),
            "queue_sample": round(samples * len(MACHINES)),
            "told": 0,
        }


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]  # the names are ours
        for (name,) in names.fetchall()
    }


@pytest.mark.timeout(300)
async def test_eight_hours_leave_what_was_recorded_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    day, burdens = Day(path), list[Burden]()
    async with day.app.run_test(size=(110, 32)) as pilot:
        await day.begin(pilot)
        empty = path.stat().st_size
        for number in range(ROUNDS):
            await day.round(pilot, TROUBLES[number % len(TROUBLES)], STAY if number % 5 else WALK)
            if number in {0, ROUNDS - 1}:
                burdens.append(burden(day.weather))
        first, last = burdens
        home, live = day.readings()
        assert home >= MANY and live >= MANY // 2
        assert {"completed", "failed"} <= {job.status for one in day.opened for job in one.jobs}
        assert WINDOW + last.memory - first.memory <= MOST * WINDOW
        assert {name: value for name, value in last.counted.items() if value > first.counted[name] + FEW} == {}
        day.journal.flush()
        with closing(sqlite3.connect(path)) as disk:
            kept = rows(disk)
        assert {name: kept[name] for name, most in day.recorded().items() if kept[name] > most} == {}
        assert kept["intent"] == ROUNDS
        assert kept["event"] and kept["cost"] and kept["queue_sample"]
        assert not any(rows(day.journal._database._memory)[name] for name in ("event", "cost", "queue_sample"))
        assert path.stat().st_size - empty <= ROW * sum(kept.values())
        assert os.listdir(tmp_path) == [path.name]
    await day.engine.close()
