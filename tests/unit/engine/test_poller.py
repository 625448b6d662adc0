from __future__ import annotations

import asyncio

import pytest

from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Stale
from tests.unit.engine.clock import ManualClock, running

DOWN = Stale(Fault(FaultKind.OFFLINE, "no route"))


class Source:
    """A fetch function with scripted ticks, start times, and an event that delays it."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.ticks: list[Tick] = []
        self.began: list[float] = []
        self.door = asyncio.Event()
        self.door.set()
        self.at_once = self.most_at_once = 0

    async def fetch(self) -> Tick:
        self.began.append(self.clock.monotonic())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.door.wait()
        self.at_once -= 1
        return self.ticks.pop(0) if self.ticks else Tick(FRESH, 5.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def source(clock: ManualClock) -> Source:
    return Source(clock)


@pytest.fixture
def poller(clock: ManualClock, source: Source) -> Poller:
    return Poller(source.fetch, clock)


async def test_it_asks_each_interval(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        await clock.forward(12)
        assert source.began == [1000, 1005, 1010]
        assert poller.freshness().age == 2


async def test_what_is_left_to_fetch_is_fetched_at_once_and_the_picture_is_due_an_interval_later(
    poller: Poller, source: Source, clock: ManualClock
) -> None:
    source.ticks = [Tick(FRESH, 5.0, at_once=True), Tick(FRESH, 5.0)]
    async with running(poller.run()):
        await clock.forward(0)
        assert source.began == [1000, 1000]
        await clock.forward(5)
        assert source.began == [1000, 1000, 1005]
        source.ticks = [Tick(FRESH, 5.0, at_once=True)]
        source.door.clear()
        await clock.forward(5)
        source.door.set()
        await clock.settle()
        source.door.clear()
        await clock.forward(4.9)
        assert not poller.freshness().late
        await clock.forward(0.2)
        assert poller.freshness().late
        source.door.set()


async def test_the_next_fetch_starts_after_the_last_ended(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        source.door.clear()
        await clock.forward(60)
        poller.nudge()
        await clock.forward(60)
        assert source.began == [1000]
        source.door.set()
        await clock.forward(4)
        assert source.began == [1000, 1120]  # nudged during the fetch, so another one follows at once
        await clock.forward(1)
        assert source.began == [1000, 1120, 1125]
        assert source.most_at_once == 1


async def test_a_nudge_asks_now_and_many_ask_once(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        await clock.forward(1)
        for _ in range(20):
            poller.nudge()
        await clock.forward(4)
        assert source.began == [1000, 1001]
        await clock.forward(1)
        assert source.began == [1000, 1001, 1006]


async def test_who_asked_is_told_once_a_fetch_ended(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        await clock.settle()
        source.door.clear()
        told = poller.asked()
        await clock.settle()
        assert len(source.began) == 2 and not told.is_set()
        source.door.set()
        await clock.settle()
        assert told.is_set()


async def test_one_poll_and_no_burst_after_a_suspend(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        await clock.forward(1)
        source.door.clear()
        await clock.leap(3600)
        assert source.began == [1000, 4601]
        assert poller.freshness().late and poller.freshness().age == 3601
        source.door.set()
        await clock.forward(4)
        assert len(source.began) == 2 and not poller.freshness().late


async def test_it_rests_when_told_so_until_it_is_asked(source: Source, clock: ManualClock) -> None:
    source.ticks = [Tick(FRESH, 5.0), Tick(FRESH, None)]
    poller = Poller(source.fetch, clock)
    async with running(poller.run()) as task:
        await clock.forward(3600)
        assert len(source.began) == 2
        assert poller.freshness().next_try is None
        assert not poller.freshness().late  # nothing more is due
        told = poller.asked()
        await clock.forward(1)
        assert told.is_set() and len(source.began) == 3
        assert not task.done() and poller.freshness().next_try == 4.0


async def test_a_cancelled_one_asks_no_more_and_says_so(source: Source, clock: ManualClock) -> None:
    poller = Poller(source.fetch, clock)
    async with running(poller.run()):
        await clock.forward(1)
    await clock.forward(60)
    assert len(source.began) == 1
    assert poller.freshness().next_try is None and poller.freshness().late


async def test_it_backs_off_and_comes_back(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        source.ticks = [Tick(DOWN, 5.0)] * 6
        await clock.forward(5 + 10 + 20 + 40 + 60 + 60 + 5)
        waits = [after - before for before, after in zip(source.began, source.began[1:], strict=False)]
        assert waits == [5, 10, 20, 40, 60, 60, 5]


async def test_late_is_more_than_an_interval_after_it_was_due(
    poller: Poller, source: Source, clock: ManualClock
) -> None:
    async with running(poller.run()):
        assert poller.freshness().age is None and not poller.freshness().late
        clock.share = 1.0
        await clock.settle()
        source.door.clear()
        assert poller.freshness().next_try == 4
        await clock.forward(9)
        assert not poller.freshness().late and poller.freshness().next_try is None
        await clock.forward(0.1)
        assert poller.freshness().late and poller.freshness().age == pytest.approx(9.1)


async def test_what_is_due_sooner_is_late_sooner(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        source.ticks = [Tick(FRESH, 2.0), *[Tick(DOWN, 5.0)] * 9]
        await clock.forward(4)
        assert not poller.freshness().late
        await clock.forward(0.1)
        assert poller.freshness().late
        assert poller.freshness().next_try == pytest.approx(2.9)


async def test_a_tick_that_was_asked_for_later_is_not_late(poller: Poller, source: Source, clock: ManualClock) -> None:
    async with running(poller.run()):
        source.ticks = [Tick(FRESH, 60.0)]
        await clock.forward(59)
        assert not poller.freshness().late
