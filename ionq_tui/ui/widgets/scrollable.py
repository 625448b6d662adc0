"""A container for content that may be higher than the space left for it."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widget import Widget


class Scrollable(VerticalScroll):
    """A container as high as its content, which scrolls if its siblings leave less space than that."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the height of the content, limited so that all siblings stay visible."""
        wanted, taken = super().get_content_height(container, viewport, width), self.styles.margin.height
        if isinstance(parent := self.parent, Widget):
            taken += parent.gutter.height
            for other in parent.displayed_children:
                if other is not self:
                    taken += other.get_content_height(container, viewport, container.width) + other.styles.margin.height
        return max(1, min(wanted, viewport.height - taken))
