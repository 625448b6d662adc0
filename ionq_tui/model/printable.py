"""Text of a server in the messages of this library, which a program may print to a terminal."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"


def printable(text: str) -> str:
    """Return the text without what a terminal would interpret: control and bidi characters, but not line ends."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in ("Cc", "Cf"):
        return character
    return " " if character.isspace() else ""
