"""Write fewer bytes for the same screen: on a slow connection, they determine how long a key takes to have an effect.

Cells that the terminal shows already are not written again, and a style that continues is not set again. Positions are
known only for characters that take one cell on every terminal. Combining accents, wide letters and emojis take
different numbers of cells in different terminals, so text that contains them is written unchanged.
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
_NO_CELLS = re.compile(r"(?:\x1b\[\?(?!1049|1047|47)[\d;]+[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[2[23];2t|\x07)*")
_NOT_ASCII = re.compile(r"[^ -~\n\x1b]")
_LAST_KNOWN_WIDTH = "\uffff"
"""The last character whose width terminals agree on; emojis, flags and rare letters follow."""
_VISIBLE_ON_SPACES = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""SGR attributes that are visible on spaces: underline, reverse, strikethrough, frame, circle, overline."""
_LEAST_GAP = 6
"""From this many unchanged cells on, moving the cursor past them takes fewer bytes than writing them again."""


class _Style(NamedTuple):
    attributes: str
    foreground: str
    background: str


class _Cell(NamedTuple):
    """One cell: its character, the style that is visible, and the style that is written."""

    text: str
    seen: _Style
    written: _Style


_PLAIN = _Style("", "", "")


class OutputDiff:
    """Record what was written to the terminal, and reduce each update to what differs."""

    def __init__(self) -> None:
        """Start with a terminal whose content is not known."""
        self._rows: dict[int, list[_Cell | None]] = {}
        """The cells of each row, by row number from 1, starting at the first column; None if not known."""
        self._cursor = ""
        self._size = (sys.maxsize, sys.maxsize)

    def fit(self, columns: int, rows: int) -> None:
        """Record a new size and forget what is shown: terminals differ in how they treat what no longer fits."""
        self._size = columns, rows
        self.forget()

    def forget(self) -> None:
        """Forget what the terminal shows, so that the next update is written in full."""
        self._rows.clear()
        self._cursor = ""

    def reduced(self, data: str) -> str:
        """Return output with the same effect on the terminal as `data`, and not longer than it."""
        first, *told = _MOVE.split(data)
        texts = "".join(told[2::3])
        if first or not told or _ESCAPE.search(texts) or not _width_known(texts):
            if not _NO_CELLS.fullmatch(data):
                self.forget()
            return data
        writer, written, outside, at = _StyleWriter(), [], False, (0, 0)
        for row, column, text in zip(told[0::3], told[1::3], told[2::3], strict=True):
            cells = _cells(text.removesuffix("\n"))
            outside = outside or int(column) - 1 + len(cells) > self._size[0] or int(row) > self._size[1]
            for start, stop in self._differing(int(row), int(column) - 1, cells):
                wanted = int(row), int(column) + start
                written.append(_moved(at, wanted) + writer.write(cells[start:stop]))
                at = wanted[0], int(column) + stop
        if outside:  # painted for the previous size of the terminal
            self.forget()
            return data
        end = "" if told[-1] else f"\x1b[{told[-3]};{told[-2]}H"
        if not written and end in ("", self._cursor):
            return ""
        self._cursor = end
        return min("".join(written) + writer.reset() + end, data, key=len)

    def _differing(self, row: int, column: int, wanted: Sequence[_Cell]) -> list[tuple[int, int]]:
        """Record cells at a position; return the ranges, as start and stop, that the terminal does not show yet."""
        line, end = self._rows.setdefault(row, []), column + len(wanted)
        line += [None] * (end - len(line))
        held = line[column:end]
        line[column:end] = wanted
        return list(_changed_ranges(held, wanted))


def _moved(at: tuple[int, int], wanted: tuple[int, int]) -> str:
    """Return what moves the cursor from one row and column to another: as little as possible."""
    if wanted == at:
        return ""
    if wanted[0] == at[0] and wanted[1] > at[1]:
        return f"\x1b[{wanted[1] - at[1]}C"
    return f"\x1b[{wanted[0]};{wanted[1]}H"


def _changed_ranges(held: Sequence[_Cell | None], wanted: Sequence[_Cell]) -> Iterator[tuple[int, int]]:
    """Yield the ranges, as start and stop, in which the wanted cells differ from those that are shown."""
    start = stop = -1
    for at, (old, new) in enumerate(zip(held, wanted, strict=True)):
        if old is new or (old is not None and old[:2] == new[:2]):
            continue
        if start >= 0 and at - stop >= _LEAST_GAP:
            yield start, stop
            start = -1
        if start < 0:
            start = at
        stop = at + 1
    if start >= 0:
        yield start, stop


def _width_known(text: str) -> bool:
    """Return whether each character takes exactly one cell on every terminal."""
    return all(get_character_cell_size(one) == 1 and one <= _LAST_KNOWN_WIDTH for one in set(_NOT_ASCII.findall(text)))


def _cells(painted: str) -> list[_Cell]:
    """Split text with SGR sequences into cells."""
    cells: list[_Cell] = []
    for codes, text in _RUN.findall(painted):
        cells += map(_style_cells(codes).__getitem__, text)
    return cells


class _StyleCells(dict[str, _Cell]):
    """The cells of one style by character, each created once."""

    def __init__(self, codes: str) -> None:
        self._written = _style(codes)
        shown = (
            self._written if _seen_on_spaces(self._written) else _PLAIN._replace(background=self._written.background)
        )
        super().__init__({" ": _Cell(" ", shown, self._written)})

    def __missing__(self, character: str) -> _Cell:
        self[character] = cell = _Cell(character, self._written, self._written)
        return cell


_style_cells = lru_cache(128)(_StyleCells)


def _style(codes: str) -> _Style:
    """Split the codes of an SGR sequence into attributes, foreground and background, without changing them."""
    if codes in ("", "0"):
        return _PLAIN
    found = _STYLE.fullmatch(codes)
    return _Style(found[1] or "", found[2] or "", found[3] or "") if found else _Style(codes, "", "")


@lru_cache(512)
def _seen_on_spaces(style: _Style) -> bool:
    return not _VISIBLE_ON_SPACES.isdisjoint(style.attributes.split(";"))


class _StyleWriter:
    """Turn cells into text with SGR sequences, changing the style only where the change is visible."""

    def __init__(self) -> None:
        self._held = _PLAIN

    def write(self, cells: Sequence[_Cell]) -> str:
        """Return the text of these cells, with the changes of style that it needs."""
        parts: list[str] = []
        for style, run in groupby(cells, key=_written):
            text = "".join([cell.text for cell in run])
            parts += self._change_style(style, blank=text.isspace()), text
        return "".join(parts)

    def reset(self) -> str:
        """Return the sequence that resets the style, or an empty string if none is set."""
        return self._change_style(_PLAIN)

    def _change_style(self, wanted: _Style, *, blank: bool = False) -> str:
        held = self._held
        if held == wanted or (
            blank and held.background == wanted.background and not _seen_on_spaces(held) and not _seen_on_spaces(wanted)
        ):
            return ""
        self._held = wanted
        if wanted == _PLAIN:
            return "\x1b[0m"
        continues = (
            held.attributes == wanted.attributes
            and (wanted.foreground or not held.foreground)
            and (wanted.background or not held.background)
        )
        if not continues:
            return f"\x1b[{';'.join(filter(None, ('0' if any(held) else '', *wanted)))}m"
        return f"\x1b[{';'.join(new for old, new in zip(held, wanted, strict=True) if new != old)}m"


def _written(cell: _Cell) -> _Style:
    return cell.written
