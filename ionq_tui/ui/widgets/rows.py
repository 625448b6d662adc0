"""The rows of a table as they stand: filtered, ordered, marked, and where the cursor is; nothing is painted here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from ionq_tui.view.column import Column, SortKey, arranged

Item = TypeVar("Item")
Made = TypeVar("Made")


class Rows(Generic[Item]):
    """Rows by key; the cursor stays on its key whatever the rows do, else on its line."""

    def __init__(
        self, columns: Sequence[Column[Item]], text_of: Callable[[Item], str], *, follows_top: bool = False
    ) -> None:
        """Take what can be sorted by, and the text of a row that is searched.

        With `follows_top` the cursor stays on the first line, where the newest stands, until somebody moves it.
        """
        self._follows_top = follows_top
        self.items: Mapping[str, Item] = MappingProxyType({})
        self.order: list[str] = []
        """The keys that are shown, as they stand."""
        self.cursor = 0
        self.key = ""
        """The key of the row with the cursor; empty where there is none."""
        self.needle = ""
        self.marks: set[str] = set()
        self._columns = columns
        self._text_of = text_of
        self._column: int | None = None
        self._reversed = False
        self._texts: dict[str, tuple[Item, str]] = {}
        self._sort_keys: dict[str, tuple[Item, SortKey]] = {}
        """What was made of each row to find and to order it: of many rows few differ from one time to the next."""

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the marked rows; also of those that the filter hides."""
        return tuple(key for key in self.items if key in self.marks) if self.marks else ()

    def take(self, items: Mapping[str, Item]) -> None:
        """Show these rows; marks of rows that are gone are gone."""
        self.items = items
        self.marks &= items.keys()
        self._arrange()

    def find(self, needle: str) -> bool:
        """Show only rows that hold this text; returns whether that is another text."""
        if needle == self.needle:
            return False
        self.needle = needle
        self._arrange()
        return True

    def sort_next(self) -> None:
        """Sort by the next column, after the last by none."""
        self._sort_keys.clear()
        after = 0 if self._column is None else self._column + 1
        self._column = after if after < len(self._columns) else None
        self._arrange()

    def sort_by(self, column: int) -> None:
        """Sort by this column, the other way round where that is so already."""
        self._reversed = self._column == column and not self._reversed
        self._sort_keys.clear()
        self._column = column
        self._arrange()

    def reverse(self) -> None:
        """Turn the order round."""
        self._reversed = not self._reversed
        self._arrange()

    def move(self, to: int) -> None:
        """Put the cursor on a line, as near as there is one."""
        self._put(to)
        self._follows_top = self._follows_top and self.cursor == 0

    def _put(self, to: int) -> None:
        self.cursor = max(0, min(to, len(self.order) - 1))
        self.key = self.order[self.cursor] if self.order else ""

    def caption(self, lines: int) -> str:
        """Return what is shown of how much and in which order; empty where all stands on the lines as it came."""
        shown, told = len(self.order), []
        if self.needle:
            told.append(f'{shown:,} of {len(self.items):,} hold "{self.needle}"')
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
            _keep(self._texts, self.items, keys, lambda item: self._text_of(item).casefold())
            keys = [key for key in keys if needle in self._texts[key][1]]
        if self._column is not None:
            by = self._columns[self._column]
            _keep(self._sort_keys, self.items, keys, by.key)
            column: Column[str] = Column(by.name, by.width, lambda key: self._sort_keys[key][1])
            self.order = arranged(keys, column, reverse=self._reversed)
        else:
            self.order = keys[::-1] if self._reversed else keys
        stays = not self._follows_top and self.key in self.items and self.key in self.order
        self._put(self.order.index(self.key) if stays else self.cursor)


def _keep(
    held: dict[str, tuple[Item, Made]], items: Mapping[str, Item], keys: list[str], make: Callable[[Item], Made]
) -> None:
    """Make what is held of rows that are other than they were; forget rows that are gone."""
    if len(held) > 2 * len(items):
        held.clear()
    for key in keys:
        item, before = items[key], held.get(key)
        if before is None or (before[0] is not item and before[0] != item):
            held[key] = item, make(item)
