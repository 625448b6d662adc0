from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.engine.archive_writer import ArchiveWriter
from ionq_tui.engine.background import Background
from ionq_tui.engine.session_archive import SessionArchive
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.engine.store import Store
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_jobs, apply_session, noted, recalled
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import PLACE, ScriptedCloud, ended, here, job, session

CHARGED = JobCost(cost=Money(Decimal("1.50"), "usd"))
OPENED = Event(NOON, EventKind.OPENED, "s")


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(":memory:" if request.param == "memory" else tmp_path / "journal", patience=30)
    yield kept
    kept.close()


def archive(journal: Journal) -> tuple[SessionArchive, Store[SessionSnapshot]]:
    store: Store[SessionSnapshot] = Store(EMPTY_SNAPSHOT)
    return SessionArchive(journal, here, "s", store), store


async def test_what_was_seen_is_known_the_next_time(journal: Journal) -> None:
    first, store = archive(journal)
    store.apply(lambda watch: apply_session(watch, session("s"), NOON))
    store.apply(lambda watch: apply_jobs(watch, [replace(job(1, "failed"), completed_at=NOON)], NOON))
    first.keep({"job-0001": CHARGED})
    await first.write()
    second, again = archive(journal)
    await second.recall()
    assert again.value.events == store.value.events and len(again.value.events) == 3
    assert again.value.costs == {"job-0001": CHARGED}
    await second.recall()
    assert again.value.events == store.value.events


async def test_the_past_of_a_job_without_a_time_is_neither_kept_with_a_wrong_one_nor_told_as_news(
    journal: Journal,
) -> None:
    told: list[Event] = []
    store: Store[SessionSnapshot] = Store(EMPTY_SNAPSHOT)
    first = SessionArchive(journal, here, "s", store, told.append)
    store.apply(lambda watch: apply_jobs(watch, [job(1, "failed"), job(2)], NOON, complete=True))
    store.apply(lambda watch: apply_jobs(watch, [job(2, "failed")], NOON))
    await first.write()
    assert {one.subject: one.dated for one in store.value.events} == {"job-0001": False, "job-0002": True}
    kept = await journal.events(PLACE, "s")
    assert [one.subject for one in kept] == [one.subject for one in told] == ["job-0002"]


async def test_each_event_is_written_once(journal: Journal) -> None:
    first, store = archive(journal)
    note = Event(NOON, EventKind.NOTE, "s", words="looked at")
    store.apply(lambda watch: noted(watch, note))
    await first.write()
    await first.write()
    second, again = archive(journal)
    await second.recall()
    again.apply(lambda watch: apply_session(watch, session("s"), NOON))
    await second.write()
    await first.write()
    told = await journal.events(PLACE, "s")
    assert [one.kind for one in told].count(EventKind.NOTE) == 1 and len(told) == 3


async def test_of_a_time_that_was_guessed_the_first_guess_stands(journal: Journal) -> None:
    first, store = archive(journal)
    over = session("s", status="ended")
    store.apply(lambda watch: apply_session(watch, over, NOON))
    await first.write()
    second, again = archive(journal)
    again.apply(lambda watch: apply_session(watch, over, NOON + timedelta(hours=1)))
    await second.recall()
    assert [one.at for one in again.value.events if one.kind is EventKind.ENDED] == [NOON]


def test_recalling_twice_tells_nothing_twice() -> None:
    watch = recalled(recalled(EMPTY_SNAPSHOT, [OPENED]), [OPENED])
    assert watch.events == (OPENED,)


async def test_other_sessions_and_other_places_are_not_recalled(journal: Journal) -> None:
    await journal.event(PLACE, Event(NOON, EventKind.OPENED, "t"))
    await journal.event(Place(PLACE.base_url, "org-2", "p", "k"), OPENED)
    await journal.keep_costs(PLACE, "t", {"job-0001": CHARGED})
    told, store = archive(journal)
    await told.recall()
    assert store.value == EMPTY_SNAPSHOT


