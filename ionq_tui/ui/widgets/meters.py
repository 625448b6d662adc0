"""The meters of a session's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view.forecast import Forecast, spend_rate, tail
from ionq_tui.view.meter import Meter, still_meters, time_meter
from ionq_tui.view.meter_bar import NARROWEST, Widths, below, column_widths, meter_line, note_line, wider
from ionq_tui.view.style import Line

_RATED = 10
"""Seconds between two computations of the rate of spending of the same snapshot."""
_MANY = 500
"""Number of jobs above which it is computed no more often than that."""


class Meters(TextBlock):
    """Meters of time, jobs and cost. Only time changes by itself, so the others are computed once per snapshot."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with an empty snapshot."""
        super().__init__(id=id)
        self._watch = EMPTY_SNAPSHOT
        self._still = still_meters(EMPTY_SNAPSHOT)
        self._rate: tuple[SessionSnapshot, int, str] = EMPTY_SNAPSHOT, 0, ""
        """The rate of spending, with the snapshot and the moment that it is of."""
        self._held: tuple[Widths, int] = NARROWEST, 0
        """The widths of the columns and of the tails; none shrinks, since the bars would jump with each reservation."""
        self._held_for: tuple[str, int, bool] | None = None
        """The session, the width, and whether there are notes, for which these are held."""
        self._measured: tuple[str, tuple[Meter, ...], Mapping[str, str], int, bool, bool, str] | None = None
        """The values that the shown lines were made from."""

    def measure(
        self,
        watch: SessionSnapshot,
        now: datetime,
        told: Sequence[Forecast],
        *,
        notes: bool,
        gaps: bool = False,
        jobs_as_of: datetime | None = None,
    ) -> None:
        """Show the meters as of now, with the forecasts of when limits are reached, and notes and gaps if those fit.

        With gaps, the rate of spending stands below the cost, as of when the jobs were last read.
        """
        timed = told[1:] if told and told[0].name == "time" else told  # the sentence above has the time of the first
        tails = {one.name: tail(one, now, None) for one in timed if notes}
        if watch is not self._watch:
            self._watch, self._still = watch, still_meters(watch)
        width = self.content_size.width or self.app.size.width - 2
        rate = self._rate_of(watch, now, jobs_as_of) if notes and gaps else ""
        session_id = watch.session.id if watch.session is not None else ""
        meters = (time_meter(watch.session, now), *self._still)
        measured = session_id, meters, tails, width, notes, gaps, rate
        if measured != self._measured:
            self._measured = measured
            self._hold(meters, tails, (session_id, width, notes))
            self.tell(*_lines(meters, tails, width, notes, gaps, rate, self._held))

    def _hold(self, meters: Sequence[Meter], tails: Mapping[str, str], held_for: tuple[str, int, bool]) -> None:
        columns, room = self._held if held_for == self._held_for else (NARROWEST, 0)
        self._held_for = held_for
        self._held = wider(columns, column_widths(meters)), max([room, *map(len, tails.values())])

    def _rate_of(self, watch: SessionSnapshot, now: datetime, jobs_as_of: datetime | None) -> str:
        """Return the rate of spending, computed once in ten seconds: a session may have many jobs."""
        moment = int(now.timestamp()) // _RATED
        if self._rate[1] != moment or (self._rate[0] is not watch and len(watch.jobs) <= _MANY):
            self._rate = watch, moment, spend_rate(watch, now, jobs_as_of)
        return self._rate[2]


def _lines(
    shown: tuple[Meter, ...],
    tails: Mapping[str, str],
    width: int,
    notes: bool,
    gaps: bool,
    rate: str,
    held: tuple[Widths, int],
) -> Iterator[Line]:
    columns, room = held
    for number, meter in enumerate(shown):
        if gaps and number:
            yield ()
        yield meter_line(meter, width, tails.get(meter.name, ""), room, columns)
        if notes and (note := note_line(meter, width)):
            yield note
        if rate and meter.name == "cost":
            yield below(rate, width)
