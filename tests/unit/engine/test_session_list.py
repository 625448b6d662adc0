from __future__ import annotations

from dataclasses import replace

import pytest

from ionq_tui.engine.session_list import BackendList, SessionList
from ionq_tui.journal.journal import Journal
from ionq_tui.model.link_state import FaultKind, Fresh, Refused, Stale
from ionq_tui.model.overview import Overview
from tests.unit.engine.clock import ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, REFUSED, ScriptedCloud, ended, session

ONE, TWO = session("one"), session("two")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(clock: ManualClock) -> ScriptedCloud:
    cloud = ScriptedCloud(clock)
    cloud.active = {one.id: one for one in (ONE, TWO)}
    return cloud


@pytest.fixture
def lists() -> list[Overview]:
    return []


@pytest.fixture
def home(cloud: ScriptedCloud, clock: ManualClock, lists: list[Overview]) -> SessionList:
    async def heard() -> None:
        lists.append(made.overview.value)

    made = SessionList(cloud, clock, 5.0, heard)
    return made


async def test_two_requests_first_and_one_a_tick_from_then_on(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    async with running(home.run()):
        await clock.settle()
        assert cloud.counted() == ["whoami", "active"]
        await clock.forward(15)
        assert cloud.counted() == ["active"] * 3


async def test_who_the_key_is_is_asked_until_it_is_told(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.faults["whoami"] = BROKEN
    async with running(home.run()):
        await clock.forward(5)
        assert cloud.counted() == ["whoami", "active"] * 2
        assert home.overview.value.loaded and home.identity.value is None
        del cloud.faults["whoami"]
        await clock.forward(10)
        assert cloud.counted() == ["whoami", "active", "active"]


async def test_an_unchanged_list_tells_nobody(home: SessionList, clock: ManualClock, lists: list[Overview]) -> None:
    told: list[Overview] = []
    home.overview.subscribe(told.append)
    async with running(home.run()):
        await clock.forward(20)
    assert len(told) == 1 and len(lists) == 5


async def test_a_refused_key_asks_nothing_more_than_once_a_minute(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.who = REFUSED
    async with running(home.run()):
        await clock.forward(59)
        assert cloud.counted() == ["whoami", "active"]  # both are sent concurrently
        assert home.overview.value.link == Refused(REFUSED) == home.link
        cloud.who = OFFLINE
        await clock.forward(1)
        assert isinstance(home.overview.value.link, Fresh)


async def test_a_key_refused_later_is_told_too(home: SessionList, cloud: ScriptedCloud, clock: ManualClock) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.faults["active"] = REFUSED
        await clock.forward(5)
    assert home.overview.value.link == Refused(REFUSED)
    assert set(home.overview.value.sessions) == {"one", "two"}


async def test_a_lost_list_keeps_the_last_picture(home: SessionList, cloud: ScriptedCloud, clock: ManualClock) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.faults["active"] = OFFLINE
        await clock.forward(5)
        assert home.overview.value.link == Stale(OFFLINE)
        assert set(home.overview.value.sessions) == {"one", "two"}
        cloud.faults.clear()
        await clock.forward(5)
        assert isinstance(home.overview.value.link, Fresh)


async def test_a_vanished_session_is_read_once_more(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.counted()
        cloud.over["one"] = ended(cloud.active.pop("one"))
        await clock.forward(15)
        assert cloud.counted() == ["active", "session one", "active", "active"]
        assert home.overview.value.sessions["one"].ended


async def test_one_that_is_gone_for_good_is_gone(home: SessionList, cloud: ScriptedCloud, clock: ManualClock) -> None:
    async with running(home.run()):
        await clock.settle()
        del cloud.active["one"]
        await clock.forward(5)
        assert set(home.overview.value.sessions) == {"two"}


async def test_one_that_cannot_be_read_stays_until_it_can(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.over["one"] = ended(cloud.active.pop("one"))
        cloud.faults["session"] = OFFLINE
        await clock.forward(5)
        assert home.overview.value.sessions["one"] == ONE
        cloud.faults.clear()
        await clock.forward(5)
        assert home.overview.value.sessions["one"].ended


async def test_one_that_runs_though_it_is_not_listed_stays_and_does_not_flicker(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.over["one"] = cloud.active.pop("one")
        await clock.forward(5)
        told: list[Overview] = []
        home.overview.subscribe(told.append)
        cloud.counted()
        await clock.forward(10)
        assert "one" in home.overview.value.sessions and told == []
        assert cloud.counted() == ["active", "session one"] * 2


async def test_one_that_is_not_active_any_more_is_read_once(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    async with running(home.run()):
        await clock.settle()
        cloud.over["one"] = replace(cloud.active.pop("one"), active=False)
        cloud.counted()
        await clock.forward(15)
        assert cloud.counted() == ["active", "session one", "active", "active"]


async def test_many_that_vanish_at_once_are_read_few_at_a_time(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.active = {f"s{number}": session(f"s{number}") for number in range(35)}
    async with running(home.run()):
        await clock.settle()
        cloud.over = {name: ended(one) for name, one in cloud.active.items()}
        cloud.active = {}
        cloud.counted()
        await clock.forward(5)
        assert len(cloud.counted()) == 11
        await clock.forward(15)
        assert sum(one.ended for one in home.overview.value.sessions.values()) == 35
        cloud.counted()
        await clock.forward(5)
        assert cloud.counted() == ["active"]


async def test_ended_ones_stay_once_they_were_asked_for(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.over["old"] = ended(session("old"))
    async with running(home.run()):
        await clock.settle()
        assert "old" not in home.overview.value.sessions
        assert await home.read_ended() is None
        await clock.forward(20)
        assert set(home.overview.value.sessions) == {"one", "two", "old"}
        cloud.faults["ended"] = OFFLINE
        assert await home.read_ended() == OFFLINE


async def test_reading_once_says_what_was_wrong(home: SessionList, cloud: ScriptedCloud) -> None:
    assert await home.refresh() is None
    cloud.faults["active"] = MISSING
    assert await home.refresh() == replace(MISSING, kind=FaultKind.NOT_ENABLED)


async def test_what_is_known_before_an_opening_grows_old(
    home: SessionList, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    mine = frozenset({"me"})
    assert not home.known(mine).listed
    await home.refresh()
    await clock.forward(10)
    assert home.known(mine).listed and home.known(mine).ids == {"one", "two"} and home.known(mine).creators == mine
    await clock.forward(0.1)
    assert not home.known(mine).listed


async def test_backends_are_listed_rarely_and_measured_once(cloud: ScriptedCloud, clock: ManualClock) -> None:
    backend_list = BackendList(cloud, clock, Journal(":memory:"), "https://api.example/v0.4")
    await backend_list.measure("qpu.forte-1")
    async with running(backend_list.run()):
        await clock.forward(60)
        assert cloud.counted() == ["backends"] * 3
        await backend_list.measure("qpu.forte-1")
        await backend_list.measure("qpu.forte-1")
        await backend_list.measure("nobody's")
        assert cloud.counted() == ["characterization qpu.forte-1"]
        cloud.faults["backends"] = OFFLINE
        await clock.forward(30)
        assert backend_list.fleet.value.link == Stale(OFFLINE) and backend_list.fleet.value.backends
