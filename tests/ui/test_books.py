"""Whole sessions at 60 times the speed: each reading shows what stands in the cloud's books."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from textual.app import App

import ionq_tui.ui
from ionq_tui.compose import Stair
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Opened, OpenRequest
from ionq_tui.settings import Settings
from ionq_tui.simulator.book import SessionEntry
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.view.amount import figure
from ionq_tui.view.moment import left
from tests.unit.engine.clock import NOON, ManualClock

SPEED = 60
FORTE = "qpu.forte-1"
PACE = (200.0, 260.0)
"""Simulated seconds between two jobs: what a reading finds new is priced with it."""
LONGEST = 120
"""Readings after which a session would have ended."""


class QuickClock(ManualClock):
    """Waits in seconds, tells times that run 60 times as fast, and takes the cloud along."""

    def __init__(self) -> None:
        self.stopped = StoppedClock(NOON)
        super().__init__(lambda seconds: self.stopped.advance(seconds * SPEED))

    def now(self) -> datetime:
        return NOON + timedelta(seconds=(self.seconds - 1000.0) * SPEED)


class Board(App[None]):
    """Home, and the live screen of one session above it."""

    CSS_PATH = Path(ionq_tui.ui.__file__).parent / "styles" / "cockpit.tcss"

    def __init__(self, engine: Engine, session_id: str) -> None:
        super().__init__()
        self.animation_level = "none"
        self.engine, self.session_id = engine, session_id

    def on_mount(self) -> None:
        self.run_worker(self.engine.home.run(), group="poll", description="home")
        self.push_screen(SessionsScreen(self.engine))
        self.push_screen(SessionScreen(self.engine, self.session_id))

    @property
    def live(self) -> SessionScreen:
        assert isinstance(self.screen, SessionScreen)
        return self.screen


@dataclass(frozen=True)
class Shown:
    """What the live screen says."""

    status: str
    left: str
    jobs: str
    money: str
    counts: str

    @staticmethod
    def on(screen: SessionScreen) -> Shown:
        screen.tick()
        time, jobs, money = (
            re.sub(r"[█▒░].*$", "", found).strip()
            for found in re.findall(r"^(?:time|jobs|money) .*$", screen.gauges.text, re.MULTILINE)
        )
        told = re.search(r"left (\S+)|/ \S+ OVER", time)
        status = screen.steps_line.text.split()[0].lower()
        return Shown(status, (told[1] or "OVER") if told else "", jobs, money, screen.summary.text)


def words_of(entry: SessionEntry) -> str:
    """Return how the books' jobs read on the screen."""
    names = {"submitted": "waiting", "ready": "waiting", "started": "running", "failed": "FAILED"}
    counts = Counter(names.get(job.status, job.status) for job in entry.jobs)
    order = ("completed", "FAILED", "canceled", "running", "waiting")
    told = " · ".join(f"{counts[name]} {name}" for name in order if counts[name])
    return f"{len(entry.jobs)} job{'' if len(entry.jobs) == 1 else 's'}: {told}" if told else "no jobs yet"


def compare(shown: Shown, entry: SessionEntry, limits: Limits, now: datetime) -> None:
    """Fail where the screen tells anything else than the books."""
    assert shown.status == entry.status
    assert shown.counts == words_of(entry)
    assert re.split(r"\s+", shown.jobs)[2] == str(len(entry.jobs))
    paid = re.search(r"(\d[\d.,]*)(?: \+ (\d[\d.,]*) res\.)?", shown.money)
    assert paid is not None
    assert (paid[1], paid[2] or "0.00") == (figure(entry.charged), figure(entry.reserved))
    if limits.minutes is not None and entry.status == "started" and entry.expires_at is not None:
        near = {left(entry.expires_at - now + timedelta(seconds=second)) for second in range(-2, 3)}
        assert shown.left in near


async def reading(clock: QuickClock, watcher: Watcher) -> None:
    """Let time pass until the next reading has been heard, and not a moment more."""
    await clock.to_next()
    while watcher.poller.freshness().age != 0:
        await clock.to_next()


@pytest.mark.parametrize(
    "limits",
    [
        Limits(minutes=35),
        Limits(jobs=9),
        Limits(money=Money(Decimal("9.00"), "usd")),
        Limits(40, 90, Money(Decimal("400"), "usd")),
    ],
    ids=["time", "jobs", "money", "by hand"],
)
async def test_every_number_is_the_books_own_until_the_session_has_ended(limits: Limits) -> None:
    clock = QuickClock()
    cloud = SimulatedCloud(clock.stopped, workload=True, colleagues=False)
    engine = await Stair(Settings(), {}).demo_on(cloud, clock)
    opened = await engine.desk.open("token", OpenRequest(FORTE, limits), "whole")
    assert isinstance(opened, Opened)
    entry = cloud.sessions[opened.session.id]
    entry.pace = PACE
    app, read = Board(engine, entry.id), 0
    async with app.run_test(size=(120, 40)) as pilot:
        watcher = engine.watcher(entry.id)
        await clock.settle()
        started = False
        while not watcher.store.value.ended or watcher.store.value.unfinished:
            await reading(clock, watcher)
            read += 1
            assert read < LONGEST, "it never ended"
            await pilot.pause()
            cloud.advance()
            started = started or entry.status == "started"
            compare(Shown.on(app.live), entry, limits, cloud.now)
            if limits.jobs == 40 and len(entry.jobs) >= 6 and entry.active:
                await engine.desk.end(entry.id)
        assert started and entry.jobs and read > 4
        app.pop_screen()
        await pilot.pause()
        assert isinstance(app.screen, SessionsScreen)
        app.screen.tick()
        used = [cell.text for cell in app.screen._lookout.used(entry.id)]
        many = f"{len(entry.jobs)}/{limits.jobs}" if limits.jobs is not None else str(len(entry.jobs))
        assert used == [many, f"{figure(entry.charged)} usd"]
    await engine.close()
