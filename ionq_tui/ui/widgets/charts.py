"""Charts of a session's cost and jobs over time, as many as have room below each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.chart import Curve, curves, foreseen, span
from ionq_tui.view.forecast import forecasts
from ionq_tui.view.plot import LEAST_HEIGHT, picture
from ionq_tui.view.spend import spend_table
from ionq_tui.view.style import Line

_REDRAWN = 10
"""Seconds between two drawings of the same snapshot: the forecasts move with the time."""
_MOST = 3
_LEAST_HEIGHT = 5
"""Lines of a chart on a terminal that is not high enough for two of six rows of plot."""


class Charts(TextBlock):
    """Draw the curves of a snapshot; the same snapshot in the same size is drawn again only as the time goes on."""

    def __init__(self, *, only: str = "", alone: bool = False, id: str | None = None) -> None:
        """Start empty. `only` is the name of the curves to draw; empty draws all.

        Charts that stand `alone` have the numbers in their headings and the table of charges below them; elsewhere
        meters tell the same.
        """
        super().__init__(id=id)
        self._only = only
        self._alone = alone
        self._drawn: tuple[SessionSnapshot, int, tuple[int, int]] | None = None
        self._last: tuple[SessionSnapshot, datetime, datetime | None] | None = None
        """What was to be drawn last, perhaps before there was room for it."""
        self._curves: list[Curve] = []
        """Those of the snapshot that is drawn, without forecasts."""

    def show(self, watch: SessionSnapshot, now: datetime, jobs_as_of: datetime | None) -> None:
        """Draw the curves of this snapshot as of now in the size of the widget, once it has one.

        `jobs_as_of` is when its jobs were last read: forecasts hold as of then.
        """
        self._last = watch, now, jobs_as_of
        width, height = self.content_size
        key = (int(now.timestamp()) // _REDRAWN, (width, height))
        if not width or (self._drawn is not None and self._drawn[0] is watch and self._drawn[1:] == key):
            return
        if self._drawn is None or self._drawn[0] is not watch:
            self._curves = curves(watch, self._only)
        self._drawn = watch, *key
        found = foreseen(self._curves, forecasts(watch, now, jobs_as_of))
        self.tell(*self._lines(watch, found, now, (width, height)))

    def on_resize(self) -> None:
        """Draw in the new size at once."""
        if self._last is not None:
            self.show(*self._last)

    def _lines(
        self, watch: SessionSnapshot, found: Sequence[Curve], now: datetime, size: tuple[int, int]
    ) -> list[Line | str]:
        width, height = size
        least = LEAST_HEIGHT if height >= 2 * LEAST_HEIGHT else _LEAST_HEIGHT
        most = max(1, min(_MOST, height // least))
        shown = [*found[: most - 1], found[-1]] if len(found) > most > 1 else list(found[:most])
        over = span(watch, shown, now)
        if watch is EMPTY_SNAPSHOT:
            return []
        if over is None or not shown:
            return [screen_text.NOTHING_STARTED if over is None else screen_text.NOTHING_CHARGED]
        spare = height - least * len(shown)
        spent = spend_table(watch, width)[:spare] if self._alone and spare > 1 else []
        room, more = divmod(height - len(spent), len(shown))
        lines: list[Line | str] = []
        for number, curve in enumerate(shown):
            lines += picture(curve, over, now, None, (width, room + (number < more)), numbers=self._alone)
        return [*lines, *spent]
