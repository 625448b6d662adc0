"""The three meters of a session as lines of a screen."""

from __future__ import annotations

from datetime import datetime

from ionq_tui.model.watch import EMPTY_WATCH, Watch
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.gauge import meter_line, note_line
from ionq_tui.view.meter import Meter, jobs_meter, money_meter, time_meter
from ionq_tui.view.tone import Line


class Gauges(Words):
    """Time, jobs and money; only time moves by itself, so the others are measured once a picture."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with nothing measured."""
        super().__init__(id=id)
        self._watch = EMPTY_WATCH
        self._jobs, self._money = jobs_meter(EMPTY_WATCH), money_meter(EMPTY_WATCH)

    def measure(self, watch: Watch, now: datetime, *, notes: bool) -> None:
        """Tell the meters as of now, with what is to be said of each where there is room."""
        if watch is not self._watch:
            self._watch, self._jobs, self._money = watch, jobs_meter(watch), money_meter(watch)
        told: list[Line | str] = []
        for meter in (time_meter(watch.session, now), self._jobs, self._money):
            told += self._lines(meter, notes)
        self.tell(*told)

    def _lines(self, meter: Meter, notes: bool) -> list[Line | str]:
        width = self.content_size.width or self.app.size.width - 2
        note = note_line(meter, width) if notes else ()
        return [meter_line(meter, width), *([note] if note else [])]
