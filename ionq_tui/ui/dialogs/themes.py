"""The dialog for the theme, with a preview: the screen below shows the theme at the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.theme import BUILTIN_THEMES, Theme

from ionq_tui.ui.choices import choices_of
from ionq_tui.ui.contrast import LEAST, can_be_read, contrasts, least, readable
from ionq_tui.ui.dialogs.table_dialog import TableDialog
from ionq_tui.ui.theme import OURS, short_name
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view import dialog_text
from ionq_tui.view.column import Column, Row
from ionq_tui.view.style import Cell, Tone


class ThemeItem(NamedTuple):
    """A theme that can be chosen, and the least contrast of its texts; None where that cannot be measured."""

    name: str
    contrast: float | None


_COLUMNS: tuple[Column[ThemeItem], ...] = (
    Column("THEME", 22, lambda item: item.name, grows=30),
    Column("LEAST CONTRAST", 22, lambda item: item.contrast),
)


def _cells(item: ThemeItem) -> Row:
    told = "the terminal's own" if item.contrast is None else f"{item.contrast:.1f} : 1"
    return Cell(item.name), Cell(told, Tone.DIM)


def offered(themes: Iterable[Theme]) -> dict[str, ThemeItem]:
    """Return those of the themes that can be read, by their full names."""
    found: dict[str, ThemeItem] = {}
    for theme in themes:
        if can_be_read(theme):
            texts = [value for name, value in contrasts(theme).items() if least(name) == LEAST]
            found[theme.name] = ThemeItem(short_name(theme.name), min(texts, default=None))
    return found


class Themes(TableDialog[ThemeItem]):
    """Each theme is shown while the cursor is on it; enter keeps it, and esc returns to the one before."""

    TITLE_LINE = "Theme"
    HINT = dialog_text.THEMES_HINT
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "give_up", "back", id="themes_back", tooltip="Return to the theme before."),
    ]

    def __init__(self) -> None:
        """Prepare the list; it is measured when the dialog opens."""
        super().__init__(_COLUMNS, _cells)
        self._before = self.app.theme
        self._answered = False

    def fill(self) -> None:
        """List the themes, the cursor on the present one."""
        themes = [*OURS, *map(readable, BUILTIN_THEMES.values())]
        for theme in themes:
            self.app.register_theme(theme)
        self.table.update_rows(offered(themes))
        self.table.go_to(self.app.theme)

    @on(Table.Highlighted)
    def _preview(self, event: Table.Highlighted) -> None:
        if not self._answered and event.key in self.app.available_themes:
            self.app.theme = event.key

    @on(Table.Chosen)
    def _choose(self, event: Table.Chosen) -> None:
        self._answered = True
        self.app.theme = event.key
        if trouble := choices_of(self.app).keep_theme(short_name(event.key)):
            self.app.notify(trouble, severity="warning", markup=False)
        self.dismiss(None)

    def action_give_up(self) -> None:
        """Return to the theme before."""
        self._answered = True  # a row highlighted by keys pressed before may still be on its way
        self.app.theme = self._before
        self.dismiss(None)
