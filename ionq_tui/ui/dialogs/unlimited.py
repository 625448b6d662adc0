"""The question before a session is opened that nothing limits."""

from __future__ import annotations

from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Tone, line


class OpenUnlimited(Ask[bool]):
    """Asks once more, since nothing but people will end that session."""

    def __init__(self, backend: str) -> None:
        """Name the backend."""
        super().__init__(
            f"Open a session on {plain(backend, 40)} without limits?",
            (
                "Nothing but you will end this session: no number of jobs, no time, no money.",
                line(Cell("IonQ does not publish what an idle hour costs.", Tone.WARN)),
            ),
            (Choice("Back to the limits", False), Choice("Open without limits", True, grave=True)),
            False,
            id="open-unlimited",
        )
