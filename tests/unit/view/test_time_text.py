from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.view import time_text
from tests.unit.view.scene import NOW, TZ, at


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=14, milliseconds=900), "14s"),
        (timedelta(minutes=38, seconds=59), "38m"),
        (timedelta(hours=1, minutes=2), "1h02m"),
        (timedelta(hours=6, minutes=12), "6h12m"),
        (timedelta(hours=50), "2d02h"),
        (timedelta(seconds=-5), "0s"),
        (None, "-"),
    ],
)
def test_durations(span: timedelta | None, shown: str) -> None:
    assert time_text.duration(span) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (301, "5m"),
        (300, "5m"),
        (299, "4m59s"),
        (60, "1m00s"),
        (59, "59s"),
        (0, "0s"),
        (-1, "0s"),
        (38 * 60 + 59, "38m"),
    ],
)
def test_what_is_left_has_seconds_only_at_the_end(seconds: int, shown: str) -> None:
    assert time_text.left(timedelta(seconds=seconds)) == shown


@given(st.integers(300, 100_000))
def test_above_five_minutes_what_is_left_changes_once_a_minute(seconds: int) -> None:
    start = seconds - seconds % 60
    assert time_text.left(timedelta(seconds=seconds)) == time_text.left(timedelta(seconds=start))


@pytest.mark.parametrize(
    ("count", "shown"), [(40, "40m"), (60, "1h"), (90, "1h30m"), (120, "2h"), (None, "-"), (2**31 - 1, "35791394h07m")]
)
def test_limits_in_minutes(count: int | None, shown: str) -> None:
    assert time_text.minutes(count) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (14_000, "14s"),
        (400, "<1s"),
        (0, "0s"),
        (None, "-"),
        (-1, "-"),
        (float("nan"), "-"),
        (float("inf"), "-"),
        (1e300, "-"),
    ],
)
def test_milliseconds(milliseconds: float | None, shown: str) -> None:
    assert time_text.duration_ms(milliseconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (3, "3 s ago"),
        (360, "6 min ago"),
        (3720, "1 h 2 min ago"),
        (43_200, "12 h ago"),
        (259_200, "3 days ago"),
        (-9, "0 s ago"),
    ],
)
def test_ages(seconds: int, shown: str) -> None:
    assert time_text.ago(NOW - timedelta(seconds=seconds), NOW) == shown


def test_clock_times_name_the_day_where_it_is_another() -> None:
    assert time_text.clock(at(14, 2), NOW, TZ) == "14:02"
    assert time_text.clock(at(14, 2, 7), NOW, TZ, seconds=True, zone=True) == "14:02:07 CEST"
    assert time_text.clock(at(14, 2) - timedelta(days=1), NOW, TZ) == "21 Jul 14:02"
    assert time_text.clock(at(14, 2) - timedelta(days=400), NOW, TZ) == "2025-06-17 14:02"
    assert time_text.day_or_time(at(13, 10), NOW, TZ) == "13:10"
    assert time_text.day_or_time(at(13, 10) - timedelta(days=3), NOW, TZ) == "19 Jul"
    assert time_text.dated(at(14, 2, 7), TZ) == "2026-07-22 14:02 CEST"
    assert time_text.dated(at(14, 2, 7), UTC, seconds=True) == "2026-07-22 12:02:07 UTC"
    assert time_text.rfc3339(at(14, 2, 7)) == "2026-07-22T12:02:07.000Z"
    assert time_text.rfc3339(at(14, 2, 7), whole=True) == "2026-07-22T12:02:07Z"


def test_today_is_told_by_the_local_calendar() -> None:
    evening = datetime(2026, 7, 22, 21, 30, tzinfo=UTC)
    assert time_text.clock(evening, evening + timedelta(hours=1), TZ) == "22 Jul 23:30"


@given(
    st.datetimes(), st.datetimes(), st.integers(-23, 23), st.sampled_from([None, UTC, timezone(timedelta(hours=-11))])
)
def test_no_date_is_too_absurd(then: datetime, now: datetime, hours: int, zone: timezone | None) -> None:
    tz = timezone(timedelta(hours=hours))
    moved = then.replace(tzinfo=zone)
    for told in (
        time_text.clock(moved, now.replace(tzinfo=UTC), tz, zone=True),
        time_text.dated(moved, tz),
        time_text.ago(moved, now.replace(tzinfo=UTC)),
        time_text.left(time_text.since(moved, now)),
        time_text.rfc3339(moved),
    ):
        assert told


def test_dates_off_the_calendar_and_none_are_a_dash() -> None:
    assert time_text.clock(datetime.min.replace(tzinfo=UTC), NOW, timezone(timedelta(hours=-5))) == "-"
    assert time_text.clock(datetime.max.replace(tzinfo=UTC), NOW, TZ) == "-"
    assert time_text.clock(None, NOW, TZ) == time_text.ago(None, NOW) == time_text.dated(None, TZ) == "-"
