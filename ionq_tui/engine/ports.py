"""Interfaces that the engine requires from other packages; failures are returned as values."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import CloneOutcome, EndOutcome, Known, OpenOutcome, OpenRequest
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.record import Intent, Place, SessionRecord
from ionq_tui.model.session import Session

if TYPE_CHECKING:
    from ionq_tui.model.artifact import Artifact, ArtifactContent
    from ionq_tui.model.clone import CloneRequest
    from ionq_tui.model.estimate import Circuit, Estimate
    from ionq_tui.model.job_detail import JobDetail
    from ionq_tui.model.spending import Grouping, OrganizationUsage, Period, SessionCharges


class Cloud(Protocol):
    """The IonQ API. No method raises because of the server or the network; failures are returned as `Fault`."""

    async def whoami(self) -> KeyIdentity | Fault:
        """Identify the API key."""

    async def backends(self) -> tuple[Backend, ...] | Fault:
        """List the backends; works without a key."""

    async def characterization(self, backend: str) -> Characterization | Fault:
        """Read the newest characterization of a backend; works without a key."""

    async def sessions(self, active: bool) -> ListedSessions | Fault:
        """List the organization's active or ended sessions."""

    async def session(self, session_id: str) -> Session | Fault:
        """Read one session."""

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        """Read one page of a session's jobs."""

    async def user_jobs(
        self, *, submitter_id: str, backend: str, status: str | None, after: str | None, limit: int
    ) -> JobPage | Fault:
        """Read one page of a user's jobs on a backend, in any session or none."""

    async def job(self, job_id: str) -> Job | Fault:
        """Read one job."""

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        """Read one job's settings, circuit statistics and metadata."""

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        """Read what one job cost, or its estimated cost."""

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        """Read a job's measured probabilities, as fractions of 1 by outcome number."""

    async def artifact(self, job_id: str, artifact: Artifact) -> ArtifactContent | Fault:
        """Read the content of a file that IonQ keeps for a job: its shots, or its compiled circuit."""

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        """Request the estimated cost of one such job."""

    async def usage(self, organization_id: str, period: Period, grouping: Grouping) -> OrganizationUsage | Fault:
        """Read what an organization used on each day of a period."""

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        """Cancel jobs; return the ids that the server named as canceled."""

    async def job_metadata(self, job_id: str) -> Mapping[str, str] | Fault:
        """Read the metadata of one job, whole."""

    async def clone_once(self, request: CloneRequest) -> CloneOutcome:
        """Clone a job with a single request and determine its outcome; a clone whose reply was lost is searched for."""

    async def open_once(
        self, request: OpenRequest, known: Known, seen: dict[str, Session], lost: Callable[[Fault], None]
    ) -> OpenOutcome:
        """Open a session with a single request and determine its outcome.

        `lost` is called as soon as the reply is known to be lost; sessions then found by searching are added to `seen`.
        """

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        """End a session and determine whether it ended; spend less time on it if `again`, since the caller retries."""

    async def close(self) -> None:
        """Close the connections."""


