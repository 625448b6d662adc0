from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal

import pytest

from ionq_tui.engine.cost_fetcher import CostFetcher
from ionq_tui.engine.store import Store
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, ScriptedCloud, job

CHARGED = JobCost(cost=Money(Decimal("1.50"), "usd"))
RESERVED = JobCost(estimate=Money(Decimal("2.00"), "usd"))


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.store: Store[SessionSnapshot] = Store(EMPTY_SNAPSHOT)
        self.kept: dict[str, JobCost] = {}
        self.cost_fetcher = CostFetcher(self.cloud, self.clock, self.store, self.kept.update)

    def hear(self, jobs: Iterable[Job]) -> None:
        self.store.apply(lambda watch: apply_jobs(watch, jobs, NOON))


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_final_cost_is_never_asked_twice(scene: Scene) -> None:
    scene.cloud.costs = {job(1).id: CHARGED}
    async with running(scene.cost_fetcher.run()):
        scene.hear([job(1)])
        await scene.clock.forward(3600)
        scene.hear([job(1, name="renamed")])
        await scene.clock.forward(3600)
    assert scene.cloud.asked == ["cost job-0001"] and scene.kept == {"job-0001": CHARGED}


async def test_one_that_was_asked_as_the_fetcher_stopped_is_asked_again(scene: Scene) -> None:
    scene.cloud.costs = {job(1).id: CHARGED}
    scene.hear([job(1)])
    scene.cloud.gate = asyncio.Event()
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(1)
    assert scene.kept == {}
    scene.cloud.gate = None
    async with running(scene.cost_fetcher.run()):
        scene.hear([job(1)])  # nothing of it has changed
        await scene.clock.forward(3600)
    assert scene.kept == {"job-0001": CHARGED}


async def test_a_known_one_is_not_asked_at_all(scene: Scene) -> None:
    scene.store.apply(lambda watch: apply_costs(watch, {"job-0001": CHARGED}))
    async with running(scene.cost_fetcher.run()):
        scene.hear([job(1), job(2, dry_run=True), job(3, parent_job_id="job-0001")])
        await scene.clock.forward(3600)
    assert scene.cloud.asked == []


async def test_a_missing_one_is_asked_again_after_10_s_1_min_10_min(scene: Scene) -> None:
    times: list[float] = []
    scene.hear([job(1)])
    async with running(scene.cost_fetcher.run()):
        for second in range(1000):
            await scene.clock.forward(1)
            times += [second + 1] * len(scene.cloud.counted())
    assert times == [1, 10, 70, 670]


async def test_one_that_cannot_be_read_is_said_and_asked_again_ever_later(scene: Scene) -> None:
    garbled = Fault(FaultKind.GARBLED, "the reply is not UTF-8 text", 200)
    times: list[float] = []
    scene.hear([job(1)])
    scene.cloud.faults["cost"] = garbled
    async with running(scene.cost_fetcher.run()):
        for second in range(1000):
            await scene.clock.forward(1)
            times += [second + 1] * len(scene.cloud.counted())
            if len(times) == 3:
                assert scene.store.value.cost_fault == garbled and not scene.store.value.costs
                scene.cloud.faults.clear()
                scene.cloud.costs = {job(1).id: CHARGED}
    assert times == [1, 10, 30, 70]  # it is unknown whether the job or the server is at fault
    assert scene.store.value.cost_fault is None and scene.kept == {"job-0001": CHARGED}


async def test_another_final_cost_than_the_one_known_by_then_replaces_it_and_is_told(scene: Scene) -> None:
    scene.hear([job(1)])
    kept = JobCost(cost=Money(Decimal("2.50"), "usd"))
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(5)
        scene.store.apply(lambda watch: apply_costs(watch, {job(1).id: kept}))  # another process asked
        scene.cloud.costs = {job(1).id: CHARGED}
        await scene.clock.forward(10)
    (event,) = [one for one in scene.store.value.events if one.kind is EventKind.COST_CHANGED]
    assert (event.subject, event.words) == (job(1).id, "1.50 usd, was 2.50 usd")
    assert NOON < event.at <= scene.clock.now()
    assert scene.store.value.costs == scene.kept == {job(1).id: CHARGED}


async def test_one_that_comes_late_is_final_then(scene: Scene) -> None:
    scene.hear([job(1)])
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(5)
        scene.cloud.costs = {job(1).id: CHARGED}
        await scene.clock.forward(3600)
    assert len(scene.cloud.asked) == 2 and scene.store.value.charged == (CHARGED.cost,)


async def test_an_estimate_is_asked_once_and_the_cost_once_it_finished(scene: Scene) -> None:
    scene.cloud.costs = {job(1).id: RESERVED}
    async with running(scene.cost_fetcher.run()):
        scene.hear([job(1, "ready")])
        await scene.clock.forward(60)
        scene.hear([job(1, "started")])
        await scene.clock.forward(60)
        assert len(scene.cloud.counted()) == 1 and scene.store.value.reserved == (RESERVED.estimate,)
        scene.cloud.costs = {job(1).id: CHARGED}
        scene.hear([job(1, "completed")])
        await scene.clock.forward(60)
    assert len(scene.cloud.counted()) == 1 and scene.kept == {job(1).id: CHARGED}


