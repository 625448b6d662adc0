"""The three meters of a session as lines of a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ionq_tui.model.watch import EMPTY_WATCH, Watch
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.forecast import Forecast, tail
from ionq_tui.view.gauge import column_widths, meter_line, note_line
from ionq_tui.view.meter import Meter, jobs_meter, money_meter, time_meter
from ionq_tui.view.tone import Line


class Gauges(Words):
    """Time, jobs and money; only time moves by itself, so the others are measured once a picture."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with nothing measured."""
        super().__init__(id=id)
        self._watch = EMPTY_WATCH
        self._jobs, self._money = jobs_meter(EMPTY_WATCH), money_meter(EMPTY_WATCH)
        self._measured: tuple[tuple[Meter, ...], Mapping[str, str], int, bool] | None = None
        """What the lines that are shown were made of."""

    def measure(self, watch: Watch, now: datetime, told: Iterable[Forecast], *, notes: bool) -> None:
        """Tell the meters as of now, when each is likely to run out, and what else there is to say where it fits."""
        tails = {one.name: tail(one, now, None) for one in told if notes and one.name != "time"}
        if watch is not self._watch:
            self._watch, self._jobs, self._money = watch, jobs_meter(watch), money_meter(watch)
        width = self.content_size.width or self.app.size.width - 2
        measured = (time_meter(watch.session, now), self._jobs, self._money), tails, width, notes
        if measured != self._measured:
            self._measured = measured
            self.tell(*_lines(*measured))


def _lines(shown: tuple[Meter, ...], tails: Mapping[str, str], width: int, notes: bool) -> Iterator[Line]:
    room, columns = max(map(len, tails.values()), default=0), column_widths(shown)
    for meter in shown:
        yield meter_line(meter, width, tails.get(meter.name, ""), room, columns)
        if notes and (note := note_line(meter, width)):
            yield note
