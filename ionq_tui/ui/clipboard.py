"""The terminal's clipboard (OSC 52), also inside tmux and GNU screen, which pass on only wrapped sequences."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress

from ionq_tui.view.clipboard import Passage

_ANSWERED_WITHIN = 1.0
"""Seconds to wait for tmux to report its options."""
_SCREEN_TAKES = 240
"""The most characters per string that every version of GNU screen accepts; longer text is sent in pieces."""
_ASKED = "#{set-clipboard},#{allow-passthrough},#{client_termfeatures}"
_FOR_TMUX = ("PATH", "HOME", "TMUX", "TMUX_PANE", "TMUX_TMPDIR", "LANG", "LC_ALL", "LC_CTYPE")
"""The environment variables passed to tmux; an API key is not among them."""


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
    told = await _asked_of_tmux(environ)
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


async def _asked_of_tmux(environ: Mapping[str, str]) -> str | None:
    kept = {name: environ[name] for name in _FOR_TMUX if name in environ}
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", "display-message", "-p", _ASKED, stdin=nothing, stdout=pipe, stderr=nothing, env=kept
        )
    except OSError:
        return None
    try:
        told, _ = await asyncio.wait_for(process.communicate(), _ANSWERED_WITHIN)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return told.decode(errors="replace") if process.returncode == 0 else None
