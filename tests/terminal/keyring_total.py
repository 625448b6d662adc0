"""The keyring matrix in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict


class Row(TypedDict):
    """One environment: seconds until the screen was of use, and from ctrl+c to the end of the process."""

    name: str
    usable: float
    gone: float


def summary(rows: Iterable[Row], *, every: bool) -> Iterator[str]:
    """Yield the totals, after every row where wanted."""
    told = list(rows)
    if not told:
        return
    if every:
        for row in told:
            yield f"{row['name']:<40} usable after {row['usable']:.2f} s, gone after {row['gone']:.2f} s"
    slowest, last = max(told, key=lambda row: row["usable"]), max(told, key=lambda row: row["gone"])
    yield (
        f"keyring matrix: {len(told)} environments, usable after {slowest['usable']:.2f} s at most ({slowest['name']}),"
        f" gone {last['gone']:.2f} s after ctrl+c at most"
    )
