"""Bars of block characters, exact to an eighth of a cell."""

from __future__ import annotations

EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉")
"""Blocks of so many eighths of a cell, from the left."""
RISING = " ▁▂▃▄▅▆▇█"
"""Blocks of so many eighths of a cell, from below."""


def eighths(fraction: float, width: int) -> int:
    """Round to eighths of cells, but never to zero for a positive value, and to a full bar only for the full value."""
    whole = width * 8
    if fraction >= 1:
        return whole
    return 0 if fraction <= 0 else min(max(1, round(fraction * whole)), whole - 1)


def filled(fraction: float, width: int) -> str:
    """Return a bar for a fraction of the width, without what is left; nothing is drawn for zero."""
    if width <= 0:
        return ""
    whole, part = divmod(eighths(fraction, width), 8)
    return "█" * whole + EIGHTHS[part]
