from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from ionq_tui.engine.job_reader import IDS_AT_ONCE, PAGES_AT_ONCE, JobReader
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_jobs
from tests.unit.engine.clock import NOON, ManualClock
from tests.unit.engine.cloud import OFFLINE, ScriptedCloud, job

BAD_CURSOR = Fault(FaultKind.BAD_REQUEST, "no cursor", 400)


class Scene:
    def __init__(self) -> None:
        self.cloud = ScriptedCloud(ManualClock())
        self.watch: SessionSnapshot = EMPTY_SNAPSHOT
        self.reader = JobReader(self.cloud, "s", self._take)

    def _take(self, jobs: Iterable[Job], complete: bool) -> None:
        self.watch = apply_jobs(self.watch, jobs, NOON, complete=complete)

    def fill(self, count: int, status: str = "completed") -> None:
        start = len(self.cloud.jobs)
        self.cloud.jobs += [job(start + number, status) for number in range(count)]

    async def read(self, times: int = 1) -> Fault | None:
        fault = None
        for _ in range(times):
            fault = await self.reader.read(self.watch)
        return fault

    @property
    def complete(self) -> bool:
        return self.watch.all_listed and dict(self.watch.jobs) == {one.id: one for one in self.cloud.jobs}


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(("count", "page_size"), [(20, 100), (95, 25)])
async def test_what_could_not_be_read_is_counted_once_and_forgotten_when_it_can_be(
    scene: Scene, newest_first: bool, count: int, page_size: int
) -> None:
    scene.cloud.newest_first, scene.cloud.page_size = newest_first, page_size
    scene.fill(count)
    ids = [one.id for one in scene.cloud.jobs]
    scene.cloud.unreadable = {ids[1], ids[7], ids[-2]}
    for _ in range(40):
        await scene.read()
        assert scene.reader.unread == 3
    scene.fill(2)
    await scene.read(40)
    assert scene.reader.unread == 3
    assert len(scene.watch.jobs) == count - 1
    scene.cloud.unreadable = {ids[7]}
    await scene.read(40)
    assert scene.reader.unread == 1
    scene.cloud.unreadable.clear()
    await scene.read(40)
    assert scene.reader.unread == 0
    assert scene.complete


ORDERS = pytest.mark.parametrize("newest_first", [True, False])


@ORDERS
@pytest.mark.parametrize("page_size", [100, 25])
@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 99, 100, 101, 250])
async def test_whatever_the_order_and_the_page_new_jobs_and_changes_are_found(
    scene: Scene, newest_first: bool, page_size: int, count: int
) -> None:
    scene.cloud.newest_first, scene.cloud.page_size = newest_first, page_size
    scene.fill(count, "ready")
    await scene.read()
    assert scene.complete
    for _ in range(5):
        scene.fill(1, "ready")
        await scene.read(2)
        assert scene.complete
        scene.cloud.jobs[-1] = replace(scene.cloud.jobs[-1], status="failed")
        await scene.read(20)  # with very many waiting jobs, one call does not request all of them
        assert scene.complete


@ORDERS
async def test_a_heap_of_new_jobs_is_found_at_once(scene: Scene, newest_first: bool) -> None:
    scene.cloud.newest_first = newest_first
    scene.fill(150)
    await scene.read()
    scene.fill(1000)
    await scene.read(2)
    assert scene.complete
    scene.cloud.counted()
    await scene.read(12)
    assert len(scene.cloud.counted()) == 24


async def test_the_steady_state_is_two_requests(scene: Scene) -> None:
    scene.fill(300)
    scene.fill(5, "ready")
    await scene.read()
    scene.cloud.counted()
    for _ in range(12):
        await scene.read()
        asked = scene.cloud.counted()
        assert len(asked) == 2 and asked[0] == "ids 5"


@ORDERS
async def test_catching_up_goes_on_where_it_stopped(scene: Scene, newest_first: bool) -> None:
    scene.cloud.newest_first, scene.cloud.page_size = newest_first, 2
    scene.fill(2 * PAGES_AT_ONCE + 7)
    await scene.read()
    assert len(scene.cloud.counted()) == PAGES_AT_ONCE and not scene.watch.all_listed
    await scene.read()
    assert scene.complete and len(scene.cloud.counted()) == 4


