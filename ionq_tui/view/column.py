"""Columns of a table: name, width, alignment and how to sort by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.sanitize import Align, cut_inside, pad, plain
from ionq_tui.view.style import Cell, Line

Item = TypeVar("Item")
Amounts = tuple[tuple[str, float], ...]
"""Amounts, each with its unit first; empty if nothing was spent."""
SortKey = str | float | Amounts | None
"""Sort key; None is unknown and sorts last in either direction."""

Row = tuple[Cell, ...]
"""One cell per column, not cut."""


@quick_dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """One column of a table. The widths of all columns add up to 80 cells, with two cells between columns."""

    name: str
    width: int
    """Cells at 80 columns."""
    key: Callable[[Item], SortKey]
    """What the cell shows, as a value that can be compared: rows are sorted by what the reader sees."""
    align: Align = "left"
    grows: int = 0
    """Maximum width if there is room; 0 means fixed."""
    late: bool = False
    """True if it grows only after the others."""
    cut: Callable[[str, int], str] | None = None
    """Function that fits its text; by default the end is cut off."""
    keeps_end: bool = False
    """True if the end of the text is more significant, such as the number of a backend."""
    ranked: bool = False
    """True if its key is an order of its own, such as yours first, which is kept where exact values are shown."""
    timed: bool = False
    """True if its key depends on more than the item, such as the time: it is then made anew for each sorting."""


def text_key(shown: str | None) -> SortKey:
    """Return the sort key of a text, ignoring case; None if there is none."""
    return None if shown is None or not shown else plain(shown, 200).casefold()


def span_key(span: timedelta | None) -> SortKey:
    """Return the sort key of a duration, which is shown as zero if negative."""
    return None if span is None else max(0.0, span.total_seconds())


def money_key(amount: Money | None) -> SortKey:
    """Return the sort key of an amount: by unit, then by value, since different units are never compared."""
    return ((amount.unit, float(amount.value)),) if amount is not None and amount.value.is_finite() else None


def arranged(items: Iterable[Item], column: Column[Item], *, reverse: bool = False) -> list[Item]:
    """Return the items sorted by the column, the unknown last; equal ones keep their order."""
    known: list[tuple[str | float | Amounts, Item]] = []
    unknown: list[Item] = []
    for item in items:
        key = column.key(item)
        if key is None:
            unknown.append(item)
        else:
            known.append((key, item))
    known.sort(key=lambda pair: (isinstance(pair[0], str), isinstance(pair[0], tuple), pair[0]), reverse=reverse)
    return [item for _, item in known] + unknown


def nested(keys: Sequence[str], parents: Mapping[str, str]) -> list[str]:
    """Return the keys in their order, but each child behind its parent; one whose parent is not there stays."""
    if not parents:
        return list(keys)
    shown = set(keys)
    below: dict[str, list[str]] = {}
    waiting: list[str] = []
    for key in keys:
        parent = parents.get(key)
        (below.setdefault(parent, []) if parent is not None and parent in shown else waiting).append(key)
    told: list[str] = []
    waiting.reverse()
    while waiting:
        told.append(key := waiting.pop())
        waiting += reversed(below.pop(key, []))
    return told


def widths(columns: Sequence[Column[Item]], total: int, gap: int = 2) -> list[int]:
    """Return the width of each column in a table of `total` cells, the first growing first, late ones last."""
    given = [column.width for column in columns]
    spare = total - sum(given) - gap * len(columns)
    for index in sorted(range(len(columns)), key=lambda one: columns[one].late):
        column = columns[index]
        more = max(0, min(spare, column.grows - column.width))
        given[index] += more
        spare -= more
    return given


def fitted(row: Row, columns: Sequence[Column[Item]], given: Sequence[int]) -> Line:
    """Return the row's cells cut and padded to the widths."""
    return tuple(
        Cell(pad(_cut(cell.text, column, width), width, column.align), cell.tone)
        for cell, column, width in zip(row, columns, given, strict=True)
    )


def _cut(text: str, column: Column[Item], width: int) -> str:
    if column.cut is not None:
        return column.cut(text, width)
    return cut_inside(text, width) if column.keeps_end else text


def heads(columns: Sequence[Column[Item]], given: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the columns padded to the widths."""
    return tuple(pad(column.name, width, column.align) for column, width in zip(columns, given, strict=True))
