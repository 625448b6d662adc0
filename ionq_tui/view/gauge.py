"""A meter as lines of a screen."""

from __future__ import annotations

from ionq_tui.view.amount import UNKNOWN
from ionq_tui.view.meter import Meter, bar
from ionq_tui.view.plain import cells, cut, pad
from ionq_tui.view.tone import Cell, Line, Tone, line

_NAME = 7
_USED, _LIMIT, _LEFT = 18, 11, 11
_BAR = 20
_LEAST_BAR = 4


def meter_line(meter: Meter, width: int, tail: str = "", tail_room: int = 0) -> Line:
    """Return one line of at most `width` cells; the words come first, the bar takes what room they leave.

    `tail_room` cells are kept for a tail even where there is none, so that the bars of several meters stay in line.
    """
    name = Cell(pad(meter.name, _NAME), Tone.DIM)
    said = Cell(cut(_said(meter), max(0, width - _NAME)), meter.tone)
    room = width - _NAME - cells(said.text)
    ending = f" {meter.percent:>4}" if meter.percent else ""
    ending += f" {tail:<{tail_room}}" if tail or tail_room else ""
    drawn = bar(meter, min(_BAR, room - cells(ending)))
    if len(drawn) < _LEAST_BAR:
        drawn = ""
    return line(name, said, Cell(drawn, meter.tone), Cell(cut(ending, max(0, room - len(drawn))), meter.tone))


def note_line(meter: Meter, width: int) -> Line:
    """Return the meter's note below its words; empty where there is none."""
    return line(Cell(" " * _NAME + cut(meter.note, max(0, width - _NAME)), Tone.DIM)) if meter.note else ()


def _said(meter: Meter) -> str:
    used = meter.used if " res." in meter.used else f"used  {meter.used}"
    if meter.over:
        return f"{meter.used} / {meter.limit} OVER  "
    left = f"left {meter.left}" if meter.left != UNKNOWN or not meter.unlimited else ""
    return " ".join((pad_up(used, _USED - 1), pad_up(f"of {meter.limit}", _LIMIT - 1), pad_up(left, _LEFT - 1), ""))


def pad_up(text: str, width: int) -> str:
    """Return the text in at least `width` cells: numbers are not cut."""
    return text + " " * (width - cells(text))
