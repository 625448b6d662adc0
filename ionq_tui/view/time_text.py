"""Durations, ages and times of day as text; dates out of range become "-" and never an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as date_

from ionq_tui.model.timestamp import timestamp
from ionq_tui.view.time_zone import local_zone

NOTHING = "-"
NO_TIME = "time unknown"
"""In place of the time of an event of which nobody knows it."""
_SECONDS_SHOWN = 5 * 60
"""Remaining time below which seconds are shown; above it the text changes once a minute."""


def aware(at: datetime) -> datetime:
    """Return the moment with a zone; one without is taken as UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def since(then: datetime | None, now: datetime | None) -> timedelta | None:
    """Return the time from `then` to `now`, None where either is unknown; negative where `then` is to come."""
    if then is None or now is None:
        return None
    return aware(now) - aware(then)


def duration(span: timedelta | None) -> str:
    """Return "14s", "38m", "1h02m" or "2d04h", rounded down; below zero counts as zero."""
    if span is None:
        return NOTHING
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds}s"
    return _minutes(seconds // 60)


def duration_ms(milliseconds: float | None) -> str:
    """Return the same for milliseconds; a part of a second counts as "<1s"."""
    if milliseconds is None or not 0 <= milliseconds < 1e15:
        return NOTHING
    return "<1s" if 0 < milliseconds < 1000 else duration(timedelta(milliseconds=milliseconds))


def used(span: timedelta | None) -> str:
    """Return time used in whole minutes, so that it changes once a minute."""
    return NOTHING if span is None else _minutes(max(0, int(span.total_seconds())) // 60)


def left(span: timedelta | None) -> str:
    """Return what is left, whole minutes rounded down, with seconds only in the last five minutes."""
    if span is None:
        return NOTHING
    seconds = max(0, int(span.total_seconds()))
    if seconds >= _SECONDS_SHOWN:
        return _minutes(seconds // 60)
    return f"{seconds // 60}m{seconds % 60:02}s" if seconds >= 60 else f"{seconds}s"


def minutes(count: int | None) -> str:
    """Return a limit in minutes as "40m", "2h" or "1h30m"."""
    if count is None:
        return NOTHING
    hours, rest = divmod(max(0, count), 60)
    return f"{rest}m" if not hours else f"{hours}h{rest:02}m" if rest else f"{hours}h"


def _minutes(count: int) -> str:
    hours, rest = divmod(count, 60)
    if hours >= 48:
        return f"{hours // 24}d{hours % 24:02}h"
    return f"{hours}h{rest:02}m" if hours else f"{rest}m"


def spoken(span: timedelta | None) -> str:
    """Return a rough span as people say it: "3 s", "6 min", "2 h", "3 days"."""
    if span is None:
        return NOTHING
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        hours, rest = divmod(seconds // 60, 60)
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    return f"{seconds // 86400:,} days"


def ago(then: datetime | None, now: datetime | None) -> str:
    """Return the age of a moment: "3 s ago"."""
    span = since(then, now)
    return NOTHING if span is None else f"{spoken(span)} ago"


def clock(at: datetime | None, now: datetime, tz: tzinfo | None, *, seconds: bool = False, zone: bool = False) -> str:
    """Return the local time of day, with the date where that is not today's, and the zone where asked."""
    local, today = _local(at, tz), _local(now, tz)
    if local is None:
        return NOTHING
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    told = time if today is not None and local.date() == today.date() else f"{date(at, now, tz)} {time}"
    return f"{told} {local.tzname()}" if zone and local.tzname() else told


def date(at: datetime | None, now: datetime, tz: tzinfo | None) -> str:
    """Return the local date, with the year where that is not this one: "21 Nov", "2025-11-21"."""
    local, today = _local(at, tz), _local(now, tz)
    if local is None:
        return NOTHING
    if today is not None and local.year == today.year:
        return short_day(local)
    return local.date().isoformat()


def short_day(day: date_) -> str:
    """Return a day without its year: "21 Nov"."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def month(day: date_) -> str:
    """Return the month of a day: "Nov 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def day_or_time(at: datetime | None, now: datetime, tz: tzinfo | None) -> str:
    """Return at most ten cells: the time of day, or the date where that is not today's."""
    local, today = _local(at, tz), _local(now, tz)
    if local is None:
        return NOTHING
    same = today is not None and local.date() == today.date()
    return f"{local:%H:%M}" if same else date(at, now, tz)


def dated(at: datetime | None, tz: tzinfo | None, *, seconds: bool = False) -> str:
    """Return the moment with its date and zone: "2026-11-22 14:02 CET"."""
    local = _local(at, tz)
    if local is None:
        return NOTHING
    told = local.replace(tzinfo=None).isoformat(" ", timespec="seconds" if seconds else "minutes")
    return f"{told} {local.tzname()}" if local.tzname() else told


def rfc3339(at: datetime | None, *, whole: bool = False) -> str:
    """Return the moment as RFC 3339 in UTC: with milliseconds for programs, in `whole` seconds for people."""
    there = _local(at, UTC)
    if there is None:
        return NOTHING
    return there.replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if whole else timestamp(there)


def rfc3339_or_none(at: datetime | None) -> str | None:
    """Return the same for programs, None where nothing is known."""
    return None if at is None else rfc3339(at)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _local(at: datetime | None, tz: tzinfo | None) -> datetime | None:
    """Move a moment into the zone; None where that falls off the calendar."""
    if at is None:
        return None
    try:
        return aware(at).astimezone(tz if tz is not None else local_zone())
    except (OverflowError, ValueError, OSError):
        return None
