"""Clocks that a simulated cloud can be given: one that runs, perhaps fast, and one that stands still."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FastClock:
    """Simulated UTC time that runs `speed` times as fast as the monotonic clock behind it."""

    def __init__(
        self,
        speed: float = 1.0,
        origin: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at `origin`, or at the present time where none is given."""
        self._speed = speed
        self._origin = origin if origin is not None else datetime.now(UTC)
        self._monotonic = monotonic
        self._began = monotonic()

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self._origin + timedelta(seconds=(self._monotonic() - self._began) * self._speed)


class StoppedClock:
    """Simulated UTC time that moves only when it is told to."""

    def __init__(self, origin: datetime = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)) -> None:
        """Stand still at `origin`."""
        self._now = origin

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._now += timedelta(seconds=seconds)
