"""The dialog that confirms opening a session without limits."""

from __future__ import annotations

from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view import dialog_text
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Tone, line


class OpenUnlimited(ChoiceDialog[bool]):
    """Ask for another confirmation, since such a session runs until somebody ends it."""

    def __init__(self, backend: str) -> None:
        """Build the question for a backend."""
        super().__init__(
            dialog_text.no_limit_title(plain(backend, 40)),
            (
                dialog_text.NO_LIMIT_WARNING,
                line(Cell(dialog_text.IDLE_COST_UNKNOWN, Tone.WARN)),
            ),
            (
                Choice(dialog_text.BACK_TO_LIMITS, False),
                Choice(dialog_text.OPEN_WITHOUT_LIMITS, True, grave=True, costs=True),
            ),
            False,
            id="open-unlimited",
        )
