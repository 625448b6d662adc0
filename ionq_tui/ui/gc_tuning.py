"""Tuning of the garbage collector, so that it does not traverse thousands of jobs, and release of closed screens."""

from __future__ import annotations

import gc

from ionq_tui.ui.textual_internals import drop_cached_styles

_MANY = 1000
_GROWN = 1.25
_SELDOM = 10_000
"""New objects between two collections while screens are loaded; the time this takes cannot be measured."""
_USUAL = gc.get_threshold()


def collect_later() -> None:
    """Exclude all present objects from collection, if the command line disabled it: they exist until the exit."""
    if not gc.isenabled():
        gc.freeze()


def collect_seldom() -> None:
    """Enable collection with a high threshold, once the start is over: loading modules creates much garbage at once."""
    if not gc.isenabled():
        gc.set_threshold(_SELDOM)
        gc.enable()


def collect_as_usual() -> None:
    """Restore Python's thresholds after the start, and exclude what it created from collection: it stays."""
    if not gc.isenabled() or gc.get_threshold()[0] == _SELDOM:
        gc.freeze()
        gc.set_threshold(*_USUAL)
        gc.enable()


def drop_rendered() -> None:
    """Release what closed screens rendered.

    Textual caches background colors under the widget that needed them, and so keeps up to 1024 widgets with their last
    rendering after they are removed. What is still shown is computed again.
    """
    drop_cached_styles()


class GcTuning:
    """Exclude sessions, jobs and costs from garbage collection as their number grows.

    They are in no reference cycles, so they are freed without the collector, and traversing 20,000 jobs takes the time
    of several frames.
    """

    def __init__(self) -> None:
        """Start with no objects excluded."""
        self._passed = 0

    def holds(self, count: int) -> None:
        """Exclude all present objects from collection whenever their number has grown by a quarter."""
        if count > _MANY and count > self._passed * _GROWN:
            gc.freeze()
            self._passed = count
