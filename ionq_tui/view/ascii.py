"""ASCII replacements for terminals and files that support nothing else; each cell stays one cell wide."""

from __future__ import annotations

import unicodedata

from ionq_tui.view.sanitize import cells

_PAIRS = (("≥ ", ">="), ("≤ ", "<="), ("± ", "+-"))
"""Two characters that need two in ASCII."""
_SINGLES = {
    **dict(zip("…·•—\u2013─┄█▒░\u00d7µ≥≤±≈→←↑↓", "~-*----#=-xu><~~><^v", strict=True)),
    **dict(zip("\u2018\u2019\u201a“”„«»", "'''\"\"\"<>", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇▔", "_.-=+*%-", strict=True)),
    **dict.fromkeys("▏▎▍▌▋▊▉▐▕", "|"),
}
_BRAILLE = range(0x2800, 0x2900)
_BRAILLE_ROWS = (0x09, 0x12, 0x24, 0xC0)
_BRAILLE_COLUMNS = (0x47, 0xB8)
_TALL = 3
"""Number of dots above each other that is drawn as a vertical line."""


def in_ascii(text: str) -> str:
    """Return the text in ASCII at the same width; accents are dropped, and what has no equivalent is "?"."""
    if text.isascii():
        return text
    for pair, ascii_pair in _PAIRS:
        text = text.replace(pair, ascii_pair)
    return "".join(one if one.isascii() else _one(one) for one in text)


def unencodable(error: UnicodeError) -> tuple[str, int]:
    """Error handler for `codecs.register_error` that replaces what an ASCII stream cannot encode."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # The space behind is a part of some pairs, and none of what the stream could not write.
    pair = error.object[error.end - 1 : error.end + 1]
    end = error.end + (pair in dict(_PAIRS))
    return in_ascii(error.object[error.start : end]), end


def _one(character: str) -> str:
    if character in _SINGLES:
        return _SINGLES[character]
    if ord(character) in _BRAILLE:
        return _dots(ord(character) - _BRAILLE.start)
    name = unicodedata.name(character, "")
    if name.startswith("BOX DRAWINGS"):
        return _box(name)
    if name.startswith("BLOCK") or " BLOCK" in name or "QUADRANT" in name:
        return "#"
    likeness = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return likeness if len(likeness) == cells(character) else "?" * cells(character)


def _box(name: str) -> str:
    upright = any(part in name for part in ("VERTICAL", "UP", "DOWN"))
    level = any(part in name for part in ("HORIZONTAL", "LEFT", "RIGHT"))
    return "+" if upright and level else "|" if upright else "-"


def _dots(pattern: int) -> str:
    """Return the ASCII character for a braille cell: blank, dot, horizontal or vertical line, or dense."""
    rows = [bool(pattern & row) for row in _BRAILLE_ROWS]
    columns = [(pattern & column).bit_count() for column in _BRAILLE_COLUMNS]
    if not pattern:
        return " "
    if pattern.bit_count() == 1:
        return "."
    if max(columns) >= _TALL:
        return "#" if min(columns) >= _TALL else "|"
    if sum(rows) == 1:
        return "-"
    return "|" if not min(columns) else "+"
