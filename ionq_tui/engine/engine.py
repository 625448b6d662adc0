"""Everything one dashboard process needs to work with one server and one key; built by the wiring, used by screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn
from weakref import WeakValueDictionary

from ionq_tui.engine.actions import Actions
from ionq_tui.engine.archive_writer import ArchiveWriter
from ionq_tui.engine.background import Background
from ionq_tui.engine.background import within as bounded
from ionq_tui.engine.end_retry import end_until_confirmed
from ionq_tui.engine.event_notifier import EventCommand, EventNotifier
from ionq_tui.engine.own_sessions import OwnSessionsMonitor
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.session_list import BackendList, SessionList
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.engine.user_activity import LONG_AGO, UserActivity
from ionq_tui.model.connection import Connection
from ionq_tui.model.event import Event
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link_state import Fault, FaultKind, Fresh
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import AdoptDone, CancelDone, CloneDone, Done, EndDone, Ended, EndOutcome, OpenDone
from ionq_tui.model.overview import Overview
from ionq_tui.model.record import Place
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, confirmed_end, noted

if TYPE_CHECKING:
    from ionq_tui.engine.estimator import Estimator
    from ionq_tui.engine.job_details import JobDetails
    from ionq_tui.engine.missed_jobs import MissedJobsReader
    from ionq_tui.engine.spending_reader import SpendingReader

_JOB_DETAILS_KEPT = 50
JOURNAL_READ_EVERY = 30.0
"""Seconds between two journal reads for changes by other processes on this machine."""
SEEN_RECORDED_EVERY = timedelta(minutes=5)
"""Interval at which the journal records that a session was seen running."""
_POLLERS_KEPT = 20
"""Number of recently used session pollers kept alive; others live as long as something references them."""
CLOSE_SECONDS = 5.0
"""Maximum duration of `Engine.close`, in seconds."""
_STEP_SECONDS = 0.5
"""Maximum seconds for each step of closing except the final event commands and the journal."""
_EVENT_COMMAND_SECONDS = 1.0
"""Seconds to wait for the user's event command before exit; the command itself may keep running."""
_JOURNAL_SECONDS = 2.0
"""Maximum seconds for the journal to write to disk."""

_NO_PEOPLE: Mapping[str, str] = MappingProxyType({})


