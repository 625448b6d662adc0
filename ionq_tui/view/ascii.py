"""ASCII replacements for terminals and files that support nothing else; each cell stays one cell wide."""

from __future__ import annotations

import unicodedata

from ionq_tui.view.sanitize import cells

_PAIRS = (("≥ ", ">="), ("≤ ", "<="), ("± ", "+-"))
"""Two characters that need two in ASCII."""
_SINGLES = {
    **dict(zip("…·•—\u2013─┄█▒░\u00d7µ≥≤±≈→←↑↓", "~-*----#=:xu><~~><^v", strict=True)),
    **dict(zip("\u2018\u2019\u201a“”„«»", "'''\"\"\"<>", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇▔", "_.-=+*%-", strict=True)),
    **dict.fromkeys("▏▎▍▌▋▊▉▐▕", "|"),
    "┈": ".",
}


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
