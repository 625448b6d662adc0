"""What a word should look like; the word itself always says as much as its colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ionq_tui.view.plain import cells


class Tone(StrEnum):
    """How a cell is painted; the values serve as names of styles."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of harmless text and how it is painted."""

    text: str
    tone: Tone = Tone.PLAIN


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
