"""A field of a form: its name, what is typed, and how that is read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.getters import query_one
from textual.widgets import Input

from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.plain import pad
from ionq_tui.view.tone import Line


class Field(HorizontalGroup):
    """One line of a form."""

    field = query_one(Input)
    reading = query_one(".reading", Words)

    def __init__(self, name: str, value: str, *, most: int, wide: bool = False) -> None:
        """Take the name, what stands in it at first, and how many characters it may hold."""
        super().__init__(id=f"field-{name}")
        self._title = name
        self._value = value
        self._most = most
        self.set_class(wide, "-wide")

    def compose(self) -> ComposeResult:
        """Name, field, reading."""
        yield Words(pad(self._title, 8), classes="name")
        own = self._title if self._title.isidentifier() else None  # an id of Textual's begins with no digit
        typed = Input(self._value, id=own, compact=True, max_length=self._most, select_on_focus=False)
        typed.cursor_blink = False  # blinking goes over the line twice a second
        yield typed
        yield Words(classes="reading")

    @property
    def value(self) -> str:
        """What is typed."""
        return self.field.value

    def read(self, reading: Line | str) -> None:
        """Tell how it is read."""
        self.reading.tell(reading)
