"""Whatever a server answers, in any order, each event occurs once, on the screen and on disk."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_tui.engine.archive_writer import ArchiveWriter
from ionq_tui.engine.background import Background
from ionq_tui.engine.session_list import SessionList
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault
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
    writer = ArchiveWriter(Background().run)
    session_poller = SessionPoller(cloud, clock, "s", 5.0, journal, here, queue=writer.queue)
    lasting: set[tuple[EventKind, str]] = set()
    """Those that are kept: all but the past of jobs that have no time."""
    for told, listed, restart in heard:
        cloud.faults = {"session": told} if isinstance(told, Fault) else {}
        if isinstance(told, Session):
            cloud.active["s"] = told
        if isinstance(listed, Fault):
            cloud.faults["page"] = listed
        else:
            cloud.jobs = listed
        if restart:
            session_poller = SessionPoller(cloud, clock, "s", 5.0, journal, here, queue=writer.queue)
        async with running(session_poller.run()):
            await clock.forward(7)
        events = Counter((event.kind, event.subject) for event in session_poller.store.value.events)
        assert set(events.values()) <= {1}
        assert lasting <= set(events)
        lasting |= {
            (event.kind, event.subject)
            for event in session_poller.store.value.events
            if event.dated or event.kind is EventKind.ENDED
        }
        assert [event.at for event in session_poller.store.value.events] == sorted(
            event.at for event in session_poller.store.value.events
        )
    await writer.settled()
    kept = Counter((event.kind, event.subject) for event in await journal.events(PLACE, "s"))
    assert set(kept.values()) <= {1} and set(kept) == lasting
    journal.close()


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc")), st.booleans()), max_size=8))
def test_no_running_session_is_ever_missing_from_the_board(steps: list[tuple[set[str], set[str], bool]]) -> None:
    asyncio.run(_overview(steps))


async def _overview(steps: list[tuple[set[str], set[str], bool]]) -> None:
    """Sessions open and end, and some reads fail."""
    clock = ManualClock()
    cloud = ScriptedCloud(clock)

    async def heard() -> None: ...

    home = SessionList(cloud, clock, 5.0, heard)
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
            overview = home.overview.value.sessions
            assert known <= set(overview)
            if not down:
                assert {name for name, one in overview.items() if not one.ended} == set(cloud.active)
