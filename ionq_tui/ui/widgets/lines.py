"""The first and the last line of every screen, and the line in which a text to find is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from ionq_tui.ui.commands import Command, Commands, key_id, key_name
from ionq_tui.ui.paint import painted
from ionq_tui.view.plain import cells
from ionq_tui.view.tone import Cell, Line, Tone, line, width_of

_SAID_FOR = 5.0
"""Seconds for which something is said."""
_Part = tuple[str, str, bool]
"""Key, label, and whether the command can be given now."""


class TopLine(Widget):
    """Whose key speaks to which server, and on the right how old the picture is."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        super().__init__()
        self._told: tuple[Line, Line] = ((), ())
        self.drawn = False
        """True once something was drawn."""

    def tell(self, left: Line, right: Line) -> None:
        """Say this; the same again paints nothing."""
        if (left, right) != self._told:
            self._told = left, right
            self.refresh()

    def render(self) -> Content:
        """Put one part at either end; where it is narrow the right one has half of the room or more."""
        left, right = self._told
        self.drawn = self.drawn or bool(left)
        width = self.size.width
        last = painted(right).truncate(max(width // 2, width - width_of(left) - 2), ellipsis=True)
        first = painted(left).truncate(max(0, width - last.cell_length - 2), ellipsis=True)
        gap = width - first.cell_length - last.cell_length
        return Content.assemble(first, " " * max(0, gap), last).truncate(width)


class BottomLine(Widget):
    """The commands of the screen with their keys, as many as fit; a click does what the key does."""

    def __init__(self, commands: Commands, last: Commands, label: Callable[[Command], str]) -> None:
        """Take the commands in their order, those that stand last whatever the room, and what each is called now."""
        super().__init__()
        self._label = label
        self._commands = [command for command in commands if command.shown]
        self._last = [command for command in last if command.shown]
        self._told: tuple[list[_Part], list[_Part]] = ([], [])
        self._said: Line = ()
        self._silence: Timer | None = None

    def say(self, words: str) -> None:
        """Say this for a while in the place of the keys."""
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(_SAID_FOR, self._fall_silent)
        self._said = line(Cell(f"! {words}", Tone.WARN))
        self.refresh()

    def _fall_silent(self) -> None:
        self._said = ()
        self.refresh()

    def on_mount(self) -> None:
        """Hear when a command can or cannot be given any more."""
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
        """Return what fits, and the cells between: the last ones always, of the others as many as there is room for."""
        room, (many, last) = self.size.width, self._told
        for gap in (3, 2):
            if _length([*many, *last], gap) <= room:
                return [*many, *last], gap
        kept = list(many)
        while kept and _length([*kept, *last], 2) > room:
            kept.pop()
        return [*kept, *last], 2

    def render(self) -> Content:
        """Tell them, or what is said for a while."""
        if self._said:
            return painted(self._said).truncate(self.size.width, ellipsis=True)
        parts: list[Content | str | tuple[str, str]] = []
        told, gap = self._fitting()
        for key, label, enabled in told:
            parts.append((key, "bold $text-primary" if enabled else "$text-muted"))
            parts.append((f" {label}{' ' * gap}", "" if enabled else "$text-muted"))
        return Content.assemble(*parts).truncate(self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Do what stands there."""
        x, (told, gap) = self.styles.padding.left, self._fitting()
        for key, label, _ in told:
            width = cells(key) + 1 + cells(label)
            if x <= event.x < x + width:
                self.app.simulate_key(key_id(key))
                return
            x += width + gap


def _length(parts: list[_Part], gap: int) -> int:
    return sum(cells(key) + 1 + cells(label) + gap for key, label, _ in parts) - gap


class FindLine(Input):
    """Where a text to find is typed; hidden until it is asked for."""

    def __init__(self) -> None:
        """Begin empty and hidden."""
        super().__init__(placeholder="text to find; enter keeps it, esc clears it", compact=True)
        self.display = False
