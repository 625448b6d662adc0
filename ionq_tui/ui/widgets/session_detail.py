"""What is known of the session at the cursor, beside the list of a wide layout; it asks IonQ for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from textual.widget import Widget

from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.charts import Charts
from ionq_tui.ui.widgets.event_list import EventList
from ionq_tui.ui.widgets.meters import Meters
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.chart import JOBS, MONEY
from ionq_tui.view.forecast import Forecast, forecasts
from ionq_tui.view.live_session import status_line
from ionq_tui.view.row import SessionItem
from ionq_tui.view.session_card import jobs_line, short_title

_FORECAST_EVERY = 10
"""Seconds between two forecasts from the same snapshot."""


def detail_cards() -> tuple[Card, ...]:
    """Return the cards of one session: its details, its spend and its jobs over time."""
    return (
        SessionDetail(id="detail"),
        Card(Charts(only=MONEY), title=screen_text.SPEND, id="spend-card"),
        Card(Charts(only=JOBS), title=screen_text.JOBS_FINISHED, id="finished-card"),
    )


class SessionDetail(Card):
    """Status, meters, jobs and the last events of one session, from what is already known."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._foreseen: tuple[SessionSnapshot, int] | None = None
        self._coming: tuple[Forecast, ...] = ()
        self.snapshot = EMPTY_SNAPSHOT
        """What is known of the session."""
        self._last: tuple[SessionItem | None, datetime, Mapping[str, str], bool] | None = None
        """What was shown last."""

    def compose(self) -> Iterable[Widget]:
        """Compose status, meters, jobs and events."""
        yield from super().compose()
        yield TextBlock(id="detail-status", classes="one-line")
        yield Meters(id="detail-meters")
        yield TextBlock(id="detail-jobs")
        yield EventList(id="detail-events")

    def on_resize(self) -> None:
        """Fit what is shown into the new size."""
        if self._last is not None:
            item, now, people, ending = self._last
            self.show(item, now, people, ending=ending)

    def show(self, item: SessionItem | None, now: datetime, people: Mapping[str, str], *, ending: bool = False) -> None:
        """Show a session as of now; what has not changed is not painted again."""
        self._last = item, now, people, ending
        self.set_class(item is None, "-empty")
        if item is None:
            self.snapshot = EMPTY_SNAPSHOT
            self.tell("")
            return
        polled = item.watch is not None and item.watch.session is not None
        watch = item.watch if polled and item.watch is not None else SessionSnapshot(session=item.session)
        self.snapshot = watch if polled else EMPTY_SNAPSHOT
        moment = int(now.timestamp()) // _FORECAST_EVERY
        if self._foreseen is None or self._foreseen[0] is not watch or self._foreseen[1] != moment:
            self._foreseen, self._coming = (watch, moment), forecasts(watch, now)
        self.tell(short_title(item.session, item.label))
        status = self.query_one("#detail-status", TextBlock)
        status.tell(status_line(watch, self._coming, now, None, people, width=self.room, ending=ending))
        self.query_one(Meters).measure(watch, now, self._coming, notes=True)
        self.query_one("#detail-jobs", TextBlock).tell(jobs_line(watch) if polled else screen_text.NOT_POLLED)
        events = self.query_one(EventList)
        events.display = bool(watch.events)
        events.show(watch, now, people)