class Journal(Protocol):
    """A persistent record of what this machine did. No method raises; `trouble` says why nothing can be stored.

    Data is handed over when the method is called; awaiting the result waits, for a limited time, until it is on disk.
    """

    @property
    def trouble(self) -> str | None:
        """Why nothing can be stored, as text; None if storing works."""

    def intent(
        self, place: Place, request: OpenRequest, label: str, known_ids: Iterable[str], *, listed: bool
    ) -> Awaitable[int]:
        """Record an intent to open a session before the request is sent; return its number.

        `listed` is True if `known_ids` comes from a complete session list.
        """

    def quiet(self, number: int, lists: int) -> Awaitable[object]:
        """Record the number of consecutive complete lists without a candidate for an intent."""

    def opened(self, intent: int, session: Session, adopted: bool = False) -> Awaitable[object]:
        """Record the session that an intent opened."""

    def not_opened(self, intent: int) -> Awaitable[object]:
        """Record that an intent opened nothing."""

    def uncertain(self, intent: int, candidates: Iterable[str], fault: Fault | None) -> Awaitable[object]:
        """Record that an intent may have opened a session, and why its reply was lost."""

    def attached(self, place: Place, session_id: str) -> Awaitable[object]:
        """Record that a session was viewed; this does not make it one of this machine's sessions."""

    def untracked(self, place: Place, session_id: str) -> Awaitable[object]:
        """Record that a session is no longer tracked; this does not say that it ended."""

    def end_asked(self, place: Place, session_id: str) -> Awaitable[object]:
        """Record that a request to end the session is about to be sent."""

    def ended(self, place: Place, session: Session) -> Awaitable[object]:
        """Record a confirmed end."""

    def seen(self, place: Place, session_ids: Iterable[str]) -> Awaitable[object]:
        """Record that IonQ just reported these sessions as running; ignore sessions that are not in the journal."""

    def sessions(self, place: Place) -> Awaitable[tuple[SessionRecord, ...]]:
        """Return all records of sessions in a place, oldest first."""

    def creators(self, place: Place) -> Awaitable[frozenset[str]]:
        """Return the creator ids in the 201 replies that this key received."""

    def unconfirmed_intents(self, place: Place) -> Awaitable[tuple[Intent, ...]]:
        """Return the intents whose outcome is unknown and whose process is no longer working on them."""

    def under_way(self, place: Place) -> Awaitable[tuple[Intent, ...]]:
        """Return the intents that some process, possibly this one, is still working on."""

    def resolved(self, place: Place, intent: int, session: Session | None) -> Awaitable[object]:
        """Record the user's answer about an unconfirmed session: the session it is, or None."""

    def event(self, place: Place, *events: Event) -> Awaitable[object]:
        """Record events; each transition is stored once, whichever processes saw it."""

    def events(self, place: Place, session_id: str) -> Awaitable[tuple[Event, ...]]:
        """Return the newest events of a session, newest last."""

    def claim_event(self, place: Place, event: Event) -> Awaitable[bool]:
        """Return True to the first process on this machine that asks for this event, False to all others.

        The claim is handed over when the method is called; it also records the event.
        """

    def mark_reported(self, place: Place, event: Event) -> object:
        """Record that the event was reported to the user; does not wait and may be called in any thread."""

    def release_event(self, place: Place, event: Event) -> object:
        """Release the claim on an event, so that the next process that checks reports it; does not wait."""

    def take_over(self, place: Place, most: int) -> Awaitable[tuple[Event, ...]]:
        """Claim and return events that terminated processes on this machine did not report, each to one caller only."""

    def keep_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> Awaitable[object]:
        """Store final costs of jobs, by job id."""

    def costs(self, place: Place, session_id: str) -> Awaitable[Mapping[str, JobCost]]:
        """Return the stored final costs of a session's jobs, by job id."""

    def date_costs(
        self,
        place: Place,
        session_id: str,
        finished: Mapping[str, datetime],
        parts: Iterable[str] = (),
        *,
        complete: bool,
    ) -> Awaitable[object]:
        """Store when the jobs of stored costs finished, and which of them another job's cost includes.

        `complete` says that the session has ended and that the final costs of all its jobs are stored.
        """

    def charges(self, place: Place, since: datetime) -> Awaitable[tuple[SessionCharges, ...]]:
        """Return the sessions opened on this machine, each with what it was charged since a time by day."""

    def queue_sample(self, backend: str, at: datetime, value: float, base_url: str) -> Awaitable[object]:
        """Record the length of a backend's queue."""

    def queue_samples(
        self, backend: str, since: datetime | None, base_url: str
    ) -> Awaitable[tuple[tuple[datetime, float], ...]]:
        """Return the times and lengths of a backend's queue, oldest first."""

    def close(self, timeout: float | None = None) -> bool:
        """Write pending data within `timeout` seconds; return False if that was not enough."""


class Clock(Protocol):
    """A clock that tests can replace."""

    def now(self) -> datetime:
        """Return the server's time, as far as it is known, as an aware datetime in UTC."""

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back and, where possible, keeps counting during suspend."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait until the event is set or `seconds` have passed."""

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
