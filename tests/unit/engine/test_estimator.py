from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from ionq_tui.engine.estimator import RETRY_AFTER, Estimator
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.money import Money
from tests.unit.engine.clock import ManualClock, running
from tests.unit.engine.cloud import OFFLINE, ScriptedCloud

USD = Money(Decimal("0.65"), "usd")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(clock: ManualClock) -> ScriptedCloud:
    made = ScriptedCloud(clock)
    made.price = USD
    return made


@pytest.fixture
def estimator(cloud: ScriptedCloud, clock: ManualClock) -> Estimator:
    return Estimator(cloud, clock)


async def test_each_question_is_asked_once(estimator: Estimator, cloud: ScriptedCloud) -> None:
    assert estimator.of("qpu.forte-1") is None
    await asyncio.gather(*(estimator.ask("qpu.forte-1") for _ in range(5)))
    await estimator.ask("qpu.forte-1")
    assert cloud.counted() == ["estimate qpu.forte-1"]
    assert estimator.of("qpu.forte-1") == Estimate("qpu.forte-1", Circuit(), USD)
    await estimator.ask("qpu.aria-1")
    assert cloud.counted() == ["estimate qpu.aria-1"]
    assert estimator.units == {"usd"}


async def test_another_circuit_is_another_question_and_the_first_is_not_forgotten(
    estimator: Estimator, cloud: ScriptedCloud
) -> None:
    await estimator.ask("qpu.forte-1")
    estimator.circuit.apply(lambda circuit: replace(circuit, shots=500))
    assert estimator.of("qpu.forte-1") is None
    await estimator.ask("qpu.forte-1")
    estimator.circuit.apply(lambda _: Circuit())
    await estimator.ask("qpu.forte-1")
    assert cloud.counted() == ["estimate qpu.forte-1"] * 2


async def test_what_failed_is_asked_again_later_or_where_somebody_wants_it(
    estimator: Estimator, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.faults["estimate"] = OFFLINE
    await estimator.ask("qpu.forte-1")
    assert estimator.of("qpu.forte-1") == OFFLINE and not estimator.units
    await clock.forward(RETRY_AFTER - 1)
    await estimator.ask("qpu.forte-1")
    assert cloud.counted() == ["estimate qpu.forte-1"]
    await clock.forward(1)
    await estimator.ask("qpu.forte-1")
    estimator.forget_faults()
    assert estimator.of("qpu.forte-1") is None
    cloud.faults.clear()
    await estimator.ask("qpu.forte-1")
    assert cloud.counted() == ["estimate qpu.forte-1"] * 2
    assert isinstance(estimator.of("qpu.forte-1"), Estimate)


async def test_a_question_that_nobody_waited_for_can_be_asked_again(
    estimator: Estimator, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.gate = asyncio.Event()
    async with running(estimator.ask("qpu.forte-1")):
        await clock.settle()
    cloud.gate = None
    await estimator.ask("qpu.forte-1")
    assert isinstance(estimator.of("qpu.forte-1"), Estimate)
