"""Messages about an environment with limitations."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ionq_tui.view.sanitize import plain


def latin_keys_hint(letter: str) -> str:
    """Return a hint for a keyboard layout that typed this non-Latin letter; empty for a Latin one."""
    if unicodedata.name(letter, "LATIN").startswith("LATIN"):
        return ""
    return "keys are Latin letters · ctrl+p lists all commands"


def no_screen(term: str) -> str:
    """Return that the dashboard cannot be drawn on this type of terminal."""
    what, instead = no_screen_parts(term)
    return f"{what}. {instead[:1].upper()}{instead[1:]}"


def no_screen_parts(term: str) -> tuple[str, str]:
    """Return the same in two parts: what is wrong, and what to do."""
    what = f"this terminal (TERM={plain(term, 40)}) cannot show the dashboard"
    return what, "use ionq-tui ls or ionq-tui watch ID instead, or set TERM to the terminal's real type"


def unknown_theme(name: str, known: Iterable[str]) -> str:
    """Return the message for an unknown theme, with the known themes."""
    return f'theme "{plain(name, 40)}" is unknown, using dark. Themes: {", ".join(known)}'
