"""How long the queues of the backends were, as this machine has seen it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from ionq_tui.engine.ports import Clock, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.backend import Backend

SHOWN = timedelta(hours=24)
"""How far back the history is read."""
LEAST = timedelta(minutes=1)
"""Between two samples of a queue that moves."""
MOST = timedelta(minutes=10)
"""Between two samples of one that stands still: without them it could not be told from one that nobody looked at."""

Samples = tuple[tuple[datetime, float], ...]
"""When, and how long it was; oldest first."""


class QueueHistory:
    """Notes samples behind the readings, and reads back those of backends that somebody looks at."""

    def __init__(self, journal: Journal, clock: Clock, base_url: str) -> None:
        """Take the journal, the clock, and the server whose queues these are."""
        self.store: Store[Mapping[str, Samples]] = Store(MappingProxyType({}))
        self._journal = journal
        self._clock = clock
        self._base_url = base_url
        self._recalled: set[str] = set()
        self._last: dict[str, tuple[datetime, float]] = {}
        self._unwritten: list[tuple[str, datetime, float]] = []
        self._news = asyncio.Event()

    def note(self, backends: Iterable[Backend]) -> None:
        """Take in a list of the backends: what changed, and now and then what did not, is kept."""
        now, new = self._clock.now(), dict[str, Samples]()
        for backend in backends:
            value = backend.average_queue_time
            if value is None or value < 0:
                continue
            last = self._last.get(backend.name)
            if last is not None and now - last[0] < (MOST if value == last[1] else LEAST):
                continue
            self._last[backend.name] = now, value
            new[backend.name] = ((now, value),)
            self._unwritten.append((backend.name, now, value))
        if new:
            self._take(new, now)
            self._news.set()

    async def recall(self, backend: str) -> None:
        """Read back, once, what was seen before of a backend's queue."""
        if backend in self._recalled:
            return
        self._recalled.add(backend)
        now = self._clock.now()
        held = await self._journal.queue_samples(backend, now - SHOWN, self._base_url)
        self._take({backend: held}, now)

    async def run(self) -> None:
        """Write what is new for as long as this task lives."""
        while True:
            while self._unwritten:
                backend, at, value = self._unwritten.pop(0)
                await self._journal.queue_sample(backend, at, value, self._base_url)
            self._news.clear()
            await self._news.wait()

    def _take(self, new: Mapping[str, Samples], now: datetime) -> None:
        def taken(held: Mapping[str, Samples]) -> Mapping[str, Samples]:
            merged = {
                name: tuple(sorted((at, value) for at, value in {*held.get(name, ()), *more} if now - at <= SHOWN))
                for name, more in new.items()
            }
            return MappingProxyType({**held, **merged})

        self.store.apply(taken)
