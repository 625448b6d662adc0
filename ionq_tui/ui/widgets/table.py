"""The one table that all tables use: only the lines to be seen are made, and only those that differ are painted."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, Generic, TypeVar

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
from ionq_tui.ui.widgets.rows import Rows
from ionq_tui.view.column import Column, Row, fitted, heads, widths
from ionq_tui.view.tone import Tone

Item = TypeVar("Item")
_GAP = 2
_MOST_MADE = 1000
"""Rows whose cells are kept; those that are to be seen are few of them."""
_Look = tuple[Row, bool, bool]
"""All that a line's paint depends on: its cells, whether the cursor is on it, whether it is marked."""


class Table(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """Rows by key under a line of heads; the cursor stays on its key whatever the rows do."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TABLE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--head",
        "table--cursor",
        *(f"table--{tone.value}" for tone in Tone),
    }

    class Said(Message):
        """Something about one row."""

        def __init__(self, table: Table[Item], key: str) -> None:
            """Name the table and the row's key."""
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Widget:
            """The table, for `on(..., selector)`."""
            return self.table

    class Chosen(Said):
        """Enter was pressed on a row."""

    class Highlighted(Said):
        """The cursor came to another row."""

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
        """Take the columns, how to make one row's cells, and the text that `/` looks in (else the cells).

        Cells are made anew where the item is another, or `moment_of` tells something else than before: whatever else
        they depend on, such as the time. `dispensable` names the columns that fold away where it is narrow, the first
        first. With `follows_top` the cursor stays on the first line until somebody moves it. `arranged` is called where
        the cursor comes to another row, or the caption differs: at once, so that both are painted together.
        """
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self._dispensable = dispensable
        self._cells_of = cells_of
        self._moment_of = moment_of
        self._arranged = arranged
        self._styles: dict[tuple[Tone, bool], Style] = {}
        self._made: dict[str, tuple[Item, Hashable, Row]] = {}
        searched = text_of or (lambda item: " ".join(cell.text for cell in cells_of(item)))
        self._rows = Rows(columns, searched, follows_top=follows_top)
        self._painted: dict[int, _Look | None] = {}

    # What the screens ask and say

    @property
    def key(self) -> str:
        """The key of the row with the cursor; empty where there is none."""
        return self._rows.key

    @property
    def item(self) -> Item | None:
        """The row with the cursor."""
        return self._rows.items.get(self._rows.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the rows as they stand, after filter and order."""
        return tuple(self._rows.order)

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the marked rows; also of those that the filter hides."""
        return self._rows.marked

    @property
    def needle(self) -> str:
        """The text that rows must hold to be shown."""
        return self._rows.needle

    @property
    def caption(self) -> str:
        """What is shown of how much, filtered and sorted by what; empty where all of it is to be seen in its order."""
        return self._rows.caption(self.size.height - 1)

    def update_rows(self, items: Mapping[str, Item]) -> None:
        """Show these rows; the cursor stays on its key, or where its row was."""
        with self._changing():
            self._rows.take(items)

    def find(self, needle: str) -> None:
        """Show only the rows that hold this text."""
        with self._changing():
            self._rows.find(needle)

    def go_to(self, key: str) -> None:
        """Put the cursor on a row, where it is there."""
        if key in self._rows.order:
            self._move(self._rows.order.index(key))

    def mark(self, key: str) -> None:
        """Mark a row, or take its mark away."""
        if key in self._rows.items:
            with self._changing():
                self._rows.marks ^= {key}

    def unmark(self) -> None:
        """Take all marks away."""
        with self._changing():
            self._rows.marks.clear()

    def tick(self) -> None:
        """Paint again what the time has changed."""
        self._repaint()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the rows, then show them and say what differs."""
        with self._said():
            yield
            self.virtual_size = Size(self.size.width, len(self._rows.order) + 1)
            self._keep_in_sight()
            self._repaint()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say it where the cursor comes to another row, or the caption differs."""
        key, caption = self.key, self.caption
        yield
        if self.key != key:
            self.post_message(self.Highlighted(self, self.key))
        if self.key != key or self.caption != caption:
            self._arranged()

    def _keep_in_sight(self) -> None:
        lines, top, cursor = max(1, self.size.height - 1), round(self.scroll_y), self._rows.cursor
        wanted = min(max(top, cursor - lines + 1), cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def _move(self, to: int) -> None:
        with self._said():
            before, top = self._rows.cursor, round(self.scroll_y)
            self._rows.move(to)
            self._keep_in_sight()
            if round(self.scroll_y) == top:  # else all lines are painted
                for y in {before, self._rows.cursor} if before != self._rows.cursor else ():
                    self._refresh_line(y - top + 1)

    def on_resize(self) -> None:
        """Keep the cursor to be seen."""
        with self._changing():
            pass
        self._arranged()

    def allow_focus(self) -> bool:
        """A table that is not shown takes no keys."""
        return self.display and super().allow_focus()

    # Paint

    def _fit(self) -> tuple[list[int], list[int]]:
        """Return which columns are shown at this width, and the width of each."""
        width = self.size.width
        shown = list(range(len(self._columns)))
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

    def _look(self, y: int) -> _Look | None:
        """Return all that the paint of a line depends on; None where there is no row."""
        index = round(self.scroll_y) + y - 1
        rows = self._rows
        if y < 1 or not 0 <= index < len(rows.order):
            return None
        key = rows.order[index]
        return self._cells(key, rows.items[key]), index == rows.cursor, key in rows.marks

    def _cells(self, key: str, item: Item) -> Row:
        moment, held = self._moment_of(item), self._made.get(key)
        if held is not None and held[0] == item and held[1] == moment:
            return held[2]
        if len(self._made) >= _MOST_MADE:
            self._made.clear()
        row = self._cells_of(item)
        self._made[key] = item, moment, row
        return row

    def _repaint(self) -> None:
        """Paint the lines that differ from what was painted."""
        for y in range(1, self.size.height):
            if self._look(y) != self._painted.get(y):
                self._refresh_line(y)

    def _refresh_line(self, y: int) -> None:
        if 0 < y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Make one line."""
        width = self.size.width
        shown, given = self._fit()
        if y == 0:
            style = self.get_component_rich_style("table--head")
            text = " " * _GAP + (" " * _GAP).join(heads([self._columns[index] for index in shown], given))
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        look = self._look(y)
        self._painted[y] = look
        if look is None:
            return Strip.blank(width, self.get_component_rich_style("table--plain"))
        return self._row(look, shown, given).adjust_cell_length(width, self._style(Tone.PLAIN, look[1]))

    def _row(self, look: _Look, shown: Sequence[int], given: Sequence[int]) -> Strip:
        row, cursor, marked = look
        columns, cells = [self._columns[index] for index in shown], tuple(row[index] for index in shown)
        plain = self._style(Tone.PLAIN, cursor)
        segments = [Segment((">" if cursor else " ") + ("*" if marked else " "), plain)]
        for index, cell in enumerate(fitted(cells, columns, given)):
            if index:
                segments.append(Segment(" " * _GAP, plain))
            segments.append(Segment(cell.text, self._style(cell.tone, cursor)))
        return Strip(segments)

    def notify_style_update(self) -> None:
        """Find the styles anew."""
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
        """Go to the row; a double click looks at it; a click on a head sorts by it."""
        if event.y == 0:
            self._sort_at(event.x)
            return
        index = round(self.scroll_y) + event.y - 1
        if index < len(self._rows.order):
            self._move(index)
            if event.chain == 2:
                self.action_look()

    def _sort_at(self, x: int) -> None:
        left = _GAP
        for index, width in zip(*self._fit(), strict=True):
            if left <= x < left + width + _GAP:
                with self._changing():
                    self._rows.sort_by(index)
                return
            left += width + _GAP

    def action_look(self) -> None:
        """Say that the row was chosen."""
        if self.key:
            self.post_message(self.Chosen(self, self.key))

    async def action_filter(self) -> None:
        """Let the screen ask for a text to find, at once: what is typed next belongs to it."""
        await self.run_action("screen.find")

    def action_sort(self) -> None:
        """Sort by the next column, after the last by none."""
        with self._changing():
            self._rows.sort_next()

    def action_reverse(self) -> None:
        """Turn the order round."""
        with self._changing():
            self._rows.reverse()

    def action_cursor_up(self) -> None:
        """Go to the row above."""
        self._move(self._rows.cursor - 1)

    def action_cursor_down(self) -> None:
        """Go to the row below."""
        self._move(self._rows.cursor + 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self._move(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._move(len(self._rows.order) - 1)

    def action_page_up(self) -> None:
        """Go up by a screenful."""
        self._move(self._rows.cursor - self._page)

    def action_page_down(self) -> None:
        """Go down by a screenful."""
        self._move(self._rows.cursor + self._page)

    def action_half_up(self) -> None:
        """Go up by half a screenful."""
        self._move(self._rows.cursor - self._page // 2)

    def action_half_down(self) -> None:
        """Go down by half a screenful."""
        self._move(self._rows.cursor + self._page // 2)

    @property
    def _page(self) -> int:
        return max(2, self.size.height - 2)
