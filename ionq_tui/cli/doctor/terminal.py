"""Checks of the terminal, its locale, and the programs between it and the dashboard."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TextIO

from ionq_tui.model.check import Check, note, ok, problem
from ionq_tui.terminal import can_place_text, locale_name, shows_unicode
from ionq_tui.ui.clipboard import passage
from ionq_tui.ui.color_depth import color_depth
from ionq_tui.ui.terminal_size import SMALLEST, density, terminal_size
from ionq_tui.ui.tmux import asked_of_tmux
from ionq_tui.view.clipboard import KNOW_CLIPBOARD, SET_CLIPBOARD, Passage
from ionq_tui.view.environment_notice import no_screen_parts
from ionq_tui.view.sanitize import plain

_SLOW_ESCAPE = 100
"""Milliseconds above which the pause of tmux after `esc` can be felt."""
_TMUX_TERMS = ("tmux", "screen")
_COLORS = {"truecolor": "16 million colors", "256": "256 colors", "standard": "16 colors", "": "no colors"}
_FEW = {"standard", ""}


async def terminal_checks(environ: Mapping[str, str] = os.environ) -> AsyncIterator[Check]:
    """Yield the checks of this group."""
    term = environ.get("TERM", "")
    here = _terminals()
    yield _kind(here, term)
    if here:
        yield _size(list(here.values()), environ)
        yield _colors(environ)
    yield _encoding(environ)
    if here:
        yield _copying(await passage(environ), environ)
    if environ.get("TMUX"):
        async for check in _tmux(term, environ):
            yield check
    elif environ.get("STY"):
        yield ok("terminal.screen", "inside GNU screen; copied text passes through it")
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        yield ok("terminal.ssh", "over SSH")


def _terminals() -> dict[str, int]:
    """Return the descriptors of the standard streams that are terminals, by name."""
    streams: Mapping[str, TextIO | None] = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    return dict(_open_terminals(streams))


def _open_terminals(streams: Mapping[str, TextIO | None]) -> Iterator[tuple[str, int]]:
    for name, stream in streams.items():
        try:
            if stream is not None and stream.isatty():
                yield name, stream.fileno()
        except (OSError, ValueError):  # closed
            continue


def _kind(here: Mapping[str, int], term: str) -> Check:
    named = f"TERM={plain(term, 40)}" if term else "TERM is not set"
    if not here:
        return note(
            "terminal.type",
            f"no terminal ({named}): commands work, the dashboard needs one",
            "run ionq-tui in a terminal; over SSH with ssh -t",
        )
    if not can_place_text(term):
        return problem("terminal.type", *no_screen_parts(term))
    away = [name for name in ("input", "output") if name not in here]
    redirected = f"; standard {' and '.join(away)} redirected" if away else ""
    return ok("terminal.type", f"{named}{redirected}")


def _size(descriptors: list[int], environ: Mapping[str, str]) -> Check:
    columns, rows = terminal_size(descriptors, environ)
    least_columns, least_rows = SMALLEST
    told = f"{columns}\u00d7{rows}"
    if columns < least_columns or rows < least_rows:
        least = f"{least_columns}\u00d7{least_rows}"
        return note("terminal.size", f"{told} is too small for the dashboard", f"make the window at least {least}")
    return ok("terminal.size", f"{told}, {density(columns, rows).name.lower()} layout")


def _colors(environ: Mapping[str, str]) -> Check:
    if environ.get("NO_COLOR"):
        return ok("terminal.colors", "turned off by NO_COLOR")
    depth = color_depth(environ)
    if depth in _FEW:
        fix = "set TERM to the terminal's real type, such as xterm-256color"
        return note("terminal.colors", _COLORS[depth], fix)
    return ok("terminal.colors", _COLORS.get(depth, depth))


def _encoding(environ: Mapping[str, str]) -> Check:
    named = f"locale {plain(locale_name(environ), 40)}"
    if shows_unicode(environ):
        return ok("terminal.encoding", f"UTF-8 ({named})")
    words = f"not UTF-8 ({named}): everything is drawn in ASCII"
    return note("terminal.encoding", words, "export LANG=C.UTF-8, or another locale of locale -a that ends in UTF-8")


def _copying(way: Passage, environ: Mapping[str, str]) -> Check:
    match way:
        case Passage.TMUX_CLOSED:
            return note("terminal.clipboard", "tmux blocks copied text", SET_CLIPBOARD)
        case Passage.TMUX_KNOWS_NONE:
            words = "tmux does not know that your terminal has a clipboard"
            return note("terminal.clipboard", words, KNOW_CLIPBOARD)
        case Passage.UNKNOWN:
            return note("terminal.clipboard", "tmux did not say whether it passes on copied text", SET_CLIPBOARD)
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        words = "this terminal (Apple Terminal) ignores copied text (OSC 52)"
        return note("terminal.clipboard", words, "select the text by hand, or use another terminal")
    return ok("terminal.clipboard", "copied text is sent to the terminal (OSC 52), which may ignore it")


async def _tmux(term: str, environ: Mapping[str, str]) -> AsyncIterator[Check]:
    told = await asked_of_tmux("#{version},#{set-clipboard},#{default-terminal},#{escape-time}", environ)
    if told is None:
        yield note("terminal.tmux", "inside tmux, which does not answer", "run ionq-tui doctor in a new tmux window")
        return
    version, clipboard, default, escape = (*(plain(part, 40) for part in told.strip().split(",")), "", "", "", "")[:4]
    facts = f"set-clipboard {clipboard or '?'}, default-terminal {default or '?'}, escape-time {escape or '?'} ms"
    yield ok("terminal.tmux", f"inside tmux {version}: {facts}")
    if escape.isdecimal() and int(escape) > _SLOW_ESCAPE:
        words = f"esc takes {escape} ms to arrive through tmux"
        yield note("terminal.escape", words, "tmux set -s escape-time 10")
    if not term.startswith(_TMUX_TERMS):
        words = f"TERM={plain(term, 40)} does not name tmux, so some keys and colors may be wrong"
        yield note("terminal.term", words, f"start ionq-tui with TERM={default or 'tmux-256color'}")
    elif not default.endswith("-256color"):
        words = f"default-terminal {default} offers few colors"
        yield note("terminal.term", words, "tmux set -g default-terminal tmux-256color, then open a new window")
