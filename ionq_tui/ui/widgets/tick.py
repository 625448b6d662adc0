"""A box to tick."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """A box whose cross says by itself whether it is ticked."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw or leave out the cross."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()
