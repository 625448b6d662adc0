from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT
from tests.support.kept_events import KeptEvents
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, PLACE, ScriptedCloud, ended, job, session
from tests.unit.journal.kept import running_here

CHARGED = JobCost(cost=Money(Decimal("0.50"), "usd"))
OURS, ALSO, THEIRS = session("ours"), session("also"), session("theirs", creator_id="they")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(clock: ManualClock) -> ScriptedCloud:
    cloud = ScriptedCloud(clock)
    cloud.active = {one.id: one for one in (OURS, THEIRS)}
    return cloud


@pytest.fixture
async def journal() -> AsyncIterator[Journal]:
    kept = Journal(":memory:", patience=30)
    yield kept
    kept.close()


async def opened(journal: Journal, *sessions: Session) -> None:
    """Record these sessions as opened on this machine."""
    for one in sessions:
        intent = await journal.intent(PLACE, OpenRequest(one.backend or ""), "", ())
        await journal.opened(intent, one)


def engine(cloud: ScriptedCloud, clock: ManualClock, journal: Journal, teller: KeptEvents | None = None) -> Engine:
    return Engine(Connection(PLACE.profile, PLACE.base_url), cloud, clock, journal, 5.0, event_command=teller)


async def quiet(clock: ManualClock, journal: Journal) -> None:
    """Let the journal's thread run."""
    for _ in range(5):
        await clock.settle()
        await journal.sessions(PLACE)
    await clock.settle()


async def forward(clock: ManualClock, journal: Journal, ticks: int) -> None:
    for _ in range(ticks):
        await clock.forward(5)
        await quiet(clock, journal)


