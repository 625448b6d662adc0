"""System clocks, corrected by the server's `Date` header."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ionq_tui.engine.ports import Clock
from ionq_tui.model.monotonic import seconds


class SystemClock:
    """The local clock, shifted by the difference between the server's clock and this machine's."""

    def __init__(self, ahead: Callable[[], timedelta] = timedelta) -> None:
        """Take a callable that returns how far the server's clock is ahead (negative: behind)."""
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the current server time in UTC; the local time until a reply told the difference."""
        return datetime.now(UTC) + self._ahead()

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back."""
        return seconds()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait until the event is set or `seconds` have passed."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        return random.random()


class ScaledClock:
    """A clock whose durations are those of another clock multiplied by a factor."""

    def __init__(self, clock: Clock, factor: float) -> None:
        """Take the clock, and how many of its seconds make up one second of this clock."""
        self._clock = clock
        self._factor = factor

    def now(self) -> datetime:
        """Return the time of day, which is not scaled."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return scaled seconds of a clock that never goes back."""
        return self._clock.monotonic() / self._factor

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait until the event is set or the scaled time has passed."""
        await self._clock.wait(event, seconds * self._factor)

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        return self._clock.jitter()
