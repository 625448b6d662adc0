"""Open, adopt and end sessions, and cancel and clone jobs, in tasks that outlive the screen that asked for them.

A screen may close while a request is in flight; the request must not be canceled with it. `Actions.activity` holds the
current state of these actions, `Actions.done` their outcomes, newest last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from ionq_tui.engine.candidates import COMMITS_WITHIN, from_intent, may_be_of, may_have_come_of, token_of
from ionq_tui.engine.job_cloner import JobCloner
from ionq_tui.engine.job_statuses import job_statuses
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.activity import EMPTY_ACTIVITY, Activity, Opening, UnconfirmedSession
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.mismatch import differences
from ionq_tui.model.outcome import (
    AdoptDone,
    CancelDone,
    CloneDone,
    CloneOutcome,
    Done,
    EndDone,
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NotCloned,
    NotOpened,
    OpenDone,
    Opened,
    OpenOutcome,
    OpenRequest,
    Unconfirmed,
    UnconfirmedClosed,
)
from ionq_tui.model.record import Intent, Place, SessionRecord
from ionq_tui.model.session import Session

T = TypeVar("T")
_log = logging.getLogger("ionq_tui.action")


class Actions:
    """Open, adopt and end sessions, cancel and clone jobs, and publish progress (`activity`) and outcomes (`done`)."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        known: Callable[[frozenset[str]], Known],
        ahead: Callable[[], timedelta] = timedelta,
        happened: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """Take the API, the clock, the journal, and callbacks for the current place and the sessions known beforehand.

        `ahead` returns how far the server's clock is ahead of this machine's; the journal dates intents by the local
        clock. `happened` receives events after they were handed to the journal.
        """
        self.activity: Store[Activity] = Store(EMPTY_ACTIVITY)
        self.done: Store[tuple[Done, ...]] = Store(())
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._known = known
        self._ahead = ahead
        self._happened = happened
        self._open_lock = asyncio.Lock()
        self._opens: dict[str, asyncio.Task[OpenOutcome]] = {}
        self._ends: dict[str, asyncio.Task[EndOutcome]] = {}
        self._cancels: dict[str, asyncio.Task[Mapping[str, str | Fault]]] = {}
        self._clones: dict[str, asyncio.Task[CloneOutcome]] = {}
        self._cloner = JobCloner(cloud, clock, journal, place, self.activity, happened)
        self.clone_claimed = self._cloner.claimed
        self._intents: dict[str, int] = {}
        self._candidates: dict[str, dict[str, Session]] = {}
        self._session_ids: dict[str, str] = {}
        self._creators: frozenset[str] = frozenset()
        """Creator ids in the 201 replies that the current key received in this process."""
        self._change_count = 0
        """Incremented by each local change; `recall` reads the journal again if it changed during the read."""
        self._empty_lists: dict[str, int] = {}
        """Number of consecutive complete lists without a running candidate, by token."""
        self._settled_candidates: set[str] = set()
        """Ids of candidates from an earlier process that need no further read, since they ended or do not exist."""
        self.opened_now: set[str] = set()
        """Ids of sessions opened by this process."""

    async def recall(self) -> None:
        """Load this machine's sessions and unconfirmed sessions from the journal into `activity`.

        Replace what an earlier call loaded: entries missing now were resolved since, or belong to another place.
        """
        for _ in range(_JOURNAL_READS):
            changes, place = self._change_count, self._place()
            kept, creators = await self._journal.sessions(place), await self._journal.creators(place)
            found = await self._journal.unconfirmed_intents(place)
            if changes == self._change_count:
                break  # otherwise the result may be older than changes that this process made during the read
        left = [one for one in found if one.id not in self._own_intents()]
        self._intents.update({token_of(one): one.id for one in left})
        self._empty_lists.update({token_of(one): one.quiet for one in left if one.quiet})
        recalled, labels = tuple(from_intent(one, self._ahead()) for one in left), {one.id: one.label for one in kept}
        here = frozenset(one.id for one in kept if one.here)

        def loaded(activity: Activity) -> Activity:
            current = {one.token: one for one in activity.unconfirmed}
            ended = {key for key, outcome in activity.ends.items() if isinstance(outcome, Ended)}
            own = [one for one in activity.unconfirmed if one.token in self._opens]
            return replace(
                activity,
                recalled=True,
                here=here | frozenset(activity.opened),
                unended=MappingProxyType({one.id: one for one in kept if one.unended and one.id not in ended}),
                over=frozenset(one.id for one in kept if not one.running) | ended,
                creators=creators | self._creators,
                labels=MappingProxyType({**{key: label for key, label in labels.items() if label}, **activity.labels}),
                asked=MappingProxyType({**{one.id: one.asked for one in kept if one.asked}, **activity.asked}),
                unconfirmed=(*own, *(current.get(one.token, one) for one in recalled)),
                trouble=self._journal.trouble or "",
            )

        self.activity.apply(loaded)

    def renewed(self) -> None:
        """Clear the creator ids of the previous API key; call this when the key was replaced."""
        self._creators = frozenset()
        self.activity.apply(lambda activity: replace(activity, creators=frozenset()))

    async def untrack(self, session_id: str) -> None:
        """Stop tracking a session at the user's request; this says nothing about whether it still runs."""
        self._change_count += 1
        await self._journal.untracked(self._place(), session_id)
        self.activity.apply(lambda activity: activity.untracked(session_id))

    async def ended_elsewhere(self, session: Session) -> None:
        """Record the end of a session that ended without a request from this process."""
        await self._journal.ended(self._place(), session)
        self.activity.apply(lambda activity: activity.without(session.id))

    async def check_unconfirmed(self, sessions: Iterable[Session], *, whole: bool = True) -> None:
        """Look for candidates of the unconfirmed sessions in a session list; the user decides which candidate to adopt.

        `whole` is True if every item of the list could be read. Only `open` itself adopts a session automatically,
        within seconds of its request: later, a matching session may as well be a colleague's with the same key.
        """
        activity = self.activity.value
        if activity.opening or not activity.unconfirmed:
            return  # a session that is being opened right now would look like a candidate of an earlier request
        listed = {one.id: one for one in sessions}
        # Exclude sessions that other processes using this journal have opened meanwhile, or are opening now.
        kept = await self._journal.sessions(self._place())
        here = frozenset(one.id for one in kept if one.here)
        in_progress = [one for one in await self._journal.under_way(self._place()) if one.id not in self._own_intents()]
        for token in [one.token for one in self.activity.value.unconfirmed]:
            await self._check_one(token, listed, here, in_progress, whole=whole)

    async def _check_one(
        self,
        token: str,
        listed: Mapping[str, Session],
        here: frozenset[str],
        in_progress: Iterable[Intent],
        *,
        whole: bool,
    ) -> None:
        unconfirmed = self._unconfirmed(token)
        if unconfirmed is None:
            return  # resolved meanwhile
        now = self._clock.now()
        before = {one.id: one for one in unconfirmed.outcome.candidates}
        unlisted = [
            one
            for one in (*unconfirmed.outcome.unread, *before)
            if one not in listed and one not in self._settled_candidates
        ]
        found = {**before, **{one.id: one for one in listed.values() if may_have_come_of(unconfirmed, one, now)}}
        for session_id in unlisted[:_UNLISTED_READS]:
            reply = await self._cloud.session(session_id)
            if isinstance(reply, Session):
                found[session_id] = reply
            if reply.ended if isinstance(reply, Session) else reply.kind is FaultKind.NOT_FOUND:
                self._settled_candidates.add(session_id)
        # A session that has ended and was not a candidate while it ran is not worth asking about.
        candidates = tuple(
            one
            for one in found.values()
            if one.id not in here
            and not any(may_be_of(other, one) for other in in_progress)
            and (not one.ended or one.id in before or one.id in unconfirmed.outcome.unread)
        )
        wanted = unconfirmed.request
        candidates = tuple(sorted(candidates, key=lambda one: not wanted.asked_for(one)))
        unread = tuple(
            one for one in unconfirmed.outcome.unread if one not in found and one not in self._settled_candidates
        )
        outcome = replace(
            unconfirmed.outcome,
            candidates=candidates,
            unread=unread,
            looked_at=now if whole else unconfirmed.outcome.looked_at,
        )
        unconfirmed = replace(unconfirmed, outcome=outcome)
        if self._unconfirmed(token) is None:
            return
        self._set_unconfirmed(token, unconfirmed)
        await self._close_late(unconfirmed, now, whole=whole)

    async def _close_late(self, unconfirmed: UnconfirmedSession, now: datetime, *, whole: bool) -> None:
        """Close an unconfirmed session after two complete lists without a running candidate, once it is too late."""
        late = unconfirmed.asked_at is None or now - unconfirmed.asked_at > COMMITS_WITHIN
        if not (whole and late) or unconfirmed.outcome.running or unconfirmed.outcome.unread:
            await self._set_empty_lists(unconfirmed.token, 0)
            return
        await self._set_empty_lists(unconfirmed.token, self._empty_lists.get(unconfirmed.token, 0) + 1)
        if self._empty_lists[unconfirmed.token] >= _LISTS_TO_CLOSE:
            await self.dismiss(unconfirmed)
            ended = unconfirmed.outcome.candidates
            words = f"unconfirmed session on {unconfirmed.request.backend}: no session of this request is running"
            await self._journal.event(self._place(), Event(now, EventKind.NOTE, "", unconfirmed.token, words))
            self._add_outcome(UnconfirmedClosed(unconfirmed.request, ended))

    async def _set_empty_lists(self, token: str, lists: int) -> None:
        """Store the number of consecutive complete lists without a candidate.

        It is kept in the journal because each command reads only one list; together they reach the required number.
        """
        if self._empty_lists.get(token, 0) != lists:
            self._empty_lists[token] = lists
            if token in self._intents:
                await self._journal.quiet(self._intents[token], lists)

    async def dismiss(self, unconfirmed: UnconfirmedSession) -> None:
        """Close an unconfirmed session because the user said that the request opened nothing."""
        self._change_count += 1
        if unconfirmed.token in self._intents:
            await self._journal.resolved(self._place(), self._intents[unconfirmed.token], None)
        self._set_unconfirmed(unconfirmed.token, None)

    async def open(self, token: str, request: OpenRequest, label: str = "") -> OpenOutcome:
        """Open a session once per token; a second call with the same token awaits the outcome of the first."""
        if token not in self._opens:
            self._opens[token] = asyncio.create_task(self._open(token, request, label), name=f"open {token}")
        return await asyncio.shield(self._opens[token])

    async def end(
        self, session_id: str, seen_active: bool = False, *, again: bool = False, repeated: bool = False
    ) -> EndOutcome:
        """End a session and confirm the end; a second call during the first awaits the same outcome.

        `active: false` confirms the end only if `active: true` was seen before (`seen_active`). `again` means that the
        caller retries after a failure; `repeated` means that this call is such a retry.
        """
        return await _joined_task(self._ends, session_id, lambda: self._end(session_id, seen_active, again, repeated))

    def retrying(self, session_id: str, at: datetime | None) -> None:
        """Record the time of the next attempt to end a session; None if there is none."""
        others = {key: value for key, value in self.activity.value.retries.items() if key != session_id}
        now = others if at is None else {**others, session_id: at}
        self.activity.apply(lambda activity: replace(activity, retries=MappingProxyType(now)))

    async def cancel(self, session_id: str, job_ids: tuple[str, ...]) -> Mapping[str, str | Fault]:
        """Cancel jobs of a session and read their statuses afterwards.

        Return each job's status, or the fault that kept it from being read, by job id.
        """
        return await _joined_task(self._cancels, " ".join(job_ids), lambda: self._cancel(session_id, job_ids))

    async def clone_request(self, job_id: str, session_id: str) -> CloneRequest | Fault:
        """Read what a request to clone a job needs. Who cancels this sends nothing."""
        request = await self._cloner.request(job_id, session_id)
        if isinstance(request, Fault):
            self._add_outcome(CloneDone(job_id, session_id, NotCloned(request)))
        return request

    async def clone(self, request: CloneRequest) -> CloneOutcome:
        """Send a request to clone a job; a second call for the same job and session awaits the same outcome."""
        return await _joined_task(self._clones, f"{request.job_id} {request.session_id}", lambda: self._clone(request))

    async def _clone(self, request: CloneRequest) -> CloneOutcome:
        outcome = await self._cloner.clone(request)
        self._add_outcome(CloneDone(request.job_id, request.session_id, outcome))
        return outcome

    async def adopt(self, unconfirmed: UnconfirmedSession, session: Session) -> None:
        """Adopt a candidate as the session that an unconfirmed request opened, because the user said so."""
        await self._record_opened(unconfirmed.token, unconfirmed.request, session, unconfirmed.label, adopted=True)
        self._add_outcome(AdoptDone(session.id))

    async def settled(self) -> None:
        """Wait until no action is in progress."""
        while pending := self._pending():
            await asyncio.wait(pending)

    async def give_up(self) -> None:
        """Cancel all actions in progress; the journal keeps an interrupted opening as an unconfirmed session."""
        if pending := self._pending():
            for task in pending:
                task.cancel()
            await asyncio.wait(pending)

    @property
    def busy(self) -> bool:
        """True while a session is being opened or ended, or jobs are being canceled or cloned."""
        return bool(self._pending())

    def _pending(self) -> list[asyncio.Task[object]]:
        tasks: list[asyncio.Task[object]] = [*self._opens.values(), *self._ends.values(), *self._cancels.values()]
        return [task for task in (*tasks, *self._clones.values()) if not task.done()]

    async def _open(self, token: str, request: OpenRequest, label: str) -> OpenOutcome:
        """Open one session at a time; two identical requests with lost replies could not be told apart afterwards."""
        self._opening(token, Opening(request))
        try:
            async with self._open_lock:
                outcome = await self._opened(token, request, label)
        finally:
            self._opening(token, None)
        self._add_outcome(OpenDone(token, request, outcome))
        return outcome

    async def _opened(self, token: str, request: OpenRequest, label: str) -> OpenOutcome:
        known, asked_at = self._known(self.activity.value.creators), self._clock.now()
        known = replace(known, ids=known.ids | self.activity.value.here)
        self._intents[token] = await self._journal.intent(self._place(), request, label, known.ids, listed=known.listed)
        seen = self._candidates[token] = {}
        outcome = await self._cloud.open_once(
            request, known, seen, lambda fault: self._opening(token, Opening(request, fault))
        )
        if isinstance(outcome, Opened) and outcome.adopted:
            outcome = await self._unless_opened_elsewhere(token, outcome)
        if isinstance(outcome, Opened):
            await self._record_opened(token, request, outcome.session, label, adopted=outcome.adopted)
        elif isinstance(outcome, NotOpened):
            await self._journal.not_opened(self._intents[token])
        else:
            ids = [one.id for one in outcome.candidates]
            await self._journal.uncertain(self._intents[token], ids, outcome.fault)
            self._set_unconfirmed(token, UnconfirmedSession(token, request, outcome, label, asked_at, known))
        return outcome

    async def _unless_opened_elsewhere(self, token: str, outcome: Opened) -> OpenOutcome:
        """Return `Unconfirmed` if another request in this journal may have opened that session, else the outcome."""
        place, session = self._place(), outcome.session
        opened = session.id in {one.id for one in await self._journal.sessions(place) if one.here}
        in_progress = [one for one in await self._journal.under_way(place) if one.id != self._intents[token]]
        if not opened and not any(may_be_of(one, session) for one in in_progress):
            return outcome
        why = "the reply was lost, and the session found was opened by another request of this machine"
        return Unconfirmed((), Fault(FaultKind.GARBLED, why), self._clock.now())

    def found(self, token: str) -> tuple[Session, ...]:
        """Return the candidates found so far for the opening with that token."""
        return tuple(self._candidates.get(token, {}).values())

    def became(self, token: str) -> str | None:
        """Return the id of the session that the opening with that token led to; None if unknown."""
        return self._session_ids.get(token)

    def _own_intents(self) -> frozenset[int]:
        """Return the journal numbers of the intents that this process created."""
        return frozenset(number for token, number in self._intents.items() if token in self._opens)

    def _unconfirmed(self, token: str) -> UnconfirmedSession | None:
        return next((one for one in self.activity.value.unconfirmed if one.token == token), None)

    def _add_outcome(self, done: Done) -> None:
        # Drop half of a full list at once, not one entry per append: the store notifies only of values that differ, and
        # a list of constant length may equal the previous one.
        self.done.apply(
            lambda before: (*(before if len(before) < 2 * _OUTCOMES_KEPT else before[-_OUTCOMES_KEPT:]), done)
        )

    def _set_unconfirmed(self, token: str, unconfirmed: UnconfirmedSession | None) -> None:
        """Replace the unconfirmed session with that token, or remove it if `unconfirmed` is None."""
        others = tuple(one for one in self.activity.value.unconfirmed if one.token != token)
        now = others if unconfirmed is None else (*others, unconfirmed)
        self.activity.apply(
            lambda activity: replace(activity, unconfirmed=tuple(sorted(now, key=lambda one: one.token)))
        )

    async def _record_opened(
        self, token: str, request: OpenRequest, session: Session, label: str, *, adopted: bool
    ) -> None:
        """Record a session as opened by this machine: in the journal first, then in `activity`."""
        self._change_count += 1
        if token in self._intents:
            await self._journal.opened(self._intents[token], session, adopted)
        differs: Event | None = None
        if (mismatch := differences(request, session)) is not None:
            differs = Event(self._clock.now(), EventKind.LIMITS_DIFFER, session.id, words=mismatch.facts)
            await self._journal.event(self._place(), differs)
        if token in self._opens:
            self.opened_now.add(session.id)
        self._session_ids[token] = session.id
        if not adopted and session.creator_id is not None:
            self._creators |= {session.creator_id}
        labels = {session.id: label} if label else {}
        kept = SessionRecord(
            session.id,
            self._place(),
            here=True,
            adopted=adopted,
            label=label,
            backend=session.backend,
            limits=session.limits,
            opened_at=session.created_at or self._clock.now(),
            asked=request,
        )
        self.activity.apply(
            lambda activity: replace(
                activity,
                here=activity.here | {session.id},
                unended=MappingProxyType({**activity.unended, session.id: kept}),
                opened=MappingProxyType({**activity.opened, session.id: session}),
                asked=MappingProxyType({**activity.asked, session.id: request}),
                creators=activity.creators | self._creators,
                labels=MappingProxyType({**activity.labels, **labels}),
                unconfirmed=tuple(one for one in activity.unconfirmed if one.token != token),
                trouble=self._journal.trouble or "",
            )
        )
        if differs is not None:
            self._happened(differs)

    async def _end(self, session_id: str, seen_active: bool, again: bool, repeated: bool) -> EndOutcome:
        self.activity.apply(lambda activity: replace(activity, ending=activity.ending | {session_id}))
        self.retrying(session_id, None)
        self._change_count += 1
        outcome: EndOutcome = EndUnknown(Fault(FaultKind.OFFLINE, "the end was not requested"))
        try:
            await asyncio.gather(
                self._journal.end_asked(self._place(), session_id),
                *(() if repeated else (self._note_end_requested(session_id),)),
            )
            outcome = await self._cloud.end_confirmed(session_id, seen_active, again)
            if isinstance(outcome, Ended):
                await self._journal.ended(self._place(), outcome.session)
        finally:
            self.activity.apply(lambda activity: activity.tried(session_id, outcome, self._journal.trouble or ""))
        if not isinstance(outcome, Ended) and session_id not in self.activity.value.unended:
            await self.recall()  # any session that was asked to end is tracked until its end is confirmed
        self._add_outcome(EndDone(session_id, outcome, repeated))
        return outcome

    def _note_end_requested(self, session_id: str) -> Awaitable[object]:
        """Hand the event that an end is requested from here to the journal, and publish it."""
        event = Event(self._clock.now(), EventKind.NOTE, session_id, words=END_REQUESTED)
        noted = self._journal.event(self._place(), event)
        self._happened(event)
        return noted

    async def _cancel(self, session_id: str, job_ids: tuple[str, ...]) -> Mapping[str, str | Fault]:
        _log.info("cancel: requested for session %s: %s", session_id, ", ".join(job_ids))
        asked = await self._cloud.cancel_jobs(job_ids)
        results = await job_statuses(self._cloud, session_id, job_ids)
        if isinstance(asked, Fault):
            results = {job_id: status if status == "canceled" else asked for job_id, status in results.items()}
        self._add_outcome(CancelDone(session_id, results))
        return results

    def _opening(self, token: str, opening: Opening | None) -> None:
        others = {key: value for key, value in self.activity.value.opening.items() if key != token}
        now = {**others, token: opening} if opening is not None else others
        self.activity.apply(lambda activity: replace(activity, opening=MappingProxyType(now)))


def _joined_task(
    tasks: dict[str, asyncio.Task[T]], name: str, work: Callable[[], Coroutine[None, None, T]]
) -> asyncio.Future[T]:
    """Start the coroutine as a task, or join the running task of that name; canceling the caller does not cancel it."""
    if name not in tasks or tasks[name].done():
        tasks[name] = asyncio.create_task(work(), name=name)
        tasks[name].add_done_callback(lambda task: tasks.pop(name) if tasks.get(name) is task else None)
    return asyncio.shield(tasks[name])


END_REQUESTED = "end requested by you"
"""The words of the event that an end was requested from here."""
_OUTCOMES_KEPT = 50
"""Minimum number of outcomes kept in `done`; an end that is retried for hours adds one per attempt."""
_JOURNAL_READS = 3
"""Maximum number of journal reads by one `recall` while this process keeps changing the data."""
_UNLISTED_READS = 4
"""Maximum number of unlisted candidates that are read individually after one list."""
_LISTS_TO_CLOSE = 2
"""Number of consecutive complete lists without a candidate that close an unconfirmed session."""
