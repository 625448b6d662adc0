"""A checkbox."""

from __future__ import annotations

from textual.widgets import Checkbox


class PlainCheckbox(Checkbox):
    """A checkbox that shows its state by its cross alone, not only by color."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Show the cross only while the box is checked."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()
