"""Spend and finished jobs over time, against their limits and with what the rate of late leads to.

Drawn here and not by a plotting package: the one widget there is holds to a superseded plotext, and the current one
takes a fifth of a second to import and has one global figure; this is a step curve and two straight lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import count, figure, unit
from ionq_tui.view.braille import Dots
from ionq_tui.view.forecast import Forecast
from ionq_tui.view.sanitize import cells, pad
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import aware, clock
from ionq_tui.view.wrap import fitting

Point = tuple[datetime, Decimal]
_SIDE = 10
"""Cells for the numbers at the side."""
_SOLID, _SPARSE, _FINE = 1, 4, 3
_LEAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Curve:
    """What adds up as time goes on."""

    name: str
    points: tuple[Point, ...]
    """When it rose, and to what."""
    limit: Decimal | None = None
    """None where there is none."""
    reached: datetime | None = None
    """When the limit is likely to be reached; None where that is unknown."""
    unit: str = ""
    at_least: bool = False
    """True where not all is known."""

    @property
    def last(self) -> Decimal:
        """What it came to."""
        return self.points[-1][1] if self.points else Decimal(0)

    def words(self, value: Decimal) -> str:
        """Return an amount of it."""
        return figure(value) if self.unit else count(int(value))


def courses(watch: SessionSnapshot, told: Iterable[Forecast]) -> list[Curve]:
    """Return the money of each unit, that of the limit first, and the finished jobs."""
    session, reached = watch.session, {one.name: one.at for one in told}
    limits = session.limits if session is not None else None
    asked = limits.money if limits is not None else None
    held = [amount.unit for amount in watch.charged]
    first = [asked.unit] if asked is not None else []
    drawn = []
    for name in dict.fromkeys([*first, *held]):
        limited = asked.value if asked is not None and asked.unit == name else None
        until = reached.get("cost") if limited is not None else None
        drawn.append(Curve("spent", _money(watch, name), limited, until, unit(name), not watch.charges_complete))
    limit = Decimal(limits.jobs) if limits is not None and limits.jobs is not None else None
    drawn.append(Curve("jobs finished", _jobs(watch), limit, reached.get("jobs"), at_least=not watch.whole))
    return drawn


def _money(watch: SessionSnapshot, name: str) -> tuple[Point, ...]:
    paid = []
    for job in watch.counted:
        cost = watch.costs.get(job.id)
        if job.completed_at is None or job.dry_run or cost is None or cost.dry_run or cost.cost is None:
            continue
        if cost.cost.unit == name and cost.cost.value.is_finite():
            paid.append((aware(job.completed_at), cost.cost.value))
    return _added(paid)


def _jobs(watch: SessionSnapshot) -> tuple[Point, ...]:
    done = (job.completed_at for job in watch.counted if job.finished)
    return _added([(aware(at), Decimal(1)) for at in done if at is not None])


def _added(rises: list[Point]) -> tuple[Point, ...]:
    total, told = Decimal(0), []
    for at, value in sorted(rises):
        total += value
        told.append((at, total))
    return tuple(told)


def span(watch: SessionSnapshot, drawn: Iterable[Curve], now: datetime) -> tuple[datetime, datetime] | None:
    """Return the time to draw: from the start, and as far ahead again at most; None where nothing began."""
    session = watch.session
    began = None if session is None else session.started_at or session.created_at
    if session is None or began is None:
        return None
    start = aware(began)
    over = aware(session.ended_at) if session.ended_at is not None else now if watch.ended else None
    last = over or now
    past = max(last - start, _LEAST)
    coming = [session.runs_out_at, *(one.reached for one in drawn)] if over is None else []
    ahead = max((aware(at) - last for at in coming if at is not None), default=timedelta())
    return start, last + min(max(ahead, timedelta()), past)


def picture(
    course: Curve, over: tuple[datetime, datetime], now: datetime, tz: tzinfo | None, size: tuple[int, int]
) -> list[Line]:
    """Return the lines of one course: a heading, the curve with its numbers, and the times; `size` is in cells."""
    width, height = max(8, size[0] - _SIDE - 1), max(2, size[1] - 2)
    top = max(course.last, course.limit or Decimal(0), Decimal(1))
    dots = _dots(course, over, now, top, width, height)
    sides = {0: course.words(top), height - 1: course.words(Decimal(0))}
    lines = [_heading(course, now, tz, size[0])]
    for number, row in enumerate(dots.rows()):
        side = pad(sides.get(number, ""), _SIDE, "right")
        lines.append(line(Cell(f"{side} ", Tone.DIM), Cell(row, Tone.PLAIN)))
    lines.append(line(Cell(" " * (_SIDE + 1) + _times(over, now, tz, width), Tone.DIM)))
    return lines


def _heading(course: Curve, now: datetime, tz: tzinfo | None, width: int) -> Line:
    told = f"{course.name} {'≥ ' if course.at_least else ''}{course.words(course.last)}"
    if course.limit is not None:
        told += f" of {course.words(course.limit)}"
    told += f" {course.unit}" if course.unit else ""
    more = " · NO LIMIT" if course.limit is None else " · ┄ limit"
    if course.reached is not None and course.reached > now:
        at = clock(course.reached, now, tz)
        forms = (f"{more} · ⠐ reached about {at} at this rate", f"{more} · ⠐ about {at}")
        more = fitting(forms, width - cells(told))
    return line(Cell(told, Tone.STRONG), Cell(more, Tone.DIM))


def _dots(course: Curve, over: tuple[datetime, datetime], now: datetime, top: Decimal, width: int, height: int) -> Dots:
    dots, (start, end) = Dots(width, height), over
    whole = max((end - start).total_seconds(), 1.0)

    def place(at: datetime, value: Decimal) -> tuple[int, int]:
        share = (at - start).total_seconds() / whole
        return round(share * (dots.across - 1)), round(float(value / top) * (dots.up - 1))

    here = place(start, Decimal(0))
    for at, value in course.points:
        there = place(at, value)
        dots.line(here, (there[0], here[1]))
        dots.line((there[0], here[1]), there)
        here = there
    today = place(min(now, end), course.last)
    dots.line(here, (max(here[0], today[0]), here[1]))
    if course.limit is not None:
        level = place(start, course.limit)[1]
        dots.line((0, level), (dots.across - 1, level), _SPARSE)
        if course.reached is not None and course.reached > now:
            dots.line(today, place(course.reached, course.limit), _FINE)
    return dots


def _times(over: tuple[datetime, datetime], now: datetime, tz: tzinfo | None, width: int) -> str:
    """Return the first and the last time at the ends, and "now" below its place where there is room."""
    (start, end), told = over, ""
    first, last = clock(start, now, tz), clock(end, now, tz)
    told = first + " " * max(1, width - len(first) - len(last)) + last
    at = round((now - start) / max(end - start, _LEAST) * width) - 1 if start <= now <= end else -1
    if len(first) < at and at + 4 < len(told) - len(last):
        told = f"{told[:at]}now{told[at + 3 :]}"
    return told
