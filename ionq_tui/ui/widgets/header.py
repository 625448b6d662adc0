"""The first line of every screen: the owner of the API key, the server, and the age of the data."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from ionq_tui.ui.content import painted
from ionq_tui.view.style import Line, width_of


class Header(Widget):
    """The owner of the key and the server on the left, and the age of the data on the right."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._told: tuple[Line, Line] = ((), ())
        self.drawn = False
        """Whether any text has been painted."""

    def tell(self, left: Line, right: Line) -> None:
        """Show these parts; the same parts are not painted again."""
        if (left, right) != self._told:
            self._told = left, right
            self.refresh()

    def render(self) -> Content:
        """Return both parts, one at each end; on a narrow screen, the right one gets at least half of the width."""
        left, right = self._told
        self.drawn = self.drawn or bool(left)
        width = self.size.width
        last = painted(right).truncate(max(width // 2, width - width_of(left) - 2), ellipsis=True)
        first = painted(left).truncate(max(0, width - last.cell_length - 2), ellipsis=True)
        gap = width - first.cell_length - last.cell_length
        return Content.assemble(first, " " * max(0, gap), last).truncate(width)