class Engine:
    """The session list, the backend list, the actions, and one poller per viewed session."""

    def __init__(
        self,
        connection: Connection,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        interval: float,
        *,
        people: Mapping[str, str] = _NO_PEOPLE,
        event_command: EventCommand | None = None,
        ahead: Callable[[], timedelta] = timedelta,
        budget: Money | None = None,
        clock_error: Callable[[], timedelta] = timedelta,
    ) -> None:
        """Take the connection, the ports, the seconds between two polls, and the user's configuration.

        `people` maps user ids to names, `event_command` receives events, `ahead` returns how far the clock of the
        server is ahead of that of this machine, `clock_error` how much of that is an error of this machine's, and
        `budget` is what may be spent in a month.
        """
        self.budget = budget
        self.connection = connection
        self.cloud = cloud
        self.clock = clock
        self.journal = journal
        self._named = people
        self._people: tuple[frozenset[str], Mapping[str, str]] = frozenset(), people
        self.ahead = ahead
        self.clock_error = clock_error
        self.session_list = SessionList(cloud, clock, interval, self._on_list, self._on_list_fault, self._has_unended)
        self.backend_list = BackendList(cloud, clock, journal, connection.base_url)
        self.actions = Actions(cloud, clock, journal, self.place, self.session_list.known, ahead, self._on_event)
        self.actions.done.subscribe(self._on_done)
        self._background = Background()
        run = self._background.run
        self.own_sessions = OwnSessionsMonitor(
            cloud,
            clock,
            journal,
            self.place,
            self.session_poller,
            lambda: self.actions.activity.value,
            self.actions.ended_elsewhere,
            run,
        )
        self.user_activity = UserActivity(clock)
        self.event_notifier = EventNotifier(
            event_command, self._event_facts, lambda: self.people, journal, self.place, clock, run
        )
        self._writer = ArchiveWriter(run)
        self._interval = interval
        self._session_pollers: WeakValueDictionary[str, SessionPoller] = WeakValueDictionary()
        """All live pollers by session id; at most one per session."""
        self._recent_pollers: dict[str, SessionPoller] = {}
        """The most recently used pollers, newest last."""
        self._job_details: dict[str, JobDetails] = {}
        self._missed_jobs: dict[str, MissedJobsReader] = {}
        self._recalled_place: Place | None = None
        self._recalled_at = 0.0
        self._journal_task: asyncio.Task[None] | None = None
        """The journal task that runs in the background, so that no poll waits for it."""
        self._known: frozenset[str] = frozenset()
        """Ids of the sessions in the previous list."""
        self._seen: dict[str, datetime] = {}
        """When each of this machine's sessions was last listed, by id."""
        self._seen_recorded: dict[str, datetime] = {}
        """The last of these times that was written to the journal, by id."""
        self.repeats_ends = False
        """If True, an unconfirmed end is retried automatically for as long as the dashboard runs."""
        self._repeating: dict[str, asyncio.Task[None]] = {}

    @property
    def people(self) -> Mapping[str, str]:
        """Names by user id: those of the configuration, and "you" for the ids under which IonQ knows this key."""
        own = self.actions.activity.value.own_ids
        if own != self._people[0]:
            self._people = own, MappingProxyType({**self._named, **dict.fromkeys(own, Owner.YOU.value)})
        return self._people[1]

    def place(self) -> Place:
        """Return the server, organization, project, key and profile in use, as far as they are known."""
        who = self.session_list.identity.value
        return Place(
            base_url=self.connection.base_url,
            organization_id=self.session_list.overview.value.organization_id,
            project_id=who.project_id if who else None,
            key_id=who.key_id if who else None,
            profile=self.connection.profile,
        )

    def session_poller(self, session_id: str) -> SessionPoller:
        """Return the poller of a session.

        It keeps its snapshot after the screen is closed, until many other sessions were viewed.
        """
        found = self._session_pollers.get(session_id)
        if found is None:
            found = SessionPoller(
                self.cloud,
                self.clock,
                session_id,
                self._interval,
                self.journal,
                self.place,
                self.event_notifier.tell,
                self._writer.queue,
                lambda: session_id in self.actions.activity.value.ending,
                lambda: session_id in self.actions.activity.value.unended,
            )
            self._session_pollers[session_id] = found
        self._recent_pollers.pop(session_id, None)
        self._recent_pollers[session_id] = found
        while len(self._recent_pollers) > _POLLERS_KEPT:
            del self._recent_pollers[next(iter(self._recent_pollers))]
        return found

    def missed_jobs(self, session_id: str) -> MissedJobsReader:
        """Return the reader of the jobs that missed a session; those of the most recent sessions are kept."""
        from ionq_tui.engine.missed_jobs import MissedJobsReader

        found = self._missed_jobs.pop(session_id, None)
        found = found or MissedJobsReader(self.cloud, self.clock, lambda: self._own_running(session_id))
        self._missed_jobs[session_id] = found
        while len(self._missed_jobs) > _POLLERS_KEPT:
            del self._missed_jobs[next(iter(self._missed_jobs))]
        return found

    def _own_running(self, session_id: str) -> Session | None:
        """Return this user's session while it is not known to have ended."""
        found = self._session_pollers.get(session_id)
        watch = found.store.value if found is not None else EMPTY_SNAPSHOT
        return None if watch.ended or not self.actions.activity.value.ours(watch.session) else watch.session

    @property
    def snapshots(self) -> list[SessionSnapshot]:
        """The snapshots of all sessions that have a live poller."""
        return [session_poller.store.value for session_poller in self._session_pollers.values()]

    @cached_property
    def spending(self) -> SpendingReader:
        """What was spent over days; made when first needed."""
        from ionq_tui.engine.spending_reader import SpendingReader

        return SpendingReader(self.cloud, self.clock, self.journal, self.place, self._organization, self.budget)

    @cached_property
    def estimator(self) -> Estimator:
        """What jobs would cost; made when first needed."""
        from ionq_tui.engine.estimator import Estimator

        return Estimator(self.cloud, self.clock)

    def _organization(self) -> str | Fault | None:
        """Return the id of the organization from IonQ's session list, why it is unknown, or None before the list."""
        listed = self.session_list.overview.value
        if listed.organization_id is not None:
            return listed.organization_id
        if not isinstance(listed.link, Fresh):
            return listed.link.fault
        unnamed = Fault(FaultKind.GARBLED, "IonQ's list of sessions does not name the organization")
        return unnamed if listed.loaded else None

    def job_details(self, job_id: str) -> JobDetails:
        """Return the details of a job; those of the most recent jobs are kept."""
        from ionq_tui.engine.job_details import JobDetails

        found = self._job_details.pop(job_id, None) or JobDetails(self.cloud)
        self._job_details[job_id] = found
        while len(self._job_details) > _JOB_DETAILS_KEPT:
            del self._job_details[next(iter(self._job_details))]
        return found

    async def _on_list(self) -> None:
        """After each session list: read the journal if needed, check unconfirmed sessions, poll our own sessions."""
        self.user_activity.begin()
        self.event_notifier.look()
        overview = self.session_list.overview.value
        place, listed = self.place(), frozenset(overview.sessions)
        if place != self._recalled_place:
            await self.recall()
            self.own_sessions.begin()
        elif listed - self._known:  # another process on this machine may have opened the new sessions
            await self.recall()
        self._known = listed
        self._sync_journal(overview)
        await self.actions.check_unconfirmed(overview.sessions.values(), whole=not overview.unreadable)
        self.own_sessions.update(overview.sessions, self.session_list.has_spare_request)

    def _on_list_fault(self, fault: Fault) -> None:
        """After a failed session list: poll the sessions known from the journal, unless the key itself was refused."""
        if fault.kind not in {FaultKind.KEY_REFUSED, FaultKind.KEY_MISSING}:
            self.own_sessions.update_without_list()

    def _has_unended(self) -> bool:
        """Return True while a session opened by this machine is not confirmed ended."""
        return bool(self.actions.activity.value.unended)

    async def recall(self) -> None:
        """Read the journal for the current place; called again when more about the place becomes known."""
        place = self.place()
        await self.actions.recall()
        self._recalled_place, self._recalled_at = place, self.clock.monotonic()

    def _sync_journal(self, overview: Overview) -> None:
        """Record when this machine's sessions were listed and read other processes' changes, in the background."""
        now, unended = self.clock.now(), self.actions.activity.value.unended
        for by_id in (self._seen, self._seen_recorded):
            for session_id in by_id.keys() - unended.keys():
                del by_id[session_id]
        for session_id in unended:
            if (session := overview.sessions.get(session_id)) is not None and not session.ended:
                self._seen[session_id] = now
        long_ago = self.clock.monotonic() - self._recalled_at >= JOURNAL_READ_EVERY
        if self._journal_task is None or self._journal_task.done():
            due = [
                one
                for one in self._seen
                if now - self._seen_recorded.get(one, LONG_AGO) >= SEEN_RECORDED_EVERY and one in unended
            ]
            self._journal_task = self._background.run(self._record_seen(due, now, long_ago), "journal")

    async def _record_seen(self, due: list[str], now: datetime, long_ago: bool) -> None:
        if due:
            self._seen_recorded.update(dict.fromkeys(due, now))
            await self.journal.seen(self.place(), due)
        if long_ago:
            await self.recall()

    def last_seen(self, session_id: str) -> datetime | None:
        """Return when a session of this machine was last known to run; None if unknown."""
        kept = self.actions.activity.value.unended.get(session_id)
        known = (self._seen.get(session_id), kept.last_seen if kept is not None else None)
        return max((at for at in known if at is not None), default=None)

    def over(self, session_id: str) -> bool:
        """Return True if the end of a session is confirmed by any source."""
        listed, session_poller = (
            self.session_list.overview.value.sessions.get(session_id),
            self._session_pollers.get(session_id),
        )
        ended = (listed is not None and listed.ended) or (
            session_poller is not None and session_poller.store.value.ended
        )
        activity = self.actions.activity.value
        # A session that IonQ lists as running counts as running, unless this process has confirmed its end since.
        kept_as_over = session_id in activity.over and listed is None
        return ended or kept_as_over or isinstance(activity.ends.get(session_id), Ended)

    def known(self, session_id: str) -> Session | None:
        """Return the best known state of a session: from the list, its own poller, or this machine's journal."""
        session_poller, activity = self._session_pollers.get(session_id), self.actions.activity.value
        read = session_poller.store.value.session if session_poller is not None else None
        listed = self.session_list.overview.value.sessions.get(session_id)
        kept = activity.unended.get(session_id)
        return listed or read or activity.opened.get(session_id) or (kept.as_session if kept is not None else None)

    @property
    def unconfirmed(self) -> tuple[Session, ...]:
        """Sessions that this machine opened or asked to end and that are not confirmed ended, oldest first."""
        running = (one for one in self.actions.activity.value.unended if not self.over(one))
        return tuple(session for one in running if (session := self.known(one)) is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of this machine's sessions for which IonQ's API itself answered 404, so no such session exists."""
        faults = self.own_sessions.unknown.items()
        gone = {key for key, fault in faults if fault.status == 404 and fault.kind is FaultKind.NOT_FOUND}
        return tuple(one.id for one in self.unconfirmed if one.id in gone)

    async def forget(self, session_id: str) -> None:
        """Stop tracking a session that IonQ does not know, because the user said so."""
        if (repeating := self._repeating.pop(session_id, None)) is not None:
            repeating.cancel()
        self.actions.retrying(session_id, None)
        await self.actions.untrack(session_id)

    async def identify(self) -> None:
        """Identify the key and read the journal accordingly, without waiting for a session list."""
        if isinstance(who := await self.cloud.whoami(), KeyIdentity):
            self.session_list.identity.apply(lambda _: who)
            await self.recall()

    def store_session(self, session: Session) -> None:
        """Store a session that was read individually."""
        self.session_poller(session.id).apply_listed(session)
        if not session.ended:
            self._seen[session.id] = self.clock.now()

    # Ending

    async def end(self, session_id: str) -> EndOutcome:
        """End a session now; if the end is not confirmed and `repeats_ends` is set, retry in the background."""
        if (repeating := self._repeating.pop(session_id, None)) is not None:
            repeating.cancel()
        return await self.actions.end(session_id, self._seen_active(session_id))

    def _seen_active(self, session_id: str) -> bool:
        listed = self.session_list.overview.value.sessions.get(session_id)
        return self.session_poller(session_id).store.value.seen_active or (listed is not None and listed.active is True)

    def _on_done(self, done: tuple[Done, ...]) -> None:
        """After an action: update the affected pollers and poll again."""
        last = done[-1]
        if isinstance(last, EndDone):
            self._on_end(last.session_id, last.outcome)
        if isinstance(last, CancelDone | CloneDone):
            self.session_poller(last.session_id).poller.nudge()
        if isinstance(last, EndDone | OpenDone | AdoptDone):
            self.session_list.poller.nudge()

    def _on_end(self, session_id: str, outcome: EndOutcome) -> None:
        session_poller, now = self.session_poller(session_id), self.clock.now()
        if isinstance(outcome, Ended):
            session_poller.store.apply(lambda snapshot: confirmed_end(snapshot, outcome.session, now))
        elif self.repeats_ends and session_id not in self._repeating:
            work = self._repeat_end(session_id, outcome)
            self._repeating[session_id] = self._background.run(work, f"end {session_id} again")
        session_poller.poller.nudge()

    async def _repeat_end(self, session_id: str, first: EndOutcome) -> None:
        tries = [first]

        async def attempt() -> EndOutcome:
            if tries:
                return tries.pop()
            return await self.actions.end(session_id, self._seen_active(session_id), again=True, repeated=True)

        def tried(_: EndOutcome, seconds: float) -> None:
            self.actions.retrying(session_id, self.clock.now() + timedelta(seconds=seconds))

        try:
            await end_until_confirmed(attempt, self.clock, tried=tried)
        finally:
            if self._repeating.get(session_id) is asyncio.current_task():
                del self._repeating[session_id]
                self.actions.retrying(session_id, None)

    def _on_event(self, event: Event) -> None:
        """Publish an event of an action: to the user's command and to the session's snapshot."""
        self.event_notifier.tell(event)
        self.session_poller(event.session_id).store.apply(lambda snapshot: noted(snapshot, event))

    def _event_facts(self, session_id: str) -> Mapping[str, object]:
        """Return further facts about a session for the user's event command."""
        session = self.known(session_id)
        label = self.actions.activity.value.label(session_id)
        backend = session.backend if session is not None else None
        return {"backend": backend, "label": label or None, "profile": self.connection.profile}

    @property
    def billed_in(self) -> str:
        """The unit of costs seen so far, else of limits, else of estimates; "usd" if there is none or more than one."""
        paid = {amount.unit for snapshot in self.snapshots for amount in (*snapshot.charged, *snapshot.reserved)}
        listed = self.session_list.overview.value.sessions.values()
        asked = {session.limits.money.unit for session in listed if session.limits.money is not None}
        units = paid or asked or self.estimator.units
        return next(iter(units)) if len(units) == 1 else "usd"

    def nudge(self) -> None:
        """Poll everything now; a new key may be allowed to read what the previous one was not."""
        self.session_list.poller.nudge()
        self.backend_list.poller.nudge()
        for session_poller in self._session_pollers.values():
            session_poller.refresh()

    async def crashed(self) -> NoReturn:
        """Wait until a background task fails, and raise its exception."""
        await self._background.crashed()

    @property
    def failure(self) -> BaseException | None:
        """The exception of the first failed background task; None if none failed."""
        return self._background.failure

    async def close(self, within: float = CLOSE_SECONDS, *, answers: float = 0.0) -> None:
        """Stop all tasks, write and report pending events, close the connections, and finally the journal.

        All of it takes at most `within` seconds. Requests already sent get `answers` seconds of that for their replies;
        an opening that is interrupted stays in the journal as an unconfirmed session.
        """
        until = asyncio.get_running_loop().time() + within
        for repeating in tuple(self._repeating.values()):
            repeating.cancel()
        await bounded(min(answers, _left(until)), self.actions.settled())
        await bounded(min(_STEP_SECONDS, _left(until)), self.actions.give_up())
        await bounded(min(_STEP_SECONDS, _left(until)), self.own_sessions.close())
        await bounded(min(_STEP_SECONDS, _left(until)), self._writer.settled())
        await self.event_notifier.settled(
            min(_EVENT_COMMAND_SECONDS, _left(until) / 2)
        )  # the journal records afterwards which events were reported
        await self._background.give_up(min(_STEP_SECONDS, _left(until)))
        await bounded(min(_STEP_SECONDS, _left(until)), self.cloud.close())
        await asyncio.to_thread(self.journal.close, min(_JOURNAL_SECONDS, _left(until)))


def _left(until: float) -> float:
    """Return the seconds left until `until`, at least 0.1: even a step that is out of time must at least start."""
    return max(0.1, until - asyncio.get_running_loop().time())
