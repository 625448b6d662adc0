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

from ionq_tui.engine.request_budget import RequestBudget
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind, Fresh, Refused, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, Opened, OpenRequest
from ionq_tui.settings import Settings
from ionq_tui.simulator.bulk_data import many_jobs
from ionq_tui.simulator.store import Order, SessionEntry, Terms
from ionq_tui.wiring import Wiring
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, ScriptedCloud, World, ended, here, job, session

BACKEND = "qpu.forte-1"
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "no", 403)


def opened(world: World, terms: Terms = Terms()) -> SessionEntry:  # noqa: B008
    return world.server.open_session("somebody", BACKEND, terms)


def watching(world: World, session_id: str) -> SessionPoller:
    return SessionPoller(world.cloud, world.clock, session_id, 5.0, Journal(":memory:"), here)


def submit(world: World, entry: SessionEntry, count: int = 1) -> None:
    for _ in range(count):
        world.server.submit("somebody", Order(BACKEND, session_id=entry.id))


def kinds(session_poller: SessionPoller) -> list[EventKind]:
    return [event.kind for event in session_poller.store.value.events]


# Against the simulated cloud, through the real client


async def test_a_session_from_its_opening_to_its_end() -> None:
    world = World()
    entry = opened(world)
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()) as task:
        await world.clock.forward(10)
        watch = session_poller.store.value
        assert watch.session is not None and watch.session.status == "created" and watch.all_listed and not watch.jobs
        submit(world, entry, 2)
        await world.clock.forward(5)
        watch = session_poller.store.value
        assert watch.session is not None and watch.session.status == "started" and len(watch.unfinished) == 2
        await world.clock.forward(60)
        watch = session_poller.store.value
        assert watch.by_status == {"completed": 2} and watch.priced_count == 2
        assert sum(amount.value for amount in watch.charged) == entry.charged and watch.reserved == ()
        submit(world, entry)
        await world.clock.forward(2)
        world.server.end(entry, "somebody")
        await world.clock.forward(60)
        assert session_poller.complete and session_poller.store.value.ended and not task.done()
        assert session_poller.store.value.by_status == {"completed": 2, "canceled": 1}
        assert Counter(kinds(session_poller)) == {
            EventKind.OPENED: 1,
            EventKind.STARTED: 1,
            EventKind.ENDED: 1,
            EventKind.JOB_COMPLETED: 2,
            EventKind.JOB_CANCELED: 1,
        }
        world.counted()
        await world.clock.forward(3600)
        assert world.counted() == []
        assert not session_poller.poller.freshness().late
        session_poller.refresh()
        await world.clock.forward(1)
        assert world.counted() == [f"GET /sessions/{entry.id}", f"GET /sessions/{entry.id}/jobs"]


async def test_the_demo_lives_and_every_event_is_told_once() -> None:
    world = World(workload=True)
    engine = await Wiring(Settings(), {}).demo_on(world.server, world.clock)
    outcome = await engine.actions.open("t", OpenRequest(BACKEND))
    assert isinstance(outcome, Opened)
    session_poller = engine.session_poller(outcome.session.id)
    assert engine.session_poller(outcome.session.id) is session_poller
    async with running(engine.session_list.run()), running(session_poller.run()):
        for _ in range(40):
            await _tick(world.clock, 5)
        assert isinstance(await engine.actions.end(outcome.session.id), Ended)
        for _ in range(12):
            await _tick(world.clock, 5)
        assert session_poller.complete
    told = [(event.kind, event.subject) for event in session_poller.store.value.events]
    assert len(told) == len(set(told)) == 4 + len(session_poller.store.value.jobs) > 5
    assert engine.billed_in == "usd"
    kept = await engine.journal.events(engine.place(), outcome.session.id)
    assert kept == session_poller.store.value.events
    await engine.close()


