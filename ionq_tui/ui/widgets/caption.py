"""A horizontal rule with a caption, for example above a table."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from ionq_tui.ui.content import painted
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Line


class Caption(Widget):
    """A horizontal rule with text in it."""

    def __init__(self, told: Line | str = "", *, id: str | None = None) -> None:
        """Start with this text, or none."""
        super().__init__(id=id)
        self._told = told

    def tell(self, told: Line | str) -> bool:
        """Show this text, and return whether it has changed; the same text is not painted again."""
        if told == self._told:
            return False
        self._told = told
        self.refresh()
        return True

    def render(self) -> Content:
        """Return the rule with its text, cut to the width."""
        width = self.size.width
        if not self._told:
            return Content("─" * width)
        words = titled(self._told).truncate(max(0, width - 6), ellipsis=True)
        return Content.assemble("── ", words, " " + "─" * max(0, width - words.cell_length - 4))


def titled(told: Line | str) -> Content:
    """Return a title as content; plain text is sanitized, and neither is parsed as markup."""
    return Content(plain(told)) if isinstance(told, str) else painted(told)
