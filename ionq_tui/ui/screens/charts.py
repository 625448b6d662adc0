"""Charts of the cost and jobs of one session over time, and a table of charges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.chart import courses, picture, span
from ionq_tui.view.fault import About
from ionq_tui.view.forecast import forecasts
from ionq_tui.view.session_card import title
from ionq_tui.view.spend import spend_table
from ionq_tui.view.style import Line

_OUTLOOK = 10
"""Seconds between two drawings of the same snapshot."""
_MOST = 3
"""The most charts on the screen."""
_LEAST = 4
"""The least height of a chart, in lines."""


class ChartsScreen(LiveBase):
    """Draw the session that the screen below polls; nothing is drawn while this screen is covered."""

    CSS_PATH = "../styles/charts.tcss"
    ABOUT: ClassVar[About] = "session"

    heading_line = query_one("#title", TextBlock)
    drawing = query_one("#drawing", TextBlock)

    def __init__(self, engine: Engine, session_id: str) -> None:
        """Store the engine and the complete id of the session, which another screen polls."""
        super().__init__(engine)
        self._session_id = session_id
        self._session_poller = engine.session_poller(session_id)
        self._drawn: tuple[SessionSnapshot, int, tuple[int, int]] | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Compose the session's title and its charts."""
        yield TextBlock(id="title", classes="one-line")
        yield TextBlock(id="drawing")

    def on_mount(self) -> None:
        """Subscribe to the session."""
        self.listen(self._session_poller.store, lambda _: self._draw())

    @property
    def source(self) -> SessionPoller:
        """The poller of the session."""
        return self._session_poller

    def tick(self) -> None:
        """Update the forecasts, which move with the time."""
        super().tick()
        self._draw()

    def on_resize(self) -> None:
        """Fit the charts into the new size."""
        self.call_after_refresh(self._draw)

    def action_refresh(self) -> None:
        """Poll the session now."""
        self._session_poller.refresh()

    def _draw(self) -> None:
        watch, now = self._session_poller.store.value, self.engine.clock.now()
        size = self.query_one("#body").content_size
        looked = (watch, int(now.timestamp()) // _OUTLOOK, (size.width, size.height))
        if self._drawn is not None and self._drawn[0] is watch and self._drawn[1:] == looked[1:]:
            return
        self._drawn = looked
        if watch.session is None:
            self.heading_line.tell(f"loading {self._session_id}…")
            return
        activity, session = self.engine.actions.activity.value, watch.session
        self.heading_line.tell(
            title(session, activity.owner(session), activity.label(session.id), self.engine.people, width=self.room)
        )
        found = courses(watch, forecasts(watch, now))
        shown = [*found[: _MOST - 1], found[-1]] if len(found) > _MOST else found
        over = span(watch, shown, now)
        if over is None:
            self.drawing.tell(screen_text.NOTHING_STARTED)
            return
        room = size.height - 1
        spare = room - _LEAST * len(shown)
        spent = spend_table(watch, size.width - 2)[:spare] if spare > 1 else []
        each = (size.width - 2, max(_LEAST, (room - len(spent)) // len(shown)))
        lines: list[Line | str] = [one for course in shown for one in picture(course, over, now, None, each)]
        self.drawing.tell(*lines, *spent)
