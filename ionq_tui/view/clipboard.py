"""Messages about a text that was sent to the terminal's clipboard."""

from __future__ import annotations

from enum import Enum

from ionq_tui.view.style import Cell, Line, Tone, line

SET_CLIPBOARD = "tmux set -s set-clipboard on"
KNOW_CLIPBOARD = "tmux set -as terminal-features ',*:clipboard', then attach to tmux again"


class Passage(Enum):
    """How a copied text gets from this program to the clipboard."""

    OPEN = "{name}: sent to the terminal's clipboard"
    SCREEN = "{name}: sent through screen to the terminal's clipboard"
    UNKNOWN = "{name}: sent to tmux. If it is not in the clipboard, run: " + SET_CLIPBOARD
    TMUX_CLOSED = "{name}: tmux blocked it. Run: " + SET_CLIPBOARD
    TMUX_KNOWS_NONE = "{name}: tmux does not know that your terminal has a clipboard. Run: " + KNOW_CLIPBOARD


_ARRIVES = {Passage.OPEN, Passage.SCREEN}


def copied(name: str, passage: Passage) -> Line:
    """Return where the copied text was sent, and what to do if it does not arrive."""
    tone = Tone.GOOD if passage in _ARRIVES else Tone.WARN
    return line(Cell(f"{passage.value.format(name=name)} · esc closes", tone))
