"""Charts of the cost and jobs of one session over time, and a table of charges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.widgets.charts import Charts
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view.fault import About
from ionq_tui.view.session_card import title


class ChartsScreen(LiveBase):
    """Draw the session that the screen below polls; nothing is drawn while this screen is covered."""

    CSS_PATH = "../styles/charts.tcss"
    ABOUT: ClassVar[About] = "session"

    heading_line = query_one("#title", TextBlock)
    drawing = query_one(Charts)

    def __init__(self, engine: Engine, session_id: str) -> None:
        """Store the engine and the complete id of the session, which another screen polls."""
        super().__init__(engine)
        self._session_id = session_id
        self._session_poller = engine.session_poller(session_id)

    def compose_body(self) -> Iterable[Widget]:
        """Compose the session's title and its charts."""
        yield TextBlock(id="title", classes="one-line")
        yield Charts(alone=True)

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
        if watch.session is None:
            self.heading_line.tell(f"loading {self._session_id}…")
            return
        activity, session = self.engine.actions.activity.value, watch.session
        self.heading_line.tell(
            title(session, activity.owner(session), activity.label(session.id), self.engine.people, width=self.room)
        )
        self.drawing.show(watch, now, self._session_poller.jobs_as_of)
