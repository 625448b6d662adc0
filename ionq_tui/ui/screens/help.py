"""Help, made from the commands of the screen that it was asked on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from ionq_tui.model.connection import Connection
from ionq_tui.ui.commands import Command, Commands, key_name
from ionq_tui.ui.screens.frame import Frame
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fold import all_folded
from ionq_tui.view.plain import pad
from ionq_tui.view.tone import Cell, Line, Tone, line

_KEYS = 14


class Help(Frame[None]):
    """The keys of one screen, a line each."""

    OFFERS: ClassVar[Commands] = ()
    AUTO_FOCUS = "#help"

    def __init__(self, offers: Sequence[tuple[Command, str, bool]], connection: Connection) -> None:
        """Take the commands with their keys as they are mapped now."""
        super().__init__(connection)
        self._offers = offers

    def compose_body(self) -> Iterable[Widget]:
        """The keys, and what holds everywhere."""
        with VerticalScroll(id="help"):
            yield Words(*self._lines(), id="keys")

    def on_resize(self) -> None:
        """Fold what does not fit below itself."""
        self.query_one("#keys", Words).tell(*all_folded(self._lines(), self.room, _KEYS + 3))

    def _lines(self) -> list[Line]:
        told: list[Line] = [line(Cell("Keys", Tone.STRONG)), ()]
        for command, keys, enabled in self._offers:
            names = " ".join(key_name(key) for key in keys.split(",")) or "in the palette"
            tone = Tone.PLAIN if enabled else Tone.DIM
            told.append(line(Cell(f" {pad(names, _KEYS)}  ", Tone.STRONG), Cell(command.help, tone)))
        told += [
            (),
            _note("Printable keys act only where no field has the focus; every command is in the palette."),
            _note("A button that costs money or ends something takes a key only after a moment without any key."),
            _note("Opening means paying; looking at a session costs nothing and makes nothing yours."),
        ]
        return told

    def action_help(self) -> None:
        """Close what the same key opened."""
        self.go_back()


def _note(words: str) -> Line:
    return line(" " * (_KEYS + 3) + words)
