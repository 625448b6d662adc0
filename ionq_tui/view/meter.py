"""The three meters of a session (time, jobs, cost): used, limit and left, as text and as a bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.model.money import Money, figure, in_unit, totals
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import EndSource, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import NO_LIMIT, UNKNOWN, count, counted, none_of, sums, unit
from ionq_tui.view.blocks import EIGHTHS, eighths
from ionq_tui.view.incomplete import at_least, at_least_jobs, hidden, jobs_missing, listing
from ionq_tui.view.style import BarEdge, BarPart, Line, Tone
from ionq_tui.view.time_text import NOTHING, clock, minutes, since
from ionq_tui.view.time_text import left as left_words
from ionq_tui.view.time_text import used as used_words
from ionq_tui.view.urgency import in_last_minutes

_NEAR = 0.8
_NOISE = 1e-9
"""Rounding tolerance of floating-point sums."""
_CLOSE = 0.95
_ZERO = timedelta(0)


@quick_dataclass(frozen=True, slots=True)
class Meter:
    """One meter. Every number is in the text; the bar and the color only repeat it."""

    name: str
    used: str = UNKNOWN
    limit: str = UNKNOWN
    left: str = UNKNOWN
    fraction: float | None = None
    """Used fraction of the limit, above 1 if exceeded; None if unknown, which draws no bar."""
    reserved: float = 0.0
    """Reserved fraction of the limit, in addition to `part`."""
    note: str = ""
    tone: Tone = Tone.PLAIN
    over: bool = False
    unit: str = ""
    """Unit of the cost if there is only one; otherwise each number has its own unit."""

    @property
    def unlimited(self) -> bool:
        """True if IonQ sets no limit."""
        return self.limit == NO_LIMIT

    @property
    def percent(self) -> str:
        """Used and reserved, such as "51%"; "100%" only if all is used; empty if unknown."""
        if self.fraction is None:
            return ""
        whole = self.fraction + self.reserved
        percent = int(whole * 100 + _NOISE)
        return f"{percent}%" if percent < 1000 else ">999%"

    @property
    def words(self) -> str:
        """The meter as one phrase, such as "40m of 1h18m, left 38m" or "12 / 10 OVER"."""
        named = f" {self.unit}" if self.unit else ""
        if self.over:
            return f"{self.used} / {self.limit}{named} OVER"
        if self.limit in {NO_LIMIT, UNKNOWN}:
            named = "" if self.used == UNKNOWN else named
            if not self.unlimited and self.left != UNKNOWN:
                return f"{self.used}{named} used, left {self.left}"
            return f"{self.used}{named} used, {self.limit if self.unlimited else 'limit unknown'}"
        return f"{self.used} of {self.limit}{named}, left {self.left}"


def meters(watch: SessionSnapshot, now: datetime, tz: tzinfo | None = None) -> tuple[Meter, Meter, Meter]:
    """Return the meters for time, jobs and cost at server time `now`; `tz` is the time zone of notes (None: local)."""
    return time_meter(watch.session, now, tz, ended=watch.ended), *still_meters(watch)


def still_meters(watch: SessionSnapshot) -> tuple[Meter, Meter]:
    """Return the meters that do not change until the next snapshot: jobs and cost."""
    return jobs_meter(watch), money_meter(watch)


def time_meter(session: Session | None, now: datetime, tz: tzinfo | None = None, *, ended: bool = False) -> Meter:
    """Measure the time until the earlier end: IonQ's expiry, or start plus limit. The note names the other one."""
    if session is None:
        return Meter("time")
    asked = session.limits.minutes
    limit = minutes(asked) if asked is not None else none_of(session.limits, "time")
    if session.ended or ended:
        spent = since(session.started_at, session.ended_at)
        return Meter(
            "time", UNKNOWN if spent is None else used_words(spent), limit, UNKNOWN, note="ended", tone=Tone.DIM
        )
    end = session.runs_out_at
    remaining = session.time_left(now)
    if session.not_started:
        return _not_started(session, limit, now, tz)
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
        note=_other_end(session, now, tz),
        tone=Tone.BAD if over or in_last_minutes(remaining) else tone_of(fraction),
        over=over,
    )


