"""Whatever a server answers, in whatever order: each event is told once, on the screen and on disk."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_tui.engine.home import Home
from ionq_tui.engine.watcher import Watcher
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.link import Fault
from ionq_tui.model.session import Session
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, PLACE, ScriptedCloud, ended, here, job, session

CREATED = session("s", status="created", started_at=None)
STARTED = session("s")
OVER = ended(STARTED)
WAVERING = (CREATED, STARTED, OVER, replace(STARTED, active=False), replace(OVER, ended_at=None), OFFLINE, MISSING)
STATUSES = ("submitted", "ready", "started", "completed", "failed", "canceled", "simmering")
jobs = st.lists(st.builds(job, st.integers(0, 4), st.sampled_from(STATUSES)), max_size=5, unique_by=lambda one: one.id)
readings = st.lists(
    st.tuples(st.sampled_from(WAVERING), st.one_of(st.just(BROKEN), jobs), st.booleans()), min_size=1, max_size=8
)
Reading = tuple[Session | Fault, Fault | list[Job], bool]


@settings(max_examples=60)
@given(readings)
def test_each_event_is_told_once(heard: list[Reading]) -> None:
    asyncio.run(_watch(heard))


async def _watch(heard: list[Reading]) -> None:
    clock, journal = ManualClock(), Journal(":memory:")
    cloud = ScriptedCloud(clock)
    watcher = Watcher(cloud, clock, "s", 5.0, journal, here)
    seen: set[tuple[EventKind, str]] = set()
    for told, listed, restart in heard:
        cloud.faults = {"session": told} if isinstance(told, Fault) else {}
        if isinstance(told, Session):
            cloud.active["s"] = told
        if isinstance(listed, Fault):
            cloud.faults["page"] = listed
        else:
            cloud.jobs = listed
        if restart:
            watcher = Watcher(cloud, clock, "s", 5.0, journal, here)
        async with running(watcher.run()):
            await clock.forward(7)
        events = Counter((event.kind, event.subject) for event in watcher.store.value.events)
        assert set(events.values()) <= {1}
        assert seen <= set(events)
        seen = set(events)
        assert [event.at for event in watcher.store.value.events] == sorted(
            event.at for event in watcher.store.value.events
        )
    kept = Counter((event.kind, event.subject) for event in await journal.events(PLACE, "s"))
    assert set(kept.values()) <= {1} and set(kept) == seen
    journal.close()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc")), st.booleans()), max_size=8))
def test_no_running_session_is_ever_missing_from_the_board(steps: list[tuple[set[str], set[str], bool]]) -> None:
    asyncio.run(_board(steps))


async def _board(steps: list[tuple[set[str], set[str], bool]]) -> None:
    """Sessions come and end, and now and then nothing can be read."""
    clock = ManualClock()
    cloud = ScriptedCloud(clock)

    async def heard() -> None: ...

    home = Home(cloud, clock, 5.0, heard)
    known: set[str] = set()
    async with running(home.run()):
        await clock.settle()
        for begun, over, down in steps:
            cloud.faults = {"active": OFFLINE} if down else {}
            for name in begun - set(cloud.over):
                cloud.active[name] = session(name, created_at=NOON + timedelta(seconds=1))
            for name in over & set(cloud.active):
                cloud.over[name] = ended(cloud.active.pop(name))
            await clock.forward(60)
            known |= set() if down else set(cloud.active)
            board = home.board.value.sessions
            assert known <= set(board)
            if not down:
                assert {name for name, one in board.items() if not one.ended} == set(cloud.active)
