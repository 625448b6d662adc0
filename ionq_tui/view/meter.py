"""The three meters of a session: time, jobs, money; used, limit and left in words and as a bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ionq_tui.model.money import Money, in_unit, totals
from ionq_tui.model.session import Session
from ionq_tui.model.watch import Watch
from ionq_tui.view.amount import NO_LIMIT, UNKNOWN, count, counted, figure, sums, unit
from ionq_tui.view.moment import left as left_words
from ionq_tui.view.moment import minutes, since
from ionq_tui.view.moment import used as used_words
from ionq_tui.view.tone import Tone

_NEAR = 0.8
_NOISE = 1e-9
"""What sums of floats may be too small by."""
_CLOSE = 0.95
_LAST_MINUTES = timedelta(minutes=5)
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter; every number is told in words, so that the bar and the tone only repeat them."""

    name: str
    used: str = UNKNOWN
    limit: str = UNKNOWN
    left: str = UNKNOWN
    fraction: float | None = None
    """Used part of the limit, above 1 where it is over; None is unknown: no bar."""
    reserved: float = 0.0
    """Further part that is reserved."""
    note: str = ""
    tone: Tone = Tone.PLAIN
    over: bool = False
    unit: str = ""
    """Of money in one unit; where there are several each number bears its own."""

    @property
    def unlimited(self) -> bool:
        """True where IonQ sets no limit."""
        return self.limit == NO_LIMIT

    @property
    def percent(self) -> str:
        """Used and reserved as "51%"; 100% only where all is used; empty where unknown."""
        if self.fraction is None:
            return ""
        whole = self.fraction + self.reserved
        return f"{min(int(whole * 100 + _NOISE), 999)}%"

    @property
    def words(self) -> str:
        """The meter in one phrase: "40m of 1h18m, left 38m", or "12 / 10 OVER"."""
        named = f" {self.unit}" if self.unit else ""
        if self.over:
            return f"{self.used} / {self.limit}{named} OVER"
        if self.limit in {NO_LIMIT, UNKNOWN}:
            named = "" if self.used == UNKNOWN else named
            return f"{self.used}{named} used, {self.limit if self.unlimited else 'limit unknown'}"
        return f"{self.used} of {self.limit}{named}, left {self.left}"


def meters(watch: Watch, now: datetime) -> tuple[Meter, Meter, Meter]:
    """Return time, jobs and money as of the server's time `now`."""
    return time_meter(watch.session, now, ended=watch.ended), jobs_meter(watch), money_meter(watch)


def time_meter(session: Session | None, now: datetime, *, ended: bool = False) -> Meter:
    """Measure the time to the server's `expires_at`, else to start plus limit, which is marked."""
    if session is None:
        return Meter("time")
    limit = minutes(session.limits.minutes) if session.limits.minutes is not None else NO_LIMIT
    if session.ended or ended:
        spent = since(session.started_at, session.ended_at)
        return Meter(
            "time", UNKNOWN if spent is None else used_words(spent), limit, UNKNOWN, note="ended", tone=Tone.DIM
        )
    end = session.runs_out_at
    remaining = since(now, end)
    if session.started_at is None and session.status == "created" and end is None:
        return _not_started(session, limit)
    spent = since(session.started_at, now)
    used = UNKNOWN if spent is None else used_words(spent)
    if remaining is None:
        return Meter("time", used, limit, UNKNOWN, tone=Tone.WARN if limit == NO_LIMIT else Tone.PLAIN)
    guess = session.runs_out_is_guess
    total = since(session.started_at, end)
    if total is not None and total > _ZERO:
        limit = ("~" if guess else "") + used_words(total)
    fraction = max(0.0, spent / total) if spent is not None and total is not None and total > _ZERO else None
    over = remaining <= _ZERO
    return Meter(
        "time",
        used,
        limit if limit != NO_LIMIT else UNKNOWN,
        ("~" if guess else "") + left_words(remaining),
        fraction,
        note="from start + limit, IonQ gave no time of expiry" if guess else _told_limit(session, total),
        tone=Tone.BAD if over or remaining < _LAST_MINUTES else _tone(fraction),
        over=over,
    )


def _not_started(session: Session, limit: str) -> Meter:
    if session.limits.minutes is None:
        return Meter("time", "0m", NO_LIMIT, UNKNOWN, note="starts with the first job, NO LIMIT", tone=Tone.WARN)
    note = f"starts with the first job, limit {session.limits.minutes:,} min"
    return Meter("time", "0m", limit, limit, 0.0, note=note)


def _told_limit(session: Session, total: timedelta | None) -> str:
    """Name the limit that was asked for where the server's expiry fits it neither from start nor from creation."""
    asked = session.limits.minutes
    if session.started_at is None and session.status == "created":
        return "starts with the first job" + (f", limit {asked:,} min" if asked is not None else "")
    spans = (total, since(session.created_at, session.expires_at))
    if asked is None or any(span is None or abs(span.total_seconds() / 60 - asked) < 1 for span in spans):
        return ""
    return f"limit {minutes(asked)}; what is left counts to the expiry IonQ gave"


def jobs_meter(watch: Watch) -> Meter:
    """Count the jobs, "≥" while not all of them are listed."""
    session, number = watch.session, watch.count
    unseen = watch.jobs_fault is not None or not watch.whole
    note = _unseen(watch) if unseen else ""
    known = number > 0 or not unseen
    used = UNKNOWN if not known else f"≥ {count(number)}" if unseen else count(number)
    if session is None:
        return Meter("jobs", used, note=note)
    limit = session.limits.jobs
    if limit is None:
        return Meter("jobs", used, NO_LIMIT, UNKNOWN, note=note, tone=_dimmed(session, Tone.WARN))
    if not known:
        return Meter("jobs", used, count(limit), note=note)
    over = number > limit
    remaining = count(max(0, limit - number))
    fraction = number / limit if limit > 0 else None
    tone = Tone.BAD if over else _tone(fraction)
    return Meter("jobs", used, count(limit), f"≤ {remaining}" if unseen else remaining, fraction, 0.0, note, tone, over)


