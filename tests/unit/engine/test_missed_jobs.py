from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ionq_tui.engine.missed_jobs import EVERY, FIRST, MOST, MissedJobsReader
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.session import Session
from ionq_tui.simulator.store import Order, Terms
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import ScriptedCloud, job, session
from tests.unit.engine.cloud import World as Simulated

REFUSED = Fault(FaultKind.FORBIDDEN, "not yours to see", 403)


class World:
    """A reader on a scripted cloud, in which this user's jobs missed the session or went elsewhere."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.session: Session | None = session("s")
        self.reader = MissedJobsReader(self.cloud, self.clock, lambda: self.session)

    def sent(self, number: int, minutes: float = 0, **changes: object) -> None:
        at = NOON + timedelta(minutes=minutes)
        facts = {"submitted_at": at, "session_id": None, "submitter_id": "me", "backend": "qpu.forte-1", **changes}
        self.cloud.everywhere.append(replace(job(number), **facts))  # type: ignore[arg-type]

    @property
    def found(self) -> list[str]:
        return [one.id for one in self.reader.store.value]


async def test_jobs_that_were_sent_without_the_session_are_found() -> None:
    world = World()
    world.sent(1, -30)
    world.sent(2, -4)
    world.sent(3, -3, session_id="s")
    world.sent(4, -3, session_id="another")
    world.sent(5, -3, backend="qpu.aria-1")
    world.sent(6, -3, submitter_id="another")
    world.sent(7, -3, parent_job_id="job-0002")
    world.sent(8, -3, dry_run=True)
    world.sent(9, -2, status="ready")
    async with running(world.reader.run()):
        await world.clock.forward(FIRST - 1)
        assert world.cloud.asked == []
        await world.clock.forward(FIRST)
        assert world.found == ["job-0002", "job-0009"]
        world.sent(10, 1)
        await world.clock.forward(1.5 * EVERY)
        assert world.found == ["job-0002", "job-0009", "job-0010"]


async def test_it_asks_at_most_once_a_minute_however_often_the_screen_is_opened() -> None:
    world = World()
    world.clock.share = 1.0
    for _ in range(20):
        async with running(world.reader.run()):
            world.reader.poller.nudge()
            await world.clock.forward(30)
    assert 8 <= len(world.cloud.asked) <= 10


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("older", [450, 2500])
async def test_of_a_long_list_in_any_order_the_jobs_are_found(older: int, newest_first: bool) -> None:
    world = World()
    world.cloud.newest_first = newest_first
    for number in range(older):
        world.sent(number, number / 100 - 400, status="completed")
    world.sent(9000, -1, status="ready")
    async with running(world.reader.run()):
        await world.clock.forward(6 * EVERY)
        assert world.found == ["job-9000"], world.cloud.asked
        world.sent(9001, 3, status="completed")
        await world.clock.forward(older / 100 * 3 * EVERY)
        assert world.found == ["job-9000", "job-9001"]
        for hour in range(3):
            world.sent(9002 + hour, 60 * hour + 60, status="completed")
            await world.clock.forward(older / 100 * 3 * EVERY)
            assert len(world.found) == 3 + hour


async def test_a_job_that_is_in_a_session_after_all_is_no_longer_told() -> None:
    world = World()
    world.sent(1)
    async with running(world.reader.run()):
        await world.clock.forward(1.25 * FIRST + 1)
        assert world.found == ["job-0001"]
        world.cloud.everywhere.clear()
        world.sent(1, session_id="s")
        await world.clock.forward(2 * EVERY)
    assert world.found == []


async def test_nobody_is_asked_while_there_is_no_session_of_this_user() -> None:
    world = World()
    world.session = None
    async with running(world.reader.run()):
        await world.clock.forward(5 * EVERY)
        assert world.cloud.asked == []
        world.session = session("s", creator_id=None)
        await world.clock.forward(5 * EVERY)
    assert world.cloud.asked == []


async def test_a_key_that_may_not_list_jobs_is_asked_seldom_and_what_was_found_stays() -> None:
    world = World()
    world.sent(1)
    async with running(world.reader.run()):
        await world.clock.forward(1.25 * FIRST + 1)
        world.cloud.faults["jobs"] = REFUSED
        await world.clock.forward(EVERY)
        world.cloud.counted()
        await world.clock.forward(20 * EVERY)
    assert 1 <= len(world.cloud.asked) <= 3 and world.found == ["job-0001"]


async def test_not_all_of_very_many_are_kept() -> None:
    world = World()
    for number in range(MOST + 80):
        world.sent(number)
    async with running(world.reader.run()):
        await world.clock.forward(40 * EVERY)
    assert len(world.found) == MOST


@pytest.mark.parametrize("newest_first", [False, True])
async def test_the_simulated_api_is_asked_in_its_own_words(newest_first: bool) -> None:
    world = Simulated(newest_first=newest_first)
    entry = world.server.open_session("me", "qpu.forte-1", Terms(9, 30, None, given=True))
    found = await world.cloud.session(entry.id)
    assert isinstance(found, Session)
    for number in range(120):
        into = entry.id if number < 9 else None
        sent = world.server.submit("me", Order("qpu.forte-1", name=f"n-{number}", session_id=into))
    world.server.submit("another", Order("qpu.forte-1", name="theirs"))
    reader = MissedJobsReader(world.cloud, world.clock, lambda: found)
    async with running(reader.run()):
        await world.clock.forward(6 * EVERY)
    assert len(reader.store.value) == 111 and sent.id in {one.id for one in reader.store.value}
