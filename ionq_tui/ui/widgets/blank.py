"""Containers that show nothing of their own but their background.

Textual renders every container behind what it holds, line by line, and cuts each line at the edges of whatever stands
in front of it. Of a container whose lines are all the same object, one line is rendered and cut.
"""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Blank(Widget):
    """A widget without a border, whose lines are all the same."""

    BLANK: ClassVar[bool] = True

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the one line as often as needed, filtered as those of other widgets are.

        Textual filters no line of a blank widget; its filters turn colors off (NO_COLOR), among other things.
        """
        lines = super().render_lines(crop)
        for each in self.get_line_filters() if lines else ():
            lines = [lines[0].apply_filter(each, self.background_colors[1])] * len(lines)
        return lines


class BlankVertical(Blank, Vertical):
    """Widgets below each other on a plain background."""


class BlankContainer(Blank, Container):
    """Widgets that the stylesheet arranges on a plain background."""
