"""A polling loop; each fetch starts only after the previous one has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ionq_tui.engine.poll_schedule import next_wait
from ionq_tui.engine.ports import Clock
from ionq_tui.model.link_state import Fresh, Link
from ionq_tui.model.quick_dataclass import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Freshness:
    """The age of the data at one moment, kept apart from the data so that passing time does not change the data."""

    age: float | None
    """Seconds since the last successful fetch; None if there was none."""
    late: bool
    """True if the data is more than one interval older than it should be."""
    next_try: float | None
    """Seconds until the next fetch; None during a fetch or if none is scheduled."""


@quick_dataclass(frozen=True, slots=True)
class Tick:
    """The result of one fetch for the loop: link state and next interval (None: wait until `nudge`)."""

    link: Link
    """Used for scheduling only; the link state to display is part of the fetched value."""
    interval: float | None
    urgent: bool = False
    """True if a failure must not delay the next fetch for long."""
    at_once: bool = False
    """True if there is more to fetch, and the next fetch need not wait for the interval."""


class Poller:
    """Run fetches one after another; with nothing left to fetch, wait until `nudge` is called."""

    def __init__(self, fetch: Callable[[], Awaitable[Tick]], clock: Clock) -> None:
        """Take the fetch function and the clock."""
        self._fetch = fetch
        self._clock = clock
        self._nudged = asyncio.Event()
        self._succeeded_at: float | None = None
        self._due: float | None = None
        self._late_from: float | None = None
        self._waiting: list[asyncio.Event] = []

    async def run(self) -> None:
        """Poll until this task is canceled."""
        failures = 0
        while True:
            self._nudged.clear()
            tick = await self._fetch()
            now = self._clock.monotonic()
            if isinstance(tick.link, Fresh):
                failures, self._succeeded_at = 0, now
            else:
                failures += 1
            if tick.interval is None:
                self._late_from = None
                self._notify_waiting()
                await self._nudged.wait()
                continue
            seconds = 0.0
            if not tick.at_once:
                seconds = next_wait(tick.interval, tick.link, failures, self._clock.jitter(), urgent=tick.urgent)
            if isinstance(tick.link, Fresh):
                self._late_from = now + seconds + tick.interval
            self._notify_waiting()
            await self._pause(now, seconds)

    async def _pause(self, now: float, seconds: float) -> None:
        self._due = now + seconds
        try:
            await self._clock.wait(self._nudged, seconds)
        finally:
            self._due = None

    def nudge(self) -> None:
        """Fetch now instead of later."""
        self._nudged.set()

    def asked(self) -> asyncio.Event:
        """Fetch now; return an event that is set once a fetch has ended."""
        event = asyncio.Event()
        self._waiting.append(event)
        self.nudge()
        return event

    def _notify_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            event.set()

    def freshness(self) -> Freshness:
        """Return the current age of the data."""
        now = self._clock.monotonic()
        age = None if self._succeeded_at is None else max(0.0, now - self._succeeded_at)
        late = self._late_from is not None and now > self._late_from
        return Freshness(age, late, None if self._due is None else max(0.0, self._due - now))
