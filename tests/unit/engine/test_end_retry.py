"""Retrying an end until it is confirmed: when, how often, and when to stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ionq_tui.engine.clock import ScaledClock
from ionq_tui.engine.end_retry import LONGEST_PAUSE, PAUSES, REFUSED_PAUSE, end_until_confirmed
from ionq_tui.engine.ports import Clock
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome, EndUnknown, StillOpen
from tests.unit.engine.clock import ManualClock
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, REFUSED, ended, session

RUNS = StillOpen(session("s"))
OVER = Ended(ended(session("s")))
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "no", 403)
READ_ONLY = Fault(FaultKind.READ_ONLY, "read-only")
NO_KEY = Fault(FaultKind.KEY_MISSING, "no key")
MALFORMED = Fault(FaultKind.BAD_REQUEST, "no such path")


class Tries:
    """Scripted outcomes of attempts, the last one repeated; records the time and the reports of each attempt."""

    def __init__(self, clock: ManualClock, *outcomes: EndOutcome, takes: float = 0.0) -> None:
        self.clock = clock
        self.outcomes = list(outcomes)
        self.takes = takes
        self.at: list[float] = []
        self.told: list[tuple[EndOutcome, float]] = []

    async def __call__(self) -> EndOutcome:
        self.clock.busy += 1
        self.at.append(self.clock.seconds - 1000.0)
        if self.takes:
            await self.clock.wait(asyncio.Event(), self.takes)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def begin(
        self, within: float | None = None, wake: asyncio.Event | None = None, clock: Clock | None = None
    ) -> asyncio.Task[EndOutcome]:
        return asyncio.create_task(
            end_until_confirmed(
                self, clock or self.clock, within=within, tried=lambda *told: self.told.append(told), wake=wake
            )
        )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_one_that_is_confirmed_at_once_is_asked_for_once(clock: ManualClock) -> None:
    tries = Tries(clock, OVER)
    assert await tries.begin() == OVER
    assert (tries.at, tries.told) == ([0.0], [])


@pytest.mark.parametrize("outcome", [RUNS, StillOpen(session("s"), BROKEN), EndUnknown(OFFLINE), EndUnknown(BROKEN)])
async def test_the_pauses_grow_until_it_is_confirmed(clock: ManualClock, outcome: EndOutcome) -> None:
    tries = Tries(clock, *[outcome] * 8, OVER)
    ending = tries.begin()
    await clock.forward(119.9)
    assert not ending.done()
    await clock.forward(0.1)
    assert await ending == OVER
    assert tries.at == [0, 1, 3, 7, 15, 30, 60, 90, 120]
    assert tries.told == [(outcome, pause) for pause in (*PAUSES, 30.0, 30.0)]


async def test_the_pause_begins_when_a_try_is_over(clock: ManualClock) -> None:
    tries = Tries(clock, RUNS, RUNS, OVER, takes=15.5)
    ending = tries.begin()
    await clock.forward(100)
    assert ending.done() and tries.at == [0, 16.5, 34]


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 1.0), (-5.0, 1.0), (12.0, 12.0), (3600.0, LONGEST_PAUSE)])
async def test_a_server_that_asks_for_time_gets_it_within_reason(
    clock: ManualClock, asked: float, pause: float
) -> None:
    tries = Tries(clock, StillOpen(session("s"), replace(BROKEN, retry_after=asked)), OVER)
    ending = tries.begin()
    await clock.forward(pause)
    assert await ending == OVER
    assert tries.at == [0, pause]


@pytest.mark.parametrize("fault", [REFUSED, FORBIDDEN, MISSING], ids=lambda fault: fault.kind.value)
async def test_a_refusal_may_pass_and_is_not_hurried(clock: ManualClock, fault: Fault) -> None:
    tries = Tries(clock, EndUnknown(fault), StillOpen(session("s"), fault), EndUnknown(OFFLINE), OVER)
    ending = tries.begin()
    await clock.forward(100)
    assert await ending == OVER
    assert tries.at == [0, REFUSED_PAUSE, 2 * REFUSED_PAUSE, 2 * REFUSED_PAUSE + PAUSES[2]]


@pytest.mark.parametrize("fault", [READ_ONLY, NO_KEY, MALFORMED], ids=lambda fault: fault.kind.value)
async def test_what_no_repetition_can_change_is_not_repeated(clock: ManualClock, fault: Fault) -> None:
    for outcome in (EndUnknown(fault), StillOpen(session("s"), fault)):
        tries = Tries(clock, outcome)
        assert await tries.begin() == outcome
        assert (tries.at, tries.told) == ([0.0], [])


async def test_an_answer_to_a_request_that_was_sent_may_change(clock: ManualClock) -> None:
    tries = Tries(clock, StillOpen(session("s"), replace(MALFORMED, status=409)), OVER)
    ending = tries.begin()
    await clock.forward(1)
    assert await ending == OVER


async def test_time_is_over_with_one_last_try(clock: ManualClock) -> None:
    tries = Tries(clock, EndUnknown(OFFLINE), EndUnknown(BROKEN))
    ending = tries.begin(within=40)
    await clock.forward(39.9)
    assert not ending.done()
    await clock.forward(0.1)
    assert await ending == EndUnknown(BROKEN)
    assert tries.at == [0, 1, 3, 7, 15, 30, 40]
    assert [pause for _, pause in tries.told] == [1, 2, 4, 8, 15, 10]


async def test_a_last_try_that_succeeds_counts(clock: ManualClock) -> None:
    tries = Tries(clock, RUNS, RUNS, OVER)
    ending = tries.begin(within=2.5)
    await clock.forward(2.5)
    assert await ending == OVER


async def test_no_try_comes_sooner_than_may_be_because_time_is_over(clock: ManualClock) -> None:
    tries = Tries(clock, EndUnknown(REFUSED))
    ending = tries.begin(within=70)
    await clock.forward(60)
    assert await ending == EndUnknown(REFUSED)
    assert tries.at == [0, 30, 60]


async def test_a_try_is_not_cut_off_when_time_is_over(clock: ManualClock) -> None:
    tries = Tries(clock, RUNS, takes=20)
    ending = tries.begin(within=5)
    await clock.forward(19)
    assert not ending.done()
    await clock.forward(1)
    assert await ending == RUNS
    assert tries.at == [0]


async def test_a_pause_can_be_cut_short_each_time_anew(clock: ManualClock) -> None:
    wake = asyncio.Event()
    tries = Tries(clock, EndUnknown(REFUSED), EndUnknown(REFUSED), OVER)
    ending = tries.begin(wake=wake)
    await clock.forward(5)
    wake.set()
    await clock.forward(5)
    assert tries.at == [0, 5]
    wake.set()
    await clock.settle()
    assert await ending == OVER
    assert tries.at == [0, 5, 10]


async def test_who_is_cancelled_in_a_pause_tries_no_more(clock: ManualClock) -> None:
    tries = Tries(clock, RUNS)
    ending = tries.begin()
    await clock.settle()
    ending.cancel()
    await clock.forward(100)
    assert ending.cancelled() and tries.at == [0]


async def test_on_a_scaled_clock_all_of_it_is_shorter(clock: ManualClock) -> None:
    tries = Tries(clock, EndUnknown(OFFLINE))
    ending = tries.begin(within=40, clock=ScaledClock(clock, 0.5))
    await clock.forward(20)
    assert ending.done() and tries.at == [0, 0.5, 1.5, 3.5, 7.5, 15, 20]
