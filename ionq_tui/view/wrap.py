"""Fit lines into a width: wrap them, or leave out parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ionq_tui.view.sanitize import cells, head
from ionq_tui.view.style import Cell, Line, joined, line, width_of

_WORDS = re.compile(r" +|[^ ]+")


def folded(shown: Line | str, width: int, indent: int = 2) -> list[Line]:
    """Return the line as lines of at most `width` cells, broken between words; all but the first are indented."""
    whole = line(shown) if isinstance(shown, str) else shown
    if width_of(whole) <= width:
        return [whole]
    told: list[list[Cell]] = [[]]
    room = max(1, width)
    for cell in whole:
        for word in _WORDS.findall(cell.text):
            rest = word
            if cells(rest) > room and told[-1] and room < width - indent:
                told.append([Cell(" " * indent)])
                room = max(1, width - indent)
                rest = rest.lstrip(" ")
            while cells(rest) > room:
                part = head(rest, room) or rest[0]
                told[-1].append(Cell(part, cell.tone))
                told.append([Cell(" " * indent)])
                rest, room = rest[len(part) :], max(1, width - indent)
            told[-1].append(Cell(rest, cell.tone))
            room -= cells(rest)
    return [_merged(one) for one in told]


def wrapped(text: str, width: int, indent: int = 2) -> list[str]:
    """Return a line for the shell as lines of at most `width` cells, broken at spaces only: what is copied stays whole.

    A word that is longer than a line stands on a line of its own.
    """
    told, room = [""], width
    for word in _WORDS.findall(text):
        if cells(word.rstrip(" ")) > room and told[-1].strip(" "):
            told[-1] = told[-1].rstrip(" ")
            told.append(" " * indent)
            room = width - indent
            word = word.lstrip(" ")
        told[-1] += word
        room -= cells(word)
    return [*told[:-1], told[-1].rstrip(" ")]


def all_folded(lines: Iterable[Line | str], width: int, indent: int = 2) -> list[Line]:
    """Return all lines, each wrapped."""
    return [part for one in lines for part in folded(one, width, indent)]


def spared(parts: Sequence[Line], width: int, spare: Sequence[int]) -> Line:
    """Return the parts joined, without those named by `spare`, one after the other, as long as they do not fit."""
    left = dict(enumerate(parts))
    told = joined(list(left.values()))
    for index in spare:
        if width_of(told) <= width:
            break
        del left[index]
        told = joined(list(left.values()))
    return told


def fitting(forms: Iterable[str], width: int) -> str:
    """Return the first text that fits, else the last."""
    text = ""
    for text in forms:
        if cells(text) <= width:
            break
    return text


def _merged(parts: list[Cell]) -> Line:
    """Return fewer cells: neighbours of one tone together, and no spaces at the end."""
    told: list[Cell] = []
    for cell in parts:
        if told and told[-1].tone is cell.tone:
            told[-1] = Cell(told[-1].text + cell.text, cell.tone)
        else:
            told.append(cell)
    if told:
        told[-1] = Cell(told[-1].text.rstrip(" "), told[-1].tone)
    return line(*told)
