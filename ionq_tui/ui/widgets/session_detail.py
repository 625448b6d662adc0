"""What is known of the session at the cursor, beside the list of a wide layout; it asks IonQ for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from textual.timer import Timer
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.first_ends import hold, moment_of
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

_REST = 0.3
"""Seconds that the cursor rests on a session before that is shown."""
_LEAST_LIST, _LEAST_CHARTS = 15, 20
"""The least rows of the list, and those that are left to everything else."""


class SessionDetail(Card):
    """Status, meters, jobs and the last events of one session, from what is already known."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._foreseen: tuple[SessionSnapshot, int] | None = None
        self._coming: tuple[Forecast, ...] = ()
        self.snapshot = EMPTY_SNAPSHOT
        """What is known of the session."""
        self._last: tuple[SessionItem | None, datetime, Mapping[str, str], bool, datetime | None] | None = None
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
            item, now, people, ending, as_of = self._last
            self.show(item, now, people, ending=ending, jobs_as_of=as_of)

    def show(
        self,
        item: SessionItem | None,
        now: datetime,
        people: Mapping[str, str],
        *,
        ending: bool,
        jobs_as_of: datetime | None,
    ) -> None:
        """Show a session as of now; what has not changed is not painted again.

        `jobs_as_of` is when its jobs were last read: forecasts hold as of then.
        """
        self._last = item, now, people, ending, jobs_as_of
        self.set_class(item is None, "-empty")
        if item is None:
            self.snapshot = EMPTY_SNAPSHOT
            self.tell("")
            return
        polled = item.watch is not None and item.watch.session is not None
        watch = item.watch if polled and item.watch is not None else SessionSnapshot(session=item.session)
        self.snapshot = watch if polled else EMPTY_SNAPSHOT
        moment = moment_of(now)
        if not hold(self._foreseen, watch, moment):
            self._foreseen, self._coming = (watch, moment), forecasts(watch, now, jobs_as_of)
        self.tell(short_title(item.session, item.label))
        status = self.query_one("#detail-status", TextBlock)
        status.tell(status_line(watch, self._coming, now, None, people, width=self.room, ending=ending))
        self.query_one(Meters).measure(watch, now, self._coming, notes=True)
        self.query_one("#detail-jobs", TextBlock).tell(jobs_line(watch) if polled else screen_text.NOT_POLLED)
        events = self.query_one(EventList)
        events.display = bool(watch.events)
        events.show(watch, now, people)


class DetailPane:
    """The cards beside and below a wide list: one session, its spend and its jobs over time."""

    def __init__(self, cards: Widget, engine: Engine) -> None:
        """Mount the cards behind that of the list."""
        self._cards = cards
        self._engine = engine
        self._detail = SessionDetail(id="detail")
        self._charts = (Charts(only=MONEY), Charts(only=JOBS))
        self._session_id = ""
        """The session that is shown; it follows the cursor after a rest."""
        self._rest: Timer | None = None
        self._rows = 0
        spend, finished = self._charts
        cards.mount(
            self._detail,
            Card(spend, title=screen_text.COST, id="spend-card"),
            Card(finished, title=screen_text.JOBS_FINISHED, id="finished-card"),
        )

    def share_rows(self, wanted: int) -> None:
        """Give the list the rows that it wants, and the rest to the charts below it."""
        rows = max(_LEAST_LIST, min(wanted, self._cards.app.size.height - _LEAST_CHARTS))
        if rows != self._rows:
            self._rows = rows
            self._cards.styles.grid_rows = f"{rows} 1fr"

    def tell(self, listed: Mapping[str, SessionItem], key: str) -> None:
        """Update what is shown; `key` is the session at the cursor."""
        if not self._detail.is_mounted:
            return
        if self._session_id not in listed:
            self._session_id = key
        now, ending = self._engine.clock.now(), self._session_id in self._engine.actions.activity.value.ending
        poller = self._engine.own_sessions.pollers.get(self._session_id)
        as_of = poller.jobs_as_of if poller is not None else None
        item, people = listed.get(self._session_id), self._engine.people
        self._detail.show(item, now, people, ending=ending, jobs_as_of=as_of)
        for charts in self._charts:
            charts.show(self._detail.snapshot, now, as_of)

    def follow(self, listed: Callable[[], Mapping[str, SessionItem]], key: str) -> None:
        """Show the session at the cursor once the cursor has rested there."""

        def rested() -> None:
            self._session_id = key
            self.tell(listed(), key)

        if self._rest is not None:
            self._rest.stop()
        self._rest = self._cards.set_timer(_REST, rested)
