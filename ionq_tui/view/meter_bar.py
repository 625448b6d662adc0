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
NARROWEST: Widths = (17, 10, 10)
_WIDEST: Widths = (24, 14, 16)
"""A longer text does not widen the columns of the other meters."""
_BAR = 20
_LEAST_BAR = 4


def column_widths(shown: Iterable[Meter]) -> Widths:
    """Return column widths that align these meters, including those with a "≥"."""
    wide = NARROWEST
    for meter in shown:
        if not meter.over:
            needed = [cells(part) for part in _parts(meter)]
            needed[1] = 0 if meter.unlimited else needed[1]
            wide = _wider(wide, needed)
    return wide


def _wider(held: Widths, needed: Sequence[int]) -> Widths:
    used, limit, left = (
        max(one, other if other <= most else 0) for one, other, most in zip(held, needed, _WIDEST, strict=True)
    )
    return used, limit, left


def meter_line(meter: Meter, width: int, tail: str = "", tail_room: int = 0, columns: Widths = NARROWEST) -> Line:
    """Return one line of at most `width` cells. The text comes first; the bar gets the remaining room.

    `tail_room` cells are reserved for a tail even if there is none, so that the bars of several meters are aligned.
    """
    name = Cell(pad(meter.name, _NAME), Tone.DIM)
    percent = f" {meter.percent:>4}" if meter.percent else ""
    said = cut(_said(meter, columns, width - _NAME, cells(percent)), max(0, width - _NAME))
    room = width - _NAME - cells(said)
    whole = percent + (f" {tail:<{tail_room}}" if tail or tail_room else "")
    ending = next((one for one in (whole, percent) if cells(one) <= room), "")
    drawn = bar(meter, min(_BAR, room - cells(ending)))
    if len(drawn) < _LEAST_BAR:
        drawn = ""
    return line(name, Cell(said, meter.tone), Cell(drawn, meter.tone), Cell(ending, meter.tone))


def note_line(meter: Meter, width: int) -> Line:
    """Return the meter's note, aligned with its text; empty if there is none."""
    return line(Cell(" " * _NAME + cut(meter.note, max(0, width - _NAME)), Tone.DIM)) if meter.note else ()


def _said(meter: Meter, columns: Widths, room: int, percent: int) -> str:
    """Return the text aligned with the other meters, or only its most important part if there is no room."""
    if meter.over:
        return pad_up(f"{meter.used} / {meter.limit} OVER", sum(columns) + 2) + " "
    parts = _parts(meter)
    said = "".join(f"{pad_up(part, width)} " for part, width in zip(parts, columns, strict=True))
    if cells(said.rstrip(" ")) + percent <= room:
        return said
    used, limit, left = parts
    most = f"{left} {limit}" if meter.left != UNKNOWN else used
    return fitting((" ".join(part for part in parts if part), most), room - percent - 1) + " "


def _parts(meter: Meter) -> tuple[str, str, str]:
    used = meter.used if " res." in meter.used else f"used  {meter.used}"
    left = f"left {meter.left}" if meter.left != UNKNOWN or not meter.unlimited else ""
    return used, f"of {meter.limit}", left


def pad_up(text: str, width: int) -> str:
    """Pad the text to at least `width` cells. Numbers are never cut."""
    return text + " " * (width - cells(text))
