"""What happened in a session, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from ionq_tui.model.event import Event
from ionq_tui.model.watch import Watch
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fold import folded
from ionq_tui.view.happening import event_line
from ionq_tui.view.tone import Cell, Line, line

_TIME = 10
_FEW = 8
"""Events told in the small view; how many of them are seen is a question of height."""


class History(VerticalScroll):
    """A few events below the jobs, or all of them in the jobs' place, then with UTC too."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin small."""
        super().__init__(id=id, can_focus=False)
        self._words = Words()
        self._told: tuple[Sequence[Event], bool, object] = ((), False, None)
        self.whole = False

    def compose(self) -> ComposeResult:
        """The lines."""
        yield self._words

    def toggle(self) -> None:
        """Turn from the small to the whole view, or back."""
        self.whole = not self.whole
        self.can_focus = self.whole
        self.set_class(self.whole, "-whole")
        if self.whole:
            self.focus()

    def show(self, watch: Watch, now: datetime, people: Mapping[str, str]) -> None:
        """Tell what happened."""
        looked = (watch.events, self.whole, (watch.costs, self.app.size.width))
        if looked != self._told:
            self._told = looked
            width = self.app.size.width - (3 if self.whole else 4)
            events = watch.events[::-1] if self.whole else watch.events[: -_FEW - 1 : -1]
            told: list[Line] = []
            for event in events:
                one = event_line(event, now, None, costs=watch.costs, people=people, with_utc=self.whole)
                parts = folded(one, width, _TIME)
                told += parts if self.whole or len(parts) == 1 else [(*parts[0], Cell(" …"))]
            self._words.tell(*(told or [line("nothing has happened yet")]))
