"""Forecasts of when each limit is reached at the recent rate, marked as estimates, and which is first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import figure, in_unit
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import count, counted, money, unit
from ionq_tui.view.incomplete import AT_LEAST
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import aware, clock, minutes, spoken
from ionq_tui.view.urgency import end_tone, end_verb
from ionq_tui.view.wrap import fitting

WINDOW = timedelta(minutes=20)
"""Period over which the rate is measured."""
NO_RATE_YET = "no rate of spending yet"
_LEAST = timedelta(minutes=1)
_IMMINENT = timedelta(seconds=1)
_LATE = timedelta(minutes=1)
"""Age from which numbers are outdated, not merely as old as the time between two polls."""
_FARTHEST = timedelta(days=30)
_TODAY = timedelta(hours=12)
_MOST_DIGITS = 15


@quick_dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast of when one limit is reached."""

    name: str
    at: datetime
    rate: str = ""
    """The rate of jobs; that of spending is told by the meter of the cost (`spend_rate`)."""
    guess: bool = True
    """False if the server reported the time."""
    latest: bool = False
    """True if another limit, of which no rate is known yet, may be reached earlier."""


def outdated(read_at: datetime | None, now: datetime) -> bool:
    """Return whether what was read then may have changed since; false where it is not known when it was read."""
    return read_at is not None and now - read_at >= _LATE


def _rated_at(jobs_as_of: datetime | None, now: datetime) -> datetime:
    """Return the time that rates are of: when the jobs were last read, or now where that is not known."""
    return now if jobs_as_of is None else min(jobs_as_of, now)


def forecasts(watch: SessionSnapshot, now: datetime, jobs_as_of: datetime | None = None) -> tuple[Forecast, ...]:
    """Return the forecasts for time, jobs and cost, earliest first.

    `jobs_as_of` is when the jobs were last read, and the rates are those of then: no end moves away because nothing new
    is heard. An end that should have come since is imminent; if nothing was heard for a while, it is not told, as it is
    not known to have come.
    """
    session = watch.session
    if session is None or watch.ended:
        return ()
    then = _rated_at(jobs_as_of, now)
    told = [_due(one, then, now) for one in (_of_jobs(watch, then), _of_money(watch, then)) if one is not None]
    told.append(runs_out(session))
    known = sorted((one for one in told if one is not None), key=lambda one: one.at)
    latest = bool(unrated(watch, known))
    return tuple(replace(one, latest=latest) for one in known) if latest else tuple(known)


def _due(one: Forecast, then: datetime, now: datetime) -> Forecast | None:
    if one.at > now or one.at == then:  # it is ahead, or was reached already
        return one
    return None if outdated(then, now) else replace(one, at=now + _IMMINENT)


def runs_out(session: Session) -> Forecast | None:
    """Return the forecast of the time alone, which needs no jobs."""
    at = session.runs_out_at
    return None if at is None else Forecast("time", aware(at), guess=session.runs_out_is_guess)


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


def end_sentence(
    watch: SessionSnapshot, told: Sequence[Forecast], now: datetime, tz: tzinfo | None, width: int = 80
) -> Line:
    """Return what ends the session and when: "ends about 14:19, in 17 min, when the 40 jobs are used at 32 jobs/h".

    That is the earliest of the forecasts `told`. What does not fit in `width` cells is left out: first the rate, then
    how long that is from now. Where a limit has no rate yet, that is said: something else may be first.
    """
    session = watch.session
    if session is None or session.ended or watch.ended:
        return ()
    if not told:
        return _no_end(watch, width)
    first, limits = told[0], session.limits
    if first.at <= now:
        past = {"time": [f"its time ran out {clock(first.at, now, tz)}"], "cost": _cost_reached(watch)}
        told_of = past.get(first.name, ["all its jobs are used"])
        said = fitting([f"{form}, not confirmed ended" for form in told_of], width)
        return line(Cell(said, forecast_tone(first, now)))
    soon = first.at - now
    at, ahead = clock(first.at, now, tz), "" if first.name == "time" else f", in {spoken(soon)}"
    verb = f"{end_verb('ends', soon)} about" if first.guess else end_verb("expires", soon)
    when = {
        "jobs": f", when the {count(limits.jobs or 0)} jobs are used",
        "cost": f", when the {money(limits.money) if limits.money is not None else 'cost limit'} are spent",
        "time": f", when the {minutes(limits.minutes)} are used" if first.guess and limits.minutes is not None else "",
    }[first.name]
    rate = f" at {first.rate}" if first.rate else ""
    at += " or earlier" if first.latest else ""
    why = f"; no rate for {' and '.join(unrated(watch, told))} yet" if first.latest else ""
    short = f" ({first.name})" if when else ""
    forms = (ahead + when + rate + why, ahead + when + why, when + why, ahead + when, when, ahead + short, short, "")
    return line(Cell(fitting([f"{verb} {at}{form}" for form in forms], width), forecast_tone(first, now)))


def forecast_tone(forecast: Forecast, now: datetime) -> Tone:
    """Return how urgent it is; a session whose jobs or money are used up may still wait for the last jobs."""
    if forecast.at <= now and forecast.name != "time":
        return Tone.WARN
    return end_tone(forecast.at - now)


def _cost_reached(watch: SessionSnapshot) -> list[str]:
    """Return "the cost limit is reached", longest first where that is so only with what is reserved."""
    limit = watch.session.limits.money if watch.session else None
    paid = in_unit(watch.charged, limit.unit) if limit is not None else None
    alone = limit is None or (paid is not None and paid >= limit.value)
    reached = "the cost limit is reached"
    return [reached] if alone else [f"{reached} with what is reserved", reached]