def _unseen(watch: Watch) -> str:
    if watch.jobs_fault is not None:
        return "jobs not visible"
    return f"{counted(watch.unread, 'job')} could not be read" if watch.all_listed else "not all jobs listed yet"


def money_meter(watch: Watch) -> Meter:
    """Tell what was charged and what is reserved, each unit for itself, and never more certain than it is."""
    session, charged, reserved = watch.session, watch.charged, watch.reserved
    finished, priced, unreserved = watch.finished_count, watch.priced_count, _unreserved(watch)
    unseen = watch.jobs_fault is not None or not watch.whole
    at_least = "≥ " if priced < finished or unseen else ""
    asked = session.limits.money if session is not None else None
    one = _one_unit(charged, reserved, asked)
    note = " · ".join(
        part
        for part in (f"{unit(one)}, charged + reserved" if one else "", _priced(finished, priced, unreserved))
        if part
    )
    used = (at_least + _spent(charged, reserved, one)) if watch.spend_known else UNKNOWN
    name = unit(one) if one else ""
    if session is None:
        return Meter("money", used, note=note, unit=name)
    if asked is None:
        return Meter("money", used, NO_LIMIT, UNKNOWN, note=note, tone=_dimmed(session, Tone.WARN), unit=name)
    limit = figure(asked.value) if one else f"{figure(asked.value)} {unit(asked.unit)}"
    paid, held = in_unit(charged, asked.unit), in_unit(reserved, asked.unit)
    if paid is None or held is None:
        other = "limited in another unit than paid in: what is left is unknown"
        return Meter("money", used, limit, note=f"{other} · {note}" if note else other)
    told = Meter("money", used, limit, note=note, unit=name)
    return _measured(told, asked, paid, held, bool(at_least) or unreserved > 0) if watch.spend_known else told


def _measured(told: Meter, asked: Money, paid: Decimal, held: Decimal, loose: bool) -> Meter:
    """Add what can be computed of a limit and what was paid in the same unit."""
    if not all(map(_sane, (asked.value, paid, held))):
        return told
    note = told.note
    remaining = asked.value - paid - held
    over = paid > asked.value
    if remaining < 0 and not over:
        note += " · with what is reserved it goes over the limit"
    parts = (float(paid / asked.value), float(held / asked.value)) if asked.value > 0 else (None, 0.0)
    left = ("≤ " if loose and remaining > 0 else "") + figure(max(Decimal(0), remaining))
    tone = Tone.BAD if over or remaining < 0 else _tone(None if parts[0] is None else parts[0] + parts[1])
    return replace(told, left=left, fraction=parts[0], reserved=parts[1], note=note, tone=tone, over=over)


def _sane(value: Decimal) -> bool:
    """Return True for an amount that can be computed with."""
    return value.is_finite() and (not value or abs(value.adjusted()) < 30)


def _one_unit(charged: tuple[Money, ...], reserved: tuple[Money, ...], asked: Money | None) -> str | None:
    """Return the unit where there is only one in play, so that it need not stand beside every number."""
    units = {amount.unit for amount in (*charged, *reserved, *((asked,) if asked else ()))}
    return units.pop() if len(units) == 1 else None


def _spent(charged: tuple[Money, ...], reserved: tuple[Money, ...], one: str | None) -> str:
    if one is not None:
        paid, held = in_unit(charged, one) or Decimal(0), in_unit(reserved, one) or Decimal(0)
        return figure(paid) + (f" + {figure(held)} res." if held else "")
    if not charged and not reserved:
        return figure(Decimal(0))
    told = [sums(charged)] if charged else []
    return " + ".join([*told, *(f"{sums((amount,))} res." for amount in totals(reserved))])


def _priced(finished: int, priced: int, waiting: int) -> str:
    if finished and priced < finished:
        return f"({priced:,} of {counted(finished, 'job')} priced)"
    told = f"all {counted(finished, 'finished job')} priced" if finished > 1 else ""
    return " · ".join(
        part for part in (told, f"reservation of {counted(waiting, 'job')} unknown" if waiting else "") if part
    )


def _unreserved(watch: Watch) -> int:
    costs = watch.costs
    return sum(
        not job.dry_run and ((cost := costs.get(job.id)) is None or (cost.estimate is None and cost.cost is None))
        for job in watch.unfinished
    )


def _tone(fraction: float | None) -> Tone:
    if fraction is None or fraction < _NEAR:
        return Tone.PLAIN
    return Tone.WARN if fraction < _CLOSE else Tone.BAD


def _dimmed(session: Session, tone: Tone) -> Tone:
    return Tone.DIM if session.ended else tone


def bar(meter: Meter, width: int) -> str:
    """Return █ used, ▒ reserved, ░ left; empty where the part is unknown or there is no room."""
    if meter.fraction is None or width <= 0:
        return ""
    used = _blocks(meter.fraction, width)
    both = max(used, _blocks(meter.fraction + meter.reserved, width))
    if meter.reserved > 0 and both == used < width:
        both += 1
    return "█" * used + "▒" * (both - used) + "░" * (width - both)


def _blocks(fraction: float, width: int) -> int:
    """Round, but show something where there is something, and full only where it is full."""
    if fraction >= 1:
        return width
    if fraction <= 0:
        return 0
    return min(max(1, round(fraction * width)), max(1, width - 1))
