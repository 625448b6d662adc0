"""The input for the text that a table is filtered by."""

from __future__ import annotations

from textual.widgets import Input

from ionq_tui.view import screen_text


class FilterLine(Input):
    """The filter input, hidden until the user opens it."""

    def __init__(self) -> None:
        """Start empty and hidden."""
        super().__init__(placeholder=screen_text.FILTER_HINT, compact=True)
        self.display = False
