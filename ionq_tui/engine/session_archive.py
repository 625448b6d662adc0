"""The persistent history of one session, loaded when the session is viewed again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ionq_tui.engine.ports import Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost, is_part
from ionq_tui.model.record import Place
from ionq_tui.model.snapshot import SessionSnapshot, apply_costs, recalled


class SessionArchive:
    """Write events and final costs to the journal in the background, so that polling does not wait for the disk."""

    def __init__(
        self,
        journal: Journal,
        place: Callable[[], Place],
        session_id: str,
        store: Store[SessionSnapshot],
        publish: Callable[[Event], None] = lambda _: None,
        queue: Callable[[SessionArchive], None] = lambda _: None,
    ) -> None:
        """Take the journal, a callable for the place, the session, its store, and the receiver of new events.

        `queue` is called when there is something to write; it must arrange a call of `write`.
        """
        self._journal = journal
        self._place = place
        self._session_id = session_id
        self._store = store
        self._written: set[Event] = set()
        self._complete = False
        """True once the journal knows that the costs of all jobs of the ended session are stored."""
        self._costs: dict[str, JobCost] = {}
        self._seen: tuple[Event, ...] = ()
        self._publish = publish
        self._queue = queue
        self.recalled = False
        """True once the stored history was loaded."""
        self.seen_until: datetime | None = None
        """Time of the latest stored event; None if there was none."""
        self.alarms_raised: set[str] = set()
        """Names of the alarms already raised."""
        self._lock = asyncio.Lock()
        store.subscribe(self._on_snapshot)

    async def recall(self) -> None:
        """Load the stored history, once."""
        async with self._lock:
            await self._recall()

    async def _recall(self) -> None:
        if self.recalled:
            return
        place = self._place()
        costs = await self._journal.costs(place, self._session_id)
        events = await self._journal.events(place, self._session_id)
        self.recalled = True
        self.seen_until = max((event.at for event in events), default=None)
        self._written.update(events)
        self.alarms_raised.update(event.subject for event in events if event.kind is EventKind.ALARM)
        self._store.apply(lambda snapshot: apply_costs(recalled(snapshot, events), costs))

    async def reread(self) -> None:
        """Load costs that other processes on this machine have stored since."""
        async with self._lock:
            costs = await self._journal.costs(self._place(), self._session_id)
            self._store.apply(
                lambda snapshot: apply_costs(snapshot, {**costs, **self._costs})
            )  # unwritten costs are newer

    def keep(self, costs: Mapping[str, JobCost]) -> None:
        """Queue final costs to be written."""
        self._costs.update(costs)
        if costs:
            self._queue(self)

    def _on_snapshot(self, snapshot: SessionSnapshot) -> None:
        if snapshot.events is not self._seen or (not self._complete and _complete(snapshot)):
            self._queue(self)

    async def write(self) -> None:
        """Write unwritten data, after loading what is already stored."""
        async with self._lock:
            await self._recall()
            await self._write()

    async def _write(self) -> None:
        place = self._place()
        costs, self._costs = self._costs, {}
        if costs:
            await self._journal.keep_costs(place, self._session_id, costs)
        await self._date_costs(place, costs)
        events = self._store.value.events
        if events is self._seen:
            return
        new = [event for event in events if event not in self._written and _lasting(event)]
        self._written.update(new)
        self._seen = events
        for event in new:
            self._publish(event)  # before writing: an event in the journal without a claim counts as reported
        if new:
            await self._journal.event(place, *new)

    async def _date_costs(self, place: Place, costs: Mapping[str, JobCost]) -> None:
        """Store when the jobs with these costs finished; at the end of the session, those of all jobs."""
        snapshot = self._store.value
        complete = not self._complete and _complete(snapshot)
        if costs or complete:
            self._complete = self._complete or complete
            await date_costs(self._journal, place, snapshot, None if complete else costs)


def _lasting(event: Event) -> bool:
    """Return False for the past of a job without a time, which is no news and would be kept with a wrong one."""
    return event.dated or event.kind is EventKind.ENDED


def _complete(snapshot: SessionSnapshot) -> bool:
    return snapshot.ended and snapshot.charges_complete


async def date_costs(
    journal: Journal, place: Place, snapshot: SessionSnapshot, job_ids: Iterable[str] | None = None
) -> None:
    """Store when these jobs, by default all, finished; and, if that is known, that the session's costs are complete."""
    jobs = snapshot.jobs
    chosen = jobs.values() if job_ids is None else [jobs[one] for one in job_ids if one in jobs]
    finished = {job.id: job.completed_at for job in chosen if job.finished and job.completed_at is not None}
    parts = [job.id for job in chosen if job.parent_job_id is not None and is_part(job, jobs)]
    session = snapshot.session
    if session is not None:
        await journal.date_costs(place, session.id, finished, parts, complete=_complete(snapshot))
