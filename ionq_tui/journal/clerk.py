"""What can be noted and asked, each written once: the answer may be awaited or waited for."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from ionq_tui.journal import process, row
from ionq_tui.journal.book import Book, joined
from ionq_tui.journal.shelf import Shelf, Source
from ionq_tui.journal.worker import Answer
from ionq_tui.model.event import Event
from ionq_tui.model.job import JobCost
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Intent, IntentState, Kept, OpenQuestion, Place
from ionq_tui.model.session import Session

_Told = tuple[tuple[Intent, str], ...]

_asked_here: set[int] = set()
"""Intents of this very process, whichever clerk wrote them."""


class Clerk:
    """Notes what was done, and answers what is known; nothing here raises or waits by itself."""

    def __init__(self, path: Path | None, patience: float, now: Callable[[], datetime]) -> None:
        """Take the file (None for memory alone), the longest wait in seconds, and the clock."""
        self.shelf = Shelf(path, patience, now)
        self._now = now
        self._intents: dict[int, Intent] = {}
        self._kept: Source[tuple[Kept, ...]] = Source(Book.sessions, ())
        self._creators: Source[tuple[tuple[str, Place], ...]] = Source(Book.creators, ())
        # all of them: one that another process settled is to be seen as settled
        self._told: Source[_Told] = Source(lambda book: book.intents(every=True), ())

    def _note(self, change: Callable[[Book], None]) -> Answer[bool]:
        return self.shelf.write(change, vital=True)

    def intent(
        self, place: Place, request: OpenRequest, label: str, known_ids: Iterable[str], asked_at: datetime | None
    ) -> tuple[int, Answer[bool]]:
        """Note a decision to open; returns its number, and whether it is on disk."""
        intent = Intent(
            id=secrets.randbits(62),  # nobody who writes elsewhere at the same time takes the same
            place=row.held(place),
            backend=request.backend,
            asked_at=asked_at or self._now(),
            host=process.host(),
            pid=os.getpid(),
            limits=request.limits,
            label=label,
            known_ids=frozenset(known_ids),
        )
        _asked_here.add(intent.id)
        self._intents[intent.id] = intent
        birth = process.born(intent.pid)
        return intent.id, self._note(lambda book: book.put_intent(intent, birth))

    def settle(
        self,
        number: int,
        state: IntentState,
        *,
        session: Session | None = None,
        adopted: bool = False,
        candidates: Iterable[str] = (),
        place: Place | None = None,
    ) -> Answer[bool]:
        """Note what became of an intent; where `place` is given, only an intent of the same place is touched."""
        now, found = self._now(), tuple(candidates)

        def change(book: Book) -> None:
            held = self._intents.get(number) or book.intent(number)
            if held is None or (place is not None and not held.place.matches(row.held(place))):
                return
            if adopted and session is not None and not _may_be(held, session):
                return
            told = replace(held, state=state, candidates=found, session_id=session.id if session else None)
            self._intents[number] = told
            book.put_intent(told, "")
            if session is not None:
                book.put_opened(told, session, adopted, now)

        return self._note(change)

    def label(self, place: Place, session_id: str, label: str) -> Answer[bool]:
        """Note a name for a session; the empty one takes it away."""
        return self._note(lambda book: book.put_label(place, session_id, label))

    def attached(self, place: Place, session_id: str) -> Answer[bool]:
        """Note that a session is looked at."""
        now = self._now()
        return self._note(lambda book: book.put_attached(place, session_id, now))

    def end_asked(self, place: Place, session_id: str) -> Answer[bool]:
        """Note that the end is about to be asked for."""
        now = self._now()
        return self._note(lambda book: book.put_end_asked(place, session_id, now))

    def ended(self, place: Place, session: Session) -> Answer[bool]:
        """Note a proved end."""
        now = self._now()
        return self._note(lambda book: book.put_ended(place, session, now))

    def event(self, place: Place, event: Event) -> Answer[bool]:
        """Note an event, once."""
        return self.shelf.write(lambda book: book.put_event(place, event), vital=False)

    def first_to_tell(self, place: Place, event: Event) -> Answer[bool]:
        """Note that the user is being told of an event; the answer is False where another process of this host was."""
        now, host = self._now(), process.host()
        return self.shelf.claim(lambda book: book.put_told(place, event, host, now))

    def costs_found(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> Answer[bool]:
        """Note the costs that are final: charged, or of a dry run."""
        final = {
            job_id: cost for job_id, cost in costs.items() if (cost.cost is not None and not cost.early) or cost.dry_run
        }
        return self.shelf.write(lambda book: book.put_costs(place, session_id, final), vital=False)

    def queue_sample(self, backend: str, at: datetime, value: float, base_url: str) -> Answer[bool]:
        """Note how long a backend's queue was."""

        def change(book: Book) -> None:
            if math.isfinite(value):
                book.put_queue_sample(base_url, backend, at, value)

        return self.shelf.write(change, vital=False)

    def sessions(self, place: Place | None) -> Answer[tuple[Kept, ...]]:
        """Return what is kept of the sessions of a place, or of all; oldest first."""

        where = None if place is None else row.held(place)

        def join(disk: tuple[Kept, ...], memory: tuple[Kept, ...]) -> tuple[Kept, ...]:
            together = joined((*disk, *memory)).values()
            return tuple(
                sorted((one for one in together if where is None or one.place.matches(where)), key=_opening_time)
            )

        return self.shelf.read(self._kept, join)

    def creators(self, place: Place) -> Answer[frozenset[str]]:
        """Return the creator ids that a 201 to this key returned."""
        asked = row.held(place)
        return self.shelf.read(
            self._creators,
            lambda disk, memory: frozenset(creator for creator, where in (*disk, *memory) if where.same_key(asked)),
        )

    def open_questions(self, place: Place) -> Answer[tuple[OpenQuestion, ...]]:
        """Return the intents of this place of which nobody will learn what became of them."""

        where = row.held(place)

        def join(disk: _Told, memory: _Told) -> tuple[OpenQuestion, ...]:
            together = {one.id: (one, birth) for one, birth in disk}
            for one, birth in memory:
                # whichever of both knows that it is settled
                if one.id not in together or not together[one.id][0].state.settled:
                    together[one.id] = (one, birth)
            now = self._now()
            found = tuple(
                one
                for one, birth in together.values()
                if one.place.matches(where) and process.is_open_question(one, birth, one.id in _asked_here, now)
            )
            for one in found:
                self._intents.setdefault(one.id, one)
            return found

        return self.shelf.read(self._told, join)

    def events(
        self, place: Place, session_id: str | None, since: datetime | None, most: int
    ) -> Answer[tuple[Event, ...]]:
        """Return the newest events of a place, newest last."""
        asked = row.held(place)
        source: Source[tuple[tuple[Event, Place], ...]] = Source(lambda book: book.events(session_id, since, most), ())

        def join(disk: tuple[tuple[Event, Place], ...], memory: tuple[tuple[Event, Place], ...]) -> tuple[Event, ...]:
            mine = dict.fromkeys(event for event, where in (*disk, *memory) if where.matches(asked))
            return tuple(sorted(mine, key=lambda event: event.at)[-most:])

        return self.shelf.read(source, join)

    def costs(self, place: Place, session_id: str) -> Answer[Mapping[str, JobCost]]:
        """Return the final costs that are known of a session's jobs, by job id."""
        source: Source[dict[str, JobCost]] = Source(lambda book: book.costs(place.base_url, session_id), {})
        return self.shelf.read(source, lambda disk, memory: MappingProxyType({**disk, **memory}))

    def queue_samples(
        self, backend: str, since: datetime | None, base_url: str
    ) -> Answer[tuple[tuple[datetime, float], ...]]:
        """Return the samples of a backend's queue, oldest first."""
        source: Source[dict[datetime, float]] = Source(lambda book: book.queue_samples(base_url, backend, since), {})
        return self.shelf.read(source, lambda disk, memory: tuple(sorted({**disk, **memory}.items())))


def _may_be(intent: Intent, session: Session) -> bool:
    """False where the session was known before, or belongs to another organisation."""
    known = intent.place.organization_id
    elsewhere = known is not None and session.organization_id is not None and session.organization_id != known
    return not elsewhere and session.id not in intent.known_ids


def _opening_time(kept: Kept) -> timedelta:
    at = kept.opened_at or kept.attached_at
    return timedelta.max if at is None else at - datetime.min.replace(tzinfo=at.tzinfo)
