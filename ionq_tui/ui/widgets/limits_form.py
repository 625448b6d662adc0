"""The four fields of a new session, each with how it is read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from ionq_tui.ui.widgets.field import Field
from ionq_tui.view.draft import Draft
from ionq_tui.view.tone import Cell, Tone, line

_LIMITS = ("jobs", "time", "money")


class LimitsForm(VerticalGroup):
    """Jobs, time, money and a label."""

    def __init__(self, begin: Draft, label: str = "") -> None:
        """Take what stands in the fields at first."""
        super().__init__(id="form")
        self._begin = begin
        self._unit = begin.unit
        self._called = label

    def compose(self) -> ComposeResult:
        """A line for each."""
        yield Field("jobs", self._begin.jobs, most=16)
        yield Field("time", self._begin.time, most=16)
        yield Field("money", self._begin.money, most=24)
        yield Field("label", self._called, most=80)

    def on_mount(self) -> None:
        """Tell at once how the fields are read."""
        self._field("label").read(line(Cell("stays on this machine", Tone.DIM)))
        self.read()

    @property
    def draft(self) -> Draft:
        """What stands in the fields of limits."""
        jobs, time, money = (self._field(name).value for name in _LIMITS)
        return Draft(jobs, time, money, self._unit)

    @property
    def label(self) -> str:
        """What the session is to be called on this machine."""
        return self._field("label").value.strip()

    def adopt(self, unit: str) -> None:
        """Take another unit of money; what is typed keeps the one it was typed in."""
        if not self._field("money").value:
            self._unit = unit

    def read(self) -> None:
        """Tell how the fields are read."""
        for name, reading in zip(_LIMITS, self.draft.readings, strict=True):
            self._field(name).read(reading)

    def freeze(self, locked: bool) -> None:
        """Let nothing be changed while what stands here is on its way."""
        for field in self.query(Field):
            field.field.disabled = locked

    def _field(self, name: str) -> Field:
        return self.query_one(f"#field-{name}", Field)