async def _tick(clock: ManualClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.forward(1)


@pytest.mark.slow
@pytest.mark.parametrize("newest_first", [True, False])
async def test_20_000_jobs_cost_three_requests_a_tick_once_they_are_known(newest_first: bool) -> None:
    world = World(newest_first=newest_first)
    entry = opened(world)
    known = {one.id: one for one in many_jobs(world.server, entry)}
    journal = Journal(":memory:")
    session_poller = SessionPoller(world.cloud, world.clock, entry.id, 5.0, journal, here)
    await journal.keep_costs(here(), entry.id, {one: _charged() for one in known})
    async with running(session_poller.run()):
        await world.clock.forward(20)
        assert session_poller.store.value.all_listed and len(session_poller.store.value.jobs) == 20_000
        assert session_poller.store.value.priced_count == 20_000
        world.counted()
        for _ in range(13):
            await world.clock.forward(5)
            asked = world.counted()
            assert len(asked) <= 3 and not any(one.endswith("/cost") for one in asked)
        for _ in range(3):
            submit(world, entry)
            await world.clock.forward(10)
            assert len(session_poller.store.value.jobs) == len(entry.jobs)


@pytest.mark.slow
async def test_20_000_jobs_are_listed_within_the_budget_and_the_session_stays_fresh() -> None:
    world = World()
    entry = opened(world)
    many_jobs(world.server, entry)
    world.cloud._runner.gate = RequestBudget(world.clock)
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()):
        for _ in range(30):
            await world.clock.forward(1)
            assert not session_poller.poller.freshness().late
        assert session_poller.store.value.all_listed
        assert len(world.counted()) <= 10 + 30 * 8


async def test_pages_that_fail_are_not_asked_for_again_at_once() -> None:
    world = World()
    entry = opened(world)
    many_jobs(world.server, entry, 200)
    world.tamper = lambda method, path, query: (503, {}, _error(503)) if dict(query).get("next") else None
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()):
        await world.clock.forward(4)
        assert not session_poller.store.value.all_listed
        assert sum(one.endswith("/jobs") for one in world.counted()) == 2


async def test_a_look_reads_the_session_and_its_first_pages_once_and_no_costs() -> None:
    world = World()
    entry = opened(world)
    many_jobs(world.server, entry, 80)
    session_poller = watching(world, entry.id)
    await session_poller.read_once()
    assert world.counted() == [f"GET /sessions/{entry.id}", f"GET /sessions/{entry.id}/jobs"]
    watch = session_poller.store.value
    assert watch.session is not None and watch.all_listed and len(watch.jobs) == 80 and not watch.costs
    assert session_poller.read_at == world.clock.now() and not session_poller.running
    many_jobs(world.server, entry, 920)
    another = watching(world, entry.id)
    await another.read_once()
    assert world.counted() == [f"GET /sessions/{entry.id}", *[f"GET /sessions/{entry.id}/jobs"] * 3]
    assert not another.store.value.all_listed and len(another.store.value.jobs) == 300


async def test_a_look_that_fails_says_so_and_asks_nothing_more() -> None:
    world = World()
    entry = opened(world)
    world.tamper = lambda method, path, query: (503, {}, _error(503))
    session_poller = watching(world, entry.id)
    await session_poller.read_once()
    assert len(world.counted()) == 1 and session_poller.read_at is None
    assert isinstance(session_poller.store.value.link, Stale)


async def test_looks_and_glances_take_turns_and_a_run_takes_the_place_of_both() -> None:
    clock = ManualClock()
    cloud = ScriptedCloud(clock)
    cloud.active["s"], cloud.gate = session("s"), asyncio.Event()
    session_poller = SessionPoller(cloud, clock, "s", 5.0, Journal(":memory:"), here)
    both = [asyncio.create_task(session_poller.read_once()), asyncio.create_task(session_poller.read_one())]
    await clock.settle()
    assert cloud.asked == ["session s"]
    async with running(session_poller.run()):
        await asyncio.wait(both)
        await clock.settle()
        assert cloud.asked == ["session s", "session s"]
        cloud.gate.set()


def _charged() -> JobCost:
    return JobCost(cost=Money(Decimal(1), "usd"))


