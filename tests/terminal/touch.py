"""How a person presses what costs or ends something: find the button, rest, press."""

from __future__ import annotations

import time
from functools import partial

from tests.terminal.kit import Terminal

REST = 0.4
"""Seconds without a key: more than the product asks for before such a button takes one."""


def rested_press(terminal: Terminal, key: str) -> Terminal:
    """Press a key after a rest."""
    time.sleep(REST)
    return terminal.keys(key)


def focus_by_tab(terminal: Terminal, label: str) -> Terminal:
    """Press tab until the button of that label stands out, ten times at most."""
    for _ in range(10):
        terminal.wait_for(label)
        row = next(number for number, line in enumerate(terminal.lines) if label in line)
        if terminal.cell(row, terminal.lines[row].index(label)).reverse:
            return terminal
        painted = len(terminal.raw)
        terminal.keys("tab").wait_for(partial(_painted, since=painted)).wait_quiet(0.1)
    raise AssertionError(f"{label!r} never had the focus:\n{terminal.text}")


def _painted(terminal: Terminal, *, since: int) -> bool:
    return len(terminal.raw) > since
