from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NoReturn

import httpx
import pytest

from ionq_tui.compose import Stair
from ionq_tui.engine.watcher import Watcher
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.link import Fault, FaultKind, Refused, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, Opened, OpenRequest
from ionq_tui.model.watch import asked_to_end
from ionq_tui.settings import Settings
from ionq_tui.simulator.book import Order, SessionEntry, Terms
from ionq_tui.simulator.scale import many_jobs
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, ScriptedCloud, World, ended, here, job, session

BACKEND = "qpu.forte-1"
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "no", 403)


def opened(world: World, terms: Terms = Terms()) -> SessionEntry:  # noqa: B008
    return world.server.open_session("somebody", BACKEND, terms)


def watching(world: World, session_id: str) -> Watcher:
    return Watcher(world.cloud, world.clock, session_id, 5.0, Journal(":memory:"), here)


def submit(world: World, entry: SessionEntry, count: int = 1) -> None:
    for _ in range(count):
        world.server.submit("somebody", Order(BACKEND, session_id=entry.id))


def kinds(watcher: Watcher) -> list[EventKind]:
    return [event.kind for event in watcher.store.value.events]


# Against the simulated cloud, through the real client


async def test_a_session_from_its_opening_to_its_end() -> None:
    world = World()
    entry = opened(world)
    watcher = watching(world, entry.id)
    async with running(watcher.run()) as task:
        await world.clock.forward(10)
        watch = watcher.store.value
        assert watch.session is not None and watch.session.status == "created" and watch.all_listed and not watch.jobs
        submit(world, entry, 2)
        await world.clock.forward(5)
        watch = watcher.store.value
        assert watch.session is not None and watch.session.status == "started" and len(watch.unfinished) == 2
        await world.clock.forward(60)
        watch = watcher.store.value
        assert watch.by_status == {"completed": 2} and watch.priced_count == 2
        assert sum(amount.value for amount in watch.charged) == entry.charged and watch.reserved == ()
        submit(world, entry)
        await world.clock.forward(2)
        world.server.end(entry, "somebody")
        await world.clock.forward(60)
        assert task.done() and watcher.store.value.ended
        assert watcher.store.value.by_status == {"completed": 2, "canceled": 1}
        assert Counter(kinds(watcher)) == {
            EventKind.OPENED: 1,
            EventKind.STARTED: 1,
            EventKind.ENDED: 1,
            EventKind.JOB_COMPLETED: 2,
            EventKind.JOB_CANCELED: 1,
        }
        world.counted()
        await world.clock.forward(3600)
        assert world.counted() == []
        assert not watcher.poller.freshness().late


async def test_the_demo_lives_and_every_event_is_told_once() -> None:
    world = World(workload=True)
    engine = await Stair(Settings(), {}).demo_on(world.server, world.clock)
    outcome = await engine.desk.open("t", OpenRequest(BACKEND))
    assert isinstance(outcome, Opened)
    watcher = engine.watcher(outcome.session.id)
    assert engine.watcher(outcome.session.id) is watcher
    async with running(engine.home.run()), running(watcher.run()) as task:
        for _ in range(40):
            await _tick(world.clock, 5)
        assert isinstance(await engine.desk.end(outcome.session.id), Ended)
        for _ in range(12):
            await _tick(world.clock, 5)
        assert task.done()
    told = [(event.kind, event.subject) for event in watcher.store.value.events]
    assert len(told) == len(set(told)) == 3 + len(watcher.store.value.jobs) > 5
    assert engine.billed_in == "usd"
    kept = await engine.journal.events(engine.place(), outcome.session.id)
    assert kept == watcher.store.value.events
    await engine.close()


