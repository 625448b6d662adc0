"""What may be longer than the room that is left for it."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widget import Widget


class Rest(VerticalScroll):
    """As high as what it holds, and scrolled where its neighbours leave less room than that."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the height, so that everything beside it stays to be seen."""
        wanted, taken = super().get_content_height(container, viewport, width), self.styles.margin.height
        if isinstance(parent := self.parent, Widget):
            taken += parent.gutter.height
            for other in parent.displayed_children:
                if other is not self:
                    taken += other.get_content_height(container, viewport, container.width) + other.styles.margin.height
        return max(1, min(wanted, viewport.height - taken))
