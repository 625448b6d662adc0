"""The journal: the rest of the program's interface to this machine's record of sessions, events and costs."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ionq_tui.journal import mapping, process
from ionq_tui.journal.database import Database, merged
from ionq_tui.journal.fallback import FallbackDatabase, Source
from ionq_tui.journal.worker import Pending
from ionq_tui.model.event import Event, newest_events
from ionq_tui.model.job import JobCost
from ionq_tui.model.link_state import Fault
from ionq_tui.model.money import Money, totals
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Intent, IntentState, Place, SessionRecord
from ionq_tui.model.session import Session

if TYPE_CHECKING:
    from ionq_tui.model.spending import SessionCharges

_Intents = tuple[tuple[Intent, str], ...]
_Charges = tuple[tuple[SessionRecord, ...], Mapping[tuple[str, str], mapping.Charge]]

PATIENCE = 2.0
"""Maximum time in seconds that a caller waits for the disk."""
_EVENTS = 500

_own_intents: set[int] = set()
"""Ids of intents made by this process, in any journal."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """Record of this machine's actions.

    No method raises; `trouble` says why nothing can be recorded. Every method starts its work when called and returns a
    Pending, to be awaited or waited for with `now()`. No wait takes longer than `patience`.
    """

    def __init__(self, path: Path | str, *, patience: float = PATIENCE, now: Callable[[], datetime] = _utc_now) -> None:
        """Take the file, or ":memory:" for a journal of this process only, and the time limit for waiting in seconds.

        Opens nothing yet.
        """
        self._database = FallbackDatabase(None if str(path) == ":memory:" else Path(path), patience, now)
        self._patience = patience
        self._now = now
        self._intents: dict[int, Intent] = {}
        self._session_source: Source[tuple[SessionRecord, ...]] = Source(Database.sessions, ())
        self._creator_source: Source[tuple[tuple[str, Place], ...]] = Source(Database.creators, ())
        # every intent, so that one settled by another process is recognized as settled
        self._intent_source: Source[_Intents] = Source(lambda database: database.intents(every=True), ())

    def _note(self, change: Callable[[Database], None]) -> Pending[bool]:
        return self._database.write(change, vital=True)

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded, or that a damaged file was set aside, as a message.

        None if there is no problem.
        """
        return self._database.trouble

    def ready(self) -> Pending[str | None]:
        """Open the file if it is not open yet. The result is `trouble`."""
        return self._database.read(self._session_source, lambda _disk, _memory: self.trouble)

    def intent(
        self,
        place: Place,
        request: OpenRequest,
        label: str = "",
        known_ids: Iterable[str] = (),
        asked_at: datetime | None = None,
        *,
        listed: bool = False,
    ) -> Pending[int]:
        """Record the decision to open a session, before anything is sent. The result is the intent's id."""
        intent = Intent(
            id=secrets.randbits(62),  # random, so that processes writing at the same time do not choose the same id
            place=mapping.normalized(place),
            backend=request.backend,
            asked_at=asked_at or self._now(),
            host=process.host(),
            pid=os.getpid(),
            limits=request.limits,
            label=label,
            known_ids=frozenset(known_ids),
            listed=listed,
        )
        _own_intents.add(intent.id)
        self._intents[intent.id] = intent
        birth = process.born(intent.pid)
        return self._note(lambda database: database.put_intent(intent, birth)).with_value(intent.id)

    def opened(self, intent: int, session: Session, adopted: bool = False) -> Pending[bool]:
        """Record the session that an intent opened."""
        return self._settle(intent, IntentState.OPENED, session=session, adopted=adopted)

    def not_opened(self, intent: int) -> Pending[bool]:
        """Record that an intent opened nothing."""
        return self._settle(intent, IntentState.NOT_OPENED)

    def uncertain(self, intent: int, candidates: Iterable[str] = (), fault: Fault | None = None) -> Pending[bool]:
        """Record that an intent may have opened a session, the candidates' ids, and why the reply was not received."""
        return self._settle(intent, IntentState.UNCERTAIN, candidates=candidates, fault=fault)

    def resolved(self, place: Place, intent: int, session: Session | None) -> Pending[bool]:
        """Settle an unconfirmed session of the same place: with its session, or with None if none was opened."""
        state = IntentState.DISMISSED if session is None else IntentState.OPENED
        return self._settle(intent, state, session=session, adopted=session is not None, place=place)

    def quiet(self, number: int, lists: int) -> Pending[bool]:
        """Record how many complete session lists in a row contained no candidate for an intent."""

        def change(database: Database) -> None:
            intent = self._intents.get(number) or database.intent(number)
            if intent is not None and not intent.state.settled:
                self._intents[number] = replace(intent, quiet=lists)
                database.put_intent(self._intents[number], "")

        return self._database.write(change, vital=False)

    def _settle(
        self,
        number: int,
        state: IntentState,
        *,
        session: Session | None = None,
        adopted: bool = False,
        candidates: Iterable[str] = (),
        fault: Fault | None = None,
        place: Place | None = None,
    ) -> Pending[bool]:
        """Record the outcome of an intent. With `place`, only an intent of the same place is changed."""
        now, found = self._now(), tuple(candidates)

        def change(database: Database) -> None:
            intent = self._intents.get(number) or database.intent(number)
            if intent is None or (place is not None and not intent.place.matches(mapping.normalized(place))):
                return
            if adopted and session is not None and not _may_be(intent, session):
                return
            settled = replace(
                intent,
                state=state,
                candidates=found,
                session_id=session.id if session else None,
                fault=fault or intent.fault,
            )
            self._intents[number] = settled
            database.put_intent(settled, "")
            if session is not None:
                database.put_opened(settled, session, adopted, now)

        return self._note(change)

    def attached(self, place: Place, session_id: str) -> Pending[bool]:
        """Record that a session is viewed. This does not make it one of this machine's sessions."""
        now = self._now()
        return self._note(lambda database: database.put_attached(place, session_id, now))

    def seen(self, place: Place, session_ids: Iterable[str]) -> Pending[bool]:
        """Record that IonQ has just listed these sessions as running."""
        now, ids = self._now(), tuple(session_ids)
        return self._database.write(lambda database: database.put_seen(place, ids, now), vital=False)

    def untracked(self, place: Place, session_id: str) -> Pending[bool]:
        """Record that a session is no longer shown here. This does not say that it ended."""
        return self._note(lambda database: database.put_untracked(place, session_id))

    def end_asked(self, place: Place, session_id: str) -> Pending[bool]:
        """Record that the end is about to be requested."""
        now = self._now()
        return self._note(lambda database: database.put_end_asked(place, session_id, now))

    def ended(self, place: Place, session: Session) -> Pending[bool]:
        """Record that a session is confirmed ended."""
        now = self._now()
        return self._note(lambda database: database.put_ended(place, session, now))

    def event(self, place: Place, *events: Event) -> Pending[bool]:
        """Record events. Each transition is recorded once, whichever process saw it."""

        def change(database: Database) -> None:
            for event in events:
                database.put_event(place, event)

        return self._database.write(change, vital=False)

    def claim_event(self, place: Place, event: Event) -> Pending[bool]:
        """Record an event, and that this process notifies the user of it.

        The result is False if another process on this machine does. If nothing can be recorded, only this process is
        considered. The caller must notify the user and then call `mark_reported`.
        """
        now, teller = self._now(), process.this()
        return self._database.claim(lambda database: database.put_claim(place, event, teller, now))

    def mark_reported(self, place: Place, event: Event) -> Pending[bool]:
        """Record that the user was notified of an event, so that no other process does it again."""
        host = process.host()
        return self._database.write(lambda database: database.put_notified(place, event, host), vital=False)

    def release_event(self, place: Place, event: Event) -> Pending[bool]:
        """Record that this process did not notify the user of an event and leaves it to the next process."""
        host = process.host()
        return self._database.write(lambda database: database.put_unclaimed(place, event, host), vital=False)

    def take_over(self, place: Place, most: int) -> Pending[tuple[Event, ...]]:
        """Claim events of which a process on this host should have notified the user but exited first.

        Each event goes to one caller only.
        """
        teller = process.this()
        return self._database.take(lambda database: database.take_over(place, teller, most, process.alive), ())

    def keep_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> Pending[bool]:
        """Record the final costs of finished jobs (charged, or of a dry run). Others are ignored."""
        final = {
            job_id: cost for job_id, cost in costs.items() if (cost.cost is not None and not cost.early) or cost.dry_run
        }
        return self._database.write(lambda database: database.put_costs(place, session_id, final), vital=False)

    def date_costs(
        self,
        place: Place,
        session_id: str,
        finished: Mapping[str, datetime],
        parts: Iterable[str] = (),
        *,
        complete: bool,
    ) -> Pending[bool]:
        """Record when the jobs of recorded costs finished, and which of them another job's cost includes.

        `complete` says that the session has ended and that the final costs of all its jobs are recorded.
        """
        included = tuple(parts)
        return self._database.write(
            lambda database: database.put_cost_days(place, session_id, finished, included, complete), vital=False
        )

    def queue_sample(self, backend: str, at: datetime, value: float, base_url: str = "") -> Pending[bool]:
        """Record a backend's queue time. Samples are kept for a month."""

        def change(database: Database) -> None:
            if math.isfinite(value):
                database.put_queue_sample(base_url, backend, at, value)

        return self._database.write(change, vital=False)

    def sessions(self, place: Place | None) -> Pending[tuple[SessionRecord, ...]]:
        """Return the recorded sessions of a place, or all of them, oldest first."""
        where = None if place is None else mapping.normalized(place)
        return self._database.read(self._session_source, lambda disk, memory: _of(where, disk, memory))

    def newest_here(self, place: Place | None = None) -> Pending[SessionRecord | None]:
        """Return the session opened last on this machine, in one place or in any; None if there is none."""
        where = None if place is None else mapping.normalized(place)

        def join(disk: tuple[SessionRecord, ...], memory: tuple[SessionRecord, ...]) -> SessionRecord | None:
            return next((one for one in reversed(_of(where, disk, memory)) if one.here), None)

        return self._database.read(self._session_source, join)

    def creators(self, place: Place) -> Pending[frozenset[str]]:
        """Return the creator ids of sessions that this API key created (201 replies)."""
        asked = mapping.normalized(place)
        return self._database.read(
            self._creator_source,
            lambda disk, memory: frozenset(creator for creator, where in (*disk, *memory) if where.same_key(asked)),
        )

    def unconfirmed_intents(self, place: Place) -> Pending[tuple[Intent, ...]]:
        """Return the unconfirmed intents of this place: no process will learn their outcome any more."""
        now = self._now()
        return self._unsettled(place, lambda one, birth, own: process.is_unconfirmed(one, birth, own, now))

    def under_way(self, place: Place) -> Pending[tuple[Intent, ...]]:
        """Return the intents of this place that a process, this one included, is still executing."""
        now = self._now()
        return self._unsettled(
            place,
            lambda one, birth, own: one.state is IntentState.ASKED and not process.is_unconfirmed(one, birth, own, now),
        )

    def _unsettled(self, place: Place, wanted: Callable[[Intent, str, bool], bool]) -> Pending[tuple[Intent, ...]]:
        """Return the intents for which `wanted(intent, process start id, made by this process)` is true."""
        where = mapping.normalized(place)

        def join(disk: _Intents, memory: _Intents) -> tuple[Intent, ...]:
            by_id = {one.id: (one, birth) for one, birth in disk}
            for one, birth in memory:
                # prefer the copy that is settled
                if one.id not in by_id or not by_id[one.id][0].state.settled:
                    by_id[one.id] = (one, birth)
            found = tuple(
                one
                for one, birth in by_id.values()
                if one.place.matches(where) and wanted(one, birth, one.id in _own_intents)
            )
            for one in found:
                self._intents.setdefault(one.id, one)
            return found

        return self._database.read(self._intent_source, join)

    def events(
        self, place: Place, session_id: str | None = None, since: datetime | None = None, most: int = _EVENTS
    ) -> Pending[tuple[Event, ...]]:
        """Return the newest events, of one session or since a time, newest last.

        Of one session, those about clones are never left out.
        """
        asked = mapping.normalized(place)
        source: Source[tuple[tuple[Event, Place], ...]] = Source(
            lambda database: database.events(session_id, since, most), ()
        )

        def join(disk: tuple[tuple[Event, Place], ...], memory: tuple[tuple[Event, Place], ...]) -> tuple[Event, ...]:
            mine = dict.fromkeys(event for event, where in (*disk, *memory) if where.matches(asked))
            return newest_events(mine, most)

        return self._database.read(source, join)

    def costs(self, place: Place, session_id: str) -> Pending[Mapping[str, JobCost]]:
        """Return the known final costs of a session's jobs, by job id."""
        source: Source[dict[str, JobCost]] = Source(lambda database: database.costs(place.base_url, session_id), {})
        return self._database.read(source, lambda disk, memory: MappingProxyType({**disk, **memory}))

    def charges(self, place: Place, since: datetime) -> Pending[tuple[SessionCharges, ...]]:
        """Return the sessions opened with this journal in a place, each with what it was charged since a time by day.

        Charges without a recorded time are included whatever their age.
        """
        from ionq_tui.model.spending import SessionCharges

        where = mapping.normalized(place)
        source: Source[_Charges] = Source(
            lambda database: (database.sessions(), database.charges(where.base_url, since)), ((), {})
        )

        def join(disk: _Charges, memory: _Charges) -> tuple[SessionCharges, ...]:
            by_day: dict[str, dict[date | None, list[Money]]] = {}
            for (session_id, _), (day, paid) in {**disk[1], **memory[1]}.items():
                by_day.setdefault(session_id, {}).setdefault(day, []).append(paid)
            return tuple(
                SessionCharges(one, tuple((day, totals(paid)) for day, paid in by_day.get(one.id, {}).items()))
                for one in _of(where, disk[0], memory[0])
                if one.here
            )

        return self._database.read(source, join)

    def queue_samples(
        self, backend: str, since: datetime | None = None, base_url: str = ""
    ) -> Pending[tuple[tuple[datetime, float], ...]]:
        """Return a backend's queue time samples, oldest first."""
        source: Source[dict[datetime, float]] = Source(
            lambda database: database.queue_samples(base_url, backend, since), {}
        )
        return self._database.read(source, lambda disk, memory: tuple(sorted({**disk, **memory}.items())))

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is on disk, for at most `timeout` seconds (by default the journal's patience)."""
        return self._database.flush(self._patience if timeout is None else timeout)

    def close(self, timeout: float | None = None) -> bool:
        """Flush and close the file, within the same time limit. The thread ends by itself."""
        return self._database.close(self._patience if timeout is None else timeout)


def _of(
    where: Place | None, disk: tuple[SessionRecord, ...], memory: tuple[SessionRecord, ...]
) -> tuple[SessionRecord, ...]:
    """Return the records of a place, or all of them, oldest first."""
    records = merged((*disk, *memory)).values()
    return tuple(sorted((one for one in records if where is None or one.place.matches(where)), key=_opening_time))


def _may_be(intent: Intent, session: Session) -> bool:
    """Return False if the session was known before the request, or belongs to another organization."""
    known = intent.place.organization_id
    elsewhere = known is not None and session.organization_id is not None and session.organization_id != known
    return not elsewhere and session.id not in intent.known_ids


def _opening_time(kept: SessionRecord) -> timedelta:
    at = kept.opened_at or kept.attached_at
    return timedelta.max if at is None else at - datetime.min.replace(tzinfo=at.tzinfo)