async def _tick(clock: ManualClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.forward(1)


@pytest.mark.parametrize("newest_first", [True, False])
async def test_20_000_jobs_cost_three_requests_a_tick_once_they_are_known(newest_first: bool) -> None:
    world = World(newest_first=newest_first)
    entry = opened(world)
    known = {one.id: one for one in many_jobs(world.server, entry)}
    journal = Journal(":memory:")
    watcher = Watcher(world.cloud, world.clock, entry.id, 5.0, journal, here)
    await journal.keep_costs(here(), entry.id, {one: _charged() for one in known})
    async with running(watcher.run()):
        await world.clock.forward(20)
        assert watcher.store.value.all_listed and len(watcher.store.value.jobs) == 20_000
        assert watcher.store.value.priced_count == 20_000
        world.counted()
        for _ in range(13):
            await world.clock.forward(5)
            asked = world.counted()
            assert len(asked) <= 3 and not any(one.endswith("/cost") for one in asked)
        for _ in range(3):
            submit(world, entry)
            await world.clock.forward(10)
            assert len(watcher.store.value.jobs) == len(entry.jobs)


def _charged() -> JobCost:
    return JobCost(cost=Money(Decimal(1), "usd"))


@pytest.mark.parametrize("status", [403, 404])
async def test_jobs_that_are_not_to_be_seen_are_said_and_the_session_stays_visible(status: int) -> None:
    world = World()
    entry = opened(world)
    world.tamper = lambda method, path, query: (status, {}, _error(status)) if path.endswith("/jobs") else None
    watcher = watching(world, entry.id)
    async with running(watcher.run()) as task:
        await world.clock.forward(59)
        watch = watcher.store.value
        assert watch.session is not None and watch.jobs_fault is not None and watch.jobs_fault.status == status
        assert not watcher.poller.freshness().late
        assert sum(one.endswith("/jobs") for one in world.counted()) == 1
        world.server.end(entry, None)
        await world.clock.forward(5)
        assert task.done() and watcher.store.value.ended


def _error(status: int) -> bytes:
    return json.dumps({"statusCode": status, "error": "no", "message": "no"}).encode()


async def test_an_outage_heals_by_itself() -> None:
    world = World()
    entry = opened(world)
    submit(world, entry)
    watcher = watching(world, entry.id)
    async with running(watcher.run()):
        await world.clock.forward(60)
        before = watcher.store.value

        def down(method: str, path: str, query: tuple[tuple[str, str], ...]) -> NoReturn:
            raise httpx.ConnectError("no route")

        world.counted()
        world.tamper = down
        await world.clock.forward(600)
        assert len(world.counted()) < 40
        assert isinstance(watcher.store.value.link, Stale) and watcher.poller.freshness().late
        assert replace(watcher.store.value, link=before.link) == before
        world.tamper = None
        submit(world, entry)
        await world.clock.forward(120)
        assert watcher.store.value.link == before.link and not watcher.poller.freshness().late
        assert watcher.store.value.priced_count == 2


async def test_a_server_that_is_busy_is_left_alone() -> None:
    world = World()
    entry = opened(world)
    watcher = watching(world, entry.id)
    async with running(watcher.run()):
        await world.clock.forward(1)
        world.counted()
        world.tamper = lambda method, path, query: (
            (429, {"Retry-After": "90"}, _error(429)) if path.endswith("/jobs") else None
        )
        await world.clock.forward(90)
        assert len(world.counted()) == 2
        assert isinstance(watcher.poller.freshness().link, Stale)


# Against scripted readings


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.cloud.active["s"] = session("s")
        self.watcher = Watcher(self.cloud, self.clock, "s", 5.0, Journal(":memory:"), here)

    async def wait(self) -> float | None:
        """Return the seconds to the next reading."""
        await self.clock.settle()
        return self.watcher.poller.freshness().next_try


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, 5.0),
        ({"expires_at": NOON + timedelta(minutes=5)}, 5.0),
        ({"expires_at": NOON + timedelta(seconds=59)}, 2.0),
        ({"expires_at": NOON - timedelta(seconds=59)}, 2.0),
        ({"expires_at": NOON - timedelta(minutes=5)}, 5.0),
        ({"status": "created", "started_at": None}, 2.0),
    ],
)
async def test_when_it_looks_again(scene: Scene, changes: dict[str, object], seconds: float) -> None:
    scene.cloud.active["s"] = session("s", **changes)
    scene.cloud.jobs = [job(1, "ready")]
    async with running(scene.watcher.run()):
        assert await scene.wait() == seconds


