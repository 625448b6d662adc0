"""A titled part of a screen: a rule above it in the compact layout, a border around it in the others."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.view.sanitize import plain


class Card(Vertical):
    """Widgets under one title. Which of rule and border is shown stands in `styles/base.tcss`."""

    def __init__(self, *children: Widget, title: str = "", id: str | None = None) -> None:
        """Hold these widgets, or those composed inside it."""
        super().__init__(id=id)
        self._held = children
        self._title = title

    def compose(self) -> ComposeResult:
        """Compose the rule and the widgets."""
        yield Caption(self._title)
        yield from self._held

    def on_mount(self) -> None:
        """Show the first title."""
        self.border_title = Content(plain(self._title))

    def tell(self, title: str) -> bool:
        """Show this title, and return whether it has changed; the same title is not painted again."""
        if title == self._title:
            return False
        self._title = title
        self.query_one(Caption).tell(title)
        self.border_title = Content(plain(title))
        return True