@pytest.mark.parametrize("status", [403, 404])
async def test_jobs_that_are_not_to_be_seen_are_said_and_the_session_stays_visible(status: int) -> None:
    world = World()
    entry = opened(world)
    world.tamper = lambda method, path, query: (status, {}, _error(status)) if path.endswith("/jobs") else None
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()):
        await world.clock.forward(59)
        watch = session_poller.store.value
        assert watch.session is not None and watch.jobs_fault is not None and watch.jobs_fault.status == status
        assert not session_poller.poller.freshness().late
        assert sum(one.endswith("/jobs") for one in world.counted()) == 1
        world.server.end(entry, None)
        await world.clock.forward(5)
        assert session_poller.store.value.ended and not session_poller.complete
        world.counted()
        await world.clock.forward(3600)
        asked = sum(one.endswith("/jobs") for one in world.counted())
        assert 45 <= asked <= 60  # retried, since permission may be granted later
        world.tamper = None
        await world.clock.forward(76)
        assert session_poller.complete


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("ours", [True, False], ids=["not confirmed ended", "others"])
async def test_a_refusal_that_passes_keeps_no_session_of_ours_unread_for_long(status: int, ours: bool) -> None:
    world = World()
    entry = opened(world)
    journal = Journal(":memory:")
    session_poller = SessionPoller(world.cloud, world.clock, entry.id, 5.0, journal, here, unended=lambda: ours)
    async with running(session_poller.run()):
        await world.clock.forward(10)
        world.tamper = lambda method, path, query: (status, {}, _error(status))
        await world.clock.forward(200)
        assert not isinstance(session_poller.link, Fresh)
        world.tamper = None
        world.counted()
        seconds = 0
        while not isinstance(session_poller.link, Fresh):
            await world.clock.forward(1)
            seconds += 1
        assert seconds <= (15 if ours else 60)
        assert ours or seconds > 15


def _error(status: int) -> bytes:
    return json.dumps({"statusCode": status, "error": "no", "message": "no"}).encode()


async def test_an_outage_heals_by_itself() -> None:
    world = World()
    entry = opened(world)
    submit(world, entry)
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()):
        await world.clock.forward(60)
        before = session_poller.store.value

        def down(method: str, path: str, query: tuple[tuple[str, str], ...]) -> NoReturn:
            raise httpx.ConnectError("no route")

        world.counted()
        world.tamper = down
        await world.clock.forward(600)
        assert len(world.counted()) < 40
        assert isinstance(session_poller.store.value.link, Stale) and session_poller.poller.freshness().late
        assert replace(session_poller.store.value, link=before.link) == before
        world.tamper = None
        submit(world, entry)
        await world.clock.forward(120)
        assert session_poller.store.value.link == before.link and not session_poller.poller.freshness().late
        assert session_poller.store.value.priced_count == 2


async def test_a_server_that_is_busy_is_left_alone() -> None:
    world = World()
    entry = opened(world)
    session_poller = watching(world, entry.id)
    async with running(session_poller.run()):
        await world.clock.forward(1)
        world.counted()
        world.tamper = lambda method, path, query: (
            (429, {"Retry-After": "90"}, _error(429)) if path.endswith("/jobs") else None
        )
        await world.clock.forward(90)
        assert len(world.counted()) == 2
        fault = session_poller.store.value.jobs_fault
        assert fault is not None and fault.kind is FaultKind.RATE_LIMITED


# Against scripted replies


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.cloud.active["s"] = session("s")
        self.ending = False
        self.session_poller = SessionPoller(
            self.cloud, self.clock, "s", 5.0, Journal(":memory:"), here, ending=lambda: self.ending
        )

    async def wait(self) -> float | None:
        """Return the seconds until the next poll."""
        await self.clock.settle()
        return self.session_poller.poller.freshness().next_try


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
        ({"limits": Limits(minutes=60), "started_at": NOON, "expires_at": NOON + timedelta(hours=24)}, 5.0),
        ({"limits": Limits(minutes=60), "started_at": NOON - timedelta(minutes=59, seconds=1)}, 2.0),
        (
            {
                "limits": Limits(minutes=60),
                "started_at": NOON - timedelta(minutes=59, seconds=1),
                "expires_at": NOON + timedelta(hours=24),
            },
            2.0,
        ),
        (
            {
                "limits": Limits(minutes=60),
                "started_at": NOON - timedelta(hours=24),
                "expires_at": NOON + timedelta(seconds=59),
            },
            2.0,
        ),
        ({"status": "created", "started_at": None}, 2.0),
    ],
)
async def test_when_it_looks_again(scene: Scene, changes: dict[str, object], seconds: float) -> None:
    scene.cloud.active["s"] = session("s", **changes)
    scene.cloud.jobs = [job(1, "ready")]
    async with running(scene.session_poller.run()):
        assert await scene.wait() == seconds


