"""The events of a session, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.style import Cell, Line, line
from ionq_tui.view.timeline_text import happened, moment_line
from ionq_tui.view.wrap import folded

_TIME = 10
_FEW = 8
"""The most events in the small view; the height decides how many of them are visible."""


class EventList(VerticalScroll):
    """A few events below the jobs, or all events in place of the jobs, then also with times in UTC."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with the small view."""
        super().__init__(id=id, can_focus=False)
        self._words = TextBlock()
        self._told: tuple[SessionSnapshot | None, object] = (None, None)
        self.whole = False

    def compose(self) -> ComposeResult:
        """Compose the text of the events."""
        yield self._words

    def toggle(self) -> None:
        """Switch between the small view and the view of all events."""
        self.whole = not self.whole
        self.can_focus = self.whole
        self.set_class(self.whole, "-whole")
        if self.whole:
            self.screen.set_focus(self)

    def await_more(self, awaited: bool) -> None:
        """Take all the lines that the layout allows while events are awaited, not only those that there are."""
        most = self.styles.max_height
        height = most if awaited and most is not None and most.cells is not None else None
        if self.styles.min_height != height:
            self.styles.min_height = height

    def show(self, watch: SessionSnapshot, now: datetime, people: Mapping[str, str]) -> None:
        """Show the events of a snapshot."""
        width = (self.size.width or self.app.size.width - 1) - (2 if self.whole else 3)
        few = max(_FEW, self.size.height)
        looked = (watch, (self.whole, width, few, people))
        if looked[0] is not self._told[0] or looked[1] != self._told[1]:
            self._told = looked
            moments = happened(watch)
            told: list[Line] = []
            for moment in moments[::-1] if self.whole else moments[: -few - 1 : -1]:
                one = moment_line(moment, now, None, watch.costs, people)
                parts = folded(one, width, _TIME)
                told += parts if self.whole or len(parts) == 1 else [(*parts[0], Cell(" …"))]
            self._words.tell(*(told or [line(screen_text.NO_EVENTS)]))
