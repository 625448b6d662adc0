"""The base of dialogs that are a table with a title and a hint."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.getters import query_one

from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view.column import Column, Row
from ionq_tui.view.style import Cell, Tone, line

Item = TypeVar("Item")


class TableDialog(Dialog[None], Generic[Item]):
    """A table to choose from, which is filled once the dialog is there."""

    CSS_PATH = "../styles/palette.tcss"
    AUTO_FOCUS = "#choices"
    TITLE_LINE: ClassVar[str] = ""
    HINT: ClassVar[str] = ""

    table = query_one("#choices", Table)

    def __init__(self, columns: Sequence[Column[Item]], cells_of: Callable[[Item], Row]) -> None:
        """Take the columns of the table, and the function that returns the cells of a row."""
        super().__init__()
        self._columns = columns
        self._cells_of = cells_of

    def compose(self) -> ComposeResult:
        """Compose the title, the table and the hint."""
        with VerticalGroup(id="palette"):
            yield TextBlock(line(Cell(self.TITLE_LINE, Tone.STRONG)), id="title")
            yield self.new_table(self._columns, self._cells_of)
            yield TextBlock(line(Cell(self.HINT, Tone.DIM)))

    def new_table(self, columns: Sequence[Column[Item]], cells_of: Callable[[Item], Row]) -> Table[Item]:
        """Return the table, which has the id `choices`."""
        return Table(columns, cells_of, id="choices")

    def on_mount(self) -> None:
        """Fill the table, unless the dialog was dismissed before it was composed."""
        if self.query("#choices"):
            self.fill()

    @abstractmethod
    def fill(self) -> None:
        """Show the rows."""