async def test_a_final_cost_is_not_asked_again_after_a_restart(journal: Journal) -> None:
    clock = ManualClock()
    cloud = ScriptedCloud(clock)
    cloud.over["s"] = ended(session("s"))
    cloud.jobs = [job(number) for number in range(10)]
    cloud.costs = {job(number).id: CHARGED for number in range(10)}
    for costs_asked in (10, 0):
        writer = ArchiveWriter(Background().run)
        session_poller = SessionPoller(cloud, clock, "s", 5.0, journal, here, queue=writer.queue)
        async with running(session_poller.run()):
            while not session_poller.complete:
                await clock.forward(0.4)
        await writer.settled()
        assert not session_poller.running and session_poller.store.value.priced_count == 10
        assert sum(one.startswith("cost") for one in cloud.counted()) == costs_asked
    assert len(await journal.costs(PLACE, "s")) == 10
    assert [one.kind for one in await journal.events(PLACE, "s")][-1] is EventKind.ENDED


async def test_a_journal_that_cannot_be_kept_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    clock = ManualClock()
    cloud = ScriptedCloud(clock)
    cloud.active["s"] = session("s")
    cloud.jobs = [job(1)]
    cloud.costs = {"job-0001": CHARGED}
    broken = Journal(tmp_path / "file" / "journal", patience=30)
    session_poller = SessionPoller(cloud, clock, "s", 5.0, broken, here, queue=ArchiveWriter(Background().run).queue)
    async with running(session_poller.run()):
        while not session_poller.store.value.priced_count:
            await clock.forward(1)
    assert broken.trouble
    broken.close()


async def test_when_jobs_finished_and_that_nothing_is_missing_is_kept(journal: Journal) -> None:
    clock = ManualClock()
    cloud = ScriptedCloud(clock)
    await journal.opened(await journal.intent(PLACE, OpenRequest("qpu.forte-1")), session("s"))
    cloud.over["s"] = ended(session("s"))
    yesterday = NOON - timedelta(days=1)
    cloud.jobs = [
        job(1, completed_at=NOON),
        job(2, completed_at=yesterday),
        job(3, completed_at=NOON, parent_job_id="job-0001"),
    ]
    cloud.costs = {one.id: CHARGED for one in cloud.jobs}
    # An earlier version recorded these, the part before its parent was known, and none with its time.
    await journal.keep_costs(PLACE, "s", {"job-0001": CHARGED, "job-0003": CHARGED})
    writer = ArchiveWriter(Background().run)
    session_poller = SessionPoller(cloud, clock, "s", 5.0, journal, here, queue=writer.queue)
    async with running(session_poller.run()):
        while not session_poller.complete:
            (kept,) = await journal.charges(PLACE, NOON - timedelta(days=30))
            assert not kept.record.priced
            await clock.forward(0.4)
    await writer.settled()
    (kept,) = await journal.charges(PLACE, NOON - timedelta(days=30))
    assert kept.record.priced
    paid = (Money(Decimal("1.50"), "usd"),)
    assert dict(kept.days) == {NOON.date(): paid, yesterday.date(): paid}


async def test_of_a_session_that_runs_the_days_are_kept_and_nothing_is_complete(journal: Journal) -> None:
    first, store = archive(journal)
    await journal.opened(await journal.intent(PLACE, OpenRequest("qpu.forte-1")), session("s"))
    store.apply(lambda watch: apply_session(watch, session("s"), NOON))
    store.apply(lambda watch: apply_jobs(watch, [job(1, completed_at=NOON)], NOON, complete=True))
    first.keep({"job-0001": CHARGED})
    await first.write()
    (kept,) = await journal.charges(PLACE, NOON - timedelta(days=30))
    assert [day for day, _ in kept.days] == [NOON.date()] and not kept.record.priced
