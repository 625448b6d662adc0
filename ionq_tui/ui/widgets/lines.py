"""The first and the last line of every screen, and the line in which a text to find is typed."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from ionq_tui.ui.commands import Commands, key_id, key_name
from ionq_tui.ui.paint import painted
from ionq_tui.view.plain import cells
from ionq_tui.view.tone import Line, width_of

_BETWEEN = "   "


class TopLine(Widget):
    """Whose key speaks to which server, and on the right how old the picture is."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        super().__init__()
        self._told: tuple[Line, Line] = ((), ())

    def tell(self, left: Line, right: Line) -> None:
        """Say this; the same again paints nothing."""
        if (left, right) != self._told:
            self._told = left, right
            self.refresh()

    def render(self) -> Content:
        """Put one part at either end; where it is narrow the right one is whole."""
        left, right = self._told
        room = self.size.width - width_of(right) - 2
        first = painted(left).truncate(max(0, room), ellipsis=True)
        gap = self.size.width - first.cell_length - width_of(right)
        return Content.assemble(first, " " * max(1, gap), painted(right)).truncate(self.size.width, ellipsis=True)


class BottomLine(Widget):
    """The commands of the screen with their keys, as many as fit; a click does what the key does."""

    def __init__(self, commands: Commands) -> None:
        """Take the commands in the order in which they are told."""
        super().__init__()
        self._commands = [command for command in commands if command.shown]
        self._told: list[tuple[str, str, bool]] = []
        """Key, label and whether it can be done now."""

    def on_mount(self) -> None:
        """Hear when a command can or cannot be done any more."""
        self.screen.bindings_updated_signal.subscribe(self, self._renew)
        self.call_after_refresh(self._renew, self.screen)

    def _renew(self, screen: Screen[object]) -> None:
        if not self.is_attached or not self.screen.is_active:
            return
        keys: dict[str, tuple[str, bool]] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.id is not None:
                keys.setdefault(active.binding.id, (key_name(key), active.enabled))
        told = [
            (keys[command.id][0], command.label, keys[command.id][1])
            for command in self._commands
            if command.id in keys
        ]
        if told != self._told:
            self._told = told
            self.refresh()

    def render(self) -> Content:
        """Tell as many as fit."""
        parts: list[Content | tuple[str, str]] = []
        room = self.size.width
        for key, label, enabled in self._told:
            taken = cells(key) + 1 + cells(label)
            if taken > room:
                break
            parts += [
                (key, "bold $primary" if enabled else "$text-muted"),
                (f" {label}{_BETWEEN}", "" if enabled else "$text-muted"),
            ]
            room -= taken + len(_BETWEEN)
        return Content.assemble(*parts).truncate(self.size.width)

    async def on_click(self, event: events.Click) -> None:
        """Do what stands there."""
        x = 0
        for key, label, _ in self._told:
            x += cells(key) + 1 + cells(label)
            if event.x < x:
                self.app.simulate_key(key_id(key))
                return
            x += len(_BETWEEN)


class FindLine(Input):
    """Where a text to find is typed; hidden until it is asked for."""

    def __init__(self) -> None:
        """Begin empty and hidden."""
        super().__init__(placeholder="text to find; enter keeps it, esc clears it", compact=True)
        self.display = False
