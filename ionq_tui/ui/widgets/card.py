"""A titled part of a screen: a rule above it in the compact layout, a border around it in the others."""

from __future__ import annotations

from itertools import pairwise
from operator import is_not

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ionq_tui.ui.textual_internals import retitle
from ionq_tui.ui.widgets.caption import Caption, titled
from ionq_tui.view.style import Line


class Card(Vertical):
    """Widgets under one title. Which of rule and border is shown stands in `styles/base.tcss`."""

    def __init__(self, *children: Widget, title: Line | str = "", rule: bool = True, id: str | None = None) -> None:
        """Hold these widgets; without a `rule` the compact layout shows no title."""
        super().__init__(id=id)
        self._held = children
        self.told = title
        """The title that is shown."""
        self._caption = Caption(title) if rule else None
        self._rendered: list[Strip] = []
        """The lines as Textual rendered them last."""
        self._lines: list[Strip] = []
        """The same lines, equal ones below each other as one object."""

    def compose(self) -> ComposeResult:
        """Compose the rule and the widgets."""
        if self._caption is not None:
            yield self._caption
        yield from self._held

    def on_mount(self) -> None:
        """Show the first title."""
        self.border_title = titled(self.told)

    def tell(self, title: Line | str) -> bool:
        """Show this title, and return whether it has changed; the same title is not painted again."""
        if title == self.told:
            return False
        self.told = title
        if self._caption is not None:
            self._caption.tell(title)
        retitle(self, titled(title))
        return True

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of the border; equal ones below each other are one object, which is cut only once.

        See `blank`: a card has a border, so that its lines are not all the same.
        """
        lines = super().render_lines(crop)
        if len(lines) != len(self._rendered) or any(map(is_not, lines, self._rendered)):
            self._rendered, self._lines = lines, list(lines)
            for number, (above, strip) in enumerate(pairwise(lines), 1):
                if strip == above:
                    self._lines[number] = self._lines[number - 1]
        return self._lines

    @property
    def room(self) -> int:
        """The width of a line inside the card, in cells; before the first layout that of the whole screen."""
        return max(0, (self.content_size.width or self.app.size.width) - 2)