def _not_started(session: Session, limit: str, now: datetime, tz: tzinfo | None) -> Meter:
    """Measure a session that has not started: its whole limit is left, or the time until an earlier expiry."""
    asked, left = session.limits.minutes, session.time_left(now)
    note = "starts with the first job" + (f", limit {asked:,} min" if asked is not None else "")
    if left is not None:
        told = limit if asked is not None else UNKNOWN
        tone = Tone.BAD if in_last_minutes(left) else Tone.PLAIN
        end, _ = session.end_seen(now)
        if end is not None and (asked is None or left < timedelta(minutes=asked)):
            note += f"; IonQ ends it at {clock(end, now, tz)}"
        return Meter("time", "0m", told, left_words(left), note=note, tone=tone, over=left <= _ZERO)
    if asked is None:
        none = limit if limit == NO_LIMIT else "limit unknown"
        return Meter("time", "0m", limit, UNKNOWN, note=f"{note}, {none}", tone=Tone.WARN)
    return Meter("time", "0m", limit, limit, 0.0, note=note)


def _other_end(session: Session, now: datetime, tz: tzinfo | None) -> str:
    """Name the later end; empty if there is only one, or if both are the same."""
    asked = session.limits.minutes
    if session.expires_at is None:
        return "estimated from start + limit; IonQ gave no readable expiry time" if session.runs_out_is_guess else ""
    if asked is None or session.limit_is_expiry:
        return ""
    if session.runs_out_source is EndSource.LIMIT:
        return f"IonQ's expiry is {clock(session.expires_at, now, tz)}, later than the limit"
    if session.started_at is None:
        return f"the {asked:,} min limit counts from a start time that IonQ does not report"
    at = clock(session.limit_ends_at, now, tz)
    return f"the {asked:,} min limit would end it {'later' if at == NOTHING else f'at {at}'}"


def jobs_meter(watch: SessionSnapshot) -> Meter:
    """Count the jobs, with "≥" while the list is incomplete."""
    session, number = watch.session, watch.count
    note = jobs_missing(watch)
    known = number > 0 or not note or (watch.all_listed and not hidden(watch))
    used = f"{at_least_jobs(watch)}{count(number)}" if known else UNKNOWN
    note = "" if not known and listing(watch) and not watch.ended else note  # the title of the jobs says so
    if session is None:
        return Meter("jobs", used, note=note)
    limit = session.limits.jobs
    if limit is None:
        none = none_of(session.limits, "jobs")
        return Meter("jobs", used, none, UNKNOWN, note=note, tone=_dimmed(session, Tone.WARN))
    if not known:
        return Meter("jobs", used, count(limit), note=note)
    over = number > limit
    remaining = count(max(0, limit - number))
    fraction = number / limit if limit > 0 else None
    tone = Tone.BAD if over else tone_of(fraction)
    return Meter("jobs", used, count(limit), f"≤ {remaining}" if note else remaining, fraction, 0.0, note, tone, over)


def money_meter(watch: SessionSnapshot) -> Meter:
    """Measure charged and reserved cost, separately for each unit, with "≥" or "~" where it is not certain."""
    session, charged, reserved = watch.session, watch.charged, watch.reserved
    finished, priced, unreserved = watch.finished_count, watch.priced_count, _unreserved(watch)
    loose = at_least(watch)
    asked = session.limits.money if session is not None else None
    one = _one_unit(charged, reserved, asked)
    note = " · ".join(
        part
        for part in (
            f"{unit(one)}, charged + reserved" if one else "",
            jobs_missing(watch) if watch.ended else "",
            _priced(finished, priced, unreserved),
        )
        if part
    )
    used = (loose + _spent(charged, reserved, one)) if watch.spend_known else UNKNOWN
    name = unit(one) if one else ""
    if session is None:
        return Meter("cost", used, note=note, unit=name)
    if asked is None:
        none = none_of(session.limits, "money")
        return Meter("cost", used, none, UNKNOWN, note=note, tone=_dimmed(session, Tone.WARN), unit=name)
    limit = figure(asked.value) if one else f"{figure(asked.value)} {unit(asked.unit)}"
    paid, held = in_unit(charged, asked.unit), in_unit(reserved, asked.unit)
    if paid is None or held is None:
        other = "limit and charges are in different units: left unknown"
        return Meter("cost", used, limit, note=f"{other} · {note}" if note else other)
    told = Meter("cost", used, limit, note=note, unit=name)
    return _measured(told, asked, paid, held, bool(loose) or unreserved > 0) if watch.spend_known else told


