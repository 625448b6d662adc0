"""Protection of consequential buttons against held keys, pasted text and double clicks.

A button that costs money or ends something reacts only to a key or click that follows a pause in the input.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from textual import events
from textual.screen import Screen
from textual.widgets import Button, Input

QUIET = 0.3
"""Seconds without input that must precede a key or click on a consequential button."""


class KeyGuard:
    """Measure the pause before the latest key or click."""

    clock: ClassVar[Callable[[], float] | None] = None
    """A clock for tests, in seconds. Without one, the times of events count, so a slow screen makes no difference."""

    def __init__(self) -> None:
        """Start at the key that opened the screen."""
        self._gap = 0.0
        self.had_pause = False
        """Whether any input has followed a pause. Input before that was meant for the previous screen."""
        self._last = self._at(monotonic())

    def record(self, at: float) -> None:
        """Record a key or click, with the time of its event in seconds."""
        now = self._at(at)
        self._gap, self._last = now - self._last, now
        self.had_pause = self.had_pause or self.after_pause

    @property
    def after_pause(self) -> bool:
        """Whether the latest key or click followed a pause of at least `QUIET` seconds."""
        return self._gap >= QUIET

    def _at(self, at: float) -> float:
        return KeyGuard.clock() if KeyGuard.clock is not None else at


class KeyGuarded:
    """A mixin for screens that records every key, click and paste before a button reacts to it."""

    SAFE: ClassVar[str] = ""
    """A selector of the widget that takes the focus from a guarded button while another screen is above this one."""
    key_guard: KeyGuard

    def on_screen_suspend(self) -> None:
        """Move the focus off a guarded button: an enter key held to close the screen above would press it."""
        if isinstance(self, Screen) and isinstance(self.focused, GuardedButton):
            self.set_focus(self.query(self.SAFE).first())

    def on_key(self, event: events.Key) -> None:
        """Record a key; the event bubbles up to the screen before its binding runs."""
        self.key_guard.record(event.time)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Record a click."""
        self.key_guard.record(event.time)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Record text typed or pasted into a field, which does not pass on such keys."""
        self.key_guard.record(event.time)


class GuardedButton(Button):
    """A button that reacts to a key or click only after a pause in the input."""

    def press(self) -> GuardedButton:
        """Press the button, unless the key or click followed others without a pause."""
        screen = self.screen
        if not isinstance(screen, KeyGuarded) or screen.key_guard.after_pause:
            super().press()
        return self
