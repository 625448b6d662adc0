"""The last line of every screen: the commands of the screen, and messages for a few seconds."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from ionq_tui.ui.commands import Command, Commands, key_id, key_name
from ionq_tui.ui.content import painted
from ionq_tui.view.sanitize import cells
from ionq_tui.view.style import Cell, Line, Tone, line

_MESSAGE_SECONDS = 5.0
"""Seconds for which a message is shown."""
_Part = tuple[str, str, bool]
"""The key, the label, and whether the command is enabled."""


class Footer(Widget):
    """The commands of the screen with their keys, as many as fit; a click does what the key does."""

    def __init__(self, commands: Commands, last: Commands, label: Callable[[Command], str]) -> None:
        """Store the commands in their order, those always shown at the end, and a function for their current labels."""
        super().__init__()
        self._label = label
        self._commands = [command for command in commands if command.shown]
        self._last = [command for command in last if command.shown]
        self._told: tuple[list[_Part], list[_Part]] = ([], [])
        self._message: Line = ()
        self._message_timer: Timer | None = None

    def say(self, words: str) -> None:
        """Show a message in place of the commands for a few seconds."""
        if self._message_timer is not None:
            self._message_timer.stop()
        self._message_timer = self.set_timer(_MESSAGE_SECONDS, self._clear_message)
        self._message = line(Cell(f"! {words}", Tone.WARN))
        self.refresh()

    def _clear_message(self) -> None:
        self._message = ()
        self.refresh()

    def on_mount(self) -> None:
        """Subscribe to changes of the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._renew)
        self.call_after_refresh(self._renew, self.screen)

    def _renew(self, screen: Screen[object]) -> None:
        if not self.is_attached or not self.screen.is_active:
            return
        keys: dict[str, tuple[str, bool]] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.id is not None:
                keys.setdefault(active.binding.id, (key_name(key), active.enabled))
        told = self._parts(self._commands, keys), self._parts(self._last, keys)
        if told != self._told:
            self._told = told
            self.refresh()

    def _parts(self, commands: list[Command], keys: dict[str, tuple[str, bool]]) -> list[_Part]:
        return [
            (keys[one.id][0], self._label(one), keys[one.id][1])
            for one in commands
            if one.id in keys and self._label(one)
        ]

    def _fitting(self) -> tuple[list[_Part], int]:
        """Return the commands that fit, always including the last ones, and the gap between them in cells."""
        room, (many, last) = self.size.width, self._told
        for gap in (3, 2):
            if _length([*many, *last], gap) <= room:
                return [*many, *last], gap
        kept = list(many)
        while kept and _length([*kept, *last], 2) > room:
            kept.pop()
        return [*kept, *last], 2

    def render(self) -> Content:
        """Return the commands, or the message."""
        if self._message:
            return painted(self._message).truncate(self.size.width, ellipsis=True)
        if not self.screen.is_active:
            return Content()  # a dialog is above, which has these keys or names its own
        parts: list[Content | str | tuple[str, str]] = []
        told, gap = self._fitting()
        for key, label, enabled in told:
            parts.append((key, "bold $text-primary" if enabled else "$text-muted"))
            parts.append((f" {label}{' ' * gap}", "" if enabled else "$text-muted"))
        return Content.assemble(*parts).truncate(self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Run the command that was clicked."""
        x, (told, gap) = self.styles.padding.left, self._fitting()
        for key, label, _ in told:
            width = cells(key) + 1 + cells(label)
            if x <= event.x < x + width:
                self.app.simulate_key(key_id(key))
                return
            x += width + gap


def _length(parts: list[_Part], gap: int) -> int:
    return sum(cells(key) + 1 + cells(label) + gap for key, label, _ in parts) - gap
