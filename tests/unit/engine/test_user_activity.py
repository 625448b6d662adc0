from __future__ import annotations

from datetime import timedelta

import pytest

from ionq_tui.engine.user_activity import Absence, UserActivity
from tests.unit.engine.clock import NOON, ManualClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def user_activity(clock: ManualClock) -> UserActivity:
    made = UserActivity(clock)
    made.begin()
    return made


async def test_ten_minutes_without_a_key_are_an_absence(user_activity: UserActivity, clock: ManualClock) -> None:
    await clock.leap(599)
    user_activity.key()
    assert user_activity.absence is None
    await clock.leap(600)
    assert user_activity.absence == Absence(NOON + timedelta(seconds=599))


async def test_it_ends_with_a_key_and_stays_until_it_is_seen(user_activity: UserActivity, clock: ManualClock) -> None:
    await clock.leap(1200)
    user_activity.key()
    await clock.leap(60)
    user_activity.key()
    assert user_activity.unseen("one", None) == Absence(NOON, NOON + 20 * MINUTE)
    user_activity.seen("one")
    assert user_activity.unseen("one", None) is None and user_activity.unseen("other", None) is not None
    user_activity.seen()
    assert user_activity.absence is None and user_activity.unseen("other", None) is None
    await clock.leap(600)
    assert user_activity.unseen("one", None) == Absence(NOON + 21 * MINUTE)


async def test_a_second_absence_goes_on_where_the_first_was_not_seen(
    user_activity: UserActivity, clock: ManualClock
) -> None:
    for _ in range(2):
        await clock.leap(900)
        user_activity.key()
    assert user_activity.absence == Absence(NOON, NOON + 30 * MINUTE)


async def test_before_the_start_nobody_looked_since_it_was_seen_last(
    user_activity: UserActivity, clock: ManualClock
) -> None:
    before = NOON - timedelta(hours=3)
    assert user_activity.unseen("one", before) == Absence(before, NOON)
    assert user_activity.unseen("one", None) is None
    await clock.leap(5)
    user_activity.seen()
    assert user_activity.unseen("one", before) is None


def test_nothing_is_told_before_the_time_is_known(clock: ManualClock) -> None:
    assert UserActivity(clock).unseen("one", NOON) is None
