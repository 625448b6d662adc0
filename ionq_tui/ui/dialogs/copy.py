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
from ionq_tui.ui.dialogs.choice import LOW, too_wide
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.paged import Paged
from ionq_tui.ui.widgets.scrollable import Scrollable
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.clipboard import copied
from ionq_tui.view.session_card import attach_command, export_line
from ionq_tui.view.style import Cell, Tone, line

HINT = dialog_text.COPY_HINT


class CopyText(Dialog[None], Paged):
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
            with Scrollable(id="scroll", can_focus=False):  # a receipt may be longer than the screen
                for index, (_, text) in enumerate(self._texts):
                    yield TextBlock(*text.split("\n"), id=f"text-{index}")
            with HorizontalGroup(id="choices"):
                for index, (name, _) in enumerate(self._texts):
                    yield Button(Content(name), id=f"choice-{index}", classes="choice", compact=True)
            yield TextBlock(line(Cell(HINT, Tone.DIM)), id="said")

    def on_mount(self) -> None:
        """Show the keys for scrolling while there is something to scroll."""
        for scroll in self.query("#scroll"):  # empty if the app exits while the dialog opens
            self.watch(scroll, "show_vertical_scrollbar", self._show_scroll_hint)

    def on_resize(self) -> None:
        """Stack the buttons if they do not fit side by side."""
        self.set_class(too_wide([name for name, _ in self._texts], self.app.size.width), "-stacked")
        self.set_class(self.app.size.height < LOW, "-low")
        self.call_after_refresh(self._scroll_to_chosen)

    def on_descendant_focus(self) -> None:
        """Show the text that would be copied."""
        self._scroll_to_chosen()

    def _scroll_to_chosen(self) -> None:
        chosen = _index(self.focused) if isinstance(self.focused, Button) else None
        for index, block in enumerate(self.query("#scroll TextBlock")):
            block.set_class(index == chosen, "-chosen")
            if index == chosen:
                block.scroll_visible(animate=False, top=True, immediate=True)

    def _show_scroll_hint(self, longer: bool) -> None:
        self.query_one("#dialog").border_subtitle = dialog_text.MORE_HINT if longer else ""

    @on(Button.Pressed, ".choice")
    def _copy(self, event: Button.Pressed) -> None:
        event.stop()
        name, text = self._texts[_index(event.button)]
        self.app.copy_to_clipboard(text)
        self._tell(name)

    @work(group="copy", description="ask tmux what it passes on", exclusive=True)
    async def _tell(self, name: str) -> None:
        self.said.tell(copied(name, await passage(os.environ)))


def _index(button: Button) -> int:
    """Return which of the texts a button copies."""
    return int((button.id or "").removeprefix("choice-"))


def session_texts(session_id: str) -> tuple[tuple[str, str], ...]:
    """Return the names and texts that can be copied for any session."""
    return (
        ("id", session_id),
        ("export line", export_line(session_id)),
        ("attach command", attach_command(session_id)),
    )
