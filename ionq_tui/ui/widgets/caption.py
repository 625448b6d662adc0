"""A rule above a table that says what of the table is shown."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from ionq_tui.view.plain import cells, cut, plain


class Caption(Widget):
    """A rule with words in it."""

    def __init__(self, told: str = "", *, id: str | None = None) -> None:
        """Begin with these words, or none."""
        super().__init__(id=id)
        self._told = told

    def tell(self, told: str) -> bool:
        """Say this; returns whether it differs, for the same again paints nothing."""
        if told == self._told:
            return False
        self._told = told
        self.refresh()
        return True

    def render(self) -> Content:
        """Draw the rule."""
        width = self.size.width
        if not self._told:
            return Content("─" * width)
        words = cut(plain(self._told), max(0, width - 6))
        return Content(f"── {words} " + "─" * max(0, width - cells(words) - 4))
