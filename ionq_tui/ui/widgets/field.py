"""A field of a form: its name, its input, and how the input is interpreted."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.getters import query_one
from textual.widgets import Input

from ionq_tui.ui.widgets.steady_input import SteadyInput
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view.sanitize import pad
from ionq_tui.view.style import Line


class Field(HorizontalGroup):
    """One line of a form."""

    field = query_one(Input)
    reading = query_one(".reading", TextBlock)

    def __init__(self, name: str, value: str, *, most: int, wide: bool = False) -> None:
        """Store the name, the initial value, and the most characters the input accepts."""
        super().__init__(id=f"field-{name}")
        self._title = name
        self._value = value
        self._most = most
        self.set_class(wide, "-wide")

    def compose(self) -> ComposeResult:
        """Compose the name, the input and its interpretation."""
        yield TextBlock(pad(self._title, 8), classes="name")
        own = self._title if self._title.isidentifier() else None  # an id in Textual must not start with a digit
        typed = SteadyInput(self._value, id=own, compact=True, max_length=self._most, select_on_focus=False)
        yield typed
        yield TextBlock(classes="reading")

    @property
    def value(self) -> str:
        """The content of the input."""
        return self.field.value

    def read(self, reading: Line | str) -> None:
        """Show how the input is interpreted."""
        self.reading.tell(reading)
