"""When each limit will be reached at the rate of late: estimates, marked as such, and which comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.model.job import Job
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import in_unit
from ionq_tui.model.watch import Watch
from ionq_tui.view.amount import figure, unit
from ionq_tui.view.fold import fitting
from ionq_tui.view.moment import aware, clock, spoken
from ionq_tui.view.tone import Cell, Line, Tone, line

WINDOW = timedelta(minutes=20)
"""How far back the rate is taken from."""
_LEAST = timedelta(minutes=1)
_FARTHEST = timedelta(days=30)
_TODAY = timedelta(hours=12)
_SOON = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When one limit is reached."""

    name: str
    at: datetime
    rate: str = ""
    """At which rate; empty for time, which needs none."""
    guess: bool = True
    """False where the server gave the moment."""


def forecasts(watch: Watch, now: datetime) -> tuple[Forecast, ...]:
    """Return what can be said of time, jobs and money, the first to be reached first."""
    session = watch.session
    if session is None or watch.ended:
        return ()
    told = [_of_jobs(watch, now), _of_money(watch, now)]
    if session.runs_out_at is not None:
        told.append(Forecast("time", aware(session.runs_out_at), guess=session.runs_out_is_guess))
    return tuple(sorted((one for one in told if one is not None), key=lambda one: one.at))


def tail(forecast: Forecast, now: datetime, tz: tzinfo | None) -> str:
    """Return "~14:19" for the end of a meter's line; empty where that is no time of this day."""
    if forecast.at - now > _TODAY:
        return ""
    return ("~" if forecast.guess else "") + clock(forecast.at, now, tz)


def unrated(watch: Watch, told: Iterable[Forecast]) -> tuple[str, ...]:
    """Return which limits, jobs or money, no forecast tells of: what runs out first is not known then."""
    limits, names = watch.session.limits if watch.session else NO_LIMITS, {one.name for one in told}
    asked = (("jobs", limits.jobs), ("money", limits.money))
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
    verb = "run out" if first.name == "jobs" else "runs out"
    soon = first.at - now < _SOON
    at = f"{'about ' if first.guess else ''}{clock(first.at, now, tz, zone=True)}"
    said = f"{'!' if soon else '·'} {first.name} {verb}{'' if unknown else ' first'}: {at}"
    ahead, rate = f", in {spoken(first.at - now)}", f", at {first.rate}" if first.rate else ""
    forms = (said + ahead + rate, said + rate, said + ahead, said)
    if unknown:
        why = f" (no rate of {' and '.join(unknown)} yet)"
        forms = (said + ahead + rate + why, said + ahead + why, said + why, said)
    words = fitting(forms, width)
    return line(Cell(words, Tone.WARN if soon else Tone.PLAIN))


def _of_jobs(watch: Watch, now: datetime) -> Forecast | None:
    limit = watch.session.limits.jobs if watch.session else None
    span = _span(watch, now)
    if limit is None or span is None or not watch.whole:
        return None
    sent = sum(_within(job.submitted_at, now) for job in watch.counted)
    if sent < 2:
        return None
    left = max(0, limit - watch.count)
    return _at("jobs", now, left / sent, f"{sent / (span / timedelta(hours=1)):.0f} jobs/h", span)


def _of_money(watch: Watch, now: datetime) -> Forecast | None:
    limit = watch.session.limits.money if watch.session else None
    span = _span(watch, now)
    if limit is None or span is None or not watch.whole or watch.priced_count < watch.finished_count:
        return None
    paid, held = in_unit(watch.charged, limit.unit), in_unit(watch.reserved, limit.unit)
    spent = _spent(watch, limit.unit, (job for job in watch.counted if _within(job.completed_at, now)))
    if paid is None or held is None or spent <= 0:
        return None
    left = max(Decimal(0), limit.value - paid - held)
    hourly = spent / Decimal(span / timedelta(hours=1))
    rate = f"{figure(hourly.quantize(Decimal('0.01')))} {unit(limit.unit)}/h"
    return _at("money", now, float(left / spent), rate, span)


def _spent(watch: Watch, name: str, jobs: Iterable[Job]) -> Decimal:
    costs = (watch.costs.get(job.id) for job in jobs if not job.dry_run)
    known = (cost.cost for cost in costs if cost is not None and not cost.dry_run and cost.cost is not None)
    return sum((amount.value for amount in known if amount.unit == name), Decimal(0))


def _at(name: str, now: datetime, share: float, rate: str, span: timedelta) -> Forecast | None:
    """Return the moment that lies so many spans ahead; None where that is too far to mean anything."""
    if share > _FARTHEST / span:
        return None
    return Forecast(name, now + share * span, f"{rate} (last {spoken(span)})")


def _span(watch: Watch, now: datetime) -> timedelta | None:
    """Return how long the rate is taken over: 20 minutes, or since the session began where that is later."""
    session = watch.session
    began = None if session is None else session.started_at or session.created_at
    if began is None:
        return None
    span = min(WINDOW, now - aware(began))
    return span if span >= _LEAST else None


def _within(at: datetime | None, now: datetime) -> bool:
    return at is not None and timedelta(0) <= now - aware(at) <= WINDOW