async def test_while_its_end_is_asked_for_it_looks_often(scene: Scene) -> None:
    async with running(scene.watcher.run()):
        assert await scene.wait() == 5.0
        scene.watcher.store.apply(lambda watch: asked_to_end(watch, True))
        scene.watcher.poller.nudge()
        assert await scene.wait() == 2.0


async def test_after_the_end_it_looks_for_its_last_jobs_and_then_seldom(scene: Scene) -> None:
    scene.cloud.jobs = [job(1, "started")]
    scene.cloud.over["s"] = ended(scene.cloud.active.pop("s"))
    async with running(scene.watcher.run()) as task:
        assert await scene.wait() == 2.0
        await scene.clock.forward(70)
        assert (await scene.wait() or 0) > 30
        scene.cloud.jobs = [job(1, "completed")]
        scene.cloud.costs = {"job-0001": _charged()}
        await scene.clock.forward(61)
        assert task.done()


async def test_a_passing_fault_does_not_end_the_reading_of_an_ended_session(scene: Scene) -> None:
    scene.cloud.over["s"] = ended(scene.cloud.active.pop("s"))
    scene.cloud.faults["page"] = BROKEN
    async with running(scene.watcher.run()) as task:
        await scene.clock.forward(10)
        assert scene.watcher.store.value.jobs_fault == BROKEN
        scene.cloud.faults.clear()
        await scene.clock.forward(60)
        assert task.done() and scene.watcher.store.value.all_listed


async def test_jobs_that_cannot_be_read_are_asked_for_less_and_less(scene: Scene) -> None:
    scene.cloud.faults["page"] = BROKEN
    async with running(scene.watcher.run()):
        await scene.clock.forward(300)
        asked = scene.cloud.counted()
        assert asked.count("session s") == 61 and 5 <= asked.count("page None") <= 10
        scene.cloud.faults.clear()
        await scene.clock.forward(60)
        assert scene.watcher.store.value.jobs_fault is None and scene.watcher.store.value.all_listed
        scene.cloud.counted()
        await scene.clock.forward(5)
        assert scene.cloud.counted() == ["session s", "page None"]


@pytest.mark.parametrize("fault", [MISSING, FORBIDDEN, OFFLINE])
async def test_a_session_that_cannot_be_read(scene: Scene, fault: Fault) -> None:
    async with running(scene.watcher.run()):
        await scene.clock.settle()
        scene.cloud.faults["session"] = fault
        await scene.clock.forward(5)
        watch = scene.watcher.store.value
        assert watch.session == session("s")
        assert watch.link == (Stale(fault) if fault is OFFLINE else Refused(fault))
        assert scene.watcher.poller.freshness().next_try == (5.0 if fault is OFFLINE else 60.0)


async def test_looking_again_later_reads_on(scene: Scene) -> None:
    async with running(scene.watcher.run()):
        await scene.clock.settle()
    scene.cloud.jobs = [job(1)]
    scene.cloud.costs = {"job-0001": _charged()}
    for _ in range(2):
        async with running(scene.watcher.run()):
            await scene.clock.forward(1)
        assert scene.watcher.store.value.priced_count == 1
    assert sum(one.startswith("cost") for one in scene.cloud.asked) == 1


async def test_an_unchanged_session_tells_nobody_anything(scene: Scene) -> None:
    scene.cloud.jobs = [job(1)]
    scene.cloud.costs = {"job-0001": _charged()}
    told: list[object] = []
    async with running(scene.watcher.run()):
        await scene.clock.forward(5)
        scene.watcher.store.subscribe(told.append)
        await scene.clock.forward(600)
    assert told == []


async def test_a_bug_in_the_pricing_is_not_hidden(scene: Scene) -> None:
    async def bug(job_id: str) -> NoReturn:
        raise ZeroDivisionError

    scene.cloud.jobs = [job(1)]
    scene.cloud.job_cost = bug  # type: ignore[method-assign]
    task = asyncio.create_task(scene.watcher.run())
    await scene.clock.forward(5)
    assert isinstance(task.exception(), BaseExceptionGroup)
