from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from ionq_tui.engine.background import Background
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.event import EventKind
from ionq_tui.model.outcome import OpenRequest
from tests.unit.engine.clock import ManualClock, running
from tests.unit.engine.cloud import PLACE, ScriptedCloud, session

THEIRS = session("theirs", creator_id="they")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(clock: ManualClock) -> ScriptedCloud:
    return ScriptedCloud(clock)


def engine(cloud: ScriptedCloud, clock: ManualClock, journal: Journal) -> Engine:
    return Engine(Connection(PLACE.profile, PLACE.base_url), cloud, clock, journal, 5.0)


async def test_the_first_bug_is_raised_and_what_is_given_up_is_none() -> None:
    async def bug(words: str) -> None:
        raise RuntimeError(words)

    async def endless() -> None:
        await asyncio.Event().wait()

    background = Background()
    waiting = background.run(endless(), "endless")
    background.run(bug("first"), "first")
    background.run(bug("second"), "second")
    with pytest.raises(RuntimeError, match="first"):
        await background.crashed()
    await background.give_up(60.0)
    late = background.run(endless(), "late")
    await asyncio.wait({late})
    assert waiting.cancelled() and late.cancelled()
    assert str(background.failure) == "first"


async def test_a_bug_in_the_own_sessions_monitor_reaches_whoever_runs_the_engine(
    cloud: ScriptedCloud, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: object) -> None:
        raise RuntimeError("a bug")

    made = engine(cloud, clock, Journal(":memory:"))
    monkeypatch.setattr(made.own_sessions, "_record_ends", bug)
    assert await made.session_list.refresh() is None
    with pytest.raises(RuntimeError, match="a bug"):
        await made.crashed()
    await made.close()
    assert isinstance(made.failure, RuntimeError)


async def test_leaving_the_screen_of_anothers_session_loses_no_event(
    cloud: ScriptedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    cloud.active = {THEIRS.id: THEIRS}
    made = engine(cloud, clock, Journal(tmp_path / "journal", patience=30))
    assert await made.session_list.refresh() is None
    session_poller, heard = made.session_poller(THEIRS.id), asyncio.Event()
    session_poller.store.subscribe(lambda watch: heard.set() if watch.events else None)
    async with running(session_poller.run()):
        await heard.wait()
    await made.close()
    journal = Journal(tmp_path / "journal", patience=30)
    assert [one.kind for one in await journal.events(PLACE, THEIRS.id)] == [EventKind.OPENED, EventKind.STARTED]
    journal.close()


async def test_of_watchers_that_nobody_holds_or_runs_the_newest_are_kept(
    cloud: ScriptedCloud, clock: ManualClock
) -> None:
    made = engine(cloud, clock, Journal(":memory:"))
    held = made.session_poller("held")

    def looked(count: int) -> list[SessionPoller]:
        return [made.session_poller(f"session-{number}") for number in range(count)]

    async with running(made.session_poller("runs").run()):
        await clock.settle()
        runs = id(made.session_poller("runs"))
        looked(50)
        gc.collect()
        assert made.session_poller("held") is held and id(made.session_poller("runs")) == runs
        assert len(made.snapshots) <= 22
    await made.close()


async def test_closing_gives_up_what_is_under_way(cloud: ScriptedCloud, clock: ManualClock) -> None:
    made = engine(cloud, clock, Journal(":memory:"))
    cloud.gate = asyncio.Event()
    opening = asyncio.create_task(made.actions.open("t", OpenRequest("qpu.forte-1")))
    await clock.settle()
    await made.close()
    assert not made.actions.busy
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert "close" in cloud.asked
