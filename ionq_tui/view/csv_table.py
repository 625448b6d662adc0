"""Tables as CSV, for reading back and for spreadsheets, which take some texts for formulas or for several cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite

from ionq_tui.view.sanitize import plain

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - some programs read the wide ones alike
"""Beginnings that make a program compute, or call another one, where a text is meant."""
_BARE = re.compile(r"[A-Za-z0-9_.]*")
_LONGEST = 256

Value = str | int | float


def csv_table(rows: Iterable[Iterable[Value]]) -> str:
    """Return lines of cells with commas between them.

    A text is quoted unless it is made of letters and digits alone: where a program expects semicolons or tabs, it would
    be parted otherwise, and its rest begin a cell. One that a program may take for a formula has an apostrophe before.
    """
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value) if isfinite(value) else ""
    shown = plain(value, _LONGEST)
    if shown.lstrip(" '\"").startswith(_FORMULA):
        shown = f"'{shown}"
    return shown if _BARE.fullmatch(shown) else '"' + shown.replace('"', '""') + '"'
