"""The name that a mistyped one probably means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.6
_LONGEST = 100
"""Longer words are not compared: that takes time, and nobody mistypes them."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name that a word probably means, such as "qpu.forte-1" for "forte-1"; empty if none is near."""
    names, wanted = list(known), word.casefold()
    if not wanted or len(wanted) > _LONGEST:
        return ""
    by_case = {name.casefold(): name for name in names}
    tails = [name for name in names if name.casefold().rpartition(".")[2] == wanted]
    if len(tails) == 1:
        return tails[0]
    close = get_close_matches(wanted, by_case, n=1, cutoff=_ALIKE)
    if close:
        return by_case[close[0]]
    holding = [name for name in names if wanted in name.casefold()]
    return holding[0] if len(holding) == 1 else ""
