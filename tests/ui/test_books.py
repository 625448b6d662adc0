"""Whole sessions at 60 times the speed: each reading shows what stands in the cloud's books."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from textual.app import App

import ionq_tui.ui
from ionq_tui.api.dashboard_runner import Handler
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Tick
from ionq_tui.engine.session_list import SessionList
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money, figure
from ionq_tui.model.outcome import Opened, OpenRequest
from ionq_tui.settings import Settings
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import JobEntry, SessionEntry
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.card import Card
from ionq_tui.view.style import words
from ionq_tui.view.time_text import left
from ionq_tui.wiring import Wiring, inside
from tests.unit.engine.clock import NOON, ManualClock

SPEED = 60
FORTE = "qpu.forte-1"
PACE = (200.0, 260.0)
"""Simulated seconds between two jobs: what a reading finds new is priced with it."""
RUN_MS = 150_000
"""So long that most readings find a job that runs, with what is reserved for it."""
LONGEST = 120
"""Readings after which a session would have ended."""


class QuickClock(ManualClock):
    """Waits in seconds, tells times that run 60 times as fast, and takes the cloud along."""

    def __init__(self) -> None:
        self.stopped = StoppedClock(NOON)
        super().__init__(lambda seconds: self.stopped.advance(seconds * SPEED))

    def now(self) -> datetime:
        return NOON + timedelta(seconds=(self.seconds - 1000.0) * SPEED)


class JobBoard(App[None]):
    """Home, and the live screen of one session above it."""

    CSS_PATH = Path(ionq_tui.ui.__file__).parent / "styles" / "base.tcss"

    def __init__(self, engine: Engine, session_id: str) -> None:
        super().__init__()
        self.animation_level = "none"
        self.engine, self.session_id = engine, session_id

    def on_mount(self) -> None:
        self.run_worker(self.engine.session_list.run(), group="poll", description="home")
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
            re.sub(r" *[▏▎▍▌▋▊▉█▒ ]{4,} +([0-9]+% .*)?$", r"  \1", found).strip()
            for found in re.findall(r"^(?:time|jobs|cost) .*$", screen.meters.text, re.MULTILINE)
        )
        told = re.search(r"(\S+) left|/ \S+ OVER", time)
        status = screen.status.text.split()[0].lower()
        return Shown(status, (told[1] or "OVER") if told else "", jobs, money, _counts(screen))


def _counts(screen: SessionScreen) -> str:
    """Return how many jobs of each status are told: above the list, and by the receipt once the session has ended."""
    if receipt := re.search(r"^jobs +(.*)$", screen.receipt.text, re.MULTILINE):
        return receipt[1]
    told = screen.query_one("#jobs-card", Card).told
    assert isinstance(told, tuple)
    return words(told).partition(" · row ")[0]


def words_of(entry: SessionEntry) -> str:
    """Return how the books' jobs read on the screen."""
    names = {"submitted": "waiting", "ready": "waiting", "started": "running", "failed": "FAILED"}
    counts = Counter(names.get(job.status, job.status) for job in entry.jobs)
    order = ("completed", "FAILED", "canceled", "running", "waiting")
    told = " · ".join(f"{counts[name]} {name}" for name in order if counts[name])
    return f"{len(entry.jobs)} job{'' if len(entry.jobs) == 1 else 's'}: {told}" if told else "no jobs yet"


