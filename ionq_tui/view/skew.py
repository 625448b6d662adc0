"""Whether this machine's clock can be trusted."""

from __future__ import annotations

from datetime import timedelta

from ionq_tui.view.moment import spoken
from ionq_tui.view.tone import Cell, Line, Tone, line

TOLERATED = timedelta(minutes=1)


def skew_line(ahead: timedelta) -> Line:
    """Return that the clock here is wrong where it is wrong by more than a minute; `ahead` is how slow it is."""
    if abs(ahead) <= TOLERATED:
        return ()
    way = "slow" if ahead > timedelta() else "fast"
    return line(Cell(f"! this machine's clock is {spoken(abs(ahead))} {way}: times are IonQ's", Tone.WARN))
