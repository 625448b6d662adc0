"""Capabilities of the process's terminal, locale and output streams."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress

_ANSI = ("xterm", "tmux", "screen", "linux", "rxvt", "vt1", "vt2", "alacritty", "foot", "kitty", "wezterm", "ghostty")
"""Prefixes of terminal names known to support ANSI sequences, which need no terminfo lookup."""
_PLAIN = frozenset({"dumb", "unknown", "emacs", "network", "dialup", "switch", "ethernet", "lpr", "printer"})
"""Names of terminals that can only print line after line, or whose capabilities are unknown."""
_UTF8 = re.compile(r"utf-?8", re.IGNORECASE)
_COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})
"""Values to which Python itself sets `LC_CTYPE` if the locale is "C" (PEP 538)."""


def can_place_text(term: str) -> bool:
    """Return whether the terminal named by `TERM` supports ANSI cursor positioning; True if unknown."""
    name = term.strip().lower()
    if name in _PLAIN:
        return False
    if not name or name.startswith(_ANSI):
        return True
    try:
        import _curses
    except ImportError:
        return True
    try:
        _curses.setupterm(term, sys.__stdout__.fileno() if sys.__stdout__ is not None else 1)
        moves = _curses.tigetstr("cup")
    except (_curses.error, OSError, ValueError):
        return True
    return moves is not None and moves.startswith(b"\x1b[")


def shows_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether the locale uses UTF-8, judged by its name. A name without a character set is looked up."""
    if os.name == "nt":
        return True
    name = locale_name(environ)
    if _UTF8.search(name):
        return True
    if "." in name or name in ("C", "POSIX"):
        return False
    import locale

    return bool(_UTF8.search(locale.getencoding()))


def locale_name(environ: Mapping[str, str]) -> str:
    """Return the name of the locale that decides which characters can be shown."""
    return environ.get("LC_ALL") or _ctype(environ) or environ.get("LANG") or "C"


def _ctype(environ: Mapping[str, str]) -> str:
    """Return `LC_CTYPE` as it was before Python changed it, if that can be determined."""
    name = environ.get("LC_CTYPE", "")
    if name not in _COERCED or not sys.flags.utf8_mode:
        return name
    with suppress(OSError), open("/proc/self/environ", "rb") as began:
        for entry in began.read().split(b"\0"):
            if entry.startswith(b"LC_CTYPE="):
                return entry.removeprefix(b"LC_CTYPE=").decode(errors="replace")
    return ""


def fit_stream(stream: object, environ: Mapping[str, str]) -> None:
    """Configure a stream for what its reader can show (ASCII if not UTF-8), so that no character raises an error."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    if _UTF8.search(stream.encoding) and shows_unicode(environ):
        stream.reconfigure(errors="replace")
        return
    import codecs

    from ionq_tui.view.ascii import unencodable

    codecs.register_error("ionq-tui", unencodable)
    stream.reconfigure(encoding="ascii", errors="ionq-tui")
