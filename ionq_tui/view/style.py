"""Tones of text; the text itself always carries the meaning of its color."""

from __future__ import annotations

from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.sanitize import cells


class Tone(StrEnum):
    """Tone of a cell; the values are names of styles."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"


@quick_dataclass(frozen=True, slots=True)
class Cell:
    """A piece of sanitized text and its tone."""

    text: str
    tone: Tone = Tone.PLAIN


@quick_dataclass(frozen=True, slots=True)
class Chip(Cell):
    """A piece of text on a background color chosen by the user."""

    ground: str = ""
    """A color that `model.color` knows."""


@quick_dataclass(frozen=True, slots=True)
class BarPart(Cell):
    """A piece of a bar, on the background that shows how long the whole bar is."""


@quick_dataclass(frozen=True, slots=True)
class BarEdge(BarPart):
    """The last piece of the used part of a bar, on the shade of the reserved part, which begins in the same cell."""


Line = tuple[Cell, ...]

Fact = tuple[str, str]
"""What it is, and what is known of it."""


def line(*parts: Cell | str) -> Line:
    """Return a line from cells and plain words."""
    return tuple(part if isinstance(part, Cell) else Cell(part) for part in parts if part != "")


def words(shown: Line) -> str:
    """Return the line's text without its tones."""
    return "".join(cell.text for cell in shown)


def joined(parts: list[Line], between: str = " · ") -> Line:
    """Return the lines as one, with a dim sign between them; empty ones are left out."""
    told: list[Cell] = []
    for part in parts:
        if words(part):
            told += [Cell(between, Tone.DIM), *part] if told else part
    return tuple(told)


def width_of(shown: Line) -> int:
    """Return how many cells of a terminal the line takes."""
    return cells(words(shown))
