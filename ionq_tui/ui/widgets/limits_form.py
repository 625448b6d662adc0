"""The four fields of a new session, each with its interpretation."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from ionq_tui.ui.widgets.field import Field
from ionq_tui.view import screen_text
from ionq_tui.view.limits_form import LimitsDraft
from ionq_tui.view.style import Cell, Tone, line

_LIMITS = ("jobs", "time", "cost")


class LimitsForm(VerticalGroup):
    """Fields for the limits on jobs, time and cost, and for a label."""

    def __init__(self, begin: LimitsDraft, label: str = "") -> None:
        """Store the initial values of the fields."""
        super().__init__(id="form")
        self._begin = begin
        self._unit = begin.unit
        self._called = label

    def compose(self) -> ComposeResult:
        """Compose a line for each field."""
        yield Field("jobs", self._begin.jobs, most=16)
        yield Field("time", self._begin.time, most=16)
        yield Field("cost", self._begin.money, most=24)
        yield Field("label", self._called, most=80)

    def on_mount(self) -> None:
        """Show how the fields are interpreted."""
        self._field("label").read(line(Cell(screen_text.LABEL_HINT, Tone.DIM)))
        self.read()

    @property
    def draft(self) -> LimitsDraft:
        """The content of the fields for the limits."""
        jobs, time, money = (self._field(name).value for name in _LIMITS)
        return LimitsDraft(jobs, time, money, self._unit)

    @property
    def label(self) -> str:
        """The label of the session, which stays on this machine."""
        return self._field("label").value.strip()

    def adopt(self, unit: str) -> None:
        """Use another unit of cost; a value that is typed already keeps its unit."""
        if not self._field("cost").value:
            self._unit = unit

    def read(self) -> None:
        """Show how the fields are interpreted."""
        for name, reading in zip(_LIMITS, self.draft.readings, strict=True):
            self._field(name).read(reading)

    def freeze(self, locked: bool) -> None:
        """Disable the fields while their content is being sent, or enable them again."""
        for field in self.query(Field):
            field.field.disabled = locked

    def _field(self, name: str) -> Field:
        return self.query_one(f"#field-{name}", Field)
