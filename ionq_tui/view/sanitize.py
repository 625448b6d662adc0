"""Sanitize text from the server: remove what a terminal would interpret, and fit it to a width in cells."""

from __future__ import annotations

import unicodedata
from typing import Literal

from ionq_tui.model.masking import without_keys

Align = Literal["left", "right"]

MOST = 100_000
"""Maximum number of characters processed; the rest is cut first."""
MARKS = 2
"""Combining marks kept on one base character."""
CUT = "…"

_TO_SPACE = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_DROPPED = frozenset({"Cc", "Cf"})
"""Unicode categories that are not text: controls and formats (bidi, zero width, tags)."""
_STRANGE = frozenset({"Cs", "Co", "Cn"})
"""Surrogates, private and unassigned characters, whose width differs between terminals."""
_STANDS_FOR_STRANGE = "\ufffd"
_MARK = frozenset({"Mn", "Me", "Mc"})
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800")
"""Invisible letters and marks: fillers, joiners, selectors."""

_SELECTORS = (("\ufe00", "\ufe0f"), ("\U0001f3fb", "\U0001f3ff"), ("\U000e0100", "\U000e01ef"))


def plain(text: object, width: int | None = None) -> str:
    """Return text without controls, bidi and invisible characters, cut with "…" at `width` cells; None is "-"."""
    if text is None:
        return "-" if width is None or width > 0 else ""
    raw = text if isinstance(text, str) else str(text)
    room = MOST if width is None else max(0, width) * (MARKS + 1) + 64
    clean = _cleaned(raw[:MOST], room)
    if len(raw) > MOST and width is None:
        clean += CUT
    return clean if width is None else cut(clean, width)


def _cleaned(raw: str, most: int) -> str:
    """Clean up to `most` characters that remain; more are not needed for the width asked for."""
    if raw.isascii() and raw.isprintable():
        return raw[:most]
    kept: list[str] = []
    marks = MARKS  # a mark without a base is dropped, so it cannot climb on a neighbouring cell
    for character in raw:
        if " " <= character <= "~":
            kept.append(character)
            marks = 0
        elif character in _TO_SPACE:
            kept.append(" ")
            marks = MARKS
        else:
            category = unicodedata.category(character)
            if category in _DROPPED or character in _INVISIBLE or _selector(character):
                continue
            if category in _MARK:
                if marks >= MARKS:
                    continue
                marks += 1
            else:
                marks = 0
                character = " " if category == "Zs" else _STANDS_FOR_STRANGE if category in _STRANGE else character
            kept.append(character)
        if len(kept) >= most:
            break
    # Composed, for of a syllable or accent that is written in parts terminals differ in how wide the parts are.
    # What was between the characters of a key is gone now, and its letters may have been written otherwise.
    return without_keys(unicodedata.normalize("NFC", "".join(kept)))


def _selector(character: str) -> bool:
    """Tell whether it only chooses how the character before it looks: emoji or text, which skin, which variant."""
    return any(first <= character <= last for first, last in _SELECTORS)


def _cell(character: str) -> int:
    if " " <= character <= "~":
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc", "Cs"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cells(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def cut(text: str, width: int) -> str:
    """Return clean text in at most `width` cells, ending in "…" where something was cut off."""
    if width <= 0:
        return ""
    if cells(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += _cell(character)
        if used > width - 1:
            return text[:index] + CUT
    return text


def head(text: str, width: int) -> str:
    """Return as much of clean text as fits in `width` cells, and nothing in place of the rest."""
    used = 0
    for index, character in enumerate(text):
        used += _cell(character)
        if used > width:
            return text[:index]
    return text


def cut_inside(text: str, width: int, last: int = 2) -> str:
    """Return clean text in at most `width` cells; where it is cut, its last characters stay: "qpu.forte-e…-1"."""
    if cells(text) <= width or width <= 2 * last or cells(text[-last:]) != last:
        return cut(text, width)
    return cut(text, width - last) + text[-last:]


def pad(text: str, width: int, align: Align = "left") -> str:
    """Return clean text in exactly `width` cells."""
    shown = cut(text, width)
    space = " " * (width - cells(shown))
    return space + shown if align == "right" else shown + space