def _no_end(watch: SessionSnapshot, width: int) -> Line:
    """Say why no end is known."""
    session = watch.session
    if session is None or session.limits.unread:
        return line(Cell("its end is not known: its limits could not be read", Tone.WARN))
    if session.limits.absent:
        forms = ("NO LIMIT: it runs until it is ended (e)", "NO LIMIT: end it with e")
        return line(Cell(fitting(forms, width), Tone.BAD))
    if session.started_at is None:
        return line(Cell(fitting(_before_start(session.limits), width), Tone.PLAIN))
    unknown = unrated(watch, ())
    forms = (f"its end is not known yet: no rate for {' and '.join(unknown)}", "its end is not known yet")
    return line(Cell(fitting(forms, width), Tone.WARN))


def _before_start(limits: Limits) -> list[str]:
    """Return what will end a session that has not started, longest first: its time counts from its first job."""
    after = f"{minutes(limits.minutes)} after its first job" if limits.minutes is not None else ""
    jobs = f"at {counted(limits.jobs, 'job')}" if limits.jobs is not None else ""
    cost = f"at {money(limits.money)}" if limits.money is not None else ""
    parts = [part for part in (after, jobs, cost) if part]
    short = f"at the latest {after}" if len(parts) > 1 else after
    return [*(f"not started: ends {part}" for part in (" or ".join(parts), short) if part), "not started"]


def _of_jobs(watch: SessionSnapshot, now: datetime) -> Forecast | None:
    limit = watch.session.limits.jobs if watch.session else None
    if limit is not None and watch.count >= limit:
        return Forecast("jobs", now)  # whatever the rate of late, and however many more there are
    span = _span(watch, now)
    if limit is None or span is None or not watch.listed:
        return None
    sent = sum(_within(job.submitted_at, now) for job in watch.counted)
    if sent < 2:
        return None
    return _at("jobs", now, (limit - watch.count) / sent, f"{sent / (span / timedelta(hours=1)):.0f} jobs/h", span)


def _of_money(watch: SessionSnapshot, now: datetime) -> Forecast | None:
    limit = watch.session.limits.money if watch.session else None
    if limit is None:
        return None
    paid, held = in_unit(watch.charged, limit.unit), in_unit(watch.reserved, limit.unit)
    if paid is not None and held is not None and paid + held >= limit.value:
        return Forecast("cost", now)
    span = _span(watch, now)
    if span is None or not watch.listed or watch.priced_count < watch.finished_count:
        return None
    spent = _spent(watch, limit.unit, now)
    if paid is None or held is None or spent <= 0:
        return None
    left = limit.value - paid - held
    return _at("cost", now, float(left / spent), "", span)


def spend_rate(watch: SessionSnapshot, now: datetime, jobs_as_of: datetime | None = None) -> str:
    """Return "about 0.81 usd/min over the last 20 min", one amount for each unit; empty unless it runs.

    It is the rate of when the jobs were last read (`jobs_as_of`); if that is a while ago, "over 20 min before 14:01".
    "≥" stands before an amount that may be higher, since not all jobs are read and priced, or a charge has no time yet,
    as that of a running job; where none is, the rate is unknown.
    """
    session = watch.session
    if session is None or session.started_at is None or session.ended or watch.ended:
        return ""
    then = _rated_at(jobs_as_of, now)
    span = _span(watch, then)
    if span is None or not (watch.charged or watch.finished_count):
        return NO_RATE_YET  # the line is there from the start: nothing below it moves when the rate comes
    per_minute = Decimal(span / timedelta(minutes=1))
    spent = ((one.unit, _spent(watch, one.unit, then)) for one in watch.charged)
    rates = [
        f"{_rate(amount / per_minute)} {unit(name)}/min" for name, amount in spent if amount.is_finite() and amount > 0
    ]
    whole = watch.charges_complete and _all_dated(watch)
    late = outdated(then, now)
    over = f"{spoken(span)} before {clock(then, now, None)}" if late else f"the last {spoken(span)}"
    if rates:
        return f"{'about ' if whole else AT_LEAST}{' + '.join(rates)} over {over}"
    return f"nothing charged in {over}" if whole else "rate of spending unknown"


def _all_dated(watch: SessionSnapshot) -> bool:
    """Return whether each job that was charged has completed at a known time."""
    charged = ((job, watch.costs.get(job.id)) for job in watch.counted if not job.dry_run)
    return all(job.completed_at is not None for job, cost in charged if cost is not None and cost.cost is not None)


def _rate(value: Decimal) -> str:
    """Return an amount with as many digits as a low rate needs, and never as nothing."""
    if value.adjusted() > _MOST_DIGITS:
        return figure(value)
    shortened = (value.quantize(Decimal(digits)) for digits in ("0.01", "0.0001"))
    return next((figure(short) for short in shortened if short), "< 0.0001")


def _spent(watch: SessionSnapshot, name: str, now: datetime) -> Decimal:
    """Return what the jobs that completed of late were charged in one unit."""
    jobs = (job for job in watch.counted if not job.dry_run and _within(job.completed_at, now))
    costs = (watch.costs.get(job.id) for job in jobs)
    known = (cost.cost for cost in costs if cost is not None and not cost.dry_run and cost.cost is not None)
    return sum((amount.value for amount in known if amount.unit == name), Decimal(0))


def _at(name: str, now: datetime, share: float, rate: str, span: timedelta) -> Forecast | None:
    """Return the time that is `share` spans ahead; None if it is too far ahead to be meaningful."""
    if share > _FARTHEST / span:
        return None
    return Forecast(name, now + share * span, f"{rate} (last {spoken(span)})" if rate else "")


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
