"""Keeps the pictures of the organisation's sessions and of the backends up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import reduce
from types import MappingProxyType

from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.queue_history import QueueHistory
from ionq_tui.engine.store import Store
from ionq_tui.model.board import (
    EMPTY_BOARD,
    EMPTY_FLEET,
    Board,
    Fleet,
    SessionList,
    board_lost,
    fleet_lost,
    heard_backends,
    heard_characterization,
    heard_list,
    heard_one,
)
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link import FRESH, Fault, FaultKind, Fresh
from ionq_tui.model.outcome import Known
from ionq_tui.model.session import Session

_VANISHED_AT_ONCE = 10
"""Sessions gone from a list that are read once more before the next list."""
BACKENDS_EVERY = 30.0
"""Seconds between two lists of the backends: queues change slowly."""


class Home:
    """The active sessions of the organisation, who the key is, and the ended sessions where asked for."""

    def __init__(self, cloud: Cloud, clock: Clock, interval: float, heard: Callable[[], Awaitable[None]]) -> None:
        """Take the cloud, the clock, the seconds between two lists, and what to do after each list."""
        self.board: Store[Board] = Store(EMPTY_BOARD)
        self.identity: Store[KeyIdentity | None] = Store(None)
        self._cloud = cloud
        self._clock = clock
        self._interval = interval
        self._heard = heard
        self._heard_at: float | None = None
        self._told: tuple[SessionList, Board] | None = None
        """A list that told of all that is on the board: the same once more tells nothing."""
        self.spare = False
        """True where the last reading left a request to spare: no reading asks more than twice without need."""
        self.poller = Poller(self._tick, clock)

    async def run(self) -> None:
        """Poll until this task is cancelled."""
        await self.poller.run()

    async def refresh(self) -> Fault | None:
        """Read the list once, now."""
        link = (await self._tick()).link
        return None if isinstance(link, Fresh) else link.fault

    def known(self, creators: frozenset[str]) -> Known:
        """Tell what is known of the sessions before one is opened."""
        recent = self._heard_at is not None and self._clock.monotonic() - self._heard_at <= 2 * self._interval
        return Known(frozenset(self.board.value.sessions), recent, creators)

    async def read_ended(self) -> Fault | None:
        """Read the ended sessions too, once."""
        heard = await self._cloud.sessions(False)
        if isinstance(heard, Fault):
            return heard
        self.board.apply(lambda board: _with_ended(board, heard.sessions))
        return None

    async def _tick(self) -> Tick:
        self.spare = self.identity.value is not None
        if self.identity.value is not None:
            heard = await self._cloud.sessions(True)
        else:
            who, heard = await asyncio.gather(self._cloud.whoami(), self._cloud.sessions(True))
            if isinstance(who, KeyIdentity):
                self.identity.apply(lambda _: who)
            elif who.kind is FaultKind.KEY_REFUSED:
                return self._lost(who)
        if isinstance(heard, Fault):
            return self._lost(heard)
        if self._told is None or self._told[0] is not heard or self._told[1] is not self.board.value:
            vanished = await self._read_vanished(heard)
            self.board.apply(lambda board: reduce(heard_one, vanished, heard_list(board, heard)))
            self._told = None if vanished else (heard, self.board.value)
        self._heard_at = self._clock.monotonic()
        await self._heard()
        return Tick(FRESH, self._interval)

    def _lost(self, fault: Fault) -> Tick:
        self.board.apply(lambda board: board_lost(board, fault))
        return Tick(self.board.value.link, self._interval)

    async def _read_vanished(self, listed: SessionList) -> list[Session]:
        """Read once more what is gone from the list, so that its end is told and not guessed; until then it stays."""
        ids = {one.id for one in listed.sessions}
        gone = [one for one in self.board.value.sessions.values() if one.id not in ids and not one.proves_end(True)]
        self.spare = self.spare and not gone
        kept = gone[_VANISHED_AT_ONCE:]
        for session in gone[:_VANISHED_AT_ONCE]:
            heard = await self._cloud.session(session.id)
            if isinstance(heard, Session):
                kept.append(heard)
            elif heard.kind not in (FaultKind.NOT_FOUND, FaultKind.FORBIDDEN):
                kept.append(session)
        return kept


def _with_ended(board: Board, ended: tuple[Session, ...]) -> Board:
    return replace(board, sessions=MappingProxyType({**board.sessions, **{one.id: one for one in ended}}))


class Yard:
    """The backends, how their queues were, and what was measured of those that somebody looks at."""

    def __init__(self, cloud: Cloud, clock: Clock, journal: Journal, base_url: str) -> None:
        """Take the ports, and the server whose backends these are."""
        self.queues = QueueHistory(journal, clock, base_url)
        self.fleet: Store[Fleet] = Store(EMPTY_FLEET)
        self._measuring: set[str] = set()
        """Backends of which a characterization is being read."""
        self._cloud = cloud
        self.poller = Poller(self._tick, clock)

    async def run(self) -> None:
        """Poll until this task is cancelled; nothing waits for the journal."""
        writing = asyncio.create_task(self.queues.run(), name="samples of queues")
        try:
            await self.poller.run()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def measure(self, backend: str) -> None:
        """Read the newest characterization of a backend, where it is not held yet."""
        offered = self.fleet.value.named(backend)
        held = self.fleet.value.characterizations.get(backend)
        if offered is None or offered.characterization_id is None:
            return
        if backend in self._measuring or (held is not None and held.id == offered.characterization_id):
            return
        self._measuring.add(backend)
        try:
            heard = await self._cloud.characterization(backend)
        finally:
            self._measuring.discard(backend)
        if not isinstance(heard, Fault):
            self.fleet.apply(lambda fleet: heard_characterization(fleet, heard))

    async def measure_all(self) -> None:
        """Read the newest characterization of each backend, one after the other."""
        for backend in self.fleet.value.backends:
            await self.measure(backend.name)

    async def _tick(self) -> Tick:
        heard = await self._cloud.backends()
        if isinstance(heard, Fault):
            self.fleet.apply(lambda fleet: fleet_lost(fleet, heard))
            return Tick(self.fleet.value.link, BACKENDS_EVERY)
        self.fleet.apply(lambda fleet: heard_backends(fleet, heard))
        self.queues.note(heard)
        return Tick(FRESH, BACKENDS_EVERY)
