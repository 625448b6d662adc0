"""What can be copied, shown in full so that it can also be selected by hand."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button

from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.session_card import attach_command, export_line
from ionq_tui.view.tone import Cell, Tone, line

HINT = "enter copies · or select by hand what stands above · esc closes"


class CopyText(Dialog[None]):
    """Offers some texts; copying closes nothing, so that it can be seen what was copied."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = ".choice"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG)]

    said = query_one("#said", Words)

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        """Take names and texts, the likeliest first."""
        super().__init__(classes="dialog")
        self._texts = tuple(texts)

    def compose(self) -> ComposeResult:
        """The texts, and a button for each."""
        with VerticalGroup(id="dialog"):
            yield Words(line(Cell("Copy", Tone.STRONG)), id="title")
            yield Words(*(text for _, text in self._texts), id="facts")
            with HorizontalGroup(id="choices"):
                for index, (name, _) in enumerate(self._texts):
                    yield Button(Content(name), id=f"choice-{index}", classes="choice", compact=True)
            yield Words(line(Cell(HINT, Tone.DIM)), id="said")

    @on(Button.Pressed, ".choice")
    def _copy(self, event: Button.Pressed) -> None:
        event.stop()
        name, text = self._texts[int((event.button.id or "").removeprefix("choice-"))]
        self.app.copy_to_clipboard(text)
        self.said.tell(line(Cell(f"{name}: sent to the terminal's clipboard · esc closes", Tone.GOOD)))

    def action_focus_next(self) -> None:
        """Go to the next button."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the button before."""
        self.focus_previous()


def session_texts(session_id: str) -> tuple[tuple[str, str], ...]:
    """Return what can be copied of a session."""
    return (
        ("id", session_id),
        ("export line", export_line(session_id)),
        ("attach command", attach_command(session_id)),
    )


def wrapped_for_tmux(text: str) -> str:
    """Return the OSC 52 sequence as tmux passes it on to the terminal outside."""
    inner = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    return f"\x1bPtmux;{inner.replace(chr(27), chr(27) * 2)}\x1b\\"
