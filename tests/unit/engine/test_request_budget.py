from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_tui.engine.request_budget import BURST, CHANGE_WAITS, IN_FLIGHT, PER_SECOND, ROOM, RequestBudget
from ionq_tui.model.priority import Priority
from tests.unit.engine.clock import ManualClock, running

CHANGE, CONFIRM, POLL, PAGE, DETAIL = Priority
READS = (CONFIRM, POLL, PAGE, DETAIL)
WINDOW = 5.0
MOST = 50
"""Requests in any 5 s: 10 a second."""


class Window:
    """A budget, and a server that answers each request after some seconds of the clock, or not at all on demand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.budget = RequestBudget(self.clock)
        self.sent: list[tuple[float, Priority]] = []
        self.in_flight = self.most_in_flight = 0
        self.tasks: list[asyncio.Task[None]] = []

    async def _send(self, priority: Priority, seconds: float) -> None:
        async with self.budget.turn(priority):
            self.clock.busy += 1
            self.sent.append((self.clock.monotonic(), priority))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            try:
                if seconds:
                    await self.clock.wait(asyncio.Event(), seconds)
            finally:
                self.in_flight -= 1

    def ask(self, priority: Priority, seconds: float = 0.0, many: int = 1) -> list[asyncio.Task[None]]:
        asked = [asyncio.create_task(self._send(priority, seconds)) for _ in range(many)]
        self.tasks += asked
        return asked

    def counted(self) -> list[Priority]:
        """Return the requests sent since the last call."""
        sent, self.sent = self.sent, []
        return [priority for _, priority in sent]

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
def window() -> Window:
    return Window()


def test_the_numbers_keep_the_promise() -> None:
    assert BURST + PER_SECOND * WINDOW <= MOST
    assert IN_FLIGHT == 8 and ROOM[CHANGE] == IN_FLIGHT
    assert all(ROOM[more] > ROOM[less] for more, less in pairwise(Priority))


async def test_where_there_is_room_nothing_waits(window: Window) -> None:
    sending = window._send(POLL, 0.0)
    with pytest.raises(StopIteration):
        sending.send(None)
    assert len(window.sent) == 1 and not window.clock._sleepers


async def test_a_burst_is_sent_at_once_and_the_rest_at_the_rate(window: Window) -> None:
    window.ask(DETAIL, many=100)
    await window.clock.settle()
    assert len(window.counted()) == BURST
    for _ in range(5):
        await window.clock.forward(1)
        assert len(window.counted()) == PER_SECOND
    await window.clock.forward(60)
    assert len(window.counted()) == 100 - BURST - 5 * PER_SECOND
    assert not window.clock._sleepers


STEP = st.tuples(
    st.sampled_from(Priority),
    st.integers(1, 12),  # requests
    st.sampled_from([0.0, 0.05, 0.3, 2.0, 20.0]),  # seconds until they are answered
    st.sampled_from([0.0, 0.01, 0.1, 0.7, 3.0]),  # seconds until the next are asked for
    st.booleans(),  # whether half of the waiting and sent requests are then canceled
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=25))
def test_no_five_seconds_hold_more_than_fifty(steps: list[tuple[Priority, int, float, float, bool]]) -> None:
    async def play() -> Window:
        window = Window()
        for priority, many, seconds, pause, given_up in steps:
            asked = window.ask(priority, seconds, many)
            await window.clock.forward(pause)
            for task in asked[::2] if given_up else ():
                task.cancel()
        await window.clock.forward(3600)
        await asyncio.gather(*window.tasks, return_exceptions=True)
        return window

    window = asyncio.run(play())
    times = window.sent
    for first, (began, _) in enumerate(times):
        within = [priority for at, priority in times[first:] if at <= began + WINDOW]
        # Changes are not limited, but reads never bring the total above fifty.
        last = max((place for place, priority in enumerate(within) if priority is not CHANGE), default=-1)
        assert last + 1 <= MOST
    assert window.in_flight == window.budget._in_flight == 0 and not window.budget._waiting
    assert all(task.done() for task in window.tasks)
    if all(priority is not CHANGE for priority, *_ in steps):
        assert window.most_in_flight <= ROOM[CONFIRM]


async def test_the_more_urgent_goes_first_and_among_equals_who_came_first(window: Window) -> None:
    window.ask(POLL, many=BURST)
    await window.clock.settle()
    window.counted()
    for priority in (DETAIL, PAGE, DETAIL, POLL, PAGE, CONFIRM):
        window.ask(priority)
    await window.clock.forward(60)
    assert window.counted() == [CONFIRM, POLL, PAGE, PAGE, DETAIL, DETAIL]


async def test_costs_leave_room_for_pages_pages_for_polls_and_polls_for_what_confirms(window: Window) -> None:
    for priority in reversed(READS):
        window.ask(priority, 1000.0, many=9)
        await window.clock.forward(60)
        assert window.in_flight == ROOM[priority]
    await window.close()


@pytest.mark.parametrize("hanging", [POLL, PAGE, DETAIL])
async def test_reads_that_hang_hold_up_no_change(window: Window, hanging: Priority) -> None:
    window.ask(hanging, 1000.0, many=20)
    await window.clock.settle()
    window.counted()
    window.ask(CHANGE)
    await window.clock.settle()
    assert window.counted() == [CHANGE]
    window.ask(CONFIRM)
    await window.clock.settle()
    assert window.counted() == [CONFIRM]
    await window.close()


async def test_changes_do_not_wait_for_the_rate_and_reads_wait_for_them(window: Window) -> None:
    window.ask(POLL, many=BURST)
    window.ask(CHANGE, many=14)
    window.ask(POLL)
    await window.clock.settle()
    assert sorted(window.counted()) == [CHANGE] * 14 + [POLL] * BURST
    await window.clock.forward(14 / PER_SECOND)
    assert window.counted() == []
    await window.clock.forward(1 / PER_SECOND)
    assert window.counted() == [POLL]


async def test_a_change_waits_a_second_for_a_place_and_then_goes_without_one(window: Window) -> None:
    window.ask(CHANGE, 1000.0, many=IN_FLIGHT + 2)
    await window.clock.forward(CHANGE_WAITS - 0.01)
    assert len(window.counted()) == IN_FLIGHT
    await window.clock.forward(0.02)
    assert len(window.counted()) == 2
    await window.close()
    assert window.budget._in_flight == 0


async def test_a_change_takes_the_first_place_that_becomes_free(window: Window) -> None:
    window.ask(CHANGE, 0.2, many=IN_FLIGHT + 3)
    await window.clock.forward(0.3)
    assert len(window.counted()) == IN_FLIGHT + 3 and window.most_in_flight == IN_FLIGHT


async def test_who_gives_up_while_it_waits_leaves_the_queue(window: Window) -> None:
    window.ask(POLL, many=BURST)
    first, second, third = (window.ask(DETAIL)[0] for _ in range(3))
    await window.clock.settle()
    window.counted()
    first.cancel()
    await window.clock.settle()
    assert first.cancelled() and len(window.budget._waiting) == 2
    await window.clock.forward(1 / PER_SECOND)
    assert len(window.counted()) == 1 and second.done() and not third.done()
    await window.clock.forward(1 / PER_SECOND)
    assert third.done()


async def test_who_gives_up_as_its_turn_comes_gives_it_to_the_next(window: Window) -> None:
    holding = window.ask(DETAIL, 1000.0, many=ROOM[DETAIL])
    first, second = window.ask(DETAIL)[0], window.ask(DETAIL)[0]
    await window.clock.settle()
    window.counted()
    due = window.budget._full_at
    holding[0].cancel()
    for _ in range(10):
        if len(window.budget._waiting) == 1:
            break
        await asyncio.sleep(0)
    assert len(window.budget._waiting) == 1 and not first.done()
    first.cancel()
    await window.clock.settle()
    assert first.cancelled() and second.done()
    assert window.counted() == [DETAIL]
    assert window.budget._full_at == pytest.approx(due + 1 / PER_SECOND)
    await window.close()
    assert window.budget._in_flight == 0


async def test_a_request_that_fails_or_is_cut_off_gives_its_place_back_and_counts(window: Window) -> None:
    with pytest.raises(ZeroDivisionError):
        async with window.budget.turn(POLL):
            raise ZeroDivisionError
    async with running(window._send(POLL, 1000.0)):
        await window.clock.settle()
        assert window.budget._in_flight == 1
    assert window.budget._in_flight == 0
    assert window.budget._full_at == window.clock.monotonic() + 2 / PER_SECOND
