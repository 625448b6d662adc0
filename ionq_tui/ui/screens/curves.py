"""Spend and jobs of one session over time, and what was charged for which; drawn only while it is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.model.watch import Watch
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.curve import courses, picture, span
from ionq_tui.view.fault import About
from ionq_tui.view.forecast import forecasts
from ionq_tui.view.session_card import title
from ionq_tui.view.spend import spend_table
from ionq_tui.view.tone import Line

_OUTLOOK = 10
"""Seconds between two drawings of the same picture."""
_MOST = 3
"""Curves that share the height."""
_LEAST = 4
"""Lines of the lowest curve."""


class CurvesScreen(Cockpit):
    """Draws what the live screen below it hears."""

    CSS_PATH = "../styles/curves.tcss"
    ABOUT: ClassVar[About] = "session"

    heading_line = query_one("#title", Words)
    drawing = query_one("#curves", Words)

    def __init__(self, engine: Engine, session_id: str) -> None:
        """Take the engine and the whole id of the session, which another screen watches."""
        super().__init__(engine)
        self._session_id = session_id
        self._watcher = engine.watcher(session_id)
        self._drawn: tuple[Watch, int, tuple[int, int]] | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Which session, and its curves."""
        yield Words(id="title", classes="one-line")
        yield Words(id="curves")

    def on_mount(self) -> None:
        """Draw what is heard."""
        self.listen(self._watcher.store, lambda _: self._draw())

    def freshness(self) -> Freshness:
        """Return how old the picture of the session is."""
        return self._watcher.poller.freshness()

    def tick(self) -> None:
        """What lies ahead moves with the time."""
        super().tick()
        self._draw()

    def on_resize(self) -> None:
        """Fit the curves into the new size."""
        self.call_after_refresh(self._draw)

    def action_refresh(self) -> None:
        """Ask for the session now."""
        self._watcher.poller.nudge()

    def _draw(self) -> None:
        watch, now = self._watcher.store.value, self.engine.clock.now()
        size = self.query_one("#body").content_size
        looked = (watch, int(now.timestamp()) // _OUTLOOK, (size.width, size.height))
        if self._drawn is not None and self._drawn[0] is watch and self._drawn[1:] == looked[1:]:
            return
        self._drawn = looked
        if watch.session is None:
            self.heading_line.tell(f"{self._session_id}: being read…")
            return
        ledger, session = self.engine.desk.ledger.value, watch.session
        self.heading_line.tell(
            title(session, ledger.owner(session), ledger.label(session.id), self.engine.people, width=self.room)
        )
        found = courses(watch, forecasts(watch, now))
        shown = [*found[: _MOST - 1], found[-1]] if len(found) > _MOST else found
        over = span(watch, shown, now)
        if over is None:
            self.drawing.tell("nothing has begun yet")
            return
        room = size.height - 1
        spare = room - _LEAST * len(shown)
        spent = spend_table(watch, size.width - 2)[:spare] if spare > 1 else []
        each = (size.width - 2, max(_LEAST, (room - len(spent)) // len(shown)))
        lines: list[Line | str] = [one for course in shown for one in picture(course, over, now, None, each)]
        self.drawing.tell(*lines, *spent)
