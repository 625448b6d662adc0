"""One curve as lines of a screen: filled up to now, with ticks, its limit, and where its recent rate leads.

Drawn here and not by `textual-plotext` because of the time that each drawing takes. Measured on one machine with
textual-plotext 1.0.1 and plotext 5.3.2: it can fill, stack two colors, label, and use given ticks and colors,
and its import costs 25 to 40 ms and 1 MB beside Textual. But a plot of 90 x 16 cells takes 17 to 33 ms with 300 points
and 375 to 600 ms with 20,000, in the thread that answers keys; this module takes 2 to 3 ms with 20,000.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import groupby

from ionq_tui.view.blocks import RISING
from ionq_tui.view.chart import Curve, Point
from ionq_tui.view.sanitize import cells, cut, pad
from ionq_tui.view.scale import Scale, value_scale
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import clock
from ionq_tui.view.wrap import fitting

LEAST_HEIGHT = 9
"""Lines of a picture with six rows of plot: a heading, the plot, its axis and the times below that."""
_AROUND = 3
_LEAST_WIDTH, _LEAST_ROWS = 8, 2
_LONGEST_LABEL = 14
_LEAST_SPAN = timedelta(minutes=1)
_RESERVED, _AHEAD, _LIMIT, _DASH, _GRID = "▒", "·", "━", "•", "┈"
_TIMES = tuple(
    timedelta(seconds=seconds)
    for seconds in (15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
)
_EPOCH = datetime(2024, 1, 1)
_NOW = "now"
_GAP = 2
"""Least cells between two words below the axis."""
Span = tuple[datetime, datetime]
Spot = tuple[str, Tone]


def picture(
    curve: Curve, over: Span, now: datetime, tz: tzinfo | None, size: tuple[int, int], *, numbers: bool = True
) -> list[Line]:
    """Return a heading, the plot, its axis and the times below it; `size` is in cells.

    Without `numbers` the heading leaves out those that stand in a meter beside the plot.
    """
    rows = max(_LEAST_ROWS, size[1] - _AROUND)
    highest = max(curve.highest, curve.limit or Decimal(0)) or Decimal(1)
    scale = value_scale(highest, rows, limit=curve.limit, whole=not curve.unit)
    labels = {row: _label(curve, value) for row, value in scale.ticks.items()}
    zero = _label(curve, Decimal(0))
    side = max(map(cells, (zero, *labels.values())))
    width = max(_LEAST_WIDTH, size[0] - side - 2)
    plot = _Plot(curve, over, now, tz, scale, width)
    drawn = plot.rows()
    lines = [_heading(curve, now, tz, size[0], numbers=numbers, crossing=plot.crossing, shaded=plot.shaded)]
    for number, row in enumerate(drawn):
        mark = "┤" if number in labels else "│"
        lines.append(line(Cell(f"{pad(labels.get(number, ''), side, 'right')} {mark}", Tone.DIM), *_pieces(row)))
    below = [" "] * (side + 2 + width)
    ticks = time_ticks(over, now, tz, width)
    for place, words in ticks:
        start = side + 2 + _start(place, words, width)
        below[start : start + len(words)] = words
    axis = _axis([place for place, _ in ticks], plot.now_at, width)
    lines.append(line(Cell(f"{pad(zero, side, 'right')} └{axis}", Tone.DIM)))
    lines.append(line(Cell("".join(below), Tone.DIM)))
    return lines


def _axis(places: Sequence[int], now_at: int | None, width: int) -> str:
    """Return the axis with a mark at each time, and "now" in it, which would displace one of the times below it."""
    axis = ["─"] * width
    for place in places:
        axis[place] = "┬"
    if now_at is not None:
        starts = [max(0, min(width - len(_NOW), now_at + shift)) for shift in (-1, 0, -2, 1, -3)]
        free = (start for start in starts if "┬" not in axis[start : start + len(_NOW)])
        start = next(free, starts[0])
        axis[start : start + len(_NOW)] = _NOW
    return "".join(axis)


class _Plot:
    """The cells of one plot."""

    def __init__(
        self,
        curve: Curve,
        over: Span,
        now: datetime,
        tz: tzinfo | None,
        scale: Scale,
        width: int,
    ) -> None:
        self._curve, self._over, self._now, self._tz = curve, over, now, tz
        self._scale, self._width, self._height = scale, width, scale.rows
        self._whole = max((over[1] - over[0]).total_seconds(), 1.0)
        ticks = scale.ticks
        self._cells: list[list[Spot]] = [
            [(_GRID if row in ticks else " ", Tone.DIM)] * width for row in range(scale.rows)
        ]
        self.now_at = self._column(now) if over[0] <= now <= over[1] else None
        """The column of the present; None if that is not in the picture."""
        self.crossing = False
        """Whether the time at which the limit is reached is written into the plot."""
        self.shaded = False
        """Whether anything reserved is drawn."""

    def rows(self) -> list[list[Spot]]:
        """Draw everything, the most important last."""
        self._fill()
        if self._curve.limit is not None:
            self._limit(self._curve.limit)
        self._ahead()
        return self._cells

    def _fill(self) -> None:
        """Fill the columns until now: what was used, and above it what is reserved."""
        here = self._column(min(self._now, self._over[1]))
        for column in range(here + 1):
            moment = self._over[0] + timedelta(seconds=self._whole * (column + 1) / self._width)
            used = value_at(self._curve.points, min(moment, self._now))
            held = self._curve.held if column == here else value_at(self._curve.reserved, moment)
            both = used + held
            eighths = self._scale.eighths(used)
            for row in range(self._height):
                part = min(8, eighths - 8 * (self._height - 1 - row))
                if part > 0:
                    self._cells[row][column] = (RISING[part], Tone.ACCENT)
            for row in range(self._scale.row(both), self._height - eighths // 8):
                if both > used and self._cells[row][column][0] not in RISING[1:]:
                    self._cells[row][column] = (_RESERVED, Tone.ACCENT)
                    self.shaded = True

    def _limit(self, limit: Decimal) -> None:
        row = self._scale.row(limit)
        # Through a full cell, which is over the limit, but not over the end of a column in this row.
        self._cells[row] = [spot if spot[0] in RISING[1:-1] else (_LIMIT, Tone.WARN) for spot in self._cells[row]]
        self._write(row, 1, f" limit {self._curve.words(limit)} ", Tone.WARN)

    def _ahead(self) -> None:
        """Draw where the rate of late leads: a dashed line over a shade, and the time of the crossing."""
        limit, reached = self._curve.limit, self._curve.reached
        if limit is None or reached is None or reached <= self._now:
            return
        first = self._column(self._now)
        begin, seconds = self._curve.highest, (reached - self._now).total_seconds()
        for column in range(first + 1, self._width):
            passed = self._whole * (column + 0.5) / self._width - (self._now - self._over[0]).total_seconds()
            share = min(1.0, max(0.0, passed / seconds))
            row = self._scale.row(begin + (limit - begin) * Decimal(share))
            for below in range(row + 1, self._height):
                self._cells[below][column] = (_AHEAD, Tone.DIM)
            if share < 1 and (column - first) % 2:
                self._cells[row][column] = (_DASH, Tone.WARN)
        if reached <= self._over[1]:
            words = f" limit about {clock(reached, self._now, self._tz)} "
            place = self._column(reached)
            start = place - cells(words) if place >= cells(words) else place + 1
            row = self._scale.row(limit)
            self._cells[row][place] = ("╋", Tone.WARN)
            self.crossing = self._write(row + 1 if row + 1 < self._height else row, start, words, Tone.WARN)

    def _write(self, row: int, start: int, words: str, tone: Tone) -> bool:
        """Write words into a row, if they fit; return whether they do."""
        fits = start >= 0 and start + cells(words) <= self._width
        if fits:
            self._cells[row][start : start + len(words)] = [(one, tone) for one in words]
        return fits

    def _column(self, at: datetime) -> int:
        share = (at - self._over[0]).total_seconds() / self._whole
        return max(0, min(self._width - 1, int(share * self._width)))


def value_at(points: Sequence[Point], at: datetime) -> Decimal:
    """Return what a curve had come to at a moment."""
    index = bisect_right(points, at, key=lambda point: point[0])
    return points[index - 1][1] if index else Decimal(0)


def _label(curve: Curve, value: Decimal) -> str:
    words = curve.words(value)
    if cells(words) <= _LONGEST_LABEL:
        return words
    short = f"{value:.0f}"  # without separators and decimals
    return short if len(short) <= _LONGEST_LABEL else f">{'9' * (_LONGEST_LABEL - 1)}"


def time_ticks(over: Span, now: datetime, tz: tzinfo | None, width: int) -> list[tuple[int, str]]:
    """Return columns and words below them: round times, as many as have room; no two words touch."""
    (start, end), found = over, []
    whole = max(end - start, _LEAST_SPAN)
    for step in _TIMES:
        if int(whole / step) > width:
            continue
        found = list(_at_steps(start, end, step, now, tz, width))
        if len(_apart(found, width)) == len(found):
            break
    return _apart(found, width)


def _apart(ticks: Sequence[tuple[int, str]], width: int) -> list[tuple[int, str]]:
    """Return the ticks whose words keep a distance from those of the ticks before them in the list."""
    kept: list[tuple[int, str]] = []
    taken: list[tuple[int, int]] = []
    for place, words in ticks:
        first = _start(place, words, width)
        last = first + cells(words)
        if last <= width and all(last + _GAP <= begin or end + _GAP <= first for begin, end in taken):
            kept.append((place, words))
            taken.append((first, last))
    return kept


def _start(place: int, words: str, width: int) -> int:
    """Return the first column of words that are centered on a place, as far as the width allows."""
    return max(0, min(place - cells(words) // 2, width - cells(words)))


def _at_steps(
    start: datetime, end: datetime, step: timedelta, now: datetime, tz: tzinfo | None, width: int
) -> Iterator[tuple[int, str]]:
    local = start.astimezone(tz)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + step * int(-(-(local - midnight) // step))
    whole = max(end - start, _LEAST_SPAN)
    seconds = step < timedelta(minutes=1)
    while at <= end:
        yield min(width - 1, int((at - start) / whole * width)), clock(at, now, tz, seconds=seconds)
        at += step


def _pieces(row: Sequence[Spot]) -> Iterator[Cell]:
    for tone, spots in groupby(row, key=lambda spot: spot[1]):
        yield Cell("".join(spot[0] for spot in spots), tone)


def _heading(
    curve: Curve, now: datetime, tz: tzinfo | None, width: int, *, numbers: bool, crossing: bool, shaded: bool
) -> Line:
    """Return "charged 18.20 of 30.00 usd · 4.10 reserved", with NO LIMIT where there is none.

    Without `numbers` only what is drawn and how; when the limit is reached is left out if the plot tells it.
    """
    told, more = curve.name, ""
    if numbers:
        told += f" {'≥ ' if curve.at_least else ''}{curve.words(curve.last)}"
        told += f" of {curve.words(curve.limit)}" if curve.limit is not None else ""
        more += " · NO LIMIT" if curve.limit is None and curve.limitable else ""
    told += f"{'' if numbers else ','} {curve.unit}" if curve.unit else ""
    if curve.held:
        more += f" · {_RESERVED} {curve.words(curve.held) + ' ' if numbers else ''}reserved"
    elif shaded:
        more += f" · {_RESERVED} reserved earlier"
    if curve.limit is not None and curve.reached is not None and curve.reached > now:
        at = "" if crossing else f"limit about {clock(curve.reached, now, tz)}"
        when = f" · {at}" if at else ""
        forms = (f"{more} · {_DASH} {at + ' ' if at else ''}at this rate", f"{more}{when}", when)
        more = fitting(forms, width - cells(told))
    return line(Cell(cut(told, width), Tone.STRONG), Cell(cut(more, max(0, width - cells(told))), Tone.DIM))
