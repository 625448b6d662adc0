"""The palette: a search over all commands of the screen below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.getters import query_one
from textual.widgets import Input

from ionq_tui.ui.commands import Command, key_name
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.steady_input import SteadyInput
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.column import Column, Row
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Tone


class Offer(NamedTuple):
    """A command with its current keys and whether it is enabled."""

    command: Command
    keys: str
    enabled: bool


_COLUMNS: tuple[Column[Offer], ...] = (
    Column("COMMAND", 14, lambda offer: offer.command.label),
    Column("KEYS", 12, lambda offer: offer.keys),
    Column("", 42, lambda offer: offer.command.help, grows=90),
)


def _cells(offer: Offer) -> Row:
    tone = Tone.PLAIN if offer.enabled else Tone.DIM
    keys = " ".join(key_name(key) for key in offer.keys.split(","))
    return Cell(offer.command.label, tone), Cell(keys, tone), Cell(offer.command.help, tone)


class Palette(Dialog[Command | None]):
    """Type part of a command's text, choose with the arrow keys, and run it with enter."""

    CSS_PATH = "../styles/palette.tcss"
    AUTO_FOCUS = "#words"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "dismiss_none", "close", id="palette_close", tooltip="Close the palette."),
        Binding("up", "up", show=False, id="palette_up", tooltip="Go to the previous command."),
        Binding("down", "down", show=False, id="palette_down", tooltip="Go to the next command."),
    ]

    table = query_one("#offers", Table)

    def __init__(self, offers: Sequence[tuple[Command, str, bool]]) -> None:
        """Store the commands, each with its keys and whether it is enabled."""
        super().__init__()
        self._offers = {offer[0].id: Offer(*offer) for offer in offers if offer[0].id != "palette"}

    def compose(self) -> ComposeResult:
        """Compose the input above the commands."""
        with VerticalGroup(id="palette"):
            yield SteadyInput(placeholder=dialog_text.PALETTE_HINT, id="words", compact=True)
            yield Table[Offer](_COLUMNS, _cells, text_of=_text, id="offers")
            yield TextBlock(id="none")

    def on_mount(self) -> None:
        """Show all commands."""
        self.table.can_focus = False
        self.table.update_rows(self._offers)
        self.query_one("#none").display = False

    @on(Input.Changed, "#words")
    def _narrow(self, event: Input.Changed) -> None:
        wanted = event.value.strip().casefold()
        ranked = sorted(self._offers.items(), key=lambda offer: _rank(offer[1], wanted))
        self.table.update_rows(dict(ranked))
        self.table.find(wanted)
        self.table.action_first()
        self.table.display = bool(self.table.keys)
        none = self.query_one("#none", TextBlock)
        none.display = not self.table.display
        none.tell(dialog_text.no_command(plain(event.value, 40)))

    @on(Input.Submitted, "#words")
    def _submitted(self) -> None:
        self._run(self.table.key)

    @on(Table.Chosen)
    def _chosen(self, event: Table.Chosen) -> None:
        self._run(event.key)

    def _run(self, key: str) -> None:
        offer = self._offers.get(key)
        if offer is not None:
            self.dismiss(offer.command)

    def action_dismiss_none(self) -> None:
        """Close without a command."""
        self.dismiss(None)

    def action_up(self) -> None:
        """Move to the previous command."""
        self.table.action_cursor_up()

    def action_down(self) -> None:
        """Move to the next command."""
        self.table.action_cursor_down()


def _rank(offer: Offer, wanted: str) -> int:
    """Return a rank: 0 for an exact name, 1 for a beginning, 2 for a part of a name, 3 for other matches."""
    names = (offer.command.label.casefold(), offer.command.id.replace("_", " "))
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else 3


def _text(offer: Offer) -> str:
    return f"{offer.command.label} {offer.command.id} {offer.command.help}"
