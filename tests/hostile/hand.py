"""Keys pressed as a person presses them."""

from __future__ import annotations

import time
from functools import partial

from tests.terminal.kit import Terminal, is_typed


def rested(terminal: Terminal, key: str) -> Terminal:
    """Press a key, wait until it shows, then rest: what answers a grave question needs quiet without keys."""
    before = len(terminal.raw)
    terminal.keys(key).wait_for(lambda screen: len(screen.raw) > before)
    time.sleep(0.5)
    return terminal


def ended_by_keys(terminal: Terminal, session_id: str) -> Terminal:
    """End the session on the screen, which was opened by unknown user."""
    short = session_id[-6:]
    rested(terminal, "e").wait_for("End this session?")
    rested(terminal, "tab").type(short)
    terminal.wait_for(partial(is_typed, short))
    return rested(terminal, "tab").keys("enter")
