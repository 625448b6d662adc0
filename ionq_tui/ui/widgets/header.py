"""The first line of every screen: the owner of the API key, the server, and the age of the data."""

from __future__ import annotations

from itertools import product

from textual.content import Content
from textual.widget import Widget

from ionq_tui.ui.content import painted
from ionq_tui.view.style import Line, joined, width_of

Forms = tuple[Line, ...]
_LEAST_LEFT = 16
"""Cells that the left part has at least: when the data is from is worth more than the rest of a server's address."""
_APART = 2
"""Least cells between both parts."""


class Header(Widget):
    """The owner of the key and the server on the left; what is running and the age of the data on the right."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._told: tuple[Line, Line, Forms, Forms] = (), (), (), ()
        self.drawn = False
        """Whether any text has been painted."""

    def tell(self, left: Line, right: Line, notes: Forms = (), briefs: Forms = ()) -> None:
        """Show these parts; the same parts are not painted again.

        Args:
            left: The owner of the key and the server.
            right: The age of the data.
            notes: What is running, longest first; the longest for which there is room is shown before the age.
            briefs: Shorter forms of the left part, which make room for the shortest of the notes.
        """
        told = left, right, notes, briefs
        if told != self._told:
            self._told = told
            self.refresh()

    def render(self) -> Content:
        """Return both parts, one at each end; on a narrow screen, the right one gets at least half of the width."""
        width = self.size.width
        left, right = self._fitted(width)
        self.drawn = self.drawn or bool(left)
        most = max(width // 2, width - _LEAST_LEFT, width - width_of(left) - _APART)
        last = painted(right).truncate(most, ellipsis=True)
        first = painted(left).truncate(max(0, width - last.cell_length - _APART), ellipsis=True)
        gap = width - first.cell_length - last.cell_length
        return Content.assemble(first, " " * max(0, gap), last).truncate(width)

    def _fitted(self, width: int) -> tuple[Line, Line]:
        """Return both parts with the longest note for which there is room; never less of the age of the data."""
        left, right, notes, briefs = self._told
        if not notes:
            return left, right
        lefts, noted = (left, *briefs), [joined([note, right]) for note in notes]
        # The last form leaves out what the one before it warns of, and that one the cost, which is worth the source of
        # the key (the first of the shorter left parts), but not its name.
        choices = [*product(noted[-3:-2], lefts[:2]), *product(noted[-2:], lefts)]
        for needed, one in choices:
            if width_of(one) + _APART + width_of(needed) <= width:
                return one, next(each for each in noted if width_of(one) + _APART + width_of(each) <= width)
        return lefts[-1], noted[-1]
