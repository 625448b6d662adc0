"""Fewer bytes for the same picture: over a thin line these are what a key waits for.

What stands on the terminal already is not written again, and a style that goes on is not begun anew.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_RUN = re.compile(r"\x1b\[([\d;]*)m([^\x1b]*)")
_SEGMENT = re.compile(r"\x1b\[[1-9][\d;]*m[^\x1b]*(?:\x1b\[0?m)?|[^\x1b]+|\x1b\[[\d;]*m")
"""A run with its style and its end: nothing in it depends on what is left of it."""
_STYLE = re.compile(
    r"(?:(.*?)(?:;|$))??((?:38;2;\d+;\d+;\d+|38;5;\d+|39|3[0-7]|9[0-7])?);?((?:48.*|49|4[0-7]|10[0-7])?)"
)
_ESCAPE = re.compile(r"\x1b(?!\[[\d;]*m)")
_HARMLESS = re.compile(r"(?:\x1b\[\?(?!1049|1047|47)[\d;]+[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[2[23];2t|\x07)*")
_SEEN_ON_SPACES = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Attributes that show where there is only space: underlined, reversed, struck through, framed, overlined."""


class Thrift:
    """Knows what it let through, and lets through only what differs."""

    def __init__(self) -> None:
        """Begin with a terminal of which nothing is known."""
        self._lines: dict[int, list[tuple[int, int, str]]] = {}
        """By row: from which column to which, and what was written there."""
        self._cursor = ""

    def forget(self) -> None:
        """Know no more what the terminal shows."""
        self._lines.clear()
        self._cursor = ""

    def spared(self, data: str) -> str:
        """Return what must be written so that the terminal shows what it would show after all of this."""
        first, *told = _MOVE.split(data)
        if first or not told or _ESCAPE.search("".join(told[2::3])):
            if not _HARMLESS.fullmatch(data):
                self.forget()
            return data
        pen, written = _Pen(), []
        for row, column, text in zip(told[0::3], told[1::3], told[2::3], strict=True):
            painted = text.removesuffix("\n")
            for start, differs in self._differing(int(row), int(column), painted):
                written.append(f"\x1b[{row};{start}H{pen.drawn(differs)}")
        end = "" if told[-1] else f"\x1b[{told[-3]};{told[-2]}H"
        if not written and end in ("", self._cursor):
            return ""
        self._cursor = end
        return "".join(written) + pen.lifted() + end

    def _differing(self, row: int, column: int, painted: str) -> list[tuple[int, str]]:
        """Return what of this does not stand there already, and from which column on; from now on it does."""
        line = self._lines.setdefault(row, [])
        if not painted or any(start == column and text == painted for start, _, text in line):
            return []
        end = column + cell_len(_RUN.sub(r"\2", painted))
        before = next((text for start, stop, text in line if start == column and stop == end), "")
        self._lines[row] = [one for one in line if one[1] <= column or one[0] >= end]
        self._lines[row].append((column, end, painted))
        return [_middle(column, before, painted)] if before else [(column, painted)]


def _middle(column: int, before: str, after: str) -> tuple[int, str]:
    """Return the runs of a line from the first to the last that differs, and the column where they begin."""
    held, wanted = [one[0] for one in _SEGMENT.finditer(before)], [one[0] for one in _SEGMENT.finditer(after)]
    first = 0
    while first < min(len(held), len(wanted)) and held[first] == wanted[first]:
        column += cell_len(_RUN.sub(r"\2", wanted[first]))
        first += 1
    stop = len(wanted)
    while (
        stop > first and len(held) - (len(wanted) - stop) > first and held[stop - len(wanted) - 1] == wanted[stop - 1]
    ):
        stop -= 1
    return column, "".join(wanted[first:stop])


class _Pen:
    """Draws runs of text, and changes its style only where that is to be seen."""

    def __init__(self) -> None:
        self._style = ("", "", "")

    def drawn(self, painted: str) -> str:
        """Return the text with the changes of style that it needs."""
        start = painted.find("\x1b")
        drawn = [self._turned(("", "", "")), painted[:start]] if start > 0 else []
        if start < 0:
            return self._turned(("", "", "")) + painted
        for codes, text in _RUN.findall(painted):
            if text:
                drawn += self._turned(_parts(codes), blank=text.isspace()), text
        return "".join(drawn)

    def lifted(self) -> str:
        """Return what ends the last style."""
        return self._turned(("", "", ""))

    def _turned(self, style: tuple[str, str, str], *, blank: bool = False) -> str:
        held, wanted = self._style, style
        if held == wanted or (blank and held[2] == wanted[2] and not _shows(held[0]) and not _shows(wanted[0])):
            return ""
        self._style = wanted
        if wanted == ("", "", ""):
            return "\x1b[0m"
        goes_on = held[0] == wanted[0] and (wanted[1] or not held[1]) and (wanted[2] or not held[2])
        if not goes_on:
            return f"\x1b[{';'.join(filter(None, ('0' if any(held) else '', *wanted)))}m"
        return f"\x1b[{';'.join(new for old, new in zip(held, wanted, strict=True) if new != old)}m"


@lru_cache(512)
def _parts(codes: str) -> tuple[str, str, str]:
    """Part a style into attributes, foreground and background, which is how it is written."""
    if codes in ("", "0"):
        return "", "", ""
    found = _STYLE.fullmatch(codes)
    return (found[1] or "", found[2] or "", found[3] or "") if found else (codes, "", "")


@lru_cache(64)
def _shows(attributes: str) -> bool:
    return not _SEEN_ON_SPACES.isdisjoint(attributes.split(";"))
