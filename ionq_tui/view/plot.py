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
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import clock
from ionq_tui.view.wrap import fitting

LEAST_HEIGHT = 9
"""Lines of a picture with six rows of plot: a heading, the plot, its axis and the times below that."""
_AROUND = 3
_LEAST_WIDTH, _LEAST_ROWS = 8, 2
_LONGEST_LABEL = 14
_LEAST_SPAN = timedelta(minutes=1)
_HEADROOM = Decimal("1.08")
"""The highest value is drawn a little below the top, so that the limit is not the border."""
_TICKS = 4
_ROWS_PER_TICK = 3
_RESERVED, _AHEAD, _LIMIT, _DASH, _GRID = "▒", "·", "━", "•", "┈"
_TIMES = tuple(
    timedelta(seconds=seconds)
    for seconds in (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
)
_EPOCH = datetime(2024, 1, 1)
_NOW = "now"
_GAP = 2
"""Least cells between two words below the axis."""
Span = tuple[datetime, datetime]
Spot = tuple[str, Tone]


def picture(curve: Curve, over: Span, now: datetime, tz: tzinfo | None, size: tuple[int, int]) -> list[Line]:
    """Return a heading, the plot, its axis and the times below it; `size` is in cells."""
    rows = max(_LEAST_ROWS, size[1] - _AROUND)
    top = (max(curve.highest, curve.limit or Decimal(0)) or Decimal(1)) * _HEADROOM
    ticks = value_ticks(top, rows, whole=not curve.unit)
    labels = {row_of(value, top, rows): _label(curve, value) for value in ticks}
    side = max(cells(label) for label in labels.values())
    width = max(_LEAST_WIDTH, size[0] - side - 2)
    plot = _Plot(curve, over, now, tz, top, width, rows, frozenset(labels))
    lines = [_heading(curve, now, tz, size[0])]
    for number, row in enumerate(plot.rows()):
        mark = "┤" if number in labels else "│"
        lines.append(line(Cell(f"{pad(labels.get(number, ''), side, 'right')} {mark}", Tone.DIM), *_pieces(row)))
    axis = ["─"] * width
    below = [" "] * (side + 2 + width)
    for place, words in time_ticks(over, now, tz, width):
        axis[place] = "┬"
        start = side + 2 + _start(place, words, width)
        below[start : start + len(words)] = words
    lines.append(line(Cell(f"{' ' * side} └{''.join(axis)}", Tone.DIM)))
    lines.append(line(Cell("".join(below), Tone.DIM)))
    return lines


class _Plot:
    """The cells of one plot."""

    def __init__(
        self,
        curve: Curve,
        over: Span,
        now: datetime,
        tz: tzinfo | None,
        top: Decimal,
        width: int,
        rows: int,
        ticks: frozenset[int],
    ) -> None:
        self._curve, self._over, self._now, self._tz = curve, over, now, tz
        self._top, self._width, self._height = top, width, rows
        self._whole = max((over[1] - over[0]).total_seconds(), 1.0)
        self._cells: list[list[Spot]] = [
            [(_GRID if row in ticks and row < rows - 1 else " ", Tone.DIM)] * width for row in range(rows)
        ]

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
            eighths = self._eighths(used)
            for row in range(self._height):
                part = min(8, eighths - 8 * (self._height - 1 - row))
                if part > 0:
                    self._cells[row][column] = (RISING[part], Tone.ACCENT)
            for row in range(self._row(both), self._height - eighths // 8):
                if both > used and self._cells[row][column][0] not in RISING[1:]:
                    self._cells[row][column] = (_RESERVED, Tone.ACCENT)

    def _limit(self, limit: Decimal) -> None:
        row = self._row(limit)
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
            row = self._row(begin + (limit - begin) * Decimal(share))
            for below in range(row + 1, self._height):
                self._cells[below][column] = (_AHEAD, Tone.DIM)
            if share < 1 and (column - first) % 2:
                self._cells[row][column] = (_DASH, Tone.WARN)
        if reached <= self._over[1]:
            words = f" limit about {clock(reached, self._now, self._tz)} "
            place = self._column(reached)
            start = place - cells(words) if place >= cells(words) else place + 1
            row = self._row(limit)
            self._cells[row][place] = ("╋", Tone.WARN)
            self._write(row + 1 if row + 1 < self._height else row, start, words, Tone.WARN)

    def _write(self, row: int, start: int, words: str, tone: Tone) -> None:
        """Write words into a row, if they fit."""
        if start >= 0 and start + cells(words) <= self._width:
            self._cells[row][start : start + len(words)] = [(one, tone) for one in words]

    def _column(self, at: datetime) -> int:
        share = (at - self._over[0]).total_seconds() / self._whole
        return max(0, min(self._width - 1, int(share * self._width)))

    def _row(self, value: Decimal) -> int:
        return row_of(value, self._top, self._height)

    def _eighths(self, value: Decimal) -> int:
        return eighths(value, self._top, self._height)


def row_of(value: Decimal, top: Decimal, rows: int) -> int:
    """Return the row of a value, counted from zero at the top, where `rows` are as high as `top`."""
    return max(0, min(rows - 1, rows - 1 - int(float(value / top) * rows)))


def eighths(value: Decimal, top: Decimal, rows: int) -> int:
    """Return the height of a value in eighths of rows; a value above zero is never drawn as nothing."""
    return max(1, round(float(value / top) * rows * 8)) if value > 0 else 0


def value_at(points: Sequence[Point], at: datetime) -> Decimal:
    """Return what a curve had come to at a moment."""
    index = bisect_right(points, at, key=lambda point: point[0])
    return points[index - 1][1] if index else Decimal(0)


def value_ticks(top: Decimal, rows: int, *, whole: bool = False) -> list[Decimal]:
    """Return round values from zero on, in steps of 1, 2 or 5: at least four, but only `whole` ones where asked."""
    most = max(_TICKS, rows // _ROWS_PER_TICK)
    least = Decimal(int(whole))
    step = max(least, _round_up(top / most))
    values = [step * number for number in range(int(top / step) + 1)]
    while len(values) < _TICKS and step != least:
        step = _round_down(step)
        values = [step * number for number in range(int(top / step) + 1)]
    return values


def _steps(near: Decimal) -> Iterator[Decimal]:
    power = Decimal(10) ** near.adjusted()
    yield from (power * number for number in (1, 2, 5, 10))


def _round_up(value: Decimal) -> Decimal:
    return next(one for one in _steps(value) if one >= value)


def _round_down(step: Decimal) -> Decimal:
    below = [one for one in (*_steps(step / 10), *_steps(step)) if one < step]
    return below[-1]


def _label(curve: Curve, value: Decimal) -> str:
    words = curve.words(value)
    if cells(words) <= _LONGEST_LABEL:
        return words
    short = f"{value:.0f}"  # without separators and decimals
    return short if len(short) <= _LONGEST_LABEL else f">{'9' * (_LONGEST_LABEL - 1)}"


def time_ticks(over: Span, now: datetime, tz: tzinfo | None, width: int) -> list[tuple[int, str]]:
    """Return columns and words below them: round times, as many as have room, and "now"; no two words touch."""
    (start, end), found = over, []
    whole = max(end - start, _LEAST_SPAN)
    for step in _TIMES:
        if int(whole / step) > width:
            continue
        found = list(_at_steps(start, end, step, now, tz, width))
        if len(_apart(found, width)) == len(found):
            break
    if start <= now <= end:
        here = min(width - 1, int((now - start) / whole * width))
        found = [(here, _NOW), *found]
    return sorted(_apart(found, width))


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


def _heading(curve: Curve, now: datetime, tz: tzinfo | None, width: int) -> Line:
    """Return "charged 18.20 of 30.00 usd · 4.10 reserved", with NO LIMIT where there is none."""
    told = f"{curve.name} {'≥ ' if curve.at_least else ''}{curve.words(curve.last)}"
    if curve.limit is not None:
        told += f" of {curve.words(curve.limit)}"
    told += f" {curve.unit}" if curve.unit else ""
    more = " · NO LIMIT" if curve.limit is None and curve.limitable else ""
    if curve.held:
        more += f" · {_RESERVED} {curve.words(curve.held)} reserved"
    if curve.limit is not None and curve.reached is not None and curve.reached > now:
        at = clock(curve.reached, now, tz)
        more = fitting(
            (f"{more} · {_DASH} limit about {at} at this rate", f"{more} · limit about {at}"), width - cells(told)
        )
    return line(Cell(cut(told, width), Tone.STRONG), Cell(cut(more, max(0, width - cells(told))), Tone.DIM))