async def test_while_its_end_is_asked_for_it_looks_often(scene: Scene) -> None:
    async with running(scene.session_poller.run()):
        assert await scene.wait() == 5.0
        scene.ending = True
        scene.session_poller.poller.nudge()
        assert await scene.wait() == 2.0


async def test_after_the_end_it_looks_for_its_last_jobs_and_then_seldom(scene: Scene) -> None:
    scene.cloud.jobs = [job(1, "started")]
    scene.cloud.over["s"] = ended(scene.cloud.active.pop("s"))
    async with running(scene.session_poller.run()):
        assert await scene.wait() == 2.0
        await scene.clock.forward(70)
        assert (await scene.wait() or 0) > 30
        scene.cloud.jobs = [job(1, "completed")]
        scene.cloud.costs = {"job-0001": _charged()}
        await scene.clock.forward(61)
        assert scene.session_poller.complete


async def test_a_passing_fault_does_not_end_the_reading_of_an_ended_session(scene: Scene) -> None:
    scene.cloud.over["s"] = ended(scene.cloud.active.pop("s"))
    scene.cloud.faults["page"] = BROKEN
    async with running(scene.session_poller.run()):
        await scene.clock.forward(10)
        assert scene.session_poller.store.value.jobs_fault == BROKEN
        scene.cloud.faults.clear()
        await scene.clock.forward(60)
        assert scene.session_poller.complete and scene.session_poller.store.value.all_listed


async def test_jobs_that_cannot_be_read_are_asked_for_less_and_less(scene: Scene) -> None:
    scene.cloud.faults["page"] = BROKEN
    async with running(scene.session_poller.run()):
        await scene.clock.forward(300)
        asked = scene.cloud.counted()
        assert asked.count("session s") == 61 and 5 <= asked.count("page None") <= 10
        scene.cloud.faults.clear()
        await scene.clock.forward(60)
        assert scene.session_poller.store.value.jobs_fault is None and scene.session_poller.store.value.all_listed
        scene.cloud.counted()
        await scene.clock.forward(5)
        assert scene.cloud.counted() == ["session s", "page None"]


@pytest.mark.parametrize("fault", [MISSING, FORBIDDEN, OFFLINE])
async def test_a_session_that_cannot_be_read(scene: Scene, fault: Fault) -> None:
    async with running(scene.session_poller.run()):
        await scene.clock.settle()
        scene.cloud.faults["session"] = fault
        await scene.clock.forward(5)
        watch = scene.session_poller.store.value
        assert watch.session == session("s")
        assert watch.link == (Stale(fault) if fault is OFFLINE else Refused(fault))
        assert scene.session_poller.poller.freshness().next_try == (5.0 if fault is OFFLINE else 60.0)


async def test_looking_again_later_reads_on(scene: Scene) -> None:
    async with running(scene.session_poller.run()):
        await scene.clock.settle()
    scene.cloud.jobs = [job(1)]
    scene.cloud.costs = {"job-0001": _charged()}
    for _ in range(2):
        async with running(scene.session_poller.run()):
            await scene.clock.forward(1)
        assert scene.session_poller.store.value.priced_count == 1
    assert sum(one.startswith("cost") for one in scene.cloud.asked) == 1


async def test_an_unchanged_session_tells_nobody_anything(scene: Scene) -> None:
    scene.cloud.jobs = [job(1)]
    scene.cloud.costs = {"job-0001": _charged()}
    told: list[object] = []
    async with running(scene.session_poller.run()):
        await scene.clock.forward(5)
        scene.session_poller.store.subscribe(told.append)
        await scene.clock.forward(600)
    assert told == []


async def test_a_bug_in_the_pricing_is_not_hidden(scene: Scene) -> None:
    async def bug(job_id: str) -> NoReturn:
        raise ZeroDivisionError

    scene.cloud.jobs = [job(1)]
    scene.cloud.job_cost = bug  # type: ignore[method-assign]
    task = asyncio.create_task(scene.session_poller.run())
    await scene.clock.forward(5)
    assert isinstance(task.exception(), BaseExceptionGroup)
