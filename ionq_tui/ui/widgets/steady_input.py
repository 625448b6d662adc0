"""A field to type into."""

from __future__ import annotations

from textual.widgets import Input


class SteadyInput(Input):
    """An input whose cursor does not blink: that would write to the terminal twice a second, whatever the link."""

    def on_mount(self) -> None:
        """Keep the cursor as it is."""
        self.cursor_blink = False
