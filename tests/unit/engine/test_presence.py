from __future__ import annotations

from datetime import timedelta

import pytest

from ionq_tui.engine.presence import Absence, Presence
from tests.unit.engine.clock import NOON, ManualClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def presence(clock: ManualClock) -> Presence:
    made = Presence(clock)
    made.begin()
    return made


async def test_ten_minutes_without_a_key_are_an_absence(presence: Presence, clock: ManualClock) -> None:
    await clock.leap(599)
    presence.key()
    assert presence.absence is None
    await clock.leap(600)
    assert presence.absence == Absence(NOON + timedelta(seconds=599))


async def test_it_ends_with_a_key_and_stays_until_it_is_seen(presence: Presence, clock: ManualClock) -> None:
    await clock.leap(1200)
    presence.key()
    await clock.leap(60)
    presence.key()
    assert presence.unseen("one", None) == Absence(NOON, NOON + 20 * MINUTE)
    presence.seen("one")
    assert presence.unseen("one", None) is None and presence.unseen("other", None) is not None
    presence.seen()
    assert presence.absence is None and presence.unseen("other", None) is None
    await clock.leap(600)
    assert presence.unseen("one", None) == Absence(NOON + 21 * MINUTE)


async def test_a_second_absence_goes_on_where_the_first_was_not_seen(presence: Presence, clock: ManualClock) -> None:
    for _ in range(2):
        await clock.leap(900)
        presence.key()
    assert presence.absence == Absence(NOON, NOON + 30 * MINUTE)


async def test_before_the_start_nobody_looked_since_it_was_seen_last(presence: Presence, clock: ManualClock) -> None:
    before = NOON - timedelta(hours=3)
    assert presence.unseen("one", before) == Absence(before, NOON)
    assert presence.unseen("one", None) is None
    await clock.leap(5)
    presence.seen()
    assert presence.unseen("one", before) is None


def test_nothing_is_told_before_the_time_is_known(clock: ManualClock) -> None:
    assert Presence(clock).unseen("one", NOON) is None
