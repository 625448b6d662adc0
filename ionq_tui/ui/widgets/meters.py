"""The meters of a session's limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view.forecast import Forecast, tail
from ionq_tui.view.meter import Meter, still_meters, time_meter
from ionq_tui.view.meter_bar import column_widths, meter_line, note_line
from ionq_tui.view.style import Line


class Meters(TextBlock):
    """Meters of time, jobs and cost. Only time changes by itself, so the others are computed once per snapshot."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with an empty snapshot."""
        super().__init__(id=id)
        self._watch = EMPTY_SNAPSHOT
        self._still = still_meters(EMPTY_SNAPSHOT)
        self._measured: tuple[tuple[Meter, ...], Mapping[str, str], int, bool, bool] | None = None
        """The values that the shown lines were made from."""

    def measure(
        self, watch: SessionSnapshot, now: datetime, told: Iterable[Forecast], *, notes: bool, gaps: bool = False
    ) -> None:
        """Show the meters as of now, with the forecasts of when limits are reached, and notes and gaps if those fit."""
        tails = {one.name: tail(one, now, None) for one in told if notes and one.name != "time"}
        if watch is not self._watch:
            self._watch, self._still = watch, still_meters(watch)
        width = self.content_size.width or self.app.size.width - 2
        measured = (time_meter(watch.session, now), *self._still), tails, width, notes, gaps
        if measured != self._measured:
            self._measured = measured
            self.tell(*_lines(*measured))


def _lines(shown: tuple[Meter, ...], tails: Mapping[str, str], width: int, notes: bool, gaps: bool) -> Iterator[Line]:
    room, columns = max(map(len, tails.values()), default=0), column_widths(shown)
    for number, meter in enumerate(shown):
        if gaps and number:
            yield ()
        yield meter_line(meter, width, tails.get(meter.name, ""), room, columns)
        if notes and (note := note_line(meter, width)):
            yield note
