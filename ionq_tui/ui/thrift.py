"""Fewer bytes for the same picture: over a thin line these are what a key waits for.

What stands on the terminal already is not written again, and a style that goes on is not begun anew. Where something
stands is known only of characters that take one cell on every terminal: of accents, wide letters and emojis some take
more cells than others, so that what holds them is written as it came.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rich.cells import get_character_cell_size

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_RUN = re.compile(r"(?:\x1b\[([\d;]*)m)?([^\x1b]*)")
_STYLE = re.compile(
    r"(?:(.*?)(?:;|$))??((?:38;2;\d+;\d+;\d+|38;5;\d+|39|3[0-7]|9[0-7])?);?((?:48.*|49|4[0-7]|10[0-7])?)"
)
_ESCAPE = re.compile(r"\x1b(?!\[[\d;]*m)")
_HARMLESS = re.compile(r"(?:\x1b\[\?(?!1049|1047|47)[\d;]+[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[2[23];2t|\x07)*")
_ODD = re.compile(r"[^ -~\n\x1b]")
_LAST_SURE = "\uffff"
"""Behind it are emojis, flags and rare letters."""
_SEEN_ON_SPACES = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Attributes that show where there is only space: underlined, reversed, struck through, framed, overlined."""
_WORTH_A_MOVE = 9
"""So many cells that stay as they are cost more when they are written again than when the cursor passes over them."""


class _Style(NamedTuple):
    attributes: str
    foreground: str
    background: str


class _Cell(NamedTuple):
    """What is seen in one place, and how it is written."""

    text: str
    seen: _Style
    written: _Style


_PLAIN = _Style("", "", "")


class Thrift:
    """Knows what it let through, and lets through only what differs."""

    def __init__(self) -> None:
        """Begin with a terminal of which nothing is known."""
        self._rows: dict[int, list[_Cell | None]] = {}
        """What stands in each row, from its first column on; None where that is not known."""
        self._cursor = ""
        self._size = (sys.maxsize, sys.maxsize)

    def fit(self, columns: int, rows: int) -> None:
        """Know no more what a terminal of another size shows: it does as it likes with what does not fit."""
        self._size = columns, rows
        self.forget()

    def forget(self) -> None:
        """Know no more what the terminal shows."""
        self._rows.clear()
        self._cursor = ""

    def spared(self, data: str) -> str:
        """Return what must be written so that the terminal shows what it would show after all of this."""
        first, *told = _MOVE.split(data)
        texts = "".join(told[2::3])
        if first or not told or _ESCAPE.search(texts) or not _sure(texts):
            if not _HARMLESS.fullmatch(data):
                self.forget()
            return data
        pen, written, beyond = _Pen(), [], False
        for row, column, text in zip(told[0::3], told[1::3], told[2::3], strict=True):
            cells = _cells(text.removesuffix("\n"))
            beyond = beyond or int(column) - 1 + len(cells) > self._size[0] or int(row) > self._size[1]
            for start, stop in self._differing(int(row), int(column) - 1, cells):
                written.append(f"\x1b[{row};{int(column) + start}H{pen.drawn(cells[start:stop])}")
        if beyond:  # painted for the size it had before
            self.forget()
            return data
        end = "" if told[-1] else f"\x1b[{told[-3]};{told[-2]}H"
        if not written and end in ("", self._cursor):
            return ""
        self._cursor = end
        return min("".join(written) + pen.lifted() + end, data, key=len)

    def _differing(self, row: int, column: int, wanted: Sequence[_Cell]) -> list[tuple[int, int]]:
        """Return from where to where these do not stand there already; from now on they do."""
        line, end = self._rows.setdefault(row, []), column + len(wanted)
        line += [None] * (end - len(line))
        held = line[column:end]
        line[column:end] = wanted
        return list(_stretches(held, wanted))


def _stretches(held: Sequence[_Cell | None], wanted: Sequence[_Cell]) -> Iterator[tuple[int, int]]:
    """Yield from where to where what stands is not what is wanted."""
    start = stop = -1
    for at, (old, new) in enumerate(zip(held, wanted, strict=True)):
        if old is new or (old is not None and old[:2] == new[:2]):
            continue
        if start >= 0 and at - stop >= _WORTH_A_MOVE:
            yield start, stop
            start = -1
        if start < 0:
            start = at
        stop = at + 1
    if start >= 0:
        yield start, stop


def _sure(text: str) -> bool:
    """Tell whether each character of a text takes one cell wherever it is shown."""
    return all(get_character_cell_size(one) == 1 and one <= _LAST_SURE for one in set(_ODD.findall(text)))


def _cells(painted: str) -> list[_Cell]:
    """Part a text into cells."""
    cells: list[_Cell] = []
    for codes, text in _RUN.findall(painted):
        cells += map(_case(codes).__getitem__, text)
    return cells


class _Case(dict[str, _Cell]):
    """The cells of one style by their character, each made once."""

    def __init__(self, codes: str) -> None:
        self._written = _style(codes)
        shown = self._written if _shows(self._written) else _PLAIN._replace(background=self._written.background)
        super().__init__({" ": _Cell(" ", shown, self._written)})

    def __missing__(self, character: str) -> _Cell:
        self[character] = cell = _Cell(character, self._written, self._written)
        return cell


_case = lru_cache(128)(_Case)


def _style(codes: str) -> _Style:
    """Part a style, which is how it is written."""
    if codes in ("", "0"):
        return _PLAIN
    found = _STYLE.fullmatch(codes)
    return _Style(found[1] or "", found[2] or "", found[3] or "") if found else _Style(codes, "", "")


@lru_cache(512)
def _shows(style: _Style) -> bool:
    return not _SEEN_ON_SPACES.isdisjoint(style.attributes.split(";"))


class _Pen:
    """Writes cells, and changes its style only where that is to be seen."""

    def __init__(self) -> None:
        self._held = _PLAIN

    def drawn(self, cells: Sequence[_Cell]) -> str:
        """Return the text of these with the changes of style that it needs."""
        drawn: list[str] = []
        for style, run in groupby(cells, key=_written):
            text = "".join([cell.text for cell in run])
            drawn += self._turned(style, blank=text.isspace()), text
        return "".join(drawn)

    def lifted(self) -> str:
        """Return what ends the last style."""
        return self._turned(_PLAIN)

    def _turned(self, wanted: _Style, *, blank: bool = False) -> str:
        held = self._held
        if held == wanted or (
            blank and held.background == wanted.background and not _shows(held) and not _shows(wanted)
        ):
            return ""
        self._held = wanted
        if wanted == _PLAIN:
            return "\x1b[0m"
        goes_on = (
            held.attributes == wanted.attributes
            and (wanted.foreground or not held.foreground)
            and (wanted.background or not held.background)
        )
        if not goes_on:
            return f"\x1b[{';'.join(filter(None, ('0' if any(held) else '', *wanted)))}m"
        return f"\x1b[{';'.join(new for old, new in zip(held, wanted, strict=True) if new != old)}m"


def _written(cell: _Cell) -> _Style:
    return cell.written
