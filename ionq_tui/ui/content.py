"""Conversion of `view` lines to Textual content: tones become theme variables, and text is never parsed as markup."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from textual.content import Content

from ionq_tui.view.style import BarEdge, BarPart, Cell, Chip, Line, Tone, line

_STYLES = {
    Tone.PLAIN: "",
    Tone.DIM: "$text-muted",
    Tone.STRONG: "bold",
    Tone.GOOD: "$text-success",
    Tone.WARN: "bold $text-warning",
    Tone.BAD: "bold $text-error",
    Tone.ACCENT: "$text-primary",
}

_TRACK = "on $panel"
"""The background of the part of a bar that is left."""
_RESERVED = {
    Tone.GOOD: "on $success-muted",
    Tone.WARN: "on $warning-muted",
    Tone.BAD: "on $error-muted",
}
"""The background of a cell in which the reserved part of a bar begins: about what a shaded cell looks like."""


def painted(shown: Line | str) -> Content:
    """Return the content of one line."""
    cells = line(shown) if isinstance(shown, str) else shown
    return Content.assemble(*((cell.text, _style(cell)) for cell in cells))


def _style(cell: Cell) -> str:
    told = _STYLES[cell.tone]
    if isinstance(cell, BarEdge):
        return f"{told} {_RESERVED.get(cell.tone, _TRACK)}"
    if isinstance(cell, BarPart):
        return f"{told} {_TRACK}"
    return f"{told} {_ground(cell.ground)}" if isinstance(cell, Chip) else told


@lru_cache(8)
def _ground(color: str) -> str:
    """Return a style with this background color, and black or white text, whichever is readable on it."""
    from ionq_tui.model.color import readable_on, rgb  # needed only by profiles with a color

    ground = rgb(color)
    return f"{readable_on(ground)} on {ground}"


def pages(lines: Iterable[Line | str]) -> Content:
    """Return the content of several lines."""
    return Content("\n").join([painted(one) for one in lines])
