"""The terminal's title, and desktop notifications sent through the terminal."""

from __future__ import annotations

import os
from typing import TypeVar

from textual.app import App

from ionq_tui.ui.driver_support import own_driver
from ionq_tui.ui.textual_internals import driver_of
from ionq_tui.view.sanitize import plain

Result = TypeVar("Result")
_LONGEST = 120


def set_title(app: App[Result], title: str) -> None:
    """Set the terminal's title; a title that is set already writes nothing, and exiting restores the previous one."""
    if (driver := own_driver(app)) is not None:
        driver.set_title(plain(title, _LONGEST))


def notify_outside(app: App[Result], words: str) -> None:
    """Ask the terminal to show a desktop notification (OSC 9), wrapped for tmux or GNU screen if needed."""
    if (driver := driver_of(app)) is not None:
        from ionq_tui.ui.clipboard import enclosed

        # The text begins with our name because some terminals treat a leading number as a command.
        told = f"\x1b]9;ionq-tui: {plain(words, _LONGEST)}\x07"
        driver.write(enclosed(told, os.environ))
