"""The list of backends, to choose one for a new session; choosing sends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_list import BackendList
from ionq_tui.model.estimate import Circuit
from ionq_tui.model.overview import BackendOverview
from ionq_tui.ui.commands import BACKENDS, CHOOSE, TABLE, Commands
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.terminal_size import Density
from ionq_tui.ui.widgets.blank import BlankContainer
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import disabled_reason, screen_text
from ionq_tui.view.backend_card import backend_facts
from ionq_tui.view.fault import About, fault_words, link_fault
from ionq_tui.view.row import BACKEND_COLUMNS, BackendItem, backend_row
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.status import why_not
from ionq_tui.view.style import Cell, Fact, Line, Tone, line
from ionq_tui.view.wrap import all_folded

_NAME = 10
_LEAST_PLOT = 9
"""Lines of the plot of observed queue times."""
_FRAME, _LEAST_LIST = 3, 9
"""Lines of the table's card beside its rows, and the least of both in a wide layout."""
_AGES = {"updated"}
"""Facts that would change every second; the header shows the age of the list."""


class BackendsScreen(LiveBase):
    """The backends, with the characterization of the one at the cursor; works without a key."""

    OFFERS: ClassVar[Commands] = BACKENDS
    IN_TABLE: ClassVar[Commands] = (CHOOSE, *TABLE[1:])
    ABOUT: ClassVar[About] = "backend"
    AUTO_FOCUS = "#backends"

    table = query_one("#backends", Table)
    caption = query_one("#list", Card)
    facts = query_one("#facts", TextBlock)
    notice = query_one("#notice", TextBlock)
    pane = query_one("#pane", VerticalScroll)
    rule = query_one("#one", Card)
    queue = query_one("#queue", TextBlock)

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        super().__init__(engine)
        self._compared = False
        self._rows = 0
        """Lines of the table's card in a wide layout."""

    def compose_body(self) -> Iterable[Widget]:
        """Compose the table above the facts of one backend."""
        yield TextBlock(line(Cell("BACKENDS", Tone.STRONG), screen_text.FORM_HINT), id="summary")
        table = Table[BackendItem](
            BACKEND_COLUMNS,
            lambda item: backend_row(*item),
            arranged=self._caption,
            text_of=_text,
            dispensable=("LOCATION", "QUBITS"),
            id="backends",
        )
        with BlankContainer(id="cards"):
            yield Card(table, TextBlock(id="notice"), id="list")
            pane = VerticalScroll(TextBlock(id="facts"), TextBlock(id="queue"), id="pane", can_focus=False)
            yield Card(pane, id="one")
            yield Card(TextBlock(id="compared"), title=screen_text.COMPARED, id="compare-card")

    def on_mount(self) -> None:
        """Subscribe to the backends, their queues and the estimates."""
        self.listen(self.engine.backend_list.fleet, self._update)
        self.listen(self.engine.backend_list.queues.store, lambda _: self._say())
        self.listen(self.engine.estimator.estimates, lambda _: self._say())

    @work(group="measure all", description="what was measured of each backend", exclusive=True)
    async def _compare(self) -> None:
        """Read the characterizations of all backends once these are known, so that they can be compared."""
        await self.engine.backend_list.measure_all()

    @property
    def source(self) -> BackendList:
        """The list of backends."""
        return self.engine.backend_list

    def why_not(self, command: str) -> str:
        """Return why a command is disabled: copying needs a backend, and an estimate needs a key."""
        if command == "circuit":
            return "" if self.can_ask else disabled_reason.NO_KEY
        return "" if self.table.key else disabled_reason.NO_BACKEND

    @property
    def can_ask(self) -> bool:
        """Whether requests that need a key can be sent."""
        return bool(self.engine.connection.key_masked) or self.engine.connection.demo

    def on_resize(self) -> None:
        """Fit everything into the new size."""
        self.call_after_refresh(self._show)

    def tick(self) -> None:
        """Update what depends on the time."""
        super().tick()
        self._say()

    def _update(self, fleet: BackendOverview) -> None:
        if fleet.loaded and not self._compared:
            self._compared = True
            self._compare()
        self._show()

    def _show(self) -> None:
        fleet = self.engine.backend_list.fleet.value
        measured = fleet.characterizations
        self.table.update_rows({one.name: BackendItem(one, measured.get(one.name)) for one in fleet.backends})
        self.table.display = bool(fleet.backends)
        self._compare_all([BackendItem(one, measured.get(one.name)) for one in fleet.backends])
        self._say()

    def _compare_all(self, items: list[BackendItem]) -> None:
        """Draw the comparison below the table in a wide layout."""
        if self.density < Density.WIDE:
            return
        from ionq_tui.view.backend_compare import compare_lines

        def draw() -> None:
            for card in self.query("#compare-card").results(Card):  # none if the screen was closed meanwhile
                lines = compare_lines(items, card.room, card.content_size.height)
                self.query_one("#compared", TextBlock).tell(*lines)

        rows = max(_LEAST_LIST, min(len(items) + _FRAME, self.app.size.height // 2))
        if rows != self._rows:
            self._rows = rows
            self.query_one("#cards").styles.grid_rows = f"{rows} 1fr"
        self.call_after_refresh(draw)

    def _say(self) -> None:
        fleet, item = self.engine.backend_list.fleet.value, self._item()
        fault = link_fault(fleet.link)
        notice: list[Line | str] = []
        if not fleet.backends:
            notice = [
                fault_words(fault, "backends") if fault else "no backends" if fleet.loaded else "loading from IonQ…"
            ]
        self.notice.tell(*notice)
        self.notice.display = bool(notice)
        facts = self._facts(item) if item is not None else []
        told = (line(Cell(pad(name, _NAME), Tone.DIM), text) for name, text in facts if name not in _AGES)
        self.facts.tell(*all_folded(told, self.rule.room - 1, _NAME))
        self._draw_queue(item)
        self.call_after_refresh(self._say_part)

    def _draw_queue(self, item: BackendItem | None) -> None:
        """Draw the observed queue times below the facts in a wide layout."""
        height = self.pane.size.height - len(self.facts.told) - 1
        self.queue.display = self.density >= Density.WIDE and height >= _LEAST_PLOT and item is not None
        if not self.queue.display or item is None:
            return
        from ionq_tui.view.queue_chart import queue_chart

        samples = self.engine.backend_list.queues.store.value.get(item.backend.name, ())
        self.queue.tell(*queue_chart(samples, self.engine.clock.now(), None, (self.rule.room - 1, height)))

    def _say_part(self) -> None:
        """Show in the title of the facts whose they are, and which lines are visible if not all are."""
        if not self.query("#facts"):  # the screen was closed meanwhile
            return
        lines, seen, top = len(self.facts.told), self.pane.size.height, round(self.pane.scroll_y)
        part = f" · lines {top + 1} to {min(top + seen, lines)} of {lines}, space: more" if lines > seen > 0 else ""
        if self.rule.tell(plain(self.table.key, 60) + part):
            self.refresh_bindings()

    def _facts(self, item: BackendItem) -> list[Fact]:
        samples = self.engine.backend_list.queues.store.value.get(item.backend.name, ())
        estimate = self.engine.estimator.of(item.backend.name)
        wide, now = self.density >= Density.WIDE, self.engine.clock.now()
        return backend_facts(item.backend, item.measured, now, None, samples, estimate, more=wide)

    def _item(self) -> BackendItem | None:
        fleet = self.engine.backend_list.fleet.value
        backend = fleet.named(self.table.key)
        return None if backend is None else BackendItem(backend, fleet.characterizations.get(backend.name))

    def _caption(self) -> None:
        self.caption.tell(" · ".join(one for one in (screen_text.BACKENDS, self.table.caption) if one))

    @on(Table.Highlighted)
    def _highlighted(self, event: Table.Highlighted) -> None:
        """Read the characterization of the backend that the cursor has moved to."""
        self.pane.scroll_home(animate=False)
        self._say()
        self.refresh_bindings()
        self._look_at(event.key)

    @work(group="measure", description="more of a backend", exclusive=True)
    async def _look_at(self, name: str) -> None:
        """Read the characterization, then the recorded queue times, then what a job would cost."""
        engine = self.engine
        await engine.backend_list.measure(name)
        await engine.backend_list.queues.recall(name)
        backend = engine.backend_list.fleet.value.named(name)
        if backend is not None and backend.available and self.can_ask:
            await engine.estimator.ask(name)

    @on(Table.Chosen)
    def _choose(self, event: Table.Chosen) -> None:
        item = self._item()
        if item is None:
            return
        if reason := why_not(item.backend):
            self.notify(reason, severity="warning", markup=False)
            return
        connection = self.engine.connection
        if not connection.key_masked and not connection.demo:
            self.notify(screen_text.OPENING_NEEDS_KEY, severity="warning")
            return
        from ionq_tui.ui.screens.new_session import NewSessionScreen

        self.open_screen(NewSessionScreen(self.engine, item.backend.name))

    def action_copy(self) -> None:
        """Offer the backend's name for copying."""
        self.app.push_screen(CopyText((("name", plain(self.table.key, 80)),)))

    def action_circuit(self) -> None:
        """Ask for the kind of job, then request what it would cost."""

        def chosen(circuit: Circuit | None) -> None:
            if circuit is not None:
                self.engine.estimator.circuit.apply(lambda _: circuit)
                self._say()
                self._look_at(self.table.key)

        self.app.push_screen(CircuitDialog(self.engine.estimator.circuit.value), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer scrolling only if there is something to scroll."""
        if action == "more" and not self.pane.max_scroll_y:
            return False
        return super().check_action(action, parameters)

    def action_more(self) -> None:
        """Scroll down by a page, and from the end back to the top."""
        if self.pane.scroll_y >= self.pane.max_scroll_y:
            self.pane.scroll_home(animate=False)
        else:
            self.pane.scroll_page_down(animate=False)
        self.call_after_refresh(self._say_part)

    def action_refresh(self) -> None:
        """Poll the backends now, and request again what failed before."""
        self.engine.backend_list.poller.nudge()
        self.engine.estimator.forget_faults()
        self._compare()
        self._look_at(self.table.key)


def _text(item: BackendItem) -> str:
    return f"{item.backend.name} {item.backend.status} {item.backend.location}"
