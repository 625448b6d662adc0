"""The size of the terminal, as the terminal itself reports it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

_DEFAULT = (80, 24)
_MOST = 1000
"""Columns or rows above this are taken for a mistake in a variable: the app would paint all of them."""


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
