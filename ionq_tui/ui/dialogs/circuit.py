"""The dialog for the kind of job that costs are estimated for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input

from ionq_tui.model.estimate import Circuit
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.checkbox import PlainCheckbox
from ionq_tui.ui.widgets.field import Field
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.estimate import CircuitDraft, draft_of_circuit
from ionq_tui.view.style import Cell, Tone, line

_HINT = dialog_text.ESTIMATE_HINT


class Mitigation(PlainCheckbox, inherit_bindings=False):
    """The checkbox for error mitigation, which may cost more; only space toggles it, since enter submits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_button", "tick", id="tick", tooltip="Tick or untick the box.")
    ]


class CircuitDialog(Dialog[Circuit | None]):
    """Answer with a kind of job, or None to keep the current one."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = "#shots"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(DIALOG[:3]),
        Binding("enter", "ask", "ask", id="ask", tooltip="Estimate the cost of this job."),
    ]

    said = query_one("#said", TextBlock)

    def __init__(self, begin: Circuit) -> None:
        """Store the initial values of the fields."""
        super().__init__(classes="dialog")
        self._begin = draft_of_circuit(begin)
        self._mitigated = begin.error_mitigation

    def compose(self) -> ComposeResult:
        """Compose a field for each number, the button, and a line for errors."""
        begin = self._begin
        with VerticalGroup(id="dialog"):
            yield TextBlock(line(Cell(dialog_text.ESTIMATE_TITLE, Tone.STRONG)), id="title")
            for name, value in (
                ("shots", begin.shots),
                ("2q-gates", begin.two_qubit_gates),
                ("1q-gates", begin.one_qubit_gates),
                ("qubits", begin.qubits),
            ):
                yield Field(name, value, most=10)
            yield Mitigation(Content(dialog_text.MITIGATION_BOX), self._mitigated, id="mitigation", compact=True)
            with HorizontalGroup(id="choices"):
                yield Button(dialog_text.ESTIMATE_BUTTON, id="ask", classes="choice primary", compact=True)
            yield TextBlock(line(Cell(_HINT, Tone.DIM)), id="said")

    @on(Input.Changed)
    def _read(self) -> None:
        trouble = self._draft.trouble
        self.said.tell(line(Cell(f"! {trouble}", Tone.WARN) if trouble else Cell(_HINT, Tone.DIM)))

    @on(Input.Submitted)
    @on(Button.Pressed, "#ask")
    def _submitted(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        self.action_ask()

    def action_ask(self) -> None:
        """Answer with the content of the fields, if it is valid."""
        if (circuit := self._draft.circuit) is not None:
            self.dismiss(circuit)

    @property
    def _draft(self) -> CircuitDraft:
        shots, twos, ones, qubits = (field.value for field in self.query(Field))
        return CircuitDraft(shots, twos, ones, qubits, self.query_one(Mitigation).value)

    async def action_dismiss(self, result: Circuit | None = None) -> None:
        """Keep the current kind of job."""
        self.dismiss(None)
