"""The table widget of all screens, which renders only visible lines and repaints only those that change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ionq_tui.ui.commands import TABLE, bindings
from ionq_tui.ui.widgets.row_index import NO_PARENTS, RowIndex
from ionq_tui.view.column import Column, Row, fitted, heads, widths
from ionq_tui.view.style import Tone

if TYPE_CHECKING:
    from ionq_tui.ui.choices import Choices

Item = TypeVar("Item")
_GAP = 2
_WHEEL = 3
"""Rows by which a step of the mouse wheel moves."""
_CACHED_ROWS = 1000
"""The most rows whose cells are cached; only a few of them are visible."""
_Appearance = tuple[Row, bool, bool]
"""Everything a line's appearance depends on: its cells, whether the cursor is on it, and whether it is marked."""


class Table(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """A table of rows by key, with column headings; the cursor stays on its key when rows change."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TABLE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--head",
        "table--cursor",
        *(f"table--{tone.value}" for tone in Tone),
    }

    class RowMessage(Message):
        """The base of messages about one row."""

        def __init__(self, table: Table[Item], key: str) -> None:
            """Store the table and the row's key."""
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Widget:
            """The table, for `on(..., selector)`."""
            return self.table

    class Chosen(RowMessage):
        """The user has pressed enter on a row, or double-clicked it."""

    class Highlighted(RowMessage):
        """The cursor has moved to another row."""

    def __init__(
        self,
        columns: Sequence[Column[Item]],
        cells_of: Callable[[Item], Row],
        *,
        moment_of: Callable[[Item], Hashable] = lambda _: None,
        text_of: Callable[[Item], str] | None = None,
        dispensable: Sequence[str] = (),
        follows_top: bool = False,
        arranged: Callable[[], None] = lambda: None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Create an empty table.

        Args:
            columns: The columns, with their sort keys.
            cells_of: Returns the cells of an item.
            moment_of: Returns what else the cells depend on, such as the time: they are rebuilt when it changes.
            text_of: Returns the text of an item that the filter searches; by default that of its cells.
            dispensable: The names of columns to hide if the table is too narrow, in this order.
            follows_top: Keep the cursor on the first line until the user moves it.
            arranged: Called synchronously when the cursor moves to another row or the caption changes, so that the
                table and the caption are painted together.
            id: The widget's id.
            classes: The widget's CSS classes.
        """
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self._dispensable = dispensable
        self._cells_of = cells_of
        self._moment_of = moment_of
        self._arranged = arranged
        self._styles: dict[tuple[Tone, bool], Style] = {}
        self._cell_cache: dict[str, tuple[Item, Hashable, Row]] = {}
        searched = text_of or (lambda item: " ".join(cell.text for cell in cells_of(item)))
        self._rows = RowIndex(columns, searched, follows_top=follows_top)
        self._painted: dict[int, _Appearance | None] = {}
        self._hidden: frozenset[str] = frozenset()
        """The names of columns that the user does not want."""

    def on_mount(self) -> None:
        """Show what the user has chosen earlier for this table."""
        choices = self._choices
        if (names := choices.columns(self.id or "")) is not None:
            self.show_columns(names)
        if sort := choices.sort(self.id or ""):
            self._rows.sort_named(sort)

    @property
    def _choices(self) -> Choices:
        """What is kept for the tables of this app; nothing is for those in dialogs, whose order is their own."""
        from ionq_tui.ui.choices import Choices, choices_of

        return Choices() if self.screen.is_modal else choices_of(self.app)

    # Columns

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self._columns)

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The names of the columns that are shown if there is room."""
        return tuple(name for name in self.column_names if name not in self._hidden)

    @property
    def fitting_columns(self) -> tuple[str, ...]:
        """The names of those that there is room for."""
        return tuple(self.column_names[index] for index in self._fit()[0])

    def show_columns(self, names: Iterable[str]) -> None:
        """Show only these columns; the first one, which names the rows, is always shown."""
        self._hidden = frozenset(self.column_names[1:]) - frozenset(names)
        self.refresh()

    @property
    def sort(self) -> str:
        """The name of the column that the rows are sorted by, with "-" before it if reversed; "" for none."""
        return self._rows.sort

    def sort_by(self, name: str) -> None:
        """Sort by this column, or reverse the order if it is sorted by it already."""
        with self._sorting():
            self._rows.sort_by(self.column_names.index(name))

    @contextmanager
    def _sorting(self) -> Iterator[None]:
        """Change the order in the context, and keep it for the next start."""
        with self._changing():
            yield
        if trouble := self._choices.keep_sort(self.id or "", self._rows.sort):
            self.app.notify(trouble, severity="warning", markup=False)

    # Rows

    @property
    def key(self) -> str:
        """The key of the row at the cursor; empty if there is no row."""
        return self._rows.key

    @property
    def item(self) -> Item | None:
        """The item of the row at the cursor, or None."""
        return self._rows.items.get(self._rows.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the rows that pass the filter, in their order."""
        return tuple(self._rows.order)

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the marked rows, including those that the filter hides."""
        return self._rows.marked

    @property
    def needle(self) -> str:
        """The filter: only rows that contain this text are shown."""
        return self._rows.needle

    @property
    def caption(self) -> str:
        """The filter, position, order and marks as text; empty if all rows are visible in their original order."""
        return self._rows.caption(self.size.height - 1)

    def update_rows(self, items: Mapping[str, Item], parents: Mapping[str, str] = NO_PARENTS) -> None:
        """Show these rows, each behind its parent; the cursor stays on its key, or on its line if the key is gone."""
        with self._changing():
            self._rows.take(items, parents)

    def find(self, needle: str) -> None:
        """Show only the rows that contain this text."""
        with self._changing():
            self._rows.find(needle)

    def go_to(self, key: str) -> None:
        """Move the cursor to a row, if it is shown."""
        if key in self._rows.order:
            self._move(self._rows.order.index(key))

    def mark(self, key: str) -> None:
        """Toggle the mark of a row."""
        if key in self._rows.items:
            with self._changing():
                self._rows.marks ^= {key}

    def unmark(self) -> None:
        """Remove all marks."""
        with self._changing():
            self._rows.marks.clear()

    def tick(self) -> None:
        """Repaint the lines that the time has changed."""
        self._repaint()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the rows in the context, then repaint and notify of the differences."""
        with self._notifying():
            yield
            self.virtual_size = Size(self.size.width, len(self._rows.order) + 1)
            self._scroll_to_cursor()
            self._repaint()

    @contextmanager
    def _notifying(self) -> Iterator[None]:
        """Notify if the cursor moves to another row in the context, or the caption changes."""
        key, caption = self.key, self.caption
        yield
        if self.key != key:
            self.post_message(self.Highlighted(self, self.key))
        if self.key != key or self.caption != caption:
            self._arranged()

    def _scroll_to_cursor(self) -> None:
        lines, top, cursor = max(1, self.size.height - 1), round(self.scroll_y), self._rows.cursor
        wanted = min(max(top, cursor - lines + 1), cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def _move(self, to: int) -> None:
        with self._notifying():
            before, top = self._rows.cursor, round(self.scroll_y)
            self._rows.move(to)
            self._scroll_to_cursor()
            if round(self.scroll_y) == top:  # otherwise all lines are repainted
                for y in {before, self._rows.cursor} if before != self._rows.cursor else ():
                    self._refresh_line(y - top + 1)

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        with self._changing():
            pass
        self._arranged()

    def allow_focus(self) -> bool:
        """Refuse the focus while the table is hidden."""
        return self.display and super().allow_focus()

    # Rendering

    def _fit(self) -> tuple[list[int], list[int]]:
        """Return the indexes of the columns that fit the width, and the width of each in cells."""
        width = self.size.width
        shown = [index for index, column in enumerate(self._columns) if column.name not in self._hidden]
        for name in self._dispensable:
            if sum(self._columns[index].width + _GAP for index in shown) <= width:
                break
            shown = [index for index in shown if self._columns[index].name != name]
        columns = [self._columns[index] for index in shown]
        given = widths(columns, width, _GAP)
        over = sum(given) + _GAP * len(given) - width
        if over > 0:
            widest = given.index(max(given))
            given[widest] = max(4, given[widest] - over)
        return shown, given

    def _appearance(self, y: int) -> _Appearance | None:
        """Return what a line's appearance depends on, or None if it has no row."""
        index = round(self.scroll_y) + y - 1
        rows = self._rows
        if y < 1 or not 0 <= index < len(rows.order):
            return None
        key = rows.order[index]
        return self._cells(key, rows.items[key]), index == rows.cursor, key in rows.marks

    def _cells(self, key: str, item: Item) -> Row:
        moment, held = self._moment_of(item), self._cell_cache.get(key)
        if held is not None and held[0] == item and held[1] == moment:
            return held[2]
        if len(self._cell_cache) >= _CACHED_ROWS:
            self._cell_cache.clear()
        row = self._cells_of(item)
        self._cell_cache[key] = item, moment, row
        return row

    def _repaint(self) -> None:
        """Repaint the lines that differ from what was painted last."""
        for y in range(1, self.size.height):
            if self._appearance(y) != self._painted.get(y):
                self._refresh_line(y)

    def _refresh_line(self, y: int) -> None:
        if 0 < y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Render one line; line 0 has the column headings."""
        width = self.size.width
        shown, given = self._fit()
        if y == 0:
            style = self.get_component_rich_style("table--head")
            text = " " * _GAP + (" " * _GAP).join(heads([self._columns[index] for index in shown], given))
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        appearance = self._appearance(y)
        self._painted[y] = appearance
        if appearance is None:
            return Strip.blank(width, self.get_component_rich_style("table--plain"))
        return self._row(appearance, shown, given).adjust_cell_length(width, self._style(Tone.PLAIN, appearance[1]))

    def _row(self, appearance: _Appearance, shown: Sequence[int], given: Sequence[int]) -> Strip:
        row, cursor, marked = appearance
        columns, cells = [self._columns[index] for index in shown], tuple(row[index] for index in shown)
        plain = self._style(Tone.PLAIN, cursor)
        segments = [Segment((">" if cursor else " ") + ("*" if marked else " "), plain)]
        for index, cell in enumerate(fitted(cells, columns, given)):
            if index:
                segments.append(Segment(" " * _GAP, plain))
            segments.append(Segment(cell.text, self._style(cell.tone, cursor)))
        return Strip(segments)

    def notify_style_update(self) -> None:
        """Clear the cached styles."""
        self._styles.clear()
        super().notify_style_update()

    def _style(self, tone: Tone, cursor: bool) -> Style:
        if (style := self._styles.get((tone, cursor))) is None:
            style = self.get_component_rich_style("table--cursor" if cursor else f"table--{tone.value}")
            if cursor and tone in {Tone.BAD, Tone.WARN, Tone.STRONG}:
                style += Style(bold=True)
            self._styles[tone, cursor] = style
        return style

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Move to the clicked row; open it on a double click; sort by a clicked column heading."""
        if event.y == 0:
            self._sort_at(event.x)
            return
        index = round(self.scroll_y) + event.y - 1
        if index < len(self._rows.order):
            self._move(index)
            if event.chain == 2:
                self.action_look()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down by a few rows; the view follows the cursor, which must not be lost from sight."""
        event.stop()
        event.prevent_default()
        self._move(self._rows.cursor + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up by a few rows."""
        event.stop()
        event.prevent_default()
        self._move(self._rows.cursor - _WHEEL)

    def _sort_at(self, x: int) -> None:
        left = _GAP
        for index, width in zip(*self._fit(), strict=True):
            if left <= x < left + width + _GAP:
                self.sort_by(self._columns[index].name)
                return
            left += width + _GAP

    def action_look(self) -> None:
        """Post `Chosen` for the row at the cursor."""
        if self.key:
            self.post_message(self.Chosen(self, self.key))

    async def action_filter(self) -> None:
        """Open the screen's filter line immediately, since what is typed next belongs there."""
        await self.run_action("screen.find")

    def action_sort(self) -> None:
        """Sort by the next column that is not hidden, and after the last one not at all."""
        with self._sorting():
            self._rows.sort_next(self._hidden)

    def action_reverse(self) -> None:
        """Reverse the order."""
        with self._sorting():
            self._rows.reverse()

    def action_cursor_up(self) -> None:
        """Move to the previous row."""
        self._move(self._rows.cursor - 1)

    def action_cursor_down(self) -> None:
        """Move to the next row."""
        self._move(self._rows.cursor + 1)

    def action_first(self) -> None:
        """Move to the first row."""
        self._move(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self._move(len(self._rows.order) - 1)

    def action_page_up(self) -> None:
        """Move up by a page."""
        self._move(self._rows.cursor - self._page)

    def action_page_down(self) -> None:
        """Move down by a page."""
        self._move(self._rows.cursor + self._page)

    def action_half_up(self) -> None:
        """Move up by half a page."""
        self._move(self._rows.cursor - self._page // 2)

    def action_half_down(self) -> None:
        """Move down by half a page."""
        self._move(self._rows.cursor + self._page // 2)

    @property
    def _page(self) -> int:
        return max(2, self.size.height - 2)
