"""Forecasts of when each limit is reached at the recent rate, marked as estimates, and which is first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.model.job import Job
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import in_unit
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import figure, unit
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import aware, clock, spoken
from ionq_tui.view.wrap import fitting

WINDOW = timedelta(minutes=20)
"""Period over which the rate is measured."""
_LEAST = timedelta(minutes=1)
_FARTHEST = timedelta(days=30)
_TODAY = timedelta(hours=12)
_SOON = timedelta(minutes=20)
_REACHED = {"time": "time runs out", "jobs": "jobs run out", "cost": "cost limit is reached"}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast of when one limit is reached."""

    name: str
    at: datetime
    rate: str = ""
    """The rate; empty for time."""
    guess: bool = True
    """False if the server reported the time."""


def forecasts(watch: SessionSnapshot, now: datetime) -> tuple[Forecast, ...]:
    """Return the forecasts for time, jobs and cost, earliest first."""
    session = watch.session
    if session is None or watch.ended:
        return ()
    told = [_of_jobs(watch, now), _of_money(watch, now)]
    if session.runs_out_at is not None:
        told.append(Forecast("time", aware(session.runs_out_at), guess=session.runs_out_is_guess))
    return tuple(sorted((one for one in told if one is not None), key=lambda one: one.at))


def tail(forecast: Forecast, now: datetime, tz: tzinfo | None) -> str:
    """Return "~14:19" for the end of a meter's line; empty if it is more than 12 hours ahead."""
    if forecast.at - now > _TODAY:
        return ""
    return ("~" if forecast.guess else "") + clock(forecast.at, now, tz)


def unrated(watch: SessionSnapshot, told: Iterable[Forecast]) -> tuple[str, ...]:
    """Return which of the limits jobs and cost have no forecast; what is reached first is unknown then."""
    limits, names = watch.session.limits if watch.session else NO_LIMITS, {one.name for one in told}
    asked = (("jobs", limits.jobs), ("cost", limits.money))
    return tuple(name for name, limit in asked if limit is not None and name not in names)


def first_line(
    told: Iterable[Forecast], now: datetime, tz: tzinfo | None, width: int = 80, unknown: Sequence[str] = ()
) -> Line:
    """Return "! jobs run out first: about 14:19 CEST, in 17 min, at 32 jobs/h (last 20 min)"; empty where unknown.

    What does not fit in `width` cells is left out: first how long that is from now, then the rate. Where limits are
    `unknown` of which no rate tells, nothing is called the first.
    """
    first = next(iter(told), None)
    if first is None or first.at <= now:
        return ()
    soon = first.at - now < _SOON
    at = f"{'about ' if first.guess else ''}{clock(first.at, now, tz, zone=True)}"
    said = f"{'!' if soon else '·'} {_REACHED[first.name]}{'' if unknown else ' first'}: {at}"
    ahead, rate = f", in {spoken(first.at - now)}", f", at {first.rate}" if first.rate else ""
    forms = (said + ahead + rate, said + rate, said + ahead, said)
    if unknown:
        why = f" (no rate for {' and '.join(unknown)} yet)"
        forms = (said + ahead + rate + why, said + ahead + why, said + why, said)
    words = fitting(forms, width)
    return line(Cell(words, Tone.WARN if soon else Tone.PLAIN))


def _of_jobs(watch: SessionSnapshot, now: datetime) -> Forecast | None:
    limit = watch.session.limits.jobs if watch.session else None
    span = _span(watch, now)
    if limit is None or span is None or not watch.listed:
        return None
    sent = sum(_within(job.submitted_at, now) for job in watch.counted)
    if sent < 2:
        return None
    left = max(0, limit - watch.count)
    return _at("jobs", now, left / sent, f"{sent / (span / timedelta(hours=1)):.0f} jobs/h", span)


def _of_money(watch: SessionSnapshot, now: datetime) -> Forecast | None:
    limit = watch.session.limits.money if watch.session else None
    span = _span(watch, now)
    if limit is None or span is None or not watch.listed or watch.priced_count < watch.finished_count:
        return None
    paid, held = in_unit(watch.charged, limit.unit), in_unit(watch.reserved, limit.unit)
    spent = _spent(watch, limit.unit, (job for job in watch.counted if _within(job.completed_at, now)))
    if paid is None or held is None or spent <= 0:
        return None
    left = max(Decimal(0), limit.value - paid - held)
    hourly = spent / Decimal(span / timedelta(hours=1))
    rate = f"{figure(hourly.quantize(Decimal('0.01')))} {unit(limit.unit)}/h"
    return _at("cost", now, float(left / spent), rate, span)


def _spent(watch: SessionSnapshot, name: str, jobs: Iterable[Job]) -> Decimal:
    costs = (watch.costs.get(job.id) for job in jobs if not job.dry_run)
    known = (cost.cost for cost in costs if cost is not None and not cost.dry_run and cost.cost is not None)
    return sum((amount.value for amount in known if amount.unit == name), Decimal(0))


def _at(name: str, now: datetime, share: float, rate: str, span: timedelta) -> Forecast | None:
    """Return the time that is `share` spans ahead; None if it is too far ahead to be meaningful."""
    if share > _FARTHEST / span:
        return None
    return Forecast(name, now + share * span, f"{rate} (last {spoken(span)})")


def _span(watch: SessionSnapshot, now: datetime) -> timedelta | None:
    """Return the period of the rate: 20 minutes, or less if the session is younger."""
    session = watch.session
    began = None if session is None else session.started_at or session.created_at
    if began is None:
        return None
    span = min(WINDOW, now - aware(began))
    return span if span >= _LEAST else None


def _within(at: datetime | None, now: datetime) -> bool:
    return at is not None and timedelta(0) <= now - aware(at) <= WINDOW