@dataclass(frozen=True)
class Till:
    """What the cloud is made to tell of costs: in which unit, and whether at all, by the job's place in its session."""

    unit_of: Callable[[int], str]
    tells: Callable[[int], bool] = lambda _: True

    def tamper(self, entry: JobEntry, told: dict[str, object]) -> dict[str, object]:
        """Return the reply of `GET /jobs/{id}/cost` as it shall be."""
        if not self.tells(entry.place):
            return {"dry_run": told["dry_run"]}
        return {
            name: {**held, "unit": self.unit_of(entry.place)} if isinstance(held, dict) else held
            for name, held in told.items()
        }

    def sums(self, entry: SessionEntry, *, reserved: bool) -> dict[str, Decimal]:
        """Return what the books hold, per unit, of jobs of which something is told."""
        total: dict[str, Decimal] = {}
        for job in entry.jobs:
            value = (None if job.finished else job.estimate) if reserved else job.cost
            if value is not None and self.tells(job.place):
                unit = self.unit_of(job.place)
                total[unit] = total.get(unit, Decimal(0)) + value
        return total

    def complete(self, entry: SessionEntry) -> bool:
        """True where the cost of each finished job is told."""
        return all(self.tells(job.place) for job in entry.jobs if job.finished)

    def spent(self, entry: SessionEntry, asked: Money | None) -> str:
        """Return how the books' money reads in the meter."""
        charged, reserved = self.sums(entry, reserved=False), self.sums(entry, reserved=True)
        if not charged and not self.complete(entry):
            return "—"
        at_least = "" if self.complete(entry) else "≥ "
        units = {*charged, *reserved, *((asked.unit,) if asked is not None else ())}
        if len(units) == 1:
            held = sum(reserved.values(), Decimal(0))
            return f"{at_least}{figure(sum(charged.values(), Decimal(0)))}" + (
                f" + {figure(held)} res." if held else ""
            )
        parts = [f"{figure(charged[unit])} {unit}" for unit in sorted(charged)]
        parts += [f"{figure(reserved[unit])} {unit} res." for unit in sorted(reserved)]
        return at_least + (" + ".join(parts) or "0.00")

    def at_home(self, entry: SessionEntry) -> str:
        """Return how the books' charges read in the list of sessions."""
        at_least, charged = "" if self.complete(entry) else "≥ ", self.sums(entry, reserved=False)
        return " + ".join(f"{at_least}{figure(charged[unit])} {unit}" for unit in sorted(charged))


USD = Till(lambda _: "usd")
CREDIT = Till(lambda _: "credit")
MIXED = Till(lambda place: "credit" if place % 3 == 1 else "usd")
SECRETIVE = Till(lambda _: "usd", lambda place: place % 4 != 2)


def compare(shown: Shown, entry: SessionEntry, limits: Limits, till: Till, now: datetime) -> None:
    """Fail where the screen tells anything else than the books."""
    assert shown.status == entry.status
    assert shown.counts == words_of(entry)
    assert re.split(r"\s+", shown.jobs)[1] == str(len(entry.jobs))
    used = till.spent(entry, limits.money)
    assert re.match(rf"cost   {re.escape(used)} +of ", shown.money), (shown.money, used)
    assert sum(till.sums(entry, reserved=False).values()) == entry.charged or not till.complete(entry)
    one = len({limits.money.unit if limits.money else "", *till.sums(entry, reserved=False)}) == 1
    if limits.money is not None and one and "—" not in shown.money:
        spent = sum((sum(till.sums(entry, reserved=held).values(), Decimal(0)) for held in (False, True)), Decimal(0))
        left_over = figure(max(Decimal(0), limits.money.value - spent))
        assert re.search(rf"(≤ )?{re.escape(left_over)} left|OVER", shown.money), (shown.money, left_over)
    if limits.minutes is not None and entry.status == "started" and entry.expires_at is not None:
        near = {left(entry.expires_at - now + timedelta(seconds=second)) for second in range(-2, 3)}
        assert shown.left in near


def slowed(job: JobEntry) -> JobEntry:
    job.run_ms = RUN_MS
    return job


async def reading(clock: QuickClock, session_poller: SessionPoller) -> None:
    """Let time pass until the next reading has been heard, and not a moment more."""
    await clock.to_next()
    while session_poller.poller.freshness().age != 0:
        await clock.to_next()


Polled = TypeVar("Polled")


