"""A table as plain text, for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ionq_tui.view.column import Column, Item, Row
from ionq_tui.view.sanitize import cells, cut, pad

GAP = "  "


def text_table(columns: Sequence[Column[Item]], rows: Iterable[Row], width: int | None = None) -> str:
    """Return heads and rows, each column as wide as what it holds; without a width nothing is cut."""
    held = [[cell.text for cell in row] for row in rows]
    lines = [[column.name for column in columns], *held]
    wide = [max(cells(row[index]) for row in lines) for index in range(len(columns))]
    told = []
    for row in lines:
        shown = (pad(text, size, column.align) for text, size, column in zip(row, wide, columns, strict=True))
        joined = GAP.join(shown).rstrip(" ")
        told.append(joined if width is None else cut(joined, width))
    return "\n".join(told)
