from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ionq_tui.engine.spending_reader import EVERY, UNSEEN_EVERY, SpendingReader
from ionq_tui.journal.journal import Journal
from ionq_tui.model.job import JobCost
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.spending import Grouping, OrganizationUsage, Period, UsageDay, recorded, summed
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, PLACE, ScriptedCloud, here, session

USD = Money(Decimal("1.50"), "usd")
USAGE = OrganizationUsage((UsageDay(NOON.date(), amounts=(USD,)),))
LIMITED = Fault(FaultKind.RATE_LIMITED, "slow down", 429, retry_after=900)


@pytest.fixture
def journal() -> Iterator[Journal]:
    kept = Journal(":memory:", patience=30)
    yield kept
    kept.close()


async def spend(journal: Journal, name: str = "s") -> None:
    await journal.opened(await journal.intent(PLACE, OpenRequest("qpu.forte-1")), session(name))
    await journal.keep_costs(PLACE, name, {f"job of {name}": JobCost(cost=USD)})
    await journal.date_costs(PLACE, name, {f"job of {name}": NOON}, complete=False)


class World:
    """A reader on a scripted cloud."""

    def __init__(self, journal: Journal, budget: Money | None = None) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.cloud.used = USAGE
        self.organization: str | Fault | None = "org-1"
        self.reader = SpendingReader(self.cloud, self.clock, journal, here, lambda: self.organization, budget)
        self.reader.shown = True


async def test_one_request_covers_the_days_shown_and_the_month(journal: Journal) -> None:
    world = World(journal)
    await spend(journal)
    await world.reader.read()
    assert world.cloud.counted() == ["usage org-1 2026-10-24 2026-11-22 user"]
    world.reader.days = 3
    await world.reader.read()
    assert world.cloud.counted() == ["usage org-1 2026-11-01 2026-11-22 user"]
    told = world.reader.store.value
    assert told.newest == USAGE and world.reader.read_at == NOON
    assert summed(recorded(told.here, Period.last_days(NOON, 3))) == (USD,)


async def test_ionq_is_asked_at_most_once_a_minute_however_often_the_screen_is_opened(journal: Journal) -> None:
    world = World(journal)
    async with running(world.reader.run()):
        for _ in range(20):
            world.reader.poller.nudge()
            await world.clock.forward(2)
        assert len(world.cloud.counted()) == 1
        await world.clock.forward(10 * EVERY)
        assert 8 <= len(world.cloud.counted()) <= 10
    assert not world.reader.running


async def test_jitter_does_not_shorten_the_minute(journal: Journal) -> None:
    world = World(journal)
    world.clock.share = 1.0
    async with running(world.reader.run()):
        await world.clock.forward(10 * EVERY)
    assert 9 <= len(world.cloud.counted()) <= 11


async def test_another_grouping_is_asked_once_and_the_first_is_kept(journal: Journal) -> None:
    world = World(journal)
    async with running(world.reader.run()):
        await world.clock.forward(1)
        world.reader.group_by(Grouping.PROJECT)
        await world.clock.forward(1)
        for grouping in (Grouping.PERSON, Grouping.PROJECT, Grouping.PERSON):
            world.reader.group_by(grouping)
            await world.clock.forward(1)
    assert [one.split()[-1] for one in world.cloud.counted()] == ["user", "project"]
    assert set(world.reader.store.value.usage) == {Grouping.PERSON, Grouping.PROJECT}


async def test_while_no_screen_shows_it_little_is_asked_even_if_that_fails(journal: Journal) -> None:
    world = World(journal, budget=USD)
    world.reader.shown = False
    world.cloud.faults["usage"] = BROKEN
    async with running(world.reader.run()):
        await world.clock.forward(6 * UNSEEN_EVERY)
    assert 6 <= len(world.cloud.counted()) <= 8


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.SERVER, FaultKind.GARBLED])
async def test_a_request_that_fails_hides_nothing_that_is_known(journal: Journal, kind: FaultKind) -> None:
    world = World(journal, budget=Money(Decimal(10), "usd"))
    await spend(journal)
    await world.reader.read()
    world.cloud.faults["usage"] = Fault(kind, "no", 500)
    await spend(journal, "later")
    await world.reader.read()
    told = world.reader.store.value
    assert told.newest == USAGE and told.link != FRESH and [one.record.id for one in told.here] == ["s", "later"]
    state = world.reader.budget_state
    assert state is not None and (state.spent, state.at_least) == (Decimal("3.00"), True)


async def test_a_server_that_asks_for_a_pause_gets_it(journal: Journal) -> None:
    world = World(journal)
    world.cloud.faults["usage"] = LIMITED
    async with running(world.reader.run()):
        await world.clock.forward(1)
        for _ in range(10):
            world.reader.poller.nudge()
            await world.clock.forward(85)
        assert len(world.cloud.counted()) == 1
        await world.clock.forward(120)
        assert len(world.cloud.counted()) == 1


async def test_nothing_is_asked_before_the_organization_is_known(journal: Journal) -> None:
    world = World(journal)
    world.organization = None
    async with running(world.reader.run()):
        await world.clock.forward(5)
        assert world.cloud.counted() == [] and world.reader.store.value.link == FRESH
        world.organization = "org-1"
        await world.clock.forward(5)
    assert len(world.cloud.counted()) == 1


async def test_a_recorded_session_of_the_same_key_names_the_organization_where_the_list_cannot(
    journal: Journal,
) -> None:
    world = World(journal)
    world.organization = BROKEN
    await world.reader.read()
    assert world.cloud.counted() == [] and world.reader.link == Stale(BROKEN)
    await spend(journal)
    await world.reader.read()
    assert world.cloud.counted() == ["usage org-1 2026-10-24 2026-11-22 user"]
    assert world.reader.store.value.link == FRESH


async def test_sessions_that_were_known_stay_if_the_journal_can_no_longer_be_read(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(journal)
    await spend(journal)
    await world.reader.read()

    async def nothing(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr(journal, "charges", nothing)
    monkeypatch.setattr(type(journal), "trouble", "The journal cannot be opened")
    await world.reader.read()
    told = world.reader.store.value
    assert told.trouble == "The journal cannot be opened" and len(told.here) == 1


async def test_the_same_answers_are_told_once(journal: Journal) -> None:
    world = World(journal)
    told: list[object] = []
    world.reader.store.subscribe(told.append)
    await world.reader.read()
    many = len(told)
    world.clock.seconds += timedelta(minutes=2).total_seconds()
    await world.reader.read()
    assert len(told) == many
    world.cloud.used = replace(USAGE, unreadable=1)
    await world.reader.read()
    assert len(told) == many + 1
