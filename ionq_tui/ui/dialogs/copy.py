"""The dialog for copying, which shows texts in full so that they can also be selected with the mouse."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button

from ionq_tui.ui.clipboard import passage
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.clipboard import copied
from ionq_tui.view.session_card import attach_command, export_line
from ionq_tui.view.style import Cell, Tone, line

HINT = dialog_text.COPY_HINT


class CopyText(Dialog[None]):
    """Offer texts to copy; the dialog stays open, so that the user sees what was copied."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = ".choice"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG)]

    said = query_one("#said", TextBlock)

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        """Store names and texts, the most likely choice first."""
        super().__init__(classes="dialog")
        self._texts = tuple(texts)

    def compose(self) -> ComposeResult:
        """Compose the texts, and a button for each."""
        with VerticalGroup(id="dialog"):
            yield TextBlock(line(Cell("Copy", Tone.STRONG)), id="title")
            yield TextBlock(*(text for _, text in self._texts), id="facts")
            with HorizontalGroup(id="choices"):
                for index, (name, _) in enumerate(self._texts):
                    yield Button(Content(name), id=f"choice-{index}", classes="choice", compact=True)
            yield TextBlock(line(Cell(HINT, Tone.DIM)), id="said")

    @on(Button.Pressed, ".choice")
    def _copy(self, event: Button.Pressed) -> None:
        event.stop()
        name, text = self._texts[int((event.button.id or "").removeprefix("choice-"))]
        self.app.copy_to_clipboard(text)
        self._tell(name)

    @work(group="copy", description="ask tmux what it passes on", exclusive=True)
    async def _tell(self, name: str) -> None:
        self.said.tell(copied(name, await passage(os.environ)))

    def action_focus_next(self) -> None:
        """Move the focus to the next button."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Move the focus to the previous button."""
        self.focus_previous()


def session_texts(session_id: str) -> tuple[tuple[str, str], ...]:
    """Return the names and texts that can be copied for a session."""
    return (
        ("id", session_id),
        ("export line", export_line(session_id)),
        ("attach command", attach_command(session_id)),
    )
