"""Backends: choose one; nothing is sent by choosing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.model.board import Fleet
from ionq_tui.model.estimate import Circuit
from ionq_tui.ui.commands import BACKENDS, CHOOSE, TABLE, Commands
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view import reason
from ionq_tui.view.backend_card import backend_facts
from ionq_tui.view.fault import About, fault_of, fault_words
from ionq_tui.view.fold import all_folded
from ionq_tui.view.plain import pad, plain
from ionq_tui.view.row import BACKEND_COLUMNS, BackendItem, backend_row
from ionq_tui.view.status import why_not
from ionq_tui.view.tone import Cell, Fact, Line, Tone, line

_NAME = 10
_MOVING = {"updated"}
"""Facts that would be painted anew every second; the first line tells the age of the list."""


class BackendsScreen(Cockpit):
    """The backends on offer, and what was measured of the one with the cursor; works without a key."""

    OFFERS: ClassVar[Commands] = BACKENDS
    IN_TABLE: ClassVar[Commands] = (CHOOSE, *TABLE[1:])
    ABOUT: ClassVar[About] = "backend"
    AUTO_FOCUS = "#backends"

    table = query_one("#backends", Table)
    caption = query_one("#caption", Caption)
    facts = query_one("#facts", Words)
    notice = query_one("#notice", Words)
    pane = query_one("#pane", VerticalScroll)
    rule = query_one("#rule", Caption)

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        super().__init__(engine)
        self._compared = False

    def compose_body(self) -> Iterable[Widget]:
        """The table above the facts of one backend."""
        yield Words(line(Cell("BACKENDS", Tone.STRONG), " · enter opens the form, nothing is sent"), id="summary")
        yield Caption(id="caption")
        yield Table[BackendItem](
            BACKEND_COLUMNS,
            lambda item: backend_row(*item),
            arranged=self._caption,
            text_of=_text,
            dispensable=("LOCATION", "QUBITS"),
            id="backends",
        )
        yield Words(id="notice")
        yield Caption(id="rule")
        with VerticalScroll(id="pane", can_focus=False):
            yield Words(id="facts")

    def on_mount(self) -> None:
        """Hear the backends."""
        self.listen(self.engine.yard.fleet, self._hear)
        self.listen(self.engine.yard.queues.store, lambda _: self._say())
        self.listen(self.engine.estimator.told, lambda _: self._say())

    @work(group="measure all", description="what was measured of each backend", exclusive=True)
    async def _compare(self) -> None:
        """Read what was measured of all, once they are known: they stand beside each other."""
        await self.engine.yard.measure_all()

    def freshness(self) -> Freshness:
        """Return how old the list of backends is."""
        return self.engine.yard.poller.freshness()

    def why_not(self, command: str) -> str:
        """Copying needs a backend, an estimate a key."""
        if command == "circuit":
            return "" if self.can_ask else reason.NO_KEY
        return "" if self.table.key else reason.NO_BACKEND

    @property
    def can_ask(self) -> bool:
        """True where there is a key to ask with."""
        return bool(self.engine.connection.key_masked) or self.engine.connection.demo

    def on_resize(self) -> None:
        """Fit the facts into the new width."""
        self.call_after_refresh(self._say)

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        self._say()

    def _hear(self, fleet: Fleet) -> None:
        if fleet.loaded and not self._compared:
            self._compared = True
            self._compare()
        self._show()

    def _show(self) -> None:
        fleet = self.engine.yard.fleet.value
        measured = fleet.characterizations
        self.table.update_rows({one.name: BackendItem(one, measured.get(one.name)) for one in fleet.backends})
        self.table.display = bool(fleet.backends)
        self._say()

    def _say(self) -> None:
        fleet, item = self.engine.yard.fleet.value, self._item()
        fault = fault_of(fleet.link)
        notice: list[Line | str] = []
        if not fleet.backends:
            notice = [fault_words(fault, "backend") if fault else "no backends" if fleet.loaded else "asking IonQ …"]
        self.notice.tell(*notice)
        self.notice.display = bool(notice)
        facts = self._facts(item) if item is not None else []
        told = (line(Cell(pad(name, _NAME), Tone.DIM), text) for name, text in facts if name not in _MOVING)
        self.facts.tell(*all_folded(told, self.room - 1, _NAME))
        self.call_after_refresh(self._say_part)

    def _say_part(self) -> None:
        """Say in the rule above the facts which of them are seen, where not all are."""
        lines, seen, top = len(self.facts.told), self.pane.size.height, round(self.pane.scroll_y)
        part = f"lines {top + 1} to {min(top + seen, lines)} of {lines}, space: more" if lines > seen > 0 else ""
        if self.rule.tell(part):
            self.refresh_bindings()

    def _facts(self, item: BackendItem) -> list[Fact]:
        samples = self.engine.yard.queues.store.value.get(item.backend.name, ())
        estimate = self.engine.estimator.of(item.backend.name)
        return backend_facts(item.backend, item.measured, self.engine.clock.now(), None, samples, estimate)

    def _item(self) -> BackendItem | None:
        fleet = self.engine.yard.fleet.value
        backend = fleet.named(self.table.key)
        return None if backend is None else BackendItem(backend, fleet.characterizations.get(backend.name))

    def _caption(self) -> None:
        self.caption.tell(self.table.caption)

    @on(Table.Highlighted)
    def _highlighted(self, event: Table.Highlighted) -> None:
        """Read what was measured of the backend, once somebody looks at it."""
        self.pane.scroll_home(animate=False)
        self._say()
        self.refresh_bindings()
        self._look_at(event.key)

    @work(group="measure", description="more of a backend", exclusive=True)
    async def _look_at(self, name: str) -> None:
        """Read what was measured, then how the queue was here, then what a job would cost."""
        engine = self.engine
        await engine.yard.measure(name)
        await engine.yard.queues.recall(name)
        backend = engine.yard.fleet.value.named(name)
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
            self.notify('opening a session needs an API key: the palette (:) has "API key"', severity="warning")
            return
        from ionq_tui.ui.screens.new_session import NewSessionScreen

        self.app.push_screen(NewSessionScreen(self.engine, item.backend.name))

    def action_copy(self) -> None:
        """Offer the name."""
        self.app.push_screen(CopyText((("name", plain(self.table.key, 80)),)))

    def action_circuit(self) -> None:
        """Ask for which kind of job, then what it would cost."""

        def chosen(circuit: Circuit | None) -> None:
            if circuit is not None:
                self.engine.estimator.circuit.apply(lambda _: circuit)
                self._say()
                self._look_at(self.table.key)

        self.app.push_screen(CircuitDialog(self.engine.estimator.circuit.value), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered only where there is something to scroll."""
        if action == "more" and not self.pane.max_scroll_y:
            return False
        return super().check_action(action, parameters)

    def action_more(self) -> None:
        """Scroll on, and after the end back to the beginning."""
        if self.pane.scroll_y >= self.pane.max_scroll_y:
            self.pane.scroll_home(animate=False)
        else:
            self.pane.scroll_page_down(animate=False)
        self.call_after_refresh(self._say_part)

    def action_refresh(self) -> None:
        """Ask for the backends now, and for what could not be told before."""
        self.engine.yard.poller.nudge()
        self.engine.estimator.forget_faults()
        self._compare()
        self._look_at(self.table.key)


def _text(item: BackendItem) -> str:
    return f"{item.backend.name} {item.backend.status} {item.backend.location}"