async def test_two_requests_a_tick_and_only_for_ours(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    await opened(journal, OURS)
    cloud.active["also"] = ALSO
    cloud.jobs = [job(1), job(2, "started")]
    cloud.costs = {"job-0001": CHARGED}
    made = engine(cloud, clock, journal)
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        assert cloud.counted() == ["whoami", "active"]
        assert set(made.own_sessions.pollers) == {"ours", "also"}, "what our creator opened elsewhere is ours too"
        for _ in range(12):
            await forward(clock, journal, 1)
            asked = cloud.counted()
            assert asked.count("active") == 1 and len(asked) <= 2, asked
        watch = made.own_sessions.pollers["ours"].store.value
        assert watch.all_listed and watch.charged == (Money(Decimal("0.50"), "usd"),)
        assert made.session_poller("theirs").store.value == EMPTY_SNAPSHOT
    await made.close()


async def test_what_a_screen_watches_is_not_asked_twice(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    await opened(journal, OURS)
    made = engine(cloud, clock, journal)
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        async with running(made.session_poller("ours").run()):
            await quiet(clock, journal)
            cloud.counted()
            await forward(clock, journal, 4)
            asked = cloud.counted()
            assert asked.count("page None") <= 4 and asked.count("session ours") <= 4
    await made.close()


async def test_events_of_what_nobody_watches_are_kept_once(
    cloud: ScriptedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    for start in range(2):
        journal = Journal(tmp_path / "journal", patience=30)
        if not start:
            await opened(journal, OURS)
        made = engine(cloud, clock, journal)
        async with running(made.session_list.run()):
            await quiet(clock, journal)
            if "ours" in cloud.active:
                cloud.over["ours"] = ended(cloud.active.pop("ours"))
            await forward(clock, journal, 2)
        await made.close()
    journal = Journal(tmp_path / "journal", patience=30)
    told = [event.kind for event in await journal.events(PLACE, "ours")]
    assert told == [EventKind.OPENED, EventKind.STARTED, EventKind.ENDED]
    assert not running_here(await journal.sessions(PLACE))
    journal.close()


async def test_what_ended_while_nobody_looked_is_asked_for_at_the_start(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    many = [session(f"old-{number}", created_at=NOON - timedelta(hours=9 - number)) for number in range(7)]
    await opened(journal, *many)
    cloud.over = {one.id: ended(one) for one in many}
    made = engine(cloud, clock, journal)
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        cloud.counted()
        await forward(clock, journal, 6)
        asked = [one for one in cloud.counted() if one.startswith("session ")]
        assert asked == [f"session old-{number}" for number in (6, 5, 4, 3, 2, 1)], "all of them, one after each list"
        held = [key for key, session_poller in made.own_sessions.pollers.items() if session_poller.store.value.ended]
        assert held == ["old-6", "old-5", "old-4", "old-3", "old-2", "old-1"]
        assert {one.id for one in running_here(await journal.sessions(PLACE))} == {"old-0"}
    await made.close()


async def test_the_last_jobs_of_what_ended_are_still_read(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    await opened(journal, OURS)
    cloud.jobs = [job(number, "started") for number in range(3)]
    made = engine(cloud, clock, journal)
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        await forward(clock, journal, 2)
        cloud.over["ours"] = ended(cloud.active.pop("ours"))
        cloud.jobs = [replace(one, status="completed") for one in cloud.jobs]
        cloud.costs = {one.id: CHARGED for one in cloud.jobs}
        await forward(clock, journal, 9)
        watch = made.own_sessions.pollers["ours"].store.value
        assert not watch.unfinished and watch.charged == (Money(Decimal("1.50"), "usd"),)
        cloud.counted()
        await forward(clock, journal, 4)
        assert cloud.counted() == ["active"] * 4, "all is told"
    await made.close()


async def test_a_list_longer_than_a_page_is_read_page_by_page(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    await opened(journal, OURS)
    cloud.page_size, cloud.jobs = 10, [job(number) for number in range(35)]
    cloud.costs = {one.id: CHARGED for one in cloud.jobs}
    made = engine(cloud, clock, journal)
    session_poller = made.session_poller("ours")
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        for _ in range(60):
            cloud.counted()
            await forward(clock, journal, 1)
            assert len(cloud.counted()) <= 2
        assert session_poller.store.value.all_listed and session_poller.store.value.priced_count == 35
    await made.close()


async def test_the_user_s_command_is_told_of_what_happens_from_now_on_once(
    cloud: ScriptedCloud, clock: ManualClock, journal: Journal
) -> None:
    await opened(journal, OURS)
    kept = KeptEvents()
    made = engine(cloud, clock, journal, kept)
    async with running(made.session_list.run()):
        await quiet(clock, journal)
        assert not kept.told, "it was opened and started before"
        cloud.over["ours"] = ended(cloud.active.pop("ours"))
        await forward(clock, journal, 3)
    assert [(one["kind"], one["session_id"], one["backend"]) for one in kept.told] == [("ended", "ours", "qpu.forte-1")]
    await made.close()


async def test_what_another_process_was_told_of_costs_is_known_here_soon(
    cloud: ScriptedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    dashboard, other = (Journal(tmp_path / "journal", patience=30) for _ in range(2))
    await opened(dashboard, OURS)
    cloud.jobs = [job(number) for number in range(40)]
    cloud.faults["cost"] = BROKEN
    made = engine(cloud, clock, dashboard)
    async with running(made.session_list.run()):
        await quiet(clock, dashboard)
        await forward(clock, dashboard, 4)
        watch = made.own_sessions.pollers["ours"].store.value
        assert (watch.finished_count, watch.priced_count) == (40, 0)
        await other.keep_costs(PLACE, "ours", {one.id: CHARGED for one in cloud.jobs})
        await forward(clock, dashboard, 6)
        assert made.own_sessions.pollers["ours"].store.value.charged == (Money(Decimal("20.00"), "usd"),)
        cloud.counted()
        await forward(clock, dashboard, 6)
        assert "cost" not in " ".join(cloud.counted()), "all is priced"
    await made.close()
    other.close()


async def test_what_another_process_ended_since_is_told_once_at_the_next_start(
    cloud: ScriptedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    hours = {"told": 1, "late": 3, "long ago": 60, "newest": 0.5}
    gone = {name: session(name, created_at=NOON - timedelta(hours=ago + 1)) for name, ago in hours.items()}
    over = {name: replace(ended(one), ended_at=NOON - timedelta(hours=hours[name])) for name, one in gone.items()}
    script, cloud.over = Journal(tmp_path / "journal", patience=30), dict(over)
    cloud.jobs, cloud.costs = [job(1)], {"job-0001": CHARGED}
    await opened(script, *gone.values())
    for one in over.values():
        await script.ended(PLACE, one)
    assert not running_here(await script.sessions(PLACE))
    await script.event(PLACE, Event(NOON - timedelta(hours=1), EventKind.ENDED, "told"))
    script.close()
    for told in (["newest", "late"], []):
        dashboard = Journal(tmp_path / "journal", patience=30)
        made = engine(cloud, clock, dashboard)
        async with running(made.session_list.run()):
            await quiet(clock, dashboard)
            cloud.counted()
            for _ in range(12):
                await forward(clock, dashboard, 1)
                asked = cloud.counted()
                assert len(asked) <= 2, asked
            spent = [made.own_sessions.pollers[one].store.value.charged for one in told]
            assert spent == [(Money(Decimal("0.50"), "usd"),) for _ in told]
            assert made.own_sessions.missed == set(told) == set(made.own_sessions.pollers) - set(cloud.active)
        await made.close()
        dashboard.close()


async def test_of_many_that_ended_meanwhile_only_the_newest_are_asked_about_at_any_start(
    cloud: ScriptedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    many = [ended(session(f"old-{number}")) for number in range(9)]
    many = [replace(one, ended_at=NOON - timedelta(hours=9 - number)) for number, one in enumerate(many)]
    script, cloud.over = Journal(tmp_path / "journal", patience=30), {one.id: one for one in many}
    await opened(script, *many)
    for one in many:
        await script.ended(PLACE, one)
    script.close()
    for told in ({f"old-{number}" for number in range(4, 9)}, set()):
        dashboard = Journal(tmp_path / "journal", patience=30)
        made = engine(cloud, clock, dashboard)
        async with running(made.session_list.run()):
            await quiet(clock, dashboard)
            await forward(clock, dashboard, 8)
            assert made.own_sessions.missed == told
        await made.close()
        dashboard.close()
