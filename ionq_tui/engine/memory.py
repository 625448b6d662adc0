"""What was seen of one session, kept beyond this process and read back when it is looked at again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from ionq_tui.engine.ports import Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.record import Place
from ionq_tui.model.watch import Watch, heard_costs, recalled


class Memory:
    """Writes events and final costs behind the readings, one by one, so that nothing important waits for them."""

    def __init__(
        self,
        journal: Journal,
        place: Callable[[], Place],
        session_id: str,
        store: Store[Watch],
        tell: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """Take the journal, how to tell where we are, the session, the watch to remember, and who hears what is new."""
        self._journal = journal
        self._place = place
        self._session_id = session_id
        self._store = store
        self._written: set[Event] = set()
        self._costs: dict[str, JobCost] = {}
        self._seen: tuple[Event, ...] = ()
        self._tell = tell
        self.recalled = False
        """True once it is known what was seen before."""
        self.seen_until: datetime | None = None
        """When the last happened of what was seen before; None where nothing was."""
        self.alarms_told: set[str] = set()
        """Names of the alarms that rang."""
        self._at_work = asyncio.Lock()
        self._news = asyncio.Event()

    async def recall(self) -> None:
        """Read back, once, what is known of the session."""
        async with self._at_work:
            if self.recalled:
                return
            place = self._place()
            costs = await self._journal.costs(place, self._session_id)
            events = await self._journal.events(place, self._session_id)
            self.recalled = True
            self.seen_until = max((event.at for event in events), default=None)
            self._written.update(events)
            self.alarms_told.update(event.subject for event in events if event.kind is EventKind.ALARM)
            self._store.apply(lambda watch: heard_costs(recalled(watch, events), costs))

    async def reread(self) -> None:
        """Take in what other processes of this machine have learned of its costs since."""
        async with self._at_work:
            costs = await self._journal.costs(self._place(), self._session_id)
            self._store.apply(lambda watch: heard_costs(watch, costs))

    def keep(self, costs: Mapping[str, JobCost]) -> None:
        """Take costs that are final."""
        self._costs.update(costs)
        self._news.set()

    async def run(self) -> None:
        """Write what is new for as long as this task lives."""
        stop = self._store.subscribe(lambda _: self._news.set())
        try:
            while True:
                await self.write()
                await self._news.wait()
                self._news.clear()
        finally:
            stop()

    async def write(self) -> None:
        """Write what is not written yet."""
        async with self._at_work:
            await self._write()

    async def _write(self) -> None:
        place = self._place()
        costs, self._costs = self._costs, {}
        if costs:
            await self._journal.keep_costs(place, self._session_id, costs)
        events = self._store.value.events
        if events is self._seen:
            return
        for event in events:
            if event not in self._written:
                self._written.add(event)
                self._tell(event)
                await self._journal.event(place, event)
        self._seen = events
