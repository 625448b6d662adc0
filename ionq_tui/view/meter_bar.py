"""Meters as lines of a screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ionq_tui.view.amount import UNKNOWN
from ionq_tui.view.meter import Meter, bar
from ionq_tui.view.sanitize import cells, cut, pad
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import fitting

_NAME = 7
Widths = tuple[int, int, int]
"""Widths in cells of the columns for used, limit and left."""
NARROWEST: Widths = (6, 8, 10)
_WIDEST: Widths = (24, 14, 16)
"""A longer text does not widen the columns of the other meters."""
_BAR = 40
_LEAST_BAR = 4


def column_widths(shown: Iterable[Meter]) -> Widths:
    """Return column widths that align these meters, including those with a "≥"."""
    wide = NARROWEST
    for meter in shown:
        if not meter.over:
            needed = [cells(part) for part in _parts(meter)]
            needed[1] = 0 if meter.unlimited else needed[1]
            wide = wider(wide, needed)
    return wide


def wider(held: Widths, needed: Sequence[int]) -> Widths:
    """Return the widths that are enough for both; what is much too long does not count."""
    used, limit, left = (
        max(one, other if other <= most else 0) for one, other, most in zip(held, needed, _WIDEST, strict=True)
    )
    return used, limit, left


def meter_line(meter: Meter, width: int, tail: str = "", tail_room: int = 0, columns: Widths = NARROWEST) -> Line:
    """Return one line of at most `width` cells: used, limit, the bar in the room between, percent, left, and the tail.

    What does not fit goes in this order: the tail, the bar, the percentage. `tail_room` cells are reserved for a tail
    even if there is none, so that the bars of several meters are aligned.
    """
    name = Cell(pad(meter.name, _NAME), Tone.DIM)
    room = width - _NAME
    head, percent, left = _columns(meter, columns)
    more = f"  {tail:>{tail_room}}" if tail or tail_room else ""
    least = _LEAST_BAR if meter.fraction is not None else 0
    for ending in (percent + left + more, percent + left):
        if cells(head) + least + cells(ending) <= room:
            drawn = bar(meter, min(_BAR, room - cells(head) - cells(ending)))
            return line(name, Cell(head, meter.tone), *drawn, Cell(ending.rstrip(" "), meter.tone))
    used, limit, rest = _parts(meter)
    first = f"{rest} {limit}" if rest else f"{used} {limit}"
    forms = (
        f"{head}{percent}{left}",
        f"{used} {limit} {percent} {rest}",
        f"{used} {limit} {rest}",
        first,
        rest or used,
    )
    return line(name, Cell(cut(fitting([one.rstrip(" ") for one in forms], room), max(0, room)), meter.tone))


def note_line(meter: Meter, width: int) -> Line:
    """Return the meter's note, aligned with its text; empty if there is none."""
    return below(meter.note, width) if meter.note else ()


def below(text: str, width: int) -> Line:
    """Return a line below a meter, aligned with its text."""
    return line(Cell(" " * _NAME + cut(text, max(0, width - _NAME)), Tone.DIM))


def _columns(meter: Meter, columns: Widths) -> tuple[str, str, str]:
    """Return what stands before the bar, the percentage, and what is left, aligned with the other meters."""
    used, limit, left = _parts(meter)
    percent = f" {meter.percent:>4}" if meter.percent else ""
    if meter.over:
        return pad_up(used, columns[0] + columns[1] + 1) + " ", percent, ""
    head = f"{pad_up(used, columns[0])} {pad_up(limit, columns[1])} "
    return head, percent, "  " + pad_up(left, columns[2]) if left else ""


def _parts(meter: Meter) -> tuple[str, str, str]:
    if meter.over:
        return f"{meter.used} / {meter.limit} OVER", "", ""
    left = f"{meter.left} left" if meter.left != UNKNOWN or not (meter.unlimited or meter.tone is Tone.DIM) else ""
    return meter.used, f"of {meter.limit}", left


def pad_up(text: str, width: int) -> str:
    """Pad the text to at least `width` cells. Numbers are never cut."""
    return text + " " * (width - cells(text))
