"""The kind of job that estimates are for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input

from ionq_tui.model.estimate import Circuit
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.field import Field
from ionq_tui.ui.widgets.tick import Tick
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.price import CircuitDraft, draft_of_circuit
from ionq_tui.view.tone import Cell, Tone, line

_HINT = "tab moves · enter asks, at no cost · esc: as it was"


class Mitigation(Tick, inherit_bindings=False):
    """Whether IonQ is to mitigate errors, which may cost more; only the space bar ticks, since enter asks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_button", "tick", id="tick", tooltip="Tick it, or take the cross away.")
    ]


class CircuitDialog(Dialog[Circuit | None]):
    """Answers with a kind of job, or with None where it is to stay as it was."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = "#shots"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(DIALOG[:3]),
        Binding("enter", "ask", "ask", id="ask", tooltip="Ask IonQ what such a job costs."),
    ]

    said = query_one("#said", Words)

    def __init__(self, begin: Circuit) -> None:
        """Take what stands in the fields at first."""
        super().__init__(classes="dialog")
        self._begin = draft_of_circuit(begin)
        self._mitigated = begin.error_mitigation

    def compose(self) -> ComposeResult:
        """A field for each number, and a line for what is wrong with it."""
        begin = self._begin
        with VerticalGroup(id="dialog"):
            yield Words(line(Cell("Estimate what a job costs: of which kind?", Tone.STRONG)), id="title")
            for name, value in (
                ("shots", begin.shots),
                ("2q-gates", begin.two_qubit_gates),
                ("1q-gates", begin.one_qubit_gates),
                ("qubits", begin.qubits),
            ):
                yield Field(name, value, most=10)
            yield Mitigation(
                Content("with error mitigation (space ticks)"), self._mitigated, id="mitigation", compact=True
            )
            yield Words(line(Cell(_HINT, Tone.DIM)), id="said")

    @on(Input.Changed)
    def _read(self) -> None:
        trouble = self._draft.trouble
        self.said.tell(line(Cell(f"! {trouble}", Tone.WARN) if trouble else Cell(_HINT, Tone.DIM)))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_ask()

    def action_ask(self) -> None:
        """Answer with what stands in the fields, where that can be read."""
        if (circuit := self._draft.circuit) is not None:
            self.dismiss(circuit)

    @property
    def _draft(self) -> CircuitDraft:
        shots, twos, ones, qubits = (field.value for field in self.query(Field))
        return CircuitDraft(shots, twos, ones, qubits, self.query_one(Mitigation).value)

    def action_focus_next(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the field before."""
        self.focus_previous()

    async def action_dismiss(self, result: Circuit | None = None) -> None:
        """Leave it as it was."""
        self.dismiss(None)
