"""Clone jobs into a session: what is recorded before and after the one request.

The event that a clone is requested is on disk before the request is sent. If the program is stopped before the reply
arrives, that event is what remains, and it names the mark of the clone: whoever polls the session next, in this process
or another one, finds the clone by its mark, or finds that there is none (see `model.clone`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.activity import Activity
from ionq_tui.model.clone import CloneRequest, cloned_event, new_request, not_cloned_event, requested_event
from ionq_tui.model.event import Event
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Cloned, CloneOutcome, NotCloned
from ionq_tui.model.record import Place

_log = logging.getLogger("ionq_tui.action")


class JobCloner:
    """Clone one job at a time on request; publish in `activity` which jobs are being cloned."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        activity: Store[Activity],
        happened: Callable[[Event], None],
    ) -> None:
        """Take what `Actions` has."""
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._activity = activity
        self._happened = happened

    @contextmanager
    def claimed(self, job_id: str) -> Iterator[None]:
        """Publish that a clone of a job is being made, so that no second one is requested meanwhile."""
        self._activity.apply(lambda activity: replace(activity, cloning=activity.cloning | {job_id}))
        try:
            yield
        finally:
            self._activity.apply(
                lambda activity: replace(
                    activity, cloning=activity.cloning - {job_id}, trouble=self._journal.trouble or ""
                )
            )

    async def request(self, job_id: str, session_id: str) -> CloneRequest | Fault:
        """Read what a request needs, the metadata of the original; nothing is made by this."""
        metadata = await self._cloud.job_metadata(job_id)
        # without the metadata the clone could have no mark beside what it inherits
        return metadata if isinstance(metadata, Fault) else new_request(job_id, session_id, metadata)

    async def clone(self, request: CloneRequest) -> CloneOutcome:
        """Record the request, send it once, and record the outcome."""
        with self.claimed(request.job_id):
            return await self._clone(request)

    async def _clone(self, request: CloneRequest) -> CloneOutcome:
        _log.info("clone: requested of job %s into session %s", request.job_id, request.session_id)
        asked = requested_event(request, self._clock.now())
        await self._record(asked)
        outcome = await self._cloud.clone_once(request)
        now = self._clock.now()
        if isinstance(outcome, Cloned):
            await self._record(cloned_event(asked, outcome.job, now))
        elif isinstance(outcome, NotCloned):
            await self._record(not_cloned_event(asked, outcome.fault.said or outcome.fault.words, now))
        return outcome

    async def _record(self, event: Event) -> None:
        """Hand the event to the journal, wait until it is on disk or cannot be, and publish it."""
        await self._journal.event(self._place(), event)
        self._happened(event)
