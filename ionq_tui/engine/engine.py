"""All that a window needs to talk to one server with one key; built by the stair, handed to the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from ionq_tui.engine.desk import Desk
from ionq_tui.engine.estimator import Estimator
from ionq_tui.engine.herald import Herald, Teller
from ionq_tui.engine.home import Home, Yard
from ionq_tui.engine.inquiry import Inquiry
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.presence import Presence
from ionq_tui.engine.round import Round
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.connection import Connection
from ionq_tui.model.record import Place
from ionq_tui.model.watch import Watch

_INQUIRIES_KEPT = 50

_NOBODY: Mapping[str, str] = MappingProxyType({})


class Engine:
    """The sessions, the backends, the desk, and a watcher for each session that somebody looks at."""

    def __init__(
        self,
        connection: Connection,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        interval: float,
        *,
        people: Mapping[str, str] = _NOBODY,
        teller: Teller | None = None,
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        """Take the connection's facts, the ports, the seconds between two readings, and what the user configured.

        `people` are names by user id, `teller` is told of events; `ahead` tells how slow our clock is.
        """
        self.connection = connection
        self.cloud = cloud
        self.clock = clock
        self.journal = journal
        self.people = people
        self.ahead = ahead
        self.home = Home(cloud, clock, interval, self._listed)
        self.yard = Yard(cloud, clock, journal, connection.base_url)
        self.estimator = Estimator(cloud, clock)
        self.desk = Desk(cloud, clock, journal, self.place, self.home.known, ahead)
        self.round = Round(cloud, clock, journal, self.place, self.watcher, lambda: self.desk.ledger.value)
        self.presence = Presence(clock)
        self.herald = Herald(teller, self._about, lambda event: self.journal.first_to_tell(self.place(), event))
        self._interval = interval
        self._watchers: dict[str, Watcher] = {}
        self._inquiries: dict[str, Inquiry] = {}
        self._recalled: Place | None = None
        self._known: frozenset[str] = frozenset()
        """Ids of the sessions in the list before."""

    def place(self) -> Place:
        """Tell where we are, as far as it is known by now."""
        who = self.home.identity.value
        return Place(
            base_url=self.connection.base_url,
            organization_id=self.home.board.value.organization_id,
            project_id=who.project_id if who else None,
            key_id=who.key_id if who else None,
            profile=self.connection.profile,
        )

    def watcher(self, session_id: str) -> Watcher:
        """Return the watcher of a session; it keeps its picture when the screen is left."""
        if session_id not in self._watchers:
            self._watchers[session_id] = Watcher(
                self.cloud, self.clock, session_id, self._interval, self.journal, self.place, self.herald.tell
            )
        return self._watchers[session_id]

    @property
    def watches(self) -> list[Watch]:
        """The pictures of the sessions that are or were watched."""
        return [watcher.store.value for watcher in self._watchers.values()]

    def inquiry(self, job_id: str) -> Inquiry:
        """Return what was asked about a job; the newest few are kept."""
        found = self._inquiries.pop(job_id, None) or Inquiry(self.cloud)
        self._inquiries[job_id] = found
        while len(self._inquiries) > _INQUIRIES_KEPT:
            del self._inquiries[next(iter(self._inquiries))]
        return found

    async def _listed(self) -> None:
        """Read the journal once it is known where we are, and look for what open questions are about."""
        self.presence.begin()
        self.herald.begin(self.clock.now())
        place, listed = self.place(), frozenset(self.home.board.value.sessions)
        if place != self._recalled:
            await self.desk.recall()
            self._recalled = place
            self.round.begin()
        elif listed - self._known:  # another process of this machine may have opened what is new
            await self.desk.recall()
        self._known = listed
        await self.desk.look_again(self.home.board.value.sessions.values())
        self.round.go(self.home.board.value.sessions, self.home.spare)

    def _about(self, session_id: str) -> Mapping[str, object]:
        """Tell what else is known of a session, for the user's command."""
        session = self.home.board.value.sessions.get(session_id) or self.watcher(session_id).store.value.session
        label = self.desk.ledger.value.label(session_id)
        backend = session.backend if session is not None else None
        return {"backend": backend, "label": label or None, "profile": self.connection.profile}

    @property
    def billed_in(self) -> str:
        """The unit in which costs, else limits, else estimates were seen; usd where none or several were."""
        paid = {amount.unit for watch in self.watches for amount in (*watch.charged, *watch.reserved)}
        listed = self.home.board.value.sessions.values()
        asked = {session.limits.money.unit for session in listed if session.limits.money is not None}
        units = paid or asked or self.estimator.units
        return next(iter(units)) if len(units) == 1 else "usd"

    def nudge(self) -> None:
        """Ask everything anew: what was refused to the last key may be told to this one."""
        for poller in (self.home.poller, self.yard.poller, *(one.poller for one in self._watchers.values())):
            poller.nudge()

    async def close(self) -> None:
        """Wait for what is under way, then close the connections and the journal."""
        await self.desk.settled()
        await self.round.close()
        await self.herald.settled()
        await self.cloud.close()
        await asyncio.to_thread(self.journal.close, 2.0)
