"""The terminal's clipboard (OSC 52), also inside tmux and GNU screen, which pass on only wrapped sequences."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from ionq_tui.ui.tmux import asked_of_tmux
from ionq_tui.view.clipboard import Passage

_SCREEN_TAKES = 240
"""The most characters per string that every version of GNU screen accepts; longer text is sent in pieces."""
_ASKED = "#{set-clipboard},#{allow-passthrough},#{client_termfeatures}"


def clipboard_sequences(text: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the sequences to write, one for each way in which the text may reach the clipboard."""
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if environ.get("TMUX"):
        yield plain  # for tmux itself, with `set-clipboard on`
    yield enclosed(plain, environ)


def enclosed(sequence: str, environ: Mapping[str, str]) -> str:
    """Return an escape sequence wrapped so that tmux or GNU screen passes it on; unchanged outside of both."""
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = (sequence[start : start + _SCREEN_TAKES] for start in range(0, len(sequence), _SCREEN_TAKES))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence


async def passage(environ: Mapping[str, str]) -> Passage:
    """Return whether a text can reach the clipboard; inside tmux, this asks tmux for its options."""
    if not environ.get("TMUX"):
        return Passage.SCREEN if environ.get("STY") else Passage.OPEN
    told = await asked_of_tmux(_ASKED, environ)
    if told is None:
        return Passage.UNKNOWN
    set_clipboard, passthrough, features = (*told.strip().split(",", 2), "", "")[:3]
    # Before version 3.3, tmux has no such option and passes on everything.
    if passthrough not in ("off", "0"):
        return Passage.OPEN
    if set_clipboard != "on":
        return Passage.TMUX_CLOSED
    known = not features or "clipboard" in features.split(",")
    return Passage.OPEN if known else Passage.TMUX_KNOWS_NONE
