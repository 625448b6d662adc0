"""What this machine did, kept beyond this process; the face that the rest of the program knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ionq_tui.journal.clerk import Clerk
from ionq_tui.model.event import Event
from ionq_tui.model.job import JobCost
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import IntentState, Kept, OpenQuestion, Place
from ionq_tui.model.session import Session

PATIENCE = 2.0
_EVENTS = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """Never raises and never keeps anybody waiting longer than its patience; `trouble` says why it cannot keep.

    The same methods with `_now` block the calling thread, for a command or a hang-up; the others are awaited.
    """

    def __init__(self, path: Path | str, *, patience: float = PATIENCE, now: Callable[[], datetime] = _utc_now) -> None:
        """Take the file, or ":memory:" for a journal of this process alone; nothing is opened before it is needed."""
        self._clerk = Clerk(None if str(path) == ":memory:" else Path(path), patience, now)
        self._patience = patience

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept, or that a damaged file was set aside, in words; None where all is well."""
        return self._clerk.shelf.trouble

    async def ready(self) -> str | None:
        """Open the file where that was not done yet; returns `trouble`."""
        await self._clerk.sessions(None)
        return self.trouble

    async def intent(
        self,
        place: Place,
        request: OpenRequest,
        label: str = "",
        known_ids: Iterable[str] = (),
        asked_at: datetime | None = None,
    ) -> int:
        """Note a decision to open, before anything is sent; returns its number."""
        number, written = self._clerk.intent(place, request, label, known_ids, asked_at)
        await written
        return number

    def intent_now(
        self,
        place: Place,
        request: OpenRequest,
        label: str = "",
        known_ids: Iterable[str] = (),
        asked_at: datetime | None = None,
    ) -> int:
        """Note a decision to open, before anything is sent; returns its number."""
        number, written = self._clerk.intent(place, request, label, known_ids, asked_at)
        written.now()
        return number

    async def opened(self, intent: int, session: Session, adopted: bool = False) -> None:
        """Note the session that came of an intent."""
        await self._clerk.settle(intent, IntentState.OPENED, session=session, adopted=adopted)

    def opened_now(self, intent: int, session: Session, adopted: bool = False) -> None:
        """Note the session that came of an intent."""
        self._clerk.settle(intent, IntentState.OPENED, session=session, adopted=adopted).now()

    async def not_opened(self, intent: int) -> None:
        """Note that nothing came of an intent."""
        await self._clerk.settle(intent, IntentState.NOT_OPENED)

    def not_opened_now(self, intent: int) -> None:
        """Note that nothing came of an intent."""
        self._clerk.settle(intent, IntentState.NOT_OPENED).now()

    async def uncertain(self, intent: int, candidates: Iterable[str] = ()) -> None:
        """Note that an intent may have opened something, and the ids of what it may be."""
        await self._clerk.settle(intent, IntentState.UNCERTAIN, candidates=candidates)

    def uncertain_now(self, intent: int, candidates: Iterable[str] = ()) -> None:
        """Note that an intent may have opened something, and the ids of what it may be."""
        self._clerk.settle(intent, IntentState.UNCERTAIN, candidates=candidates).now()

    async def resolved(self, place: Place, question: int, session: Session | None) -> None:
        """Settle an open question of the same place: with its session, or None where it was none."""
        state = IntentState.DISMISSED if session is None else IntentState.OPENED
        await self._clerk.settle(question, state, session=session, adopted=session is not None, place=place)

    def resolved_now(self, place: Place, question: int, session: Session | None) -> None:
        """Settle an open question of the same place: with its session, or None where it was none."""
        state = IntentState.DISMISSED if session is None else IntentState.OPENED
        self._clerk.settle(question, state, session=session, adopted=session is not None, place=place).now()

    async def attached(self, place: Place, session_id: str) -> None:
        """Note that a session is looked at; makes nothing ours."""
        await self._clerk.attached(place, session_id)

    async def end_asked(self, place: Place, session_id: str) -> None:
        """Note that the end is about to be asked for."""
        await self._clerk.end_asked(place, session_id)

    def end_asked_now(self, place: Place, session_id: str) -> None:
        """Note that the end is about to be asked for."""
        self._clerk.end_asked(place, session_id).now()

    async def ended(self, place: Place, session: Session) -> None:
        """Note a proved end."""
        await self._clerk.ended(place, session)

    def ended_now(self, place: Place, session: Session) -> None:
        """Note a proved end."""
        self._clerk.ended(place, session).now()

    async def set_label(self, place: Place, session_id: str, label: str) -> None:
        """Name a session on this machine."""
        await self._clerk.label(place, session_id, label)

    async def label_of(self, place: Place, session_id: str) -> str:
        """Return the name given to a session, or the empty text."""
        return (await self.labels(place)).get(session_id, "")

    async def labels(self, place: Place) -> Mapping[str, str]:
        """Return the names given to sessions, by session id."""
        return _labels(await self._clerk.sessions(place))

    def labels_now(self, place: Place) -> Mapping[str, str]:
        """Return the names given to sessions, by session id."""
        return _labels(self._clerk.sessions(place).now())

    async def sessions(self, place: Place) -> tuple[Kept, ...]:
        """Return everything kept of the sessions of a place, oldest first."""
        return await self._clerk.sessions(place)

    async def here(self, place: Place) -> frozenset[str]:
        """Return the ids of sessions opened here."""
        return frozenset(one.id for one in await self._clerk.sessions(place) if one.here)

    def here_now(self, place: Place) -> frozenset[str]:
        """Return the ids of sessions opened here."""
        return frozenset(one.id for one in self._clerk.sessions(place).now() if one.here)

    async def running_here(self, place: Place) -> tuple[Kept, ...]:
        """Return the sessions opened here of which no end is known, oldest first."""
        return tuple(one for one in await self._clerk.sessions(place) if one.here and one.running)

    def running_here_now(self, place: Place) -> tuple[Kept, ...]:
        """Return the sessions opened here of which no end is known, oldest first."""
        return tuple(one for one in self._clerk.sessions(place).now() if one.here and one.running)

    async def newest_here(self, place: Place | None = None) -> Kept | None:
        """Return the session opened here last, in a place or anywhere; None where there was none."""
        return _newest(await self._clerk.sessions(place))

    def newest_here_now(self, place: Place | None = None) -> Kept | None:
        """Return the session opened here last, in a place or anywhere; None where there was none."""
        return _newest(self._clerk.sessions(place).now())

    async def creators(self, place: Place) -> frozenset[str]:
        """Return the creator ids that a 201 to this key returned."""
        return await self._clerk.creators(place)

    def creators_now(self, place: Place) -> frozenset[str]:
        """Return the creator ids that a 201 to this key returned."""
        return self._clerk.creators(place).now()

    async def open_questions(self, place: Place) -> tuple[OpenQuestion, ...]:
        """Return openings whose outcome nobody saw, oldest first; not those whose process is still at it."""
        return await self._clerk.open_questions(place)

    def open_questions_now(self, place: Place) -> tuple[OpenQuestion, ...]:
        """Return openings whose outcome nobody saw, oldest first; not those whose process is still at it."""
        return self._clerk.open_questions(place).now()

    async def event(self, place: Place, event: Event) -> None:
        """Note an event; each transition is kept once, whoever saw it."""
        await self._clerk.event(place, event)

    async def events(
        self, place: Place, session_id: str | None = None, since: datetime | None = None, most: int = _EVENTS
    ) -> tuple[Event, ...]:
        """Return the newest events, of one session or since a time, newest last."""
        return await self._clerk.events(place, session_id, since, most)

    def events_now(
        self, place: Place, session_id: str | None = None, since: datetime | None = None, most: int = _EVENTS
    ) -> tuple[Event, ...]:
        """Return the newest events, of one session or since a time, newest last."""
        return self._clerk.events(place, session_id, since, most).now()

    async def first_to_tell(self, place: Place, event: Event) -> bool:
        """Return True to the first who asks of an event on this machine; where nothing can be kept, in this process."""
        return await self._clerk.first_to_tell(place, event)

    def first_to_tell_now(self, place: Place, event: Event) -> bool:
        """Return True to the first who asks of an event on this machine; where nothing can be kept, in this process."""
        return self._clerk.first_to_tell(place, event).now()

    async def keep_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> None:
        """Keep the costs of finished jobs that are final (charged, or a dry run's); others are left out."""
        await self._clerk.costs_found(place, session_id, costs)

    async def costs(self, place: Place, session_id: str) -> Mapping[str, JobCost]:
        """Return the final costs that are known of a session's jobs, by job id."""
        return await self._clerk.costs(place, session_id)

    def costs_now(self, place: Place, session_id: str) -> Mapping[str, JobCost]:
        """Return the final costs that are known of a session's jobs, by job id."""
        return self._clerk.costs(place, session_id).now()

    async def queue_sample(self, backend: str, at: datetime, value: float, base_url: str = "") -> None:
        """Note how long a backend's queue was; a month of it is kept."""
        await self._clerk.queue_sample(backend, at, value, base_url)

    async def queue_samples(
        self, backend: str, since: datetime | None = None, base_url: str = ""
    ) -> tuple[tuple[datetime, float], ...]:
        """Return when and how long a backend's queue was, oldest first."""
        return await self._clerk.queue_samples(backend, since, base_url)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is on disk, at most `timeout` seconds (its patience, where not given)."""
        return self._clerk.shelf.flush(self._patience if timeout is None else timeout)

    def close(self, timeout: float | None = None) -> bool:
        """Flush and let go of the file, within the same bound; the thread ends by itself."""
        return self._clerk.shelf.close(self._patience if timeout is None else timeout)


def _labels(kept: Iterable[Kept]) -> Mapping[str, str]:
    return {one.id: one.label for one in kept if one.label}


def _newest(kept: tuple[Kept, ...]) -> Kept | None:
    return next((one for one in reversed(kept) if one.here), None)
