"""What the terminal itself is told beside the screen: its title, and a notification of the desktop."""

from __future__ import annotations

import os
from typing import TypeVar

from textual.app import App

from ionq_tui.ui.driver import CockpitDriver
from ionq_tui.view.plain import plain

Result = TypeVar("Result")
_LONGEST = 120


def entitle(app: App[Result], title: str) -> None:
    """Give the terminal this title; the same again writes nothing, and leaving takes it back."""
    if isinstance(app._driver, CockpitDriver):
        app._driver.entitle(plain(title, _LONGEST))


def notify_outside(app: App[Result], words: str) -> None:
    """Ask the terminal to show a notification (OSC 9), inside tmux in the form that tmux passes on."""
    if app._driver is not None:
        # It begins with our name: a number in front would be a command to some terminals.
        told = f"\x1b]9;ionq-tui: {plain(words, _LONGEST)}\x07"
        app._driver.write(through_tmux(told) if os.environ.get("TMUX") else told)


def through_tmux(sequence: str) -> str:
    """Return an escape sequence as tmux passes it on to the terminal outside."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
