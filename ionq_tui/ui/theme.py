"""A dark and a light theme with a text contrast of at least 4.5:1; Textual has themes in the terminal's own colors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.theme import Theme

DARK = Theme(
    name="ionq-dark",
    primary="#6cb6ff",
    secondary="#9ecbff",
    accent="#ffc14d",
    warning="#ffc14d",
    error="#ff8f87",
    success="#5ad68f",
    foreground="#e6e8eb",
    background="#0f1318",
    surface="#161b22",
    panel="#222a34",
    dark=True,
    variables={
        "text-muted": "#a3adb8",
        "text-success": "#5ad68f",
        "text-warning": "#ffc14d",
        "text-error": "#ff8f87",
        "text-primary": "#6cb6ff",
        "block-cursor-background": "#1f5f9e",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
    },
)
LIGHT = Theme(
    name="ionq-light",
    primary="#0550ae",
    secondary="#0a3069",
    accent="#7d4e00",
    warning="#7d4e00",
    error="#a40e26",
    success="#116329",
    foreground="#1b1f24",
    background="#ffffff",
    surface="#f3f5f7",
    panel="#e4e8ec",
    dark=False,
    variables={
        "text-muted": "#4b535c",
        "text-success": "#116329",
        "text-warning": "#7d4e00",
        "text-error": "#a40e26",
        "text-primary": "#0550ae",
        "block-cursor-background": "#0550ae",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
    },
)
OURS = (DARK, LIGHT)

_NAMES: Mapping[str, str] = {
    "": "ionq-dark",
    "dark": "ionq-dark",
    "light": "ionq-light",
    "ansi": "ansi-dark",
}


def theme_name(asked: str) -> str:
    """Return the full name of a theme: "dark", "light" and "ansi" are short names, empty is the default."""
    return _NAMES.get(asked, asked)


def short_name(name: str) -> str:
    """Return the short name of a theme if it has one, as the configuration file has it."""
    return next((short for short, full in _NAMES.items() if short and full == name), name)


def theme_names(available: Iterable[str]) -> list[str]:
    """Return the names that can be chosen: the short names first, then Textual's themes."""
    short = [name for name in _NAMES if name]
    return [*short, *sorted(set(available) - set(_NAMES.values()))]
