"""Looks after the sessions that are here or yours and that no screen watches, with one request after each list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType

from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.event import EventKind
from ionq_tui.model.ledger import Ledger
from ionq_tui.model.link import FaultKind
from ionq_tui.model.record import Place
from ionq_tui.model.session import Owner, Session

MISSED_AT_MOST = 5
"""Sessions that ended while the program was not running, and that are asked about at its start."""
MISSED_WITHIN = timedelta(hours=48)
"""Where another process noted the end of a session, it is told at a start within this time."""
GIVEN_UP_AFTER = 900.0
"""Seconds after its end in which the last jobs and costs of a session are asked for."""
REREAD_EVERY = 30.0
"""Seconds between two looks into the journal for costs that another process of this machine was told."""
_OURS = (Owner.HERE, Owner.YOU)
_GONE = (FaultKind.NOT_FOUND, FaultKind.FORBIDDEN)


class Round:
    """Keeps jobs, spend and events of our sessions, by turns; what it hears is in the watchers' stores."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        watcher: Callable[[str], Watcher],
        ledger: Callable[[], Ledger],
    ) -> None:
        """Take the ports, where we are, who watches a session, and what tells whose it is."""
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._watcher = watcher
        self._ledger = ledger
        self._sorted: tuple[Mapping[str, Session], Ledger] | None = None
        """Of which list, and by which ledger, it is known which sessions are ours."""
        self._held: dict[str, Watcher] = {}
        self.missed: set[str] = set()
        """Ids of sessions that ended while nobody looked."""
        self._missed: list[str] = []
        self._over: dict[str, float] = {}
        """When the end was noted, by session id."""
        self._reread: dict[str, float] = {}
        """When the journal was looked into last, by session id."""
        self._turn = 0
        self._begun = False
        self._task: asyncio.Task[None] | None = None

    @property
    def held(self) -> Mapping[str, Watcher]:
        """The watchers of our sessions, those that ended meanwhile included, by session id."""
        return MappingProxyType(self._held)

    def begin(self) -> None:
        """Look at the next turn what ended while nobody looked: it is now known where we are."""
        self._begun = False

    def go(self, listed: Mapping[str, Session], spare: bool) -> None:
        """Take in a list by id, and ask one thing more where that is to spare and the last one was answered."""
        ledger = self._ledger()
        if self._sorted is None or self._sorted[0] is not listed or self._sorted[1] is not ledger:
            self._sorted = listed, ledger
            for session in listed.values():
                if not session.ended and ledger.owner(session) in _OURS:
                    self._hold(session.id)
        for session_id, watcher in tuple(self._held.items()):
            if (heard := listed.get(session_id)) is not None:
                watcher.heard(heard)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go(listed.keys(), spare), name="round")

    async def close(self) -> None:
        """Ask nothing more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _hold(self, session_id: str) -> Watcher:
        return self._held.setdefault(session_id, self._watcher(session_id))

    async def _go(self, listed: Set[str], spare: bool) -> None:
        if not self._begun:
            self._begun = True
            self._missed = await self._unseen(listed)
        if spare:
            await self._ask()
        await self._note()

    async def _unseen(self, listed: Set[str]) -> list[str]:
        """Return the newest opened here that are gone: no end is noted, or one that nobody who watches has seen."""
        place, since = self._place(), self._clock.now() - MISSED_WITHIN
        known = listed | self._held.keys()
        gone = [one for one in await self._journal.sessions(place) if one.here and one.id not in known]
        running = [one.id for one in gone if one.running]
        over = sorted((one.ended_at, one.id) for one in gone if one.ended_at is not None and one.ended_at > since)
        newest = [session_id for _, session_id in over[: -MISSED_AT_MOST - 1 : -1]]
        untold = [one for one in newest if not await self._end_was_seen(place, one)]
        return [*running[: -MISSED_AT_MOST - 1 : -1], *untold][:MISSED_AT_MOST]

    async def _end_was_seen(self, place: Place, session_id: str) -> bool:
        return any(event.kind is EventKind.ENDED for event in await self._journal.events(place, session_id))

    async def _ask(self) -> None:
        """Ask what became of a session that is gone, else one thing of the one whose turn it is."""
        if self._missed:
            await self._look_for(self._missed.pop(0))
            return
        waiting = [watcher for watcher in self._held.values() if self._asks(watcher)]
        for _ in waiting:
            self._turn += 1
            if await waiting[self._turn % len(waiting)].glance():
                return

    def _asks(self, watcher: Watcher) -> bool:
        over = self._over.get(watcher.session_id)
        return not watcher.running and (over is None or self._clock.monotonic() - over < GIVEN_UP_AFTER)

    async def _look_for(self, session_id: str) -> None:
        heard = await self._cloud.session(session_id)
        if isinstance(heard, Session):
            self.missed.add(session_id)
            self._hold(session_id).heard(heard)
        elif heard.kind not in _GONE:
            self._missed.append(session_id)

    async def _note(self) -> None:
        """Keep what was seen, once it is known what was seen before."""
        for watcher in tuple(self._held.values()):
            session = watcher.store.value.session
            if watcher.session_id not in self._over and session is not None and watcher.store.value.ended:
                self._over[watcher.session_id] = self._clock.monotonic()
                await self._journal.ended(self._place(), session)
            if not watcher.running:
                await self._recall(watcher)
                await watcher.memory.write()

    async def _recall(self, watcher: Watcher) -> None:
        """Read what is kept of it: all once, and costs again now and then while some are missing."""
        now, watch = self._clock.monotonic(), watcher.store.value
        if not watcher.memory.recalled:
            await watcher.memory.recall()
        elif (
            watch.priced_count == watch.finished_count or now - self._reread.get(watcher.session_id, 0.0) < REREAD_EVERY
        ):
            return
        else:
            await watcher.memory.reread()
        self._reread[watcher.session_id] = now
