"""A held key, a pasted line and a double click are no decisions: what costs or ends waits for a moment of quiet."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from textual import events
from textual.screen import Screen
from textual.widgets import Button, Input

QUIET = 0.3
"""Seconds without any key before a key counts on a button that costs or ends something."""


class Quiet:
    """Knows how long it had been quiet when the newest key or click came."""

    clock: ClassVar[Callable[[], float] | None] = None
    """A clock for tests; without one the times of the events count, so that a slow screen changes nothing."""

    def __init__(self) -> None:
        """Begin at the key that led here."""
        self._gap = 0.0
        self.began = False
        """True once a key came after enough quiet: those before it were meant for what was here before."""
        self._last = self._at(monotonic())

    def heard(self, at: float) -> None:
        """Take note of a key or a click."""
        now = self._at(at)
        self._gap, self._last = now - self._last, now
        self.began = self.began or self.kept

    @property
    def kept(self) -> bool:
        """True where the newest key came after enough quiet."""
        return self._gap >= QUIET

    def _at(self, at: float) -> float:
        return Quiet.clock() if Quiet.clock is not None else at


class Attentive:
    """A screen that hears every key, click and paste on it before any button does."""

    SAFE: ClassVar[str] = ""
    """Where the focus goes from a deliberate button while another screen stands above."""
    quiet: Quiet

    def on_screen_suspend(self) -> None:
        """Leave what costs: the Enter that closes the screen above may be held, and would come back onto it."""
        if isinstance(self, Screen) and isinstance(self.focused, Deliberate):
            self.set_focus(self.query(self.SAFE).first())

    def on_key(self, event: events.Key) -> None:
        """Hear a key; it bubbles to here before its binding acts."""
        self.quiet.heard(event.time)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Hear a click."""
        self.quiet.heard(event.time)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Hear what is typed or pasted into a field, which keeps such keys to itself."""
        self.quiet.heard(event.time)


class Deliberate(Button):
    """A button that takes a key or a click only after a moment of quiet."""

    def press(self) -> Deliberate:
        """Press it, unless the key was one of many."""
        screen = self.screen
        if not isinstance(screen, Attentive) or screen.quiet.kept:
            super().press()
        return self