def _measured(told: Meter, asked: Money, paid: Decimal, held: Decimal, loose: bool) -> Meter:
    """Add the values that can be computed from a limit and a cost in the same unit."""
    if not all(map(_sane, (asked.value, paid, held))):
        return told
    note = told.note
    remaining = asked.value - paid - held
    over = paid > asked.value
    if remaining < 0 and not over:
        note += " · charged + reserved is over the limit"
    parts = (float(paid / asked.value), float(held / asked.value)) if asked.value > 0 else (None, 0.0)
    left = ("≤ " if loose and remaining > 0 else "") + figure(max(Decimal(0), remaining))
    tone = Tone.BAD if over or remaining < 0 else tone_of(None if parts[0] is None else parts[0] + parts[1])
    return replace(told, left=left, fraction=parts[0], reserved=parts[1], note=note, tone=tone, over=over)


def _sane(value: Decimal) -> bool:
    """Return True if an amount can be used in computations."""
    return value.is_finite() and (not value or abs(value.adjusted()) < 30)


def _one_unit(charged: tuple[Money, ...], reserved: tuple[Money, ...], asked: Money | None) -> str | None:
    """Return the unit if there is only one, so that it need not be repeated beside every number."""
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
    told = f"all {finished:,} finished priced" if finished > 1 else ""
    return " · ".join(
        part for part in (told, f"reservation of {counted(waiting, 'job')} unknown" if waiting else "") if part
    )


def _unreserved(watch: SessionSnapshot) -> int:
    costs = watch.costs
    return sum(
        not job.dry_run and ((cost := costs.get(job.id)) is None or (cost.estimate is None and cost.cost is None))
        for job in watch.unfinished
    )


def tone_of(fraction: float | None) -> Tone:
    """Return the tone of a used part of a limit: plain below 80 %, and worse from 95 % on."""
    if fraction is None or fraction < _NEAR:
        return Tone.PLAIN
    return Tone.WARN if fraction < _CLOSE else Tone.BAD


def _dimmed(session: Session, tone: Tone) -> Tone:
    return Tone.DIM if session.ended else tone


def bar(meter: Meter, width: int) -> Line:
    """Return a bar that is exact to an eighth of a cell: used, reserved in a second shade, and what is left.

    Its color is the meter's state; it is empty if the fraction is unknown or there is no room.
    """
    if meter.fraction is None or width <= 0:
        return ()
    if not meter.reserved and meter.percent.strip() == "0%":
        return (BarPart(" " * width, Tone.DIM),)
    tone = Tone.GOOD if meter.tone is Tone.PLAIN else meter.tone
    used, part = divmod(eighths(meter.fraction, width), 8)
    filled = used + (part > 0)
    both = max(filled, -(-eighths(meter.fraction + meter.reserved, width) // 8))
    if meter.reserved > 0 and both == filled < width:  # without colors a shaded cell tells it, not the edge
        both += 1
    edge = EIGHTHS[part] if meter.reserved > 0 else ""
    drawn = (
        BarPart("█" * used + ("" if edge else EIGHTHS[part]), tone),
        BarEdge(edge, tone),
        BarPart("▒" * (both - filled), tone),
        BarPart(" " * (width - both), Tone.DIM),
    )
    return tuple(cell for cell in drawn if cell.text)