@dataclass
class Line:
    """The way to the cloud: what is asked is counted, and what costs are told is the till's."""

    cloud: SimulatedCloud
    till: Till
    asked: list[str] = field(default_factory=list)
    prices: Counter[str] = field(default_factory=Counter)
    ticks: Counter[str] = field(default_factory=Counter)

    def inside(self, cloud: SimulatedCloud) -> Handler:
        answer = inside(cloud)

        def respond(
            method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
        ) -> tuple[int, list[tuple[str, str]], bytes]:
            status, told, content = answer(method, path, query, headers, body)
            self.asked.append(f"{method} {path.removeprefix('/v0.4')}")
            if path.endswith("/cost"):
                job = self.cloud.jobs[path.split("/")[-2]]
                self.prices[job.id] += 1
                content = json.dumps(self.till.tamper(job, json.loads(content))).encode()
                told = [(name, value) for name, value in told if name.lower() != "content-length"]
            return status, told, content

        return respond

    def counted(self, name: str, tick: Callable[[Polled], Awaitable[Tick]]) -> Callable[[Polled], Awaitable[Tick]]:
        """Return the tick of a poller, counted under a name."""

        async def ticks(polled: Polled) -> Tick:
            self.ticks[name] += 1
            return await tick(polled)

        return ticks

    def check(self, session_id: str) -> None:
        """Fail where more was asked since the last time than home and one live session may in their ticks."""
        asked, ticks = self.asked, self.ticks
        self.asked, self.ticks = [], Counter()
        home = [one for one in asked if one in {"GET /whoami", "GET /sessions"}]
        live = [one for one in asked if one.startswith(f"GET /sessions/{session_id}")]
        assert len(home) <= 2 * ticks["home"] and home.count("GET /sessions") == ticks["home"], asked
        assert live and len(live) <= 3 * ticks["live"], asked
        # Once a minute at most: jobs of the same user that may have missed the session.
        assert asked.count("GET /jobs") <= 1, asked
        assert {*asked} - {*home, *live, "GET /jobs"} <= {f"GET /jobs/{job}/cost" for job in self.prices}, asked


USD_9 = Money(Decimal("9.00"), "usd")
LARGE = Limits(40, 90, Money(Decimal("400"), "usd"))


@pytest.mark.parametrize(
    ("limits", "till"),
    [
        (Limits(minutes=35), USD),
        (Limits(jobs=9), USD),
        (Limits(money=USD_9), USD),
        (LARGE, USD),
        (Limits(money=Money(Decimal("9.00"), "credit")), CREDIT),
        (Limits(jobs=9), MIXED),
        (LARGE, MIXED),
        (Limits(minutes=35), SECRETIVE),
        (LARGE, SECRETIVE),
    ],
    ids=["time", "jobs", "money", "by hand", "credit", "mixed", "mixed by hand", "unknown", "unknown by hand"],
)
async def test_every_number_is_the_books_own_until_the_session_has_ended(
    limits: Limits, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = QuickClock()
    cloud = SimulatedCloud(clock.stopped, workload=True, colleagues=False, unit=till.unit_of(0))
    make = cloud._job
    monkeypatch.setattr(cloud, "_job", lambda *of: slowed(make(*of)))
    line = Line(cloud, till)
    monkeypatch.setattr("ionq_tui.wiring.inside", line.inside)
    monkeypatch.setattr(SessionList, "_tick", line.counted("home", SessionList._tick))
    monkeypatch.setattr(SessionPoller, "_tick", line.counted("live", SessionPoller._tick))
    engine = await Wiring(Settings(), {}).demo_on(cloud, clock)
    opened = await engine.actions.open("token", OpenRequest(FORTE, limits), "whole")
    assert isinstance(opened, Opened)
    entry = cloud.sessions[opened.session.id]
    entry.pace = PACE
    app, read = JobBoard(engine, entry.id), 0
    line.asked.clear()
    async with app.run_test(size=(160, 40)) as pilot:
        session_poller = engine.session_poller(entry.id)
        await clock.settle()
        started, reserved = False, False
        while not session_poller.store.value.ended or session_poller.store.value.unfinished:
            await reading(clock, session_poller)
            read += 1
            assert read < LONGEST, "it never ended"
            await pilot.pause()
            cloud.advance()
            started = started or entry.status == "started"
            shown = Shown.on(app.live)
            reserved = reserved or " res." in shown.money
            compare(shown, entry, limits, till, cloud.now)
            line.check(entry.id)
            if limits is LARGE and len(entry.jobs) >= 6 and entry.active:
                await engine.actions.end(entry.id)
                line.asked.clear()
        assert started and reserved and entry.jobs and read > 4
        final = {job.id for job in entry.jobs if till.tells(job.place)}
        assert all(many <= 2 for job, many in line.prices.items() if job in final), "reserved, and charged: once each"
        app.pop_screen()
        await pilot.pause()
        assert isinstance(app.screen, SessionsScreen)
        app.screen.tick()
        used = [cell.text for cell in app.screen._own_sessions.used(entry.id)]
        many = f"{len(entry.jobs)}/{limits.jobs}" if limits.jobs is not None else str(len(entry.jobs))
        assert used == [many, till.at_home(entry)]
    await engine.close()
