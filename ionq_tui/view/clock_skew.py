"""Warning about a wrong clock on this machine."""

from __future__ import annotations

from datetime import timedelta

from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import spoken

TOLERATED = timedelta(minutes=1)


def skew_line(ahead: timedelta) -> Line:
    """Return a warning if this machine's clock is wrong by more than a minute; `ahead` is by how much it is slow."""
    words = skew_words(ahead)
    return line(Cell(f"! {words}", Tone.WARN)) if words else ()


def skew_words(ahead: timedelta) -> str:
    """Return the same as a text; empty if the clock is right."""
    if abs(ahead) <= TOLERATED:
        return ""
    way = "slow" if ahead > timedelta() else "fast"
    return f"this machine's clock is {spoken(abs(ahead))} {way}; times shown are IonQ's"
