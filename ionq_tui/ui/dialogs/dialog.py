"""What all dialogs have in common."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen, ScreenResultType

from ionq_tui.ui.commands import REDRAW, bindings
from ionq_tui.ui.driver import repaint


class Dialog(ModalScreen[ScreenResultType]):
    """Stands above a screen, whose keys do not reach it: painting anew is a key of its own here."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings([REDRAW])]

    def action_redraw(self) -> None:
        """Paint the whole screen, whatever the terminal shows."""
        repaint(self.app)
