"""The dialog that asks for a session by any unique beginning or end of its id."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.getters import query_one
from textual.widgets import Button, Input

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.resolver import Ambiguous, Meant, resolve
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.steady_input import SteadyInput
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.fault import fault_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Tone, line


class Attach(Dialog[str]):
    """Answer with a complete id, or an empty string; viewing a session does not make the user its owner."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG[:3])]

    typed = query_one("#typed", Input)
    said = query_one("#said", TextBlock)

    def __init__(self, engine: Engine) -> None:
        """Store the engine that finds the session."""
        super().__init__(classes="dialog")
        self._engine = engine

    def compose(self) -> ComposeResult:
        """Compose the input, the button, and a line for the result."""
        with VerticalGroup(id="dialog"):
            yield TextBlock(line(Cell(dialog_text.VIEW_TITLE, Tone.STRONG)), id="title")
            yield SteadyInput(placeholder="id", id="typed", compact=True, max_length=80)
            with HorizontalGroup(id="choices"):
                yield Button(dialog_text.VIEW_BUTTON, id="view", classes="choice primary", compact=True)
            yield TextBlock(id="said")
            yield TextBlock(line(Cell(dialog_text.VIEW_HINT, Tone.DIM)), id="hint")

    @on(Input.Submitted, "#typed")
    @on(Button.Pressed, "#view")
    def _submitted(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        if text := self.typed.value.strip():
            self.run_worker(self._resolve(text), group="attach", description="find a session", exclusive=True)

    async def _resolve(self, text: str) -> None:
        found, why = await resolved(self._engine, text)
        if found:
            self.dismiss(found)
        else:
            self.said.tell(line(Cell(why, Tone.WARN)))

    async def action_dismiss(self, result: str | None = None) -> None:
        """Close without a session."""
        self.dismiss("")


async def resolved(engine: Engine, text: str) -> tuple[str, str]:
    """Return the id of the session that `text` identifies, or an empty string and the reason why there is none."""
    found = await resolve(engine, text)
    if isinstance(found, Meant):
        return found.session_id, ""
    if isinstance(found, Ambiguous):
        return "", dialog_text.several_ids(len(found.ids), plain(text, 20))
    if found.listed:
        return "", f"{plain(text, 40)}: {fault_words(found.fault, 'session', once=True)}"
    why = fault_words(found.fault, "sessions", once=True)
    return "", dialog_text.no_such_id(plain(text, 40), why)
