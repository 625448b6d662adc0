"""Poll the organization's sessions and the backends."""

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
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Fresh, Link, list_refusal
from ionq_tui.model.outcome import Known
from ionq_tui.model.overview import (
    EMPTY_FLEET,
    EMPTY_OVERVIEW,
    BackendOverview,
    ListedSessions,
    Overview,
    apply_backends,
    apply_characterization,
    apply_list,
    apply_read_session,
    with_backends_fault,
    with_list_fault,
)
from ionq_tui.model.session import Session

_VANISHED_AT_ONCE = 10
"""Maximum number of vanished sessions that are read individually before the next list."""
BACKENDS_EVERY = 30.0
"""Seconds between two backend lists; queues change slowly."""


class SessionList:
    """The organization's active sessions, the identity of the key, and the ended sessions if requested."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        interval: float,
        reply: Callable[[], Awaitable[None]],
        on_fault: Callable[[Fault], None] = lambda _: None,
        unended: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take the API, the clock, the seconds between two lists, and callbacks for each list read or failed.

        `unended` returns True while a session opened by this machine is not confirmed ended; failures then delay the
        next list only briefly.
        """
        self.overview: Store[Overview] = Store(EMPTY_OVERVIEW)
        self.identity: Store[KeyIdentity | None] = Store(None)
        self._cloud = cloud
        self._clock = clock
        self._interval = interval
        self._on_list = reply
        self._on_fault = on_fault
        self._unended = unended
        self._listed_at: float | None = None
        self.only_ended: frozenset[str] = frozenset()
        """Ids of sessions that were first read in the list of ended ones: who did not ask for it does not see them."""
        self._applied: tuple[ListedSessions, Overview] | None = None
        """The last list that was fully applied, and the result; an identical list needs no processing."""
        self.has_spare_request = False
        """True if the last poll left room for one more request; a poll sends at most two unless necessary."""
        self.poller = Poller(self._tick, clock)

    @property
    def link(self) -> Link:
        """The link state of the list."""
        return self.overview.value.link

    async def run(self) -> None:
        """Poll until this task is cancelled."""
        await self.poller.run()

    async def refresh(self) -> Fault | None:
        """Read the list once, now; return the fault if that failed."""
        link = (await self._tick()).link
        return None if isinstance(link, Fresh) else link.fault

    def known(self, creators: frozenset[str]) -> Known:
        """Return what is known about existing sessions before one is opened."""
        recent = self._listed_at is not None and self._clock.monotonic() - self._listed_at <= 2 * self._interval
        return Known(frozenset(self.overview.value.sessions), recent, creators)

    async def read_ended(self) -> Fault | None:
        """Read the ended sessions once; return the fault if that failed."""
        reply = await self._cloud.sessions(False)
        if isinstance(reply, Fault):
            return reply
        self.only_ended |= {one.id for one in reply.sessions} - self.overview.value.sessions.keys()
        self.overview.apply(lambda overview: _with_ended(overview, reply.sessions))
        return None

    async def _tick(self) -> Tick:
        self.has_spare_request = self.identity.value is not None
        if self.identity.value is not None:
            reply = await self._cloud.sessions(True)
        else:
            who, reply = await asyncio.gather(self._cloud.whoami(), self._cloud.sessions(True))
            if isinstance(who, KeyIdentity):
                self.identity.apply(lambda _: who)
            elif who.kind is FaultKind.KEY_REFUSED:
                return self._lost(who)
        if isinstance(reply, Fault):
            return self._lost(reply)
        if self._applied is None or self._applied[0] is not reply or self._applied[1] is not self.overview.value:
            vanished = await self._read_vanished(reply)
            self.overview.apply(lambda overview: reduce(apply_read_session, vanished, apply_list(overview, reply)))
            self._applied = None if vanished else (reply, self.overview.value)
        self._listed_at = self._clock.monotonic()
        await self._on_list()
        return Tick(FRESH, self._interval)

    def _lost(self, reply: Fault) -> Tick:
        fault = list_refusal(reply, key_accepted=self.identity.value is not None)
        self.overview.apply(lambda overview: with_list_fault(overview, fault))
        self._on_fault(fault)
        return Tick(self.overview.value.link, self._interval, urgent=self._unended())

    async def _read_vanished(self, listed: ListedSessions) -> list[Session]:
        """Read sessions that vanished from the list, to learn their end, not assume it; unread ones stay listed."""
        ids = {one.id for one in listed.sessions}
        gone = [
            one for one in self.overview.value.sessions.values() if one.id not in ids and not one.confirms_end(True)
        ]
        self.has_spare_request = self.has_spare_request and not gone
        kept = gone[_VANISHED_AT_ONCE:]
        for session in gone[:_VANISHED_AT_ONCE]:
            reply = await self._cloud.session(session.id)
            if isinstance(reply, Session):
                kept.append(reply)
            elif reply.kind not in (FaultKind.NOT_FOUND, FaultKind.FORBIDDEN):
                kept.append(session)
        return kept


def _with_ended(overview: Overview, ended: tuple[Session, ...]) -> Overview:
    return replace(overview, sessions=MappingProxyType({**overview.sessions, **{one.id: one for one in ended}}))


class BackendList:
    """The backends, their queue history, and the characterizations of backends that are viewed."""

    def __init__(self, cloud: Cloud, clock: Clock, journal: Journal, base_url: str) -> None:
        """Take the ports, and the base URL of the server."""
        self.queues = QueueHistory(journal, clock, base_url)
        self.fleet: Store[BackendOverview] = Store(EMPTY_FLEET)
        self._measuring: set[str] = set()
        """Backends whose characterization is being read."""
        self._cloud = cloud
        self.poller = Poller(self._tick, clock)

    @property
    def link(self) -> Link:
        """The link state of the backend list."""
        return self.fleet.value.link

    async def run(self) -> None:
        """Poll until this task is canceled; journal writes run in a separate task."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self.queues.run(), name="samples of queues")
            await self.poller.run()
            writing.cancel()

    async def measure(self, backend: str) -> None:
        """Read a backend's newest characterization, unless it is already loaded."""
        offered = self.fleet.value.named(backend)
        known = self.fleet.value.characterizations.get(backend)
        if offered is None or offered.characterization_id is None:
            return
        if backend in self._measuring or (known is not None and known.id == offered.characterization_id):
            return
        self._measuring.add(backend)
        try:
            reply = await self._cloud.characterization(backend)
        finally:
            self._measuring.discard(backend)
        if not isinstance(reply, Fault):
            self.fleet.apply(lambda fleet: apply_characterization(fleet, reply))

    async def measure_all(self) -> None:
        """Read the newest characterization of every backend, one after another."""
        for backend in self.fleet.value.backends:
            await self.measure(backend.name)

    async def _tick(self) -> Tick:
        reply = await self._cloud.backends()
        if isinstance(reply, Fault):
            self.fleet.apply(lambda fleet: with_backends_fault(fleet, reply))
            return Tick(self.fleet.value.link, BACKENDS_EVERY)
        self.fleet.apply(lambda fleet: apply_backends(fleet, reply))
        self.queues.note(reply)
        return Tick(FRESH, BACKENDS_EVERY)
