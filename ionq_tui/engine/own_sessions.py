"""Poll this user's sessions that no screen shows, with one request after each session list.

Sessions that are not confirmed ended in the journal, and that no list shows, are read individually and repeatedly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Set
from datetime import timedelta
from types import MappingProxyType

from ionq_tui.engine.background import Run
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.activity import Activity
from ionq_tui.model.event import EventKind
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.record import Place
from ionq_tui.model.session import Owner, Session

MISSED_LIMIT = 5
"""Maximum number of sessions that ended while the program was not running and that are reported at its start."""
MISSED_WITHIN = timedelta(hours=48)
"""Maximum age of an end recorded by another process that is still reported at the start."""
STOP_AFTER = 900.0
"""Seconds after a session's end during which its last jobs and missing costs are requested.

If its jobs were not completely read by then, the requests go on without a time limit.
"""
REREAD_EVERY = 30.0
"""Seconds between two journal reads for costs that another process on this machine received."""
UNLISTED_EVERY = 15.0
"""Seconds between two reads of a session that is not confirmed ended and that no list shows."""
ENDED_KEPT = 50
"""Maximum number each of ended and of unlisted sessions kept in memory with all of their jobs."""
INCOMPLETE_KEPT = 200
"""Maximum number of ended sessions kept in memory whose jobs and costs are not completely read."""
_OURS = (Owner.HERE, Owner.YOU)
_GONE = (FaultKind.NOT_FOUND, FaultKind.FORBIDDEN)


class OwnSessionsMonitor:
    """Update the jobs, costs and events of this user's sessions in rotation, in the stores of their pollers."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        session_poller: Callable[[str], SessionPoller],
        activity: Callable[[], Activity],
        record_end: Callable[[Session], Awaitable[None]],
        run: Run,
    ) -> None:
        """Take the ports, and callbacks for the place, pollers, the activity, recording an end, and running tasks."""
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._session_poller = session_poller
        self._activity = activity
        self._record_end = record_end
        self._run = run
        self._source: tuple[Mapping[str, Session], Activity] | None = None
        """The session list and the activity from which the tracked sessions were last determined."""
        self._pollers: dict[str, SessionPoller] = {}
        self.missed: set[str] = set()
        """Ids of sessions that ended while the program was not running."""
        self._missed: list[str] = []
        self._read_at: dict[str, float] = {}
        """Monotonic time of the last read of each unlisted session, by id."""
        self.unknown: dict[str, Fault] = {}
        """The fault of the last read of each unlisted session that failed, by id."""
        self._ended_at: dict[str, float] = {}
        """Monotonic time at which the end was noticed, by session id."""
        self._archive_read_at: dict[str, float] = {}
        """Monotonic time of the last journal read, by session id."""
        self._turn = 0
        self._started = False
        self._task: asyncio.Task[None] | None = None

    @property
    def pollers(self) -> Mapping[str, SessionPoller]:
        """The pollers of this user's sessions, including recently ended ones, by session id."""
        return MappingProxyType(self._pollers)

    def begin(self) -> None:
        """At the next turn, check for sessions that ended while the program was not running; the place is now known."""
        self._started = False

    def refresh(self) -> None:
        """Read everything about this user's sessions again, in rotation."""
        for session_poller in self._pollers.values():
            if not session_poller.running:
                session_poller.refresh()
        self._ended_at = dict.fromkeys(self._ended_at, self._clock.monotonic())

    def update(self, listed: Mapping[str, Session], may_request: bool) -> None:
        """Process a session list; with `may_request`, send one more request unless the previous one is unanswered."""
        activity = self._activity()
        if self._source is None or self._source[0] is not listed or self._source[1] is not activity:
            self._source = listed, activity
            for session in listed.values():
                if session.id in activity.unended or (not session.ended and activity.owner(session) in _OURS):
                    self._track(session.id)
        for session_id, session_poller in tuple(self._pollers.items()):
            if (listed_session := listed.get(session_id)) is not None:
                session_poller.apply_listed(listed_session)
        if self._task is None or self._task.done():
            self._task = self._run(self._run_turn(listed.keys(), may_request), "own sessions")

    def update_without_list(self) -> None:
        """Read one session that is not confirmed ended; a list that could not be read says nothing about it."""
        if self._task is None or self._task.done():
            self._task = self._run(self._run_turn_without_list(), "own sessions")

    async def _run_turn_without_list(self) -> None:
        if await self._read_unlisted(frozenset()):
            await self._record_ends()

    async def close(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _track(self, session_id: str) -> SessionPoller:
        return self._pollers.setdefault(session_id, self._session_poller(session_id))

    async def _run_turn(self, listed: Set[str], may_request: bool) -> None:
        if not self._started:
            self._started = True
            self._missed = await self._missed_ends(listed)
        if may_request and not await self._read_unlisted(listed):
            await self._poll_next()
        await self._record_ends()
        self._prune(listed)

    async def _read_unlisted(self, listed: Set[str]) -> bool:
        """Read the unlisted session whose last read is longest ago; return False if none is due."""
        now = self._clock.monotonic()
        due = [
            one
            for one in reversed(tuple(self._activity().unended))
            if one not in listed and not self._on_screen(one) and not self._has_ended(one)
        ]
        if not due:
            return False
        session_id = min(due, key=lambda one: self._read_at.get(one, 0.0))  # among those never read, the newest
        if session_id in self._read_at and now - self._read_at[session_id] < UNLISTED_EVERY:
            return False
        self._read_at[session_id] = now
        await self._read_session(session_id)
        return True

    def _on_screen(self, session_id: str) -> bool:
        """Return True if a screen is polling the session."""
        session_poller = self._pollers.get(session_id)
        return session_poller is not None and session_poller.running

    def _has_ended(self, session_id: str) -> bool:
        session_poller = self._pollers.get(session_id)
        return session_poller is not None and session_poller.store.value.ended

    async def _missed_ends(self, listed: Set[str]) -> list[str]:
        """Return the newest sessions opened here that ended recently without the end being seen, or just now.

        A process that saw the end just now may have exited before the last jobs were read.
        """
        place, since = self._place(), self._clock.now() - MISSED_WITHIN
        known = listed | self._pollers.keys()
        gone = [one for one in await self._journal.sessions(place) if one.here and one.id not in known]
        over = sorted((one.ended_at, one.id) for one in gone if one.ended_at is not None and one.ended_at > since)
        newest = [session_id for _, session_id in over[: -MISSED_LIMIT - 1 : -1]]
        ends = {session_id: at for at, session_id in over}
        lately = self._clock.now() - timedelta(seconds=STOP_AFTER)
        return [one for one in newest if ends[one] > lately or not await self._end_was_seen(place, one)]

    async def _end_was_seen(self, place: Place, session_id: str) -> bool:
        return any(event.kind is EventKind.ENDED for event in await self._journal.events(place, session_id))

    async def _poll_next(self) -> None:
        """Read one session that ended in the meantime, or send one request for the next session in rotation."""
        if self._missed:
            await self._read_session(self._missed.pop(0))
            return
        waiting = [session_poller for session_poller in self._pollers.values() if self._needs_polling(session_poller)]
        for _ in waiting:
            self._turn += 1
            if await waiting[self._turn % len(waiting)].read_one():
                return

    def _needs_polling(self, session_poller: SessionPoller) -> bool:
        over, settled = self._ended_at.get(session_poller.session_id), session_poller.store.value.settled
        lately = over is None or self._clock.monotonic() - over < STOP_AFTER
        return not session_poller.running and (lately or not settled)

    async def _read_session(self, session_id: str) -> None:
        reply = await self._cloud.session(session_id)
        if isinstance(reply, Session):
            self.unknown.pop(session_id, None)
            if reply.ended:
                self.missed.add(session_id)
            self._track(session_id).apply_listed(reply)
            return
        self.unknown[session_id] = reply
        if reply.kind not in _GONE and session_id not in self._activity().unended:
            self._missed.append(session_id)

    async def _record_ends(self) -> None:
        """Record ended sessions, and load the archives of sessions that no screen polls."""
        for session_poller in tuple(self._pollers.values()):
            session = session_poller.store.value.session
            if (
                session_poller.session_id not in self._ended_at
                and session is not None
                and session_poller.store.value.ended
            ):
                self._ended_at[session_poller.session_id] = self._clock.monotonic()
                await self._record_end(session)
            if not session_poller.running:
                await self._recall(session_poller)

    def _prune(self, listed: Set[str]) -> None:
        """Drop the oldest sessions that have ended or are no longer listed."""
        unended = self._activity().unended
        idle = [one for one, session_poller in self._pollers.items() if not session_poller.running]
        over = sorted((one for one in idle if one in self._ended_at), key=self._ended_at.__getitem__)
        asked = [one for one in over if self._incomplete(one)]
        done = [one for one in over if one not in asked]
        gone = [one for one in idle if not (one in self._ended_at or one in unended or one in listed)]
        for session_id in (*done[:-ENDED_KEPT], *asked[:-INCOMPLETE_KEPT], *gone[:-ENDED_KEPT]):
            for kept in (self._pollers, self._ended_at, self._archive_read_at):
                kept.pop(session_id, None)
            self.missed.discard(session_id)
        for by_id in (self._read_at, self.unknown):
            for session_id in by_id.keys() - unended.keys() - self._pollers.keys():
                by_id.pop(session_id)

    def _incomplete(self, session_id: str) -> bool:
        session_poller = self._pollers[session_id]
        return not session_poller.complete and self._needs_polling(session_poller)

    async def _recall(self, session_poller: SessionPoller) -> None:
        """Load the session's archive once, then its costs again at intervals while some are missing."""
        now, snapshot = self._clock.monotonic(), session_poller.store.value
        if not session_poller.archive.recalled:
            await session_poller.archive.recall()
        elif (
            snapshot.priced_count == snapshot.finished_count
            or now - self._archive_read_at.get(session_poller.session_id, 0.0) < REREAD_EVERY
        ):
            return
        else:
            await session_poller.archive.reread()
        self._archive_read_at[session_poller.session_id] = now
