from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ionq_tui.engine.actions import Actions
from ionq_tui.journal.journal import Journal
from ionq_tui.model.clone import CloneRequest, new_request, requested_event, unconfirmed_clones
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import NOTHING_KNOWN, Cloned, CloneDone, CloneOutcome, CloneUnconfirmed, NewJob, NotCloned
from ionq_tui.model.snapshot import noted
from tests.unit.engine.clock import ManualClock, running
from tests.unit.engine.cloud import BROKEN, OFFLINE, PLACE, ScriptedCloud, ended, here, job, session
from tests.unit.engine.test_actions import Scene, engine

WORDS = Fault(FaultKind.BAD_REQUEST, "the session is full", 422, well_formed=True)


class Place:
    """Actions on a journal in a file, with the order of requests and of what was on disk before them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cloud = ScriptedCloud(ManualClock())
        self.journal = Journal(path, patience=30)
        self.happened: list[Event] = []
        self.actions = Actions(
            self.cloud, self.cloud.clock, self.journal, here, lambda _: NOTHING_KNOWN, happened=self.happened.append
        )

    async def on_disk(self) -> list[Event]:
        """Return what another process would read."""
        other = Journal(self.path, patience=30)
        events = await other.events(PLACE, "s")
        other.close(30)
        return list(events)

    def close(self) -> None:
        assert self.journal.close(30)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that depends on the thread of the journal."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came to be")


REQUEST = CloneRequest("job-0001", "s", "mark-1")


async def test_the_request_is_on_disk_before_it_is_sent(tmp_path: Path) -> None:
    place = Place(tmp_path / "journal.sqlite3")
    place.cloud.gate = asyncio.Event()
    cloning = asyncio.create_task(place.actions.clone(REQUEST))
    await until(lambda: place.cloud.cloned)
    (asked,) = await place.on_disk()
    assert (asked.kind, asked.subject) == (EventKind.CLONE_REQUESTED, "job-0001")
    assert asked.words == place.cloud.cloned[0].mark
    assert place.actions.activity.value.cloning == {"job-0001"} and place.actions.busy
    # What is left if it is stopped now:
    await place.actions.give_up()
    assert await place.on_disk() == [asked] == list(unconfirmed_clones(await place.on_disk()))
    assert place.actions.activity.value.cloning == frozenset() and len(place.cloud.cloned) == 1
    cloning.cancel()
    place.close()


async def test_the_outcome_is_recorded_and_published(tmp_path: Path) -> None:
    place = Place(tmp_path / "journal.sqlite3")
    outcomes: dict[EventKind | None, CloneOutcome] = {
        EventKind.CLONED: Cloned(NewJob("new", "s")),
        EventKind.NOT_CLONED: NotCloned(WORDS),
        None: CloneUnconfirmed(OFFLINE),
    }
    for kind, outcome in outcomes.items():
        place.cloud.clone_outcome = outcome
        before = len(await place.on_disk())
        assert await place.actions.clone(new_request("job-0001", "s", {})) == outcome
        told = (await place.on_disk())[before:]
        assert [one.kind for one in told] == [EventKind.CLONE_REQUESTED, *([kind] if kind else [])]
        assert place.actions.done.value[-1] == CloneDone("job-0001", "s", outcome)
    assert [one.kind for one in place.happened] == [one.kind for one in await place.on_disk()]
    assert "the session is full" in place.happened[3].words and place.happened[1].words.endswith(": new")
    assert len(unconfirmed_clones(place.happened)) == 1
    place.close()


async def test_a_second_call_during_the_first_joins_it_and_a_later_one_does_not() -> None:
    scene = Scene()
    scene.cloud.gate = asyncio.Event()
    first = [asyncio.create_task(scene.actions.clone(new_request("job-0001", "s", {}))) for _ in range(20)]
    await scene.clock.settle()
    first[0].cancel()  # who asked has left; the request goes on
    scene.cloud.gate.set()
    outcomes = await asyncio.gather(*first[1:])
    assert len(scene.cloud.cloned) == 1 and len(set(outcomes)) == 1
    await scene.actions.clone(new_request("job-0001", "s", {}))
    assert len({one.mark for one in scene.cloud.cloned}) == 2


async def test_without_the_metadata_of_the_original_nothing_is_sent() -> None:
    scene = Scene()
    scene.cloud.faults["metadata"] = BROKEN
    assert await scene.actions.clone_request("job-0001", "s") == BROKEN
    assert scene.actions.done.value[-1] == CloneDone("job-0001", "s", NotCloned(BROKEN))
    assert scene.cloud.cloned == []


async def test_whoever_stops_before_the_request_is_sent_sends_nothing() -> None:
    scene = Scene()
    scene.cloud.gate = asyncio.Event()
    asking = asyncio.create_task(scene.actions.clone_request("job-0001", "s"))
    await scene.clock.settle()
    assert scene.cloud.asked == ["metadata job-0001"] and not scene.actions.busy
    asking.cancel()
    scene.cloud.gate.set()
    await scene.clock.settle()
    assert asking.cancelled() and scene.cloud.cloned == []


async def test_after_the_end_of_a_session_its_jobs_are_read_while_a_clone_may_appear() -> None:
    scene = Scene()
    request = new_request("job-0001", "s", {})
    scene.cloud.over["s"] = ended(session("s"))
    scene.cloud.jobs = [job(1, "failed", clone_mark="")]
    later = engine(scene)
    poller = later.session_poller("s")
    poller.store.apply(lambda snapshot: noted(snapshot, requested_event(request, scene.clock.now())))
    async with running(poller.run()):
        await scene.clock.forward(300)
        assert poller.store.value.ended and poller.store.value.settled
        scene.cloud.counted()
        await scene.clock.forward(130)
        assert "page None" in scene.cloud.counted()
        await scene.clock.forward(600)
        scene.cloud.counted()
        await scene.clock.forward(600)
        assert scene.cloud.counted() == []  # not forever
        (asked,) = unconfirmed_clones(poller.store.value.events)
        assert asked.words == request.mark
    await later.close()


async def test_what_an_earlier_process_left_is_found_by_whoever_polls_the_session_next() -> None:
    scene = Scene()
    scene.cloud.clone_outcome = CloneUnconfirmed(OFFLINE)
    await scene.actions.clone(new_request("job-0001", "s", {}))
    mark = scene.cloud.cloned[0].mark
    scene.cloud.active["s"] = session("s")
    scene.cloud.jobs = [job(1, "failed", clone_mark=""), job(2, "ready", clone_mark="")]
    later = engine(scene)  # as after a restart
    poller = later.session_poller("s")
    async with running(poller.run()):
        await scene.clock.settle()
        await poller.archive.recall()
        assert [one.subject for one in unconfirmed_clones(poller.store.value.events)] == ["job-0001"]
        scene.cloud.jobs.append(replace(job(3, "ready"), clone_mark=mark))
        await scene.clock.forward(60)
        assert unconfirmed_clones(poller.store.value.events) == ()
        found = [one for one in poller.store.value.events if one.kind is EventKind.CLONED]
        assert [one.words for one in found] == [f"{mark}: job-0003"]
    await later.close()
