"""Keeps the collector of garbage from walking through thousands of jobs, and lets go of what closed screens painted."""

from __future__ import annotations

import gc
from contextlib import suppress

from textual._styles_cache import StylesCache

_MANY = 1000
_GROWN = 1.25
_SELDOM = 10_000
"""New objects between two collections while screens are loaded, which takes no time worth telling."""
_USUAL = gc.get_threshold()


def collect_later() -> None:
    """Look past what was painted with, where the command line put the collecting off: that is here to stay."""
    if not gc.isenabled():
        gc.freeze()


def collect_seldom() -> None:
    """Collect what loading modules left behind, once nobody waits; it is much, and more comes with the next screens."""
    if not gc.isenabled():
        gc.set_threshold(_SELDOM)
        gc.enable()


def collect_as_usual() -> None:
    """Collect as often as Python does once a start is over; what it has made is here to stay."""
    if not gc.isenabled() or gc.get_threshold()[0] == _SELDOM:
        gc.freeze()
        gc.set_threshold(*_USUAL)
        gc.enable()


def drop_pictures() -> None:
    """Let go of what closed screens painted.

    Textual remembers colours under the widget that asked for them, and so keeps whatever a thousand widgets painted
    last, long after they are gone; what is still shown is asked for again.
    """
    with suppress(AttributeError):  # of a Textual that remembers them otherwise
        StylesCache.get_inner_outer.cache_clear()


class Heap:
    """Knows for how many sessions, jobs and costs the collector was last told to look past what there is.

    Those hold no cycles, so they go when nobody holds them, collector or not; a walk past 20,000 jobs takes as long as
    several frames.
    """

    def __init__(self) -> None:
        """Begin with nothing passed over."""
        self._passed = 0

    def holds(self, count: int) -> None:
        """Look past all of it, each time there is a quarter more."""
        if count > _MANY and count > self._passed * _GROWN:
            gc.freeze()
            self._passed = count
