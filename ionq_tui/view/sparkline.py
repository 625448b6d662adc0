"""A sparkline with its period and range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ionq_tui.model.backend import Backend
from ionq_tui.view.row import queue_words
from ionq_tui.view.time_text import spoken

_BARS = "▁▂▃▄▅▆▇█"
_LEVEL = "▄"
_HELD = timedelta(minutes=15)
"""How long a sample is valid; after that the value is unknown."""
_LEAST = timedelta(minutes=2)
_WIDTH = 24

Samples = Sequence[tuple[datetime, float]]


def sparkline(samples: Samples, since: datetime, now: datetime, width: int = _WIDTH) -> str:
    """Return one bar a part of the time, a space where nothing was seen; the lowest and the highest fill the scale."""
    values = [_at(samples, since + (now - since) * (part + 1) / width) for part in range(width)]
    known = [value for value in values if value is not None]
    if not known:
        return " " * width
    low, high = min(known), max(known)
    return "".join(" " if value is None else _bar(value, low, high) for value in values)


def bars(values: Sequence[float]) -> str:
    """Return one bar for each amount on a scale from zero to the largest; nothing is drawn for zero."""
    most = max(values, default=0.0)
    return "".join(" " if value <= 0 else _bar(value, 0.0, most) for value in values)


def _at(samples: Samples, moment: datetime) -> float | None:
    """Return the newest sample at a moment, unless that is too old to stand for it."""
    seen = [sample for sample in samples if sample[0] <= moment]
    return seen[-1][1] if seen and moment - seen[-1][0] <= _HELD else None


def _bar(value: float, low: float, high: float) -> str:
    if not high > low:
        return _LEVEL
    return _BARS[min(len(_BARS) - 1, int((value - low) / (high - low) * len(_BARS)))]


def queue_history(samples: Samples, now: datetime, width: int = _WIDTH) -> str:
    """Return "▁▃▅█ last 6 h, about 36 min to 51 min"; empty where less than two moments were seen."""
    shown = [(at, value) for at, value in samples if at <= now and 0 <= value < 1e13]
    if len(shown) < 2 or now - shown[0][0] < _LEAST:
        return ""
    now = max(shown[-1][0], now.replace(second=0, microsecond=0))  # so that it changes once a minute
    low, high = (_words(of(value for _, value in shown)) for of in (min, max))
    between = f"{low} to {high.removeprefix('about ')}" if low != high else f"always {low}"
    if low == high:  # differences that are not told are not drawn either
        shown = [(at, shown[0][1]) for at, _ in shown]
    drawn = sparkline(shown, shown[0][0], now, width)
    return f"{drawn} last {spoken(now - shown[0][0])}, {between}"


def _words(value: float) -> str:
    return queue_words(Backend("", average_queue_time=value))
