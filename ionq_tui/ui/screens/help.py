"""The help screen, generated from the commands of the screen below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from ionq_tui.model.connection import Connection
from ionq_tui.ui.commands import Command, Commands, key_name
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.sanitize import pad
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import all_folded

_KEYS = 14


class Help(BaseScreen[None]):
    """Show the keys of one screen, one command per line."""

    OFFERS: ClassVar[Commands] = ()
    AUTO_FOCUS = "#help"

    def __init__(self, offers: Sequence[tuple[Command, str, bool]], connection: Connection) -> None:
        """Store the commands, each with its current keys and whether it is enabled."""
        super().__init__(connection)
        self._offers = offers

    def compose_body(self) -> Iterable[Widget]:
        """Compose the keys and some general notes."""
        with VerticalScroll(id="help"):
            yield TextBlock(*self._lines(), id="keys")

    def on_resize(self) -> None:
        """Wrap lines that do not fit."""
        self.query_one("#keys", TextBlock).tell(*all_folded(self._lines(), self.room, _KEYS + 3))

    def _lines(self) -> list[Line]:
        told: list[Line] = [line(Cell("Keys", Tone.STRONG)), ()]
        for command, keys, enabled in self._offers:
            names = " ".join(key_name(key) for key in keys.split(",")) or "in the palette"
            tone = Tone.PLAIN if enabled else Tone.DIM
            told.append(line(Cell(f" {pad(names, _KEYS)}  ", Tone.STRONG), Cell(command.help, tone)))
        told += [
            (),
            _note(screen_text.HELP_FIELDS),
            _note(screen_text.HELP_BUTTONS),
            _note(screen_text.HELP_OPENING),
        ]
        return told

    def action_help(self) -> None:
        """Close the help screen with the key that opened it."""
        self.go_back()


def _note(words: str) -> Line:
    return line(" " * (_KEYS + 3) + words)
