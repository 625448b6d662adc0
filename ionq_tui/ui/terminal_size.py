"""The size of the terminal, as the terminal itself reports it, and the layout that fits into it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

SMALLEST = (60, 15)
"""The smallest usable size of the terminal, in columns and rows."""
_ROOMY = (100, 30)
_WIDE = (140, 36)
_DEFAULT = (80, 24)
_MOST = 1000
"""Columns or rows above this are taken for a mistake in a variable: the app would paint all of them."""


class Density(IntEnum):
    """The three layouts of every screen; each shows the same facts, and a larger one more of them at once."""

    COMPACT = 0
    """Titled rules without borders: every row counts."""
    ROOMY = 1
    """Cards with a titled border."""
    WIDE = 2
    """Cards side by side."""


def density(columns: int, rows: int) -> Density:
    """Return the layout for a terminal of this size."""
    for wanted, (least_columns, least_rows) in ((Density.WIDE, _WIDE), (Density.ROOMY, _ROOMY)):
        if columns >= least_columns and rows >= least_rows:
            return wanted
    return Density.COMPACT


def terminal_size(descriptors: Iterable[int], environ: Mapping[str, str]) -> tuple[int, int]:
    """Return columns and rows, from the first descriptor of a terminal that knows its size.

    `COLUMNS` and `LINES` count only if no terminal reports a size, as on a serial line: a shell that exports them
    does not update them in running programs when a window is resized.
    """
    for descriptor in descriptors:
        try:
            columns, rows = os.get_terminal_size(descriptor)
        except OSError:
            continue
        if columns > 0 and rows > 0:
            return columns, rows
    columns, rows = _DEFAULT
    return _from_variable(environ.get("COLUMNS", ""), columns), _from_variable(environ.get("LINES", ""), rows)


def _from_variable(value: str, default: int) -> int:
    return int(value) if re.fullmatch("[0-9]{1,4}", value) and 0 < int(value) <= _MOST else default
