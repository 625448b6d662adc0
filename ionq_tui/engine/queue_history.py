"""The queue lengths of the backends over time, as seen by this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from ionq_tui.engine.ports import Clock, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.backend import Backend

SHOWN = timedelta(hours=24)
"""Length of the history."""
MIN_INTERVAL = timedelta(minutes=1)
"""Minimum interval between two samples of a changing queue."""
MAX_INTERVAL = timedelta(minutes=10)
"""Maximum interval between two samples of a constant queue; without them it would look like missing data."""

Samples = tuple[tuple[datetime, float], ...]
"""Pairs of time and queue length, oldest first."""


class QueueHistory:
    """Record samples in the background, and load the history of backends that are viewed."""

    def __init__(self, journal: Journal, clock: Clock, base_url: str) -> None:
        """Take the journal, the clock, and the base URL of the server that these backends belong to."""
        self.store: Store[Mapping[str, Samples]] = Store(MappingProxyType({}))
        self._journal = journal
        self._clock = clock
        self._base_url = base_url
        self._recalled: set[str] = set()
        self._last: dict[str, tuple[datetime, float]] = {}
        self._unwritten: list[tuple[str, datetime, float]] = []
        self._news = asyncio.Event()

    def note(self, backends: Iterable[Backend]) -> None:
        """Record the queues in a list of backends: changed values, and unchanged ones at longer intervals."""
        now, new = self._clock.now(), dict[str, Samples]()
        for backend in backends:
            value = backend.average_queue_time
            if value is None or value < 0:
                continue
            last = self._last.get(backend.name)
            if last is not None and now - last[0] < (MAX_INTERVAL if value == last[1] else MIN_INTERVAL):
                continue
            self._last[backend.name] = now, value
            new[backend.name] = ((now, value),)
            self._unwritten.append((backend.name, now, value))
        for name in [name for name, (at, _) in self._last.items() if now - at > SHOWN]:
            del self._last[name]
        if new:
            self._take(new, now)
            self._news.set()

    async def recall(self, backend: str) -> None:
        """Load a backend's stored history, once."""
        if backend in self._recalled:
            return
        self._recalled.add(backend)
        now = self._clock.now()
        stored = await self._journal.queue_samples(backend, now - SHOWN, self._base_url)
        self._take({backend: stored}, now)

    async def run(self) -> None:
        """Write new samples until this task is canceled."""
        while True:
            while self._unwritten:
                backend, at, value = self._unwritten.pop(0)
                await self._journal.queue_sample(backend, at, value, self._base_url)
            self._news.clear()
            await self._news.wait()

    def _take(self, new: Mapping[str, Samples], now: datetime) -> None:
        def merge(stored: Mapping[str, Samples]) -> Mapping[str, Samples]:
            merged = {
                name: tuple(sorted((at, value) for at, value in {*stored.get(name, ()), *more} if now - at <= SHOWN))
                for name, more in new.items()
            }
            known = {**stored, **merged}.items()
            return MappingProxyType({name: seen for name, seen in known if seen and now - seen[-1][0] <= SHOWN})

        self.store.apply(merge)
