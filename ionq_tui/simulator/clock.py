"""Clocks for the simulated cloud: a running one with adjustable speed, and a stopped one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FastClock:
    """Simulated UTC time that runs `speed` times as fast as a monotonic clock."""

    def __init__(
        self,
        speed: float = 1.0,
        origin: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at `origin`, by default at the current time."""
        self.speed = speed
        self._origin = origin if origin is not None else datetime.now(UTC)
        self._monotonic = monotonic
        self._began = monotonic()

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self._origin + timedelta(seconds=(self._monotonic() - self._began) * self.speed)


class StoppedClock:
    """Simulated UTC time that changes only by `advance`."""

    def __init__(self, origin: datetime = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)) -> None:
        """Start at `origin`."""
        self._now = origin

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Advance the time by `seconds`."""
        self._now += timedelta(seconds=seconds)
