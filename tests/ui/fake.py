"""A scripted cloud, a clock and a journal made of model values; what a screen hears is what a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ionq_tui.engine.engine import Engine
from ionq_tui.model.artifact import Artifact, ArtifactContent
from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.connection import Connection
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import ApiKey, FoundKey, KeyIdentity, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import (
    Cloned,
    CloneOutcome,
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NewJob,
    Opened,
    OpenOutcome,
    OpenRequest,
)
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.record import Intent, Place, SessionRecord
from ionq_tui.model.session import Session
from ionq_tui.model.spending import Grouping, OrganizationUsage, Period, SessionCharges

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
KEY = ApiKey("test-key-that-nobody-may-see-1234")
OFFLINE = Fault(FaultKind.OFFLINE, "no route to host")
REFUSED = Fault(FaultKind.KEY_REFUSED, "invalid key", 401)


def session(number: int, **changes: object) -> Session:
    """A started session; its short id is the number, six digits long."""
    told = Session(
        id=f"0192c4d8-77aa-7c31-b1f0-000000{number:06}",
        status="started",
        active=True,
        backend="qpu.forte-1",
        created_at=NOW - timedelta(minutes=50 + number),
        started_at=NOW - timedelta(minutes=40),
        expires_at=NOW + timedelta(minutes=38 + number),
        creator_id="me",
        limits=Limits(jobs=40, minutes=78 + number),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


BACKENDS = (
    Backend("qpu.forte-1", "available", False, 36, 360_000.0, NOW, "College Park", "c1"),
    Backend("qpu.forte-enterprise-1", "available", True, 36, 90_000.0, NOW, "Basel", "c2"),
    Backend("qpu.aria-1", "unavailable", False, 25, None, NOW, "College Park"),
    Backend("qpu.harmony", "retired", False, 11, None, NOW, None),
    Backend("simulator", "available", False, 29, 0.0, NOW, None),
)


class FakeClock:
    """Time stands still until a test moves it; a wait ends when it is nudged, or when the test ends."""

    def __init__(self) -> None:
        self.at = NOW
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        await event.wait()

    def jitter(self) -> float:
        return 0.0

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class FakeCloud:
    """Answers from its attributes and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.who: KeyIdentity | Fault = KeyIdentity("k1", "vqe-lab", "p1")
        self.offered: tuple[Backend, ...] | Fault = BACKENDS
        self.active: dict[str, Session] = {}
        self.over: dict[str, Session] = {}
        self.fault: Fault | None = None
        """Answers every list and session where it is set."""
        self.unreadable = self.unreadable_jobs = 0
        self.jobs: dict[str, Job] = {}
        self.elsewhere: tuple[Job, ...] = ()
        """Jobs of this user in no session."""
        self.costs: dict[str, JobCost] = {}
        self.details: dict[str, JobDetail] = {}
        self.shares: Mapping[str, float] | Fault = {"0": 0.5, "3": 0.5}
        self.contents: dict[str, ArtifactContent | Fault] = {}
        """Files of jobs by their ids."""
        self.price: Money | Fault = Money(Decimal("0.65"), "usd")
        """Of an estimate."""
        self.used: OrganizationUsage | Fault = OrganizationUsage()
        self.open_outcome: OpenOutcome | None = None
        self.end_outcome: EndOutcome | None = None
        self.clone_outcome: CloneOutcome | None = None
        self.seen_active: dict[str, bool] = {}
        """By id: whether an end was asked for by one who had seen `active: true`."""
        self.gate: asyncio.Event | None = None
        """Where set, every request waits for it."""
        self.closed = False

    async def _hear(self, what: str) -> None:
        self.asked.append(what)
        if self.gate is not None:
            await self.gate.wait()

    async def whoami(self) -> KeyIdentity | Fault:
        await self._hear("whoami")
        return self.who

    async def backends(self) -> tuple[Backend, ...] | Fault:
        await self._hear("backends")
        return self.offered

    async def characterization(self, backend: str) -> Characterization | Fault:
        await self._hear(f"characterization {backend}")
        offered = self.offered if isinstance(self.offered, tuple) else ()
        name = next((one.characterization_id for one in offered if one.name == backend), None) or "c1"
        return Characterization(
            name, backend, NOW, 36, {"2q": Measured(0.996, 0.0002), "spam": Measured(0.9935)}, {"t1": 100.0, "2q": 6e-4}
        )

    async def sessions(self, active: bool) -> ListedSessions | Fault:
        await self._hear(f"sessions {'active' if active else 'ended'}")
        if self.fault is not None:
            return self.fault
        return ListedSessions(tuple((self.active if active else self.over).values()), "org", self.unreadable)

    async def session(self, session_id: str) -> Session | Fault:
        await self._hear(f"session {session_id}")
        if self.fault is not None:
            return self.fault
        found = self.active.get(session_id) or self.over.get(session_id)
        return found if found is not None else Fault(FaultKind.NOT_FOUND, "not found", 404, well_formed=True)

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        await self._hear(f"jobs {session_id}")
        return JobPage(tuple(job for job in self.jobs.values() if not ids or job.id in ids), None, self.unreadable_jobs)

    async def user_jobs(
        self, *, submitter_id: str, backend: str, status: str | None, after: str | None, limit: int
    ) -> JobPage | Fault:
        await self._hear(f"jobs of {submitter_id} on {backend}")
        return JobPage(self.elsewhere)

    async def job(self, job_id: str) -> Job | Fault:
        await self._hear(f"job {job_id}")
        return self.jobs.get(job_id) or Fault(FaultKind.NOT_FOUND, "not found", 404, well_formed=True)

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        await self._hear(f"detail {job_id}")
        return self.details.get(job_id, JobDetail(job_id))

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        await self._hear(f"cost {job_id}")
        return self.costs.get(job_id, JobCost())

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        await self._hear(f"probabilities {job_id}")
        return self.shares

    async def artifact(self, job_id: str, artifact: Artifact) -> ArtifactContent | Fault:
        await self._hear(f"artifact {artifact.format} of {job_id}")
        return self.contents.get(artifact.id, Fault(FaultKind.NOT_FOUND, "not found", 404, well_formed=True))

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        await self._hear(f"estimate {backend}")
        return self.price if isinstance(self.price, Fault) else Estimate(backend, circuit, self.price, 14_000)

    async def usage(self, organization_id: str, period: Period, grouping: Grouping) -> OrganizationUsage | Fault:
        await self._hear(f"usage {organization_id} {period.first} {period.last} {grouping.value}")
        return self.used

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        await self._hear(f"cancel {' '.join(job_ids)}")
        for one in job_ids:
            self.jobs[one] = replace(self.jobs[one], status="canceled")
        return frozenset(job_ids)

    async def job_metadata(self, job_id: str) -> Mapping[str, str] | Fault:
        await self._hear(f"metadata {job_id}")
        return {}

    async def clone_once(self, request: CloneRequest) -> CloneOutcome:
        await self._hear(f"clone {request.job_id} into {request.session_id}")
        if self.clone_outcome is not None:
            return self.clone_outcome
        original = self.jobs.get(request.job_id) or next(one for one in self.elsewhere if one.id == request.job_id)
        made = replace(original, id=f"{len(self.jobs):012d}", status="ready", session_id=request.session_id)
        made = replace(made, clone_mark=request.mark)
        self.jobs[made.id] = made
        return Cloned(NewJob(made.id, made.session_id))

    async def open_once(
        self, request: OpenRequest, known: Known, seen: dict[str, Session], lost: Callable[[Fault], None]
    ) -> OpenOutcome:
        await self._hear(f"open {request.backend}")
        if self.open_outcome is not None:
            return self.open_outcome
        made = session(900 + len(self.active), backend=request.backend, limits=request.limits, status="created")
        self.active[made.id] = made
        return Opened(made)

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        self.seen_active[session_id] = seen_active
        await self._hear(f"end {session_id}")
        if self.end_outcome is not None:
            return self.end_outcome
        if session_id not in self.active:
            return EndUnknown(OFFLINE)
        ended = replace(self.active.pop(session_id), status="ended", active=False, ended_at=NOW)
        self.over[session_id] = ended
        return Ended(ended)

    async def close(self) -> None:
        self.closed = True


