"""Profile colors: the names of the 16 ANSI colors, and #rrggbb."""

from __future__ import annotations

import re

BLACK, WHITE = "#000000", "#ffffff"
READABLE = 4.5
"""The minimum contrast for text in WCAG 2."""

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_USUAL = ("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5")
_BRIGHT = ("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff")
ANSI = {
    **dict(zip(_NAMES, _USUAL, strict=True)),
    **{f"bright_{name}": color for name, color in zip(_NAMES, _BRIGHT, strict=True)},
}
"""The ANSI colors with xterm's RGB values; a terminal's own values for the color numbers may not be readable."""


def rgb(color: str) -> str:
    """Return a color as #rrggbb; raise ValueError, listing the valid forms, if it is not a color."""
    named = color.strip().lower().replace("-", "_")
    if named in ANSI:
        return ANSI[named]
    if re.fullmatch("#[0-9a-f]{6}", named):
        return named
    raise ValueError(f"{color[:40]!r} is not a color; use {', '.join(_NAMES)}, bright_ before one of them, or #rrggbb")


def readable_on(ground: str) -> str:
    """Return white if it is readable on this #rrggbb background, else black; one of the two always is."""
    return WHITE if contrast(WHITE, ground) >= READABLE else BLACK


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two #rrggbb colors, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
