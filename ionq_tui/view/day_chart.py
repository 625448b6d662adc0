"""What was charged on each day, as columns of block characters with ticks and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from ionq_tui.model.money import figure
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.blocks import RISING
from ionq_tui.view.sanitize import cells, pad
from ionq_tui.view.scale import Scale, value_scale
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import short_day

LEAST_HEIGHT = 5
_AXIS = 2
"""Lines below the columns: the axis and the dates."""
_WIDEST = 7
"""Cells of a column."""
_GAP = 2
"""Least cells between two dates."""
OTHERS = "▒"


@quick_dataclass(frozen=True, slots=True)
class DayBar:
    """One day: what this machine recorded, and what is known of the whole organization, in one unit."""

    day: date
    ours: Decimal
    all: Decimal

    @property
    def top(self) -> Decimal:
        """The height of the column: the larger one, since both may be too low."""
        return max(self.ours, self.all)


def day_chart(bars: Sequence[DayBar], size: tuple[int, int]) -> list[Line]:
    """Return the columns, the axis and the dates in `size` cells; the oldest days go if there is too little width.

    The part of this machine is solid, that of the rest of the organization is shaded.
    """
    rows = max(LEAST_HEIGHT, size[1]) - _AXIS
    highest = max((one.top for one in bars), default=Decimal(0)) or Decimal(1)
    scale = value_scale(highest, rows)
    labels = {row: figure(value) for row, value in scale.ticks.items()}
    zero = figure(Decimal(0))
    side = max(map(cells, (zero, *labels.values())))
    room = max(1, size[0] - side - 2)
    shown = bars[-room:]
    each = max(1, min(_WIDEST, room // max(1, len(shown))))
    drawn = []
    for row in range(rows):
        mark = "┤" if row in labels else "│"
        head = Cell(f"{pad(labels.get(row, ''), side, 'right')} {mark}", Tone.DIM)
        spots = [spot for one in shown for spot in _spots(one, scale, rows - 1 - row, each)]
        pieces = (Cell("".join(text for text, _ in same), tone) for tone, same in groupby(spots, lambda spot: spot[1]))
        drawn.append(line(head, *pieces))
    drawn.append(line(Cell(f"{pad(zero, side, 'right')} └{'─' * (each * len(shown))}", Tone.DIM)))
    drawn.append(line(Cell(" " * (side + 2) + _dates([one.day for one in shown], each, room), Tone.DIM)))
    return drawn


def _spots(one: DayBar, scale: Scale, level: int, each: int) -> list[tuple[str, Tone]]:
    """Return the cells of a day in the row of a level, which counts from zero at the axis."""
    gap = [(" ", Tone.DIM)] if each > 1 else []
    ours, both = (scale.eighths(value) - level * 8 for value in (one.ours, one.top))
    if ours >= 8:
        text, tone = RISING[8], Tone.ACCENT
    elif ours > 0:  # where the shade begins in the same cell, it is left out there: both cannot be exact
        text, tone = RISING[ours], Tone.ACCENT
    elif both >= 8:
        text, tone = OTHERS, Tone.PLAIN
    else:
        text, tone = (RISING[both], Tone.PLAIN) if both > 0 else (" ", Tone.DIM)
    return [(text, tone)] * (each - len(gap)) + gap


def _dates(days: Sequence[date], each: int, room: int) -> str:
    """Return the dates below their columns, the last one first of all, as many as have room."""
    text = [" "] * room
    free = room
    for index in range(len(days) - 1, -1, -1):
        words = short_day(days[index])
        start = min(index * each, room - cells(words))
        if start >= 0 and start + cells(words) + (_GAP if free < room else 0) <= free:
            text[start : start + len(words)] = words
            free = start
    return "".join(text).rstrip(" ")
