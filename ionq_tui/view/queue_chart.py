"""The queue times of a backend that were seen on this machine, as a plot."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from ionq_tui.view.chart import Curve
from ionq_tui.view.plot import picture
from ionq_tui.view.sparkline import Samples
from ionq_tui.view.style import Line

_MINUTE = 60_000
_TENTH = Decimal("0.1")
_LEAST = timedelta(minutes=2)


def queue_chart(samples: Samples, now: datetime, tz: tzinfo | None, size: tuple[int, int]) -> list[Line]:
    """Return the plot in minutes (see `view.row.queue_words` on the unit); nothing if too little was seen.

    `samples` are moments and queue times in milliseconds, `size` is in cells.
    """
    seen = [
        (at, (Decimal(round(value)) / _MINUTE).quantize(_TENTH))
        for at, value in samples
        if at <= now and 0 <= value < 1e13
    ]
    if len(seen) < 2 or now - seen[0][0] < _LEAST:
        return []
    curve = Curve("average queue time", tuple(seen), unit="min", limitable=False)
    return picture(curve, (seen[0][0], now), now, tz, size, numbers=False)
