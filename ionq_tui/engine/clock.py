"""The clock of the real world, set by what the server says of its own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ionq_tui.model.elapsed import seconds


class SystemClock:
    """Local time shifted by how far the server's clock is ahead of ours."""

    def __init__(self, ahead: Callable[[], timedelta] = timedelta) -> None:
        """Take how to ask by how much the server's clock is ahead (negative: behind)."""
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the server's time as far as it is known."""
        return datetime.now(UTC) + self._ahead()

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return seconds()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when the event is set or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def jitter(self) -> float:
        """Return a random share from 0 to 1."""
        return random.random()
