"""The dialog for the columns of a table: which are shown, and by which it is sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType

from ionq_tui.ui.choices import choices_of
from ionq_tui.ui.dialogs.table_dialog import TableDialog
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view import dialog_text
from ionq_tui.view.column import Column, Row
from ionq_tui.view.style import Cell, Tone


class ColumnItem(NamedTuple):
    """A column of a table, whether it is shown, and the order of the table by it."""

    name: str
    shown: bool
    fits: bool
    always: bool
    order: str


_COLUMNS: tuple[Column[ColumnItem], ...] = (
    Column("COLUMN", 14, lambda item: item.name, grows=24),
    Column("SHOWN", 8, lambda item: str(item.shown)),
    Column("SORTED", 10, lambda item: item.order),
)


def _cells(item: ColumnItem) -> Row:
    shown = "always" if item.always else "no" if not item.shown else "yes" if item.fits else "no room"
    return Cell(item.name), Cell(shown, Tone.PLAIN if item.shown else Tone.DIM), Cell(item.order, Tone.DIM)


class _ColumnTable(Table[ColumnItem]):
    """A table whose key for sorting sorts the table below the dialog."""

    async def action_sort(self) -> None:  # type: ignore[override]
        await self.run_action("screen.sort")


class Columns(TableDialog[ColumnItem]):
    """Choose with the arrow keys; enter or space shows or hides a column, and s sorts by it."""

    TITLE_LINE = "Columns"
    HINT = dialog_text.COLUMNS_HINT
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close", id="columns_close", tooltip="Close the dialog; the choice is kept."),
        Binding("space", "show_or_hide", "show or hide", id="columns_toggle", tooltip="Show or hide the column."),
        Binding("s", "sort", "sort", id="columns_sort", tooltip="Sort by the column; again to reverse."),
    ]

    def __init__(self, of: Table[object]) -> None:
        """Store the table below, which changes at once."""
        super().__init__(_COLUMNS, _cells)
        self._of = of

    def new_table(self, columns: Sequence[Column[ColumnItem]], cells_of: Callable[[ColumnItem], Row]) -> _ColumnTable:
        """Return a table whose key for sorting is the dialog's."""
        return _ColumnTable(columns, cells_of, id="choices")

    def fill(self) -> None:
        """List the columns."""
        names, shown, fitting = self._of.column_names, self._of.shown_columns, self._of.fitting_columns
        sort = self._of.sort
        by, order = sort.removeprefix("-"), "descending" if sort.startswith("-") else "ascending"
        items = {
            name: ColumnItem(name, name in shown, name in fitting, place == 0, order if name == by else "")
            for place, name in enumerate(names)
        }
        self.table.update_rows(items)

    @on(Table.Chosen)
    def action_show_or_hide(self) -> None:
        """Show or hide the column at the cursor; the first one, which names the rows, is always shown."""
        names, shown, name = self._of.column_names, self._of.shown_columns, self.table.key
        if name == names[0]:
            return
        wanted = [one for one in names if (one in shown) != (one == name)]
        self._of.show_columns(wanted)
        self._say(choices_of(self.app).keep_columns(self._of.id or "", wanted))
        self.fill()

    def action_sort(self) -> None:
        """Sort by the column at the cursor, or reverse the order."""
        self._of.sort_by(self.table.key)
        self.fill()

    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss(None)

    def _say(self, trouble: str) -> None:
        if trouble:
            self.app.notify(trouble, severity="warning", markup=False)
