"""The filter, order, marks and cursor of a table's rows, without any painting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from ionq_tui.view.column import Column, SortKey, arranged, nested

Item = TypeVar("Item")
Cached = TypeVar("Cached")
NO_PARENTS: Mapping[str, str] = MappingProxyType({})


class RowIndex(Generic[Item]):
    """Rows by key. The cursor stays on its key when rows change, or on its line if the key is gone."""

    def __init__(
        self, columns: Sequence[Column[Item]], text_of: Callable[[Item], str], *, follows_top: bool = False
    ) -> None:
        """Store the columns to sort by, and the function that returns the text of a row to search.

        With `follows_top`, the cursor stays on the first line, which has the newest row, until the user moves it.
        """
        self._follows_top = follows_top
        self.items: Mapping[str, Item] = MappingProxyType({})
        self.order: list[str] = []
        """The keys of the rows that pass the filter, in their order."""
        self.cursor = 0
        self.key = ""
        """The key of the row at the cursor; empty if there is no row."""
        self.needle = ""
        self.marks: set[str] = set()
        self._columns = columns
        self._parents = NO_PARENTS
        self._text_of = text_of
        self._column: int | None = None
        self._reversed = False
        self._texts: dict[str, tuple[Item, str]] = {}
        self._sort_keys: dict[str, tuple[Item, SortKey]] = {}
        """Caches of the search text and sort key of each row: usually only a few of many rows have changed."""

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the marked rows, including those that the filter hides."""
        return tuple(key for key in self.items if key in self.marks) if self.marks else ()

    def take(self, items: Mapping[str, Item], parents: Mapping[str, str] = NO_PARENTS) -> None:
        """Replace the rows; marks of rows that are gone are removed. In every order, a row follows its parent."""
        self.items = items
        self._parents = parents
        self.marks &= items.keys()
        self._arrange()

    def find(self, needle: str) -> bool:
        """Show only rows that contain this text, ignoring case; return whether the text has changed."""
        if needle == self.needle:
            return False
        self.needle = needle
        self._arrange()
        return True

    def sort_next(self, hidden: Collection[str] = ()) -> None:
        """Sort by the next column whose name is not among the hidden ones, and after the last one not at all."""
        self._sort_keys.clear()
        after = range(0 if self._column is None else self._column + 1, len(self._columns))
        self._column = next((index for index in after if self._columns[index].name not in hidden), None)
        self._arrange()

    def sort_by(self, column: int) -> None:
        """Sort by this column, or reverse the order if it is sorted by it already."""
        self._reversed = self._column == column and not self._reversed
        self._sort_keys.clear()
        self._column = column
        self._arrange()

    @property
    def sort(self) -> str:
        """The name of the column that the rows are sorted by, with "-" before it if reversed; "" for none."""
        name = self._columns[self._column].name if self._column is not None else ""
        return f"-{name}" if self._reversed else name

    def sort_named(self, sort: str) -> None:
        """Sort as `sort` says; an unknown column sorts by none."""
        names = [column.name for column in self._columns]
        name = sort.removeprefix("-")
        self._column = names.index(name) if name in names else None
        self._reversed = sort.startswith("-") and (name in names or not name)
        self._sort_keys.clear()
        self._arrange()

    def reverse(self) -> None:
        """Reverse the order."""
        self._reversed = not self._reversed
        self._arrange()

    def move(self, to: int) -> None:
        """Move the cursor to a line, or to the nearest one that exists."""
        self._set_cursor(to)
        self._follows_top = self._follows_top and self.cursor == 0

    def _set_cursor(self, to: int) -> None:
        self.cursor = max(0, min(to, len(self.order) - 1))
        self.key = self.order[self.cursor] if self.order else ""

    def caption(self, lines: int) -> str:
        """Return the filter, position, order and marks as text; empty if all rows fit on `lines` as they came."""
        shown, told = len(self.order), []
        if self.needle:
            told.append(f'{shown:,} of {len(self.items):,} match "{self.needle}"')
        if shown > lines > 0:
            told.append(f"row {self.cursor + 1:,} of {shown:,}")
        if self._column is not None:
            told.append(f"by {self._columns[self._column].name}{', reversed' if self._reversed else ''}")
        elif self._reversed:
            told.append("reversed")
        if marks := len(self.marked):
            told.append(f"{marks:,} marked")
        return " · ".join(told)

    def _arrange(self) -> None:
        needle = self.needle.casefold()
        keys = list(self.items)
        if needle:
            _update_cache(self._texts, self.items, keys, lambda item: self._text_of(item).casefold())
            keys = [key for key in keys if needle in self._texts[key][1]]
        if self._column is not None:
            by = self._columns[self._column]
            if by.timed:
                self._sort_keys.clear()
            _update_cache(self._sort_keys, self.items, keys, by.key)
            column: Column[str] = Column(by.name, by.width, lambda key: self._sort_keys[key][1])
            self.order = arranged(keys, column, reverse=self._reversed)
        else:
            self.order = keys[::-1] if self._reversed else keys
        if self._parents:
            self.order = nested(self.order, self._parents)
        stays = not self._follows_top and self.key in self.items and self.key in self.order
        self._set_cursor(self.order.index(self.key) if stays else self.cursor)


def _update_cache(
    held: dict[str, tuple[Item, Cached]], items: Mapping[str, Item], keys: list[str], make: Callable[[Item], Cached]
) -> None:
    """Update the cached values of rows that have changed; clear the cache if most of its rows are gone."""
    if len(held) > 2 * len(items):
        held.clear()
    for key in keys:
        item, before = items[key], held.get(key)
        if before is None or (before[0] is not item and before[0] != item):
            held[key] = item, make(item)
