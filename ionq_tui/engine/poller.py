"""Fetch, wait, fetch: the next fetch starts after the last one ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ionq_tui.engine.cadence import next_wait
from ionq_tui.engine.ports import Clock
from ionq_tui.model.link import FRESH, Fresh, Link


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the picture is at one moment; a number beside the value, never a part of it."""

    age: float | None
    """Seconds since the last good reading; None where there was none."""
    late: bool
    """True where the data is more than one interval older than it should be."""
    next_try: float | None
    """Seconds until the next reading; None while one is under way or where none will be."""
    link: Link


@dataclass(frozen=True, slots=True)
class Tick:
    """What one fetch found out about fetching: health, and the interval wanted next (None stops)."""

    link: Link
    interval: float | None


class Poller:
    """Runs one fetch after the other until it says that there is nothing left to ask."""

    def __init__(self, fetch: Callable[[], Awaitable[Tick]], clock: Clock) -> None:
        """Take the fetch and the clock."""
        self._fetch = fetch
        self._clock = clock
        self._nudged = asyncio.Event()
        self._heard: float | None = None
        self._due: float | None = None
        self._late_from: float | None = None
        self._link: Link = FRESH
        self._stopped = False
        self._waiting: list[asyncio.Event] = []

    async def run(self) -> None:
        """Poll until the fetch wants no more, or this task is cancelled."""
        failures = 0
        self._stopped = False
        while True:
            self._nudged.clear()
            tick = await self._fetch()
            now = self._clock.monotonic()
            self._link = tick.link
            if isinstance(tick.link, Fresh):
                failures, self._heard = 0, now
            else:
                failures += 1
            if tick.interval is None:
                self._stopped, self._late_from = True, None
                self._tell()
                return
            seconds = next_wait(tick.interval, tick.link, failures, self._clock.jitter())
            if isinstance(tick.link, Fresh):
                self._late_from = now + seconds + tick.interval
            self._tell()
            await self._pause(now, seconds)

    async def _pause(self, now: float, seconds: float) -> None:
        self._due = now + seconds
        try:
            await self._clock.wait(self._nudged, seconds)
        finally:
            self._due = None

    def nudge(self) -> None:
        """Ask now instead of later."""
        self._nudged.set()

    def asked(self) -> asyncio.Event:
        """Ask now; the event is set once a fetch has ended, and at once where nothing is left to be asked."""
        event = asyncio.Event()
        if self._stopped:
            event.set()
            return event
        self._waiting.append(event)
        self.nudge()
        return event

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            event.set()

    def freshness(self) -> Freshness:
        """Tell how old the picture is now."""
        now = self._clock.monotonic()
        age = None if self._heard is None else max(0.0, now - self._heard)
        late = self._late_from is not None and now > self._late_from
        return Freshness(age, late, None if self._due is None else max(0.0, self._due - now), self._link)