class FakeJournal:
    """Keeps nothing but what a test puts into it."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.opened_here: set[str] = set()
        self.over: set[str] = set()
        self.named: dict[str, str] = {}
        self.creator_ids: set[str] = set()
        self.questions: tuple[Intent, ...] = ()
        self.kept: tuple[Event, ...] = ()
        self.noted: tuple[SessionRecord, ...] = ()
        self.samples: tuple[tuple[datetime, float], ...] = ()
        self.charged: tuple[SessionCharges, ...] = ()

    async def intent(
        self, place: Place, request: OpenRequest, label: str, known_ids: Iterable[str], *, listed: bool
    ) -> int:
        return 1

    async def quiet(self, number: int, lists: int) -> None: ...

    async def opened(self, intent: int, session: Session, adopted: bool = False) -> None:
        self.opened_here.add(session.id)

    async def not_opened(self, intent: int) -> None: ...

    async def uncertain(self, intent: int, candidates: Iterable[str], fault: Fault | None) -> None: ...

    async def attached(self, place: Place, session_id: str) -> None: ...

    async def end_asked(self, place: Place, session_id: str) -> None: ...

    async def untracked(self, place: Place, session_id: str) -> None:
        self.opened_here.discard(session_id)
        self.noted = tuple(one for one in self.noted if one.id != session_id)

    async def ended(self, place: Place, session: Session) -> None:
        self.over.add(session.id)

    async def seen(self, place: Place, session_ids: Iterable[str]) -> None: ...

    async def sessions(self, place: Place) -> tuple[SessionRecord, ...]:
        """Return what a test noted, and what it says was opened here or has a name."""
        ids = [one for one in (*sorted(self.opened_here), *self.named) if one not in {kept.id for kept in self.noted}]
        return (*self.noted, *map(self._kept, dict.fromkeys(ids)))

    def _kept(self, session_id: str) -> SessionRecord:
        return SessionRecord(
            session_id,
            Place("https://api.ionq.co/v0.4"),
            here=session_id in self.opened_here,
            label=self.named.get(session_id, ""),
            backend="qpu.forte-1",
            opened_at=NOW - timedelta(minutes=50),
            ended_at=NOW if session_id in self.over else None,
        )

    async def under_way(self, place: Place) -> tuple[Intent, ...]:
        return ()

    async def creators(self, place: Place) -> frozenset[str]:
        return frozenset(self.creator_ids)

    async def unconfirmed_intents(self, place: Place) -> tuple[Intent, ...]:
        return self.questions

    async def resolved(self, place: Place, question: int, session: Session | None) -> None:
        self.questions = ()

    async def event(self, place: Place, *events: Event) -> None: ...

    async def events(self, place: Place, session_id: str) -> tuple[Event, ...]:
        return self.kept

    async def claim_event(self, place: Place, event: Event) -> bool:
        return True

    def mark_reported(self, place: Place, event: Event) -> None: ...

    def release_event(self, place: Place, event: Event) -> None: ...

    async def take_over(self, place: Place, most: int) -> tuple[Event, ...]:
        return ()

    async def keep_costs(self, place: Place, session_id: str, costs: Mapping[str, JobCost]) -> None: ...

    async def date_costs(
        self,
        place: Place,
        session_id: str,
        finished: Mapping[str, datetime],
        parts: Iterable[str] = (),
        *,
        complete: bool,
    ) -> None: ...

    async def charges(self, place: Place, since: datetime) -> tuple[SessionCharges, ...]:
        return self.charged

    async def costs(self, place: Place, session_id: str) -> Mapping[str, JobCost]:
        return {}

    async def queue_sample(self, backend: str, at: datetime, value: float, base_url: str) -> None: ...

    async def queue_samples(
        self, backend: str, since: datetime | None, base_url: str
    ) -> tuple[tuple[datetime, float], ...]:
        return self.samples

    def close(self, timeout: float | None = None) -> bool:
        return True


class FakeConnector:
    """Hands out one engine on the fake cloud."""

    def __init__(self, found: FoundKey | NoKey | None = None) -> None:
        self.found: FoundKey | NoKey = found or FoundKey(KEY, KeySource.KEYRING)
        self.cloud = FakeCloud()
        self.clock = FakeClock()
        self.journal = FakeJournal()
        self.connection = Connection("lab-b")
        self.kept: list[str] = []
        self.keep_trouble = ""
        self.renewed: list[str] = []
        self.people: dict[str, str] = {}
        self.ahead = timedelta()
        self.calls: list[str] = []
        self.connected: list[FoundKey] = []
        self.budget: Money | None = None

    def engine(self, source: str, key_masked: str, *, demo: bool = False) -> Engine:
        connection = replace(self.connection, source=source, key_masked=key_masked, demo=demo)
        return Engine(
            connection,
            self.cloud,
            self.clock,
            self.journal,
            5.0,
            people=self.people,
            ahead=lambda: self.ahead,
            budget=self.budget,
            clock_error=lambda: self.ahead,
        )

    async def owed(self) -> tuple[tuple[SessionRecord, ...], tuple[Intent, ...]]:
        kept = await self.journal.sessions(Place("https://api.ionq.co/v0.4"))
        return tuple(one for one in kept if one.unended), self.journal.questions

    async def find_key(self) -> FoundKey | NoKey:
        self.calls.append("find_key")
        return self.found

    async def unusable(self) -> Fault | None:
        return None

    async def connect(self, found: FoundKey) -> Engine:
        self.calls.append("connect")
        self.connected.append(found)
        return self.engine(found.source, found.key.masked)

    async def renew(self, engine: Engine, found: FoundKey) -> None:
        self.renewed.append(found.key.masked)
        engine.connection = replace(engine.connection, source=found.source, key_masked=found.key.masked)

    async def demo(self) -> Engine:
        self.calls.append("demo")
        return self.engine("demo", "", demo=True)

    async def browse(self) -> Engine:
        self.calls.append("browse")
        return self.engine("", "")

    async def keep(self, key: ApiKey) -> str:
        self.kept.append(key.masked)
        return self.keep_trouble