async def test_more_new_jobs_than_one_reading_takes_are_caught_up_with(scene: Scene) -> None:
    scene.cloud.newest_first, scene.cloud.page_size = True, 2
    scene.fill(10)
    await scene.read()
    scene.fill(2 * PAGES_AT_ONCE + 10)
    await scene.read(3)
    assert scene.complete


async def test_a_page_that_fails_is_asked_again(scene: Scene) -> None:
    scene.cloud.page_size = 10
    scene.fill(45)
    scene.cloud.faults["page job-0019"] = OFFLINE
    assert await scene.read() == OFFLINE
    assert len(scene.watch.jobs) == 20 and not scene.watch.all_listed
    scene.cloud.faults.clear()
    scene.cloud.counted()
    assert await scene.read() is None
    assert scene.complete and scene.cloud.counted()[0] == "page job-0019"


async def test_a_cursor_that_repeats_is_said_and_ends_the_pass(scene: Scene) -> None:
    scene.cloud.page_size = 10
    scene.fill(45)
    scene.cloud.next_of = {"job-0029": "job-0009"}
    fault = await scene.read()
    assert fault is not None and fault.kind is FaultKind.GARBLED
    assert len(scene.watch.jobs) == 40 and not scene.watch.all_listed
    assert len(scene.cloud.counted()) == 4
    scene.cloud.next_of = {}
    assert await scene.read() is None
    assert scene.complete


async def test_a_cursor_that_leads_to_itself_is_followed_once(scene: Scene) -> None:
    scene.cloud.page_size = 10
    scene.fill(25)
    await scene.read()
    scene.cloud.next_of = {"job-0019": "job-0019"}
    await scene.read(12)
    assert len(scene.cloud.asked) < 40


@ORDERS
async def test_cursors_that_grew_too_old_are_forgotten(scene: Scene, newest_first: bool) -> None:
    scene.cloud.newest_first = newest_first
    scene.fill(350)
    await scene.read(4)
    cursors = [f"page job-{number:04}" for number in range(350)]
    scene.cloud.faults = dict.fromkeys(cursors, BAD_CURSOR)
    assert BAD_CURSOR in [await scene.read() for _ in range(12)]
    scene.cloud.faults = {}
    scene.fill(1)
    assert [fault for fault in [await scene.read() for _ in range(24)] if fault is not None] == []
    assert scene.complete


async def test_a_bad_cursor_while_catching_up_begins_anew(scene: Scene) -> None:
    scene.cloud.page_size = 10
    scene.fill(45)
    scene.cloud.faults["page job-0019"] = BAD_CURSOR
    assert await scene.read() == BAD_CURSOR
    scene.cloud.faults.clear()
    scene.cloud.counted()
    await scene.read()
    assert scene.complete and scene.cloud.counted()[0] == "page None"


async def test_what_changed_far_from_both_ends_is_found_in_the_end(scene: Scene) -> None:
    scene.fill(500)
    await scene.read()
    scene.cloud.jobs[250] = replace(scene.cloud.jobs[250], name="renamed")
    await scene.read(12)
    assert scene.complete


async def test_of_very_many_that_wait_the_oldest_are_always_asked_and_all_in_turn(scene: Scene) -> None:
    scene.cloud.newest_first = True
    scene.fill(400, "ready")
    await scene.read()
    scene.cloud.jobs[0] = replace(scene.cloud.jobs[0], status="started")
    await scene.read()
    assert scene.watch.jobs["job-0000"].running
    scene.cloud.jobs = [replace(one, status="canceled") for one in scene.cloud.jobs]
    await scene.read(400 // (IDS_AT_ONCE // 2) + 1)
    assert scene.watch.unfinished == ()


async def test_parts_of_a_job_are_read_like_jobs(scene: Scene) -> None:
    scene.fill(120)
    scene.cloud.jobs.append(job(900, "ready", parent_job_id="job-0001"))
    await scene.read()
    assert scene.complete and scene.watch.unfinished == ()
    scene.cloud.jobs[-1] = replace(scene.cloud.jobs[-1], status="completed")
    await scene.read()
    assert scene.complete
