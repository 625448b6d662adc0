"""What was charged by day: by the organization as IonQ reports it, by this machine's sessions, and of the budget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.spending_reader import SpendingReader
from ionq_tui.model.spending import Grouping
from ionq_tui.ui.budget_alarm import watch_budget
from ionq_tui.ui.commands import USAGE, Command, Commands
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.terminal_size import Density
from ionq_tui.ui.widgets.blank import BlankContainer, BlankVertical
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.day_chart import LEAST_HEIGHT
from ionq_tui.view.fault import About
from ionq_tui.view.meter_bar import meter_line, note_line
from ionq_tui.view.spending import (
    NO_BUDGET,
    budget_meter,
    day_lines,
    days_title,
    grouping_note,
    ionq_notes,
    machine_notes,
    share_blocks,
    sum_lines,
    title_line,
)
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import all_folded

_ORDER: tuple[Grouping | None, ...] = (None, Grouping.PERSON, Grouping.PROJECT)
"""By backend and label, by person, by project."""
_MOST_ROWS = 20
_FRAME = 3
"""Lines of a card beside its content, and one line of what follows."""


class UsageScreen(LiveBase):
    """Show the spending of the last days, which is read at most once a minute while it is shown."""

    CSS_PATH = "../styles/usage.tcss"
    OFFERS: ClassVar[Commands] = USAGE
    ABOUT: ClassVar[About] = "usage"
    AUTO_FOCUS = "#usage-scroll"
    shows_budget = True

    sums = query_one("#usage-sums", TextBlock)
    budget = query_one("#usage-budget", TextBlock)
    days = query_one("#usage-days", TextBlock)
    shares = query_one("#usage-shares", TextBlock)
    notes = query_one("#usage-notes", TextBlock)
    days_card = query_one("#days-card", Card)
    shares_card = query_one("#shares-card", Card)
    scroll = query_one("#usage-scroll", VerticalScroll)

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        super().__init__(engine)
        self._reader = engine.spending
        self._by: Grouping | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Compose the sums and the budget above the days, the shares and the notes, which scroll."""
        yield TextBlock(id="usage-sums")
        yield TextBlock(id="usage-budget")
        with VerticalScroll(id="usage-scroll"), BlankContainer(id="usage-parts"):
            yield Card(TextBlock(id="usage-days"), id="days-card")
            with BlankVertical(id="usage-rest"):
                yield Card(TextBlock(id="usage-shares"), id="shares-card")
                yield Card(TextBlock(id="usage-notes"), title=screen_text.NOT_TOLD, id="notes-card")

    def on_mount(self) -> None:
        """Subscribe to the spending, and read it while this screen is open."""
        self.listen(self._reader.store, lambda _: self._show())
        self._reader.shown = True
        if self._reader.running:
            self._reader.poller.nudge()
        elif self._reader.budget is not None:
            watch_budget(self.app, self.engine)
        else:
            self.run_worker(self._reader.run(), group="poll", description="the usage of the organization")

    def on_unmount(self) -> None:
        """Let the reading slow down, or stop with this screen."""
        self._reader.shown = False

    @property
    def source(self) -> SpendingReader:
        """The reader of the spending."""
        return self._reader

    def answered_at(self) -> datetime | None:
        """Return when IonQ last answered; the journal is read more often."""
        return self._reader.read_at

    def on_resize(self) -> None:
        """Fit everything into the new size."""
        self.call_after_refresh(self._show)

    def label(self, command: Command) -> str:
        """Return the label of a command: that of grouping names the next one."""
        return screen_text.by_words(self._next) if command.id == "group" else super().label(command)

    @property
    def _next(self) -> Grouping | None:
        return _ORDER[(_ORDER.index(self._by) + 1) % len(_ORDER)]

    def _show(self) -> None:
        if not self.query("#usage-notes"):  # the screen was closed meanwhile
            return
        spending, period, now = self._reader.store.value, self._reader.period, self.engine.clock.now()
        self.sums.tell(title_line(period), *sum_lines(spending, period, self.room))
        self.budget.tell(*self._budget_lines())
        self.days_card.tell(days_title(spending, period))
        self.days.tell(*day_lines(spending, period, (self._width(self.days), self._rows())))
        self.shares_card.tell(screen_text.shares_title(self._by))
        self.shares.tell(*share_blocks(spending, period, self._by, self._width(self.shares), self.engine.people))
        said = (
            *ionq_notes(spending, period, self._reader.read_at, now, None),
            *machine_notes(spending, period),
            grouping_note(self._by),
        )
        self.notes.tell(*all_folded((f"· {one}" for one in said), self._width(self.notes)))

    def _budget_lines(self) -> list[Line | str]:
        state = self._reader.budget_state
        if state is None:
            return [line(Cell(NO_BUDGET, Tone.DIM))]
        meter = budget_meter(state)
        return [meter_line(meter, self.room), note_line(meter, self.room)]

    def _rows(self) -> int:
        """Return the lines for the chart: all in a wide layout, else so that what follows can be seen to begin."""
        room = self.scroll.size.height - _FRAME
        if self.density >= Density.WIDE:
            return max(LEAST_HEIGHT, room + 1)
        least = LEAST_HEIGHT if self.density is Density.COMPACT else LEAST_HEIGHT + 3
        return max(least, min(_MOST_ROWS, room * 3 // 5))

    def _width(self, block: TextBlock) -> int:
        """Return the width of a line; before the first layout that of the screen."""
        return max(1, block.content_size.width or self.room - 2)

    def action_group(self) -> None:
        """Show the costs by the next grouping; IonQ is asked for it at most once a minute."""
        self._by = self._next
        if self._by is not None:
            self._reader.group_by(self._by)
        self._show()
        self.renew_commands()

    def action_more(self) -> None:
        """Scroll down by a page, and from the end back to the top."""
        if self.scroll.scroll_y >= self.scroll.max_scroll_y:
            self.scroll.scroll_home(animate=False)
        else:
            self.scroll.scroll_page_down(animate=False)

    def action_refresh(self) -> None:
        """Read the journal now, and ask IonQ unless that was less than a minute ago."""
        if self._reader.next_request > 0:
            self.hint(screen_text.asked_again_in(self._reader.next_request))
        self._reader.poller.nudge()
