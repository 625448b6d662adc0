"""Screens and dialogs whose page keys scroll one of their widgets."""

from __future__ import annotations

from typing import ClassVar

from textual.dom import DOMNode


class Paged(DOMNode):
    """The actions of the page keys; last among the bases, since Textual takes the styles from the first one."""

    PAGED: ClassVar[str] = "#scroll"
    """Selects the widget that is scrolled."""

    def action_page_back(self) -> None:
        """Scroll it up by a page."""
        self.query_one(self.PAGED).scroll_page_up(animate=False)

    def action_page_on(self) -> None:
        """Scroll it down by a page."""
        self.query_one(self.PAGED).scroll_page_down(animate=False)