async def test_what_was_charged_before_the_end_is_not_final(scene: Scene) -> None:
    scene.cloud.costs = {job(1).id: JobCost(cost=Money(Decimal(0), "usd"))}
    async with running(scene.cost_fetcher.run()):
        scene.hear([job(1, "started")])
        await scene.clock.forward(60)
        assert scene.kept == {} and scene.store.value.costs[job(1).id].early
        scene.cloud.costs = {job(1).id: CHARGED}
        scene.hear([job(1, "completed")])
        assert scene.store.value.priced_count == 0
        await scene.clock.forward(60)
    assert scene.store.value.charged == (CHARGED.cost,) and scene.kept == {job(1).id: CHARGED}


async def test_four_in_flight_and_eight_a_second(scene: Scene) -> None:
    jobs = [job(number) for number in range(200)]
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.hear(jobs)
    async with running(scene.cost_fetcher.run()):
        await scene.clock.settle()
        for _ in range(8):
            scene.cloud.counted()
            await scene.clock.forward(1)
            assert len(scene.cloud.counted()) == 8
        await scene.clock.forward(30)
    assert scene.cloud.most_under_way == 4 and scene.store.value.priced_count == 200


async def test_what_runs_comes_before_what_is_over(scene: Scene) -> None:
    scene.hear([job(number) for number in range(50)])
    scene.hear([job(60, "started")])
    async with running(scene.cost_fetcher.run()):
        await scene.clock.settle()
        assert "cost job-0060" in scene.cloud.asked


@pytest.mark.parametrize("fault", [OFFLINE, BROKEN, Fault(FaultKind.TIMEOUT, "slow")])
async def test_an_outage_is_no_answer_and_is_waited_out(scene: Scene, fault: Fault) -> None:
    jobs = [job(number) for number in range(8)]
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.cloud.faults["cost"] = fault
    scene.hear(jobs)
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(3600)
        assert len(scene.cloud.counted()) <= 4 * 65
        scene.cloud.faults.clear()
        await scene.clock.forward(61)
    assert scene.store.value.priced_count == 8


async def test_the_server_s_wish_to_be_left_alone_is_heard(scene: Scene) -> None:
    scene.cloud.faults["cost"] = Fault(FaultKind.RATE_LIMITED, "slow down", 429, retry_after=120)
    scene.hear([job(number) for number in range(8)])
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(119)
        assert len(scene.cloud.counted()) == 4
        await scene.clock.forward(2)
        assert len(scene.cloud.counted()) == 4


@pytest.mark.parametrize("fault", [BROKEN, MISSING, Fault(FaultKind.GARBLED, "what?")])
async def test_one_bad_job_hides_no_neighbour(scene: Scene, fault: Fault) -> None:
    jobs = [job(number) for number in range(8)]
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.cloud.faults["cost job-0005"] = fault
    scene.hear(jobs)
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(5)
        assert scene.store.value.priced_count == 7
        await scene.clock.forward(5)
        assert scene.cloud.asked.count("cost job-0005") == 2


async def test_what_stayed_unknown_is_asked_again_only_when_that_is_wanted(scene: Scene) -> None:
    scene.cloud.costs = {job(1).id: CHARGED}
    scene.hear([job(1), job(2)])
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(7200)
        assert scene.cloud.asked.count("cost job-0002") == 4
        scene.cloud.costs[job(2).id] = CHARGED
        scene.cost_fetcher.forget_missing()
        await scene.clock.forward(1)
    assert scene.store.value.priced_count == 2
    assert [scene.cloud.asked.count(f"cost job-000{number}") for number in (1, 2)] == [1, 5]


@pytest.mark.parametrize("fault", [BROKEN, Fault(FaultKind.GARBLED, "what?")])
async def test_a_reply_that_cannot_be_used_is_never_taken_for_a_missing_cost(scene: Scene, fault: Fault) -> None:
    jobs = [job(number) for number in range(8)]
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.cloud.faults["cost job-0005"] = fault
    scene.hear(jobs)
    async with running(scene.cost_fetcher.run()):
        await scene.clock.forward(7200)
        scene.cloud.faults.clear()
        await scene.clock.forward(600)
    assert scene.store.value.priced_count == 8


async def test_once_asks_within_the_budget_the_newest_first_and_no_longer_than_told(scene: Scene) -> None:
    jobs = [job(number) for number in range(500)]
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.hear(reversed(jobs))
    asking = asyncio.create_task(scene.cost_fetcher.once(30))
    await scene.clock.settle()
    for _ in range(29):
        scene.cloud.counted()
        await scene.clock.forward(1)
        assert len(scene.cloud.counted()) == 8
    await scene.clock.forward(1)
    assert await asking == (260, None) and scene.cloud.most_under_way == 4
    assert set(scene.kept) == {one.id for one in jobs[260:]}
    asking = asyncio.create_task(scene.cost_fetcher.once(30))
    await scene.clock.forward(40)
    assert await asking == (20, None)


async def test_once_stops_where_fewer_requests_are_asked_for(scene: Scene) -> None:
    jobs, limited = [job(number) for number in range(20)], Fault(FaultKind.RATE_LIMITED, "slow down", 429)
    scene.cloud.costs = {one.id: CHARGED for one in jobs}
    scene.cloud.faults["cost job-0010"] = limited
    scene.hear(jobs)
    asking = asyncio.create_task(scene.cost_fetcher.once(30))
    await scene.clock.forward(30)
    assert await asking == (9, limited)
    assert len(scene.cloud.asked) == 12 and set(scene.kept) == {one.id for one in jobs[8:] if one.id != "job-0010"}
