"""The base of all dialogs."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen, ScreenResultType

from ionq_tui.ui.commands import REDRAW, bindings
from ionq_tui.ui.driver_support import repaint
from ionq_tui.ui.textual_internals import TerminalScreen


class Dialog(ModalScreen[ScreenResultType], TerminalScreen[ScreenResultType]):
    """A dialog. It needs its own key to redraw the screen, since bindings of the screen below do not apply."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings([REDRAW])]

    def action_focus_next(self) -> None:
        """Move the focus to the next field or button."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Move the focus to the previous field or button."""
        self.focus_previous()

    def action_redraw(self) -> None:
        """Repaint the whole screen."""
        repaint(self.app)
