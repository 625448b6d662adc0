"""What the engine needs of the world, written by who uses it; failures come back as values."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.board import SessionList
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link import Fault
from ionq_tui.model.outcome import EndOutcome, Known, OpenOutcome, OpenRequest
from ionq_tui.model.record import Intent, Kept, Place
from ionq_tui.model.session import Session


class Cloud(Protocol):
    """The API. Nothing here raises for what a server or a network may do."""

    async def whoami(self) -> KeyIdentity | Fault:
        """Ask who the key is."""

    async def backends(self) -> tuple[Backend, ...] | Fault:
        """List the backends; needs no key."""

    async def characterization(self, backend: str) -> Characterization | Fault:
        """Read the newest characterization of a backend; needs no key."""

    async def sessions(self, active: bool) -> SessionList | Fault:
        """List the organisation's sessions."""

    async def session(self, session_id: str) -> Session | Fault:
        """Read one session."""

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        """Read one page of a session's jobs."""

    async def job(self, job_id: str) -> Job | Fault:
        """Read one job."""

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        """Read how one job was set and what it consists of."""

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        """Read what one job cost or is estimated to cost."""

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        """Read how often each outcome was measured, as fractions of 1 by the outcome's number."""

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        """Ask what one job of that kind would cost."""

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        """Ask that jobs be cancelled; returns the ids the server named as cancelled."""

    async def open_once(self, request: OpenRequest, known: Known, seen: dict[str, Session]) -> OpenOutcome:
        """Open a session with one request, and find out what became of it; what looking finds goes into `seen`."""

    async def end_proved(self, session_id: str, seen_active: bool) -> EndOutcome:
        """End a session, and find out whether it ended."""

    async def close(self) -> None:
        """Close the connections."""


class Journal(Protocol):
    """What this machine did, kept beyond this process. Never raises; `trouble` says why it cannot be kept."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept, in words; None where it can."""

    async def intent(self, place: Place, request: OpenRequest, label: str, known_ids: Iterable[str]) -> int:
        """Note a decision to open, before anything is sent; returns its number."""

    async def opened(self, intent: int, session: Session, adopted: bool = False) -> None:
        """Note the session that came of an intent."""

    async def not_opened(self, intent: int) -> None:
        """Note that nothing came of an intent."""

    async def uncertain(self, intent: int, candidates: Iterable[str]) -> None:
        """Note that an intent may have opened something."""

    async def attached(self, place: Place, session_id: str) -> None:
        """Note that a session is looked at; makes nothing ours."""

    async def end_asked(self, place: Place, session_id: str) -> None:
        """Note that the end is about to be asked for."""

    async def ended(self, place: Place, session: Session) -> None:
        """Note a proved end."""

    async def here(self, place: Place) -> frozenset[str]:
        """Return the ids of sessions opened here."""

    async def sessions(self, place: Place) -> tuple[Kept, ...]:
        """Return everything kept of the sessions of a place, oldest first."""

    async def running_here(self, place: Place) -> tuple[Kept, ...]:
        """Return the sessions opened here of which no end is known, oldest first."""

    async def creators(self, place: Place) -> frozenset[str]:
        """Return the creator ids that a 201 to this key returned."""

    async def labels(self, place: Place) -> Mapping[str, str]:
        """Return the names given to sessions, by session id."""

    async def open_questions(self, place: Place) -> tuple[Intent, ...]:
        """Return the intents of which nobody saw the outcome."""

    async def resolved(self, place: Place, question: int, session: Session | None) -> None:
        """Note what a person said of an open question: this session, or none."""

    async def event(self, place: Place, event: Event) -> None:
        """Note an event; each transition is kept once, whoever saw it."""

    async def events(self, place: Place, session_id: str) -> tuple[Event, ...]:
        """Return the newest events of a session, newest last."""

    async def first_to_tell(self, place: Place, event: Event) -> bool:
        """Return True to the first process of this machine that asks of an event, False to all others."""

    async def keep_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> None:
        """Keep final costs of jobs, by job id."""

    async def costs(self, place: Place, session_id: str) -> Mapping[str, JobCost]:
        """Return the final costs that are known of a session's jobs, by job id."""

    async def queue_sample(self, backend: str, at: datetime, value: float, base_url: str) -> None:
        """Note how long a backend's queue was."""

    async def queue_samples(
        self, backend: str, since: datetime | None, base_url: str
    ) -> tuple[tuple[datetime, float], ...]:
        """Return when and how long a backend's queue was, oldest first."""

    def close(self, timeout: float | None = None) -> bool:
        """Write what is still to be written, within `timeout` seconds; returns False where that was not enough."""


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """Return the server's time as far as it is known, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back and count on during a suspend where the system allows."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when the event is set or the time is over."""

    def jitter(self) -> float:
        """Return a random share from 0 to 1."""
