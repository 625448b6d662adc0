"""A scripted API that returns model values, and the simulated cloud in process; both count requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count

from ionq_tui.api.cloud import HttpCloud
from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.model.artifact import Artifact, ArtifactContent
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import ApiKey, KeyIdentity
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
    NotCloned,
    Opened,
    OpenOutcome,
    OpenRequest,
    Unconfirmed,
)
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session
from ionq_tui.model.spending import Grouping, OrganizationUsage, Period
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.wiring import DEMO_URL, inside
from tests.unit.engine.clock import NOON, ManualClock

PLACE = Place("https://api.example/v0.4", "org-1", "project-1", "key-1", "default")
OFFLINE = Fault(FaultKind.OFFLINE, "no route")
REFUSED = Fault(FaultKind.KEY_REFUSED, "invalid key", 401)
MISSING = Fault(FaultKind.NOT_FOUND, "not found", 404, well_formed=True)
BROKEN = Fault(FaultKind.SERVER, "oops", 500)


def here() -> Place:
    return PLACE


def session(name: str, **changes: object) -> Session:
    told = Session(
        id=name, status="started", active=True, backend="qpu.forte-1", created_at=NOON - timedelta(minutes=5),
        started_at=NOON - timedelta(minutes=4), organization_id="org-1", creator_id="me",
    )  # fmt: skip
    return replace(told, **changes)  # type: ignore[arg-type]


def ended(one: Session) -> Session:
    return replace(one, status="ended", active=False, ended_at=NOON)


def job(number: int, status: str = "completed", **changes: object) -> Job:
    told = Job(f"job-{number:04}", status, submitted_at=NOON + timedelta(seconds=number), session_id="s")
    return replace(told, **changes)  # type: ignore[arg-type]


class ScriptedCloud:
    """Answer from attributes; `asked` records every request, and an unset `gate` delays every reply."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.asked: list[str] = []
        self.who: KeyIdentity | Fault = KeyIdentity("key-1", "lab", "project-1")
        self.active: dict[str, Session] = {}
        self.over: dict[str, Session] = {}
        self.faults: dict[str, Fault] = {}
        """By the first word of a request, or by the whole request."""
        self.jobs: list[Job] = []
        self.everywhere: list[Job] = []
        """Jobs in any session or none, oldest first."""
        self.page_size = 100
        self.newest_first = False
        self.unreadable: set[str] = set()
        """Ids of jobs whose list items cannot be decoded."""
        self.next_of: dict[str | None, str | None] = {}
        """Cursors returned in place of the correct ones."""
        self.costs: dict[str, JobCost] = {}
        self.price: Money | None = None
        self.used = OrganizationUsage()
        self.outcome: OpenOutcome | None = None
        self.end_outcome: EndOutcome | None = None
        self.clone_outcome: CloneOutcome | None = None
        self.cloned: list[CloneRequest] = []
        self.gate: asyncio.Event | None = None
        self.under_way = self.most_under_way = 0
        self.known: list[Known] = []
        self._numbers = count(1)

    async def _hear(self, what: str) -> Fault | None:
        self.clock.busy += 1
        self.asked.append(what)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await (self.gate.wait() if self.gate is not None else asyncio.sleep(0))
        finally:
            self.under_way -= 1
        return self.faults.get(what) or self.faults.get(what.split()[0])

    def counted(self) -> list[str]:
        """Return the requests since the last call."""
        asked, self.asked = self.asked, []
        return asked

    async def whoami(self) -> KeyIdentity | Fault:
        return await self._hear("whoami") or self.who

    async def backends(self) -> tuple[Backend, ...] | Fault:
        return await self._hear("backends") or (Backend("qpu.forte-1", "available", characterization_id="c1"),)

    async def characterization(self, backend: str) -> Characterization | Fault:
        return await self._hear(f"characterization {backend}") or Characterization("c1", backend)

    async def sessions(self, active: bool) -> ListedSessions | Fault:
        fault = await self._hear("active" if active else "ended")
        return fault or ListedSessions(tuple((self.active if active else self.over).values()), "org-1")

    async def session(self, session_id: str) -> Session | Fault:
        fault = await self._hear(f"session {session_id}")
        return fault or self.active.get(session_id) or self.over.get(session_id) or MISSING

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        fault = await self._hear(f"ids {len(ids)}" if ids else f"page {after}")
        if fault is not None:
            return fault
        listed = list(reversed(self.jobs)) if self.newest_first else self.jobs
        if ids:
            return self._page_of([one for one in listed if one.id in ids], None)
        start = 0 if after is None else 1 + [one.id for one in listed].index(after)
        shown = listed[start : start + min(limit, self.page_size)]
        more = start + len(shown) < len(listed)
        return self._page_of(shown, self.next_of.get(after, shown[-1].id if more else None))

    def _page_of(self, shown: list[Job], following: str | None) -> JobPage:
        read = tuple(one for one in shown if one.id not in self.unreadable)
        return JobPage(read, following, len(shown) - len(read))

    async def user_jobs(
        self, *, submitter_id: str, backend: str, status: str | None, after: str | None, limit: int
    ) -> JobPage | Fault:
        fault = await self._hear(f"jobs of {submitter_id} on {backend} {status} {after}")
        if fault is not None:
            return fault
        mine = [one for one in self.everywhere if one.submitter_id == submitter_id and one.backend == backend]
        listed = [one for one in (reversed(mine) if self.newest_first else mine) if status in {None, one.status}]
        start = 0 if after is None else 1 + [one.id for one in listed].index(after)
        shown = listed[start : start + min(limit, self.page_size)]
        more = start + len(shown) < len(listed)
        return self._page_of(shown, shown[-1].id if more else None)

    async def job(self, job_id: str) -> Job | Fault:
        fault = await self._hear(f"job {job_id}")
        return fault or next((one for one in self.jobs if one.id == job_id), MISSING)

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        return await self._hear(f"detail {job_id}") or JobDetail(job_id, qubits=2)

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        return await self._hear(f"cost {job_id}") or self.costs.get(job_id, JobCost())

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        return await self._hear(f"probabilities {job_id}") or {}

    async def artifact(self, job_id: str, artifact: Artifact) -> ArtifactContent | Fault:
        return await self._hear(f"artifact {artifact.id} of {job_id}") or ArtifactContent(artifact, "[]")

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        return await self._hear(f"estimate {backend}") or Estimate(backend, circuit, self.price)

    async def usage(self, organization_id: str, period: Period, grouping: Grouping) -> OrganizationUsage | Fault:
        asked = f"usage {organization_id} {period.first} {period.last} {grouping.value}"
        return await self._hear(asked) or self.used

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        fault = await self._hear("cancel")
        if fault is not None:
            return fault
        self.jobs = [replace(one, status="canceled") if one.id in job_ids else one for one in self.jobs]
        return frozenset(job_ids)

    async def job_metadata(self, job_id: str) -> Mapping[str, str] | Fault:
        return await self._hear(f"metadata {job_id}") or {}

    async def clone_once(self, request: CloneRequest) -> CloneOutcome:
        self.cloned.append(request)
        fault = await self._hear(f"clone {request.job_id}")
        if fault is not None:
            return NotCloned(fault)
        return self.clone_outcome or Cloned(NewJob(f"new-{next(self._numbers)}", request.session_id))

    async def open_once(
        self, request: OpenRequest, known: Known, seen: dict[str, Session], lost: Callable[[Fault], None]
    ) -> OpenOutcome:
        self.known.append(known)
        fault = await self._hear("open")
        assert fault is None
        if isinstance(self.outcome, Unconfirmed):
            lost(self.outcome.fault)
        if self.outcome is not None:
            return self.outcome
        made = session(f"new-{next(self._numbers)}", backend=request.backend, limits=request.limits)
        self.active[made.id] = made
        return Opened(made)

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        fault = await self._hear(f"end {session_id}")
        if fault is not None:
            return EndUnknown(fault)
        if self.end_outcome is not None:
            return self.end_outcome
        self.over[session_id] = ended(self.active.pop(session_id))
        return Ended(self.over[session_id])

    async def close(self) -> None:
        self.asked.append("close")


Tamper = Callable[[str, str, tuple[tuple[str, str], ...]], tuple[int, dict[str, str], bytes] | None]
"""Answers a request (method, path, query) in place of the cloud; None leaves it to the cloud."""


class World:
    """The simulated cloud behind the real client in this process, and a clock that advances both."""

    def __init__(self, *, newest_first: bool = True, workload: bool = False) -> None:
        stopped = StoppedClock(NOON)
        self.clock = ManualClock(stopped.advance)
        self.server = SimulatedCloud(stopped, workload=workload, colleagues=False, newest_first=newest_first)
        self.asked: list[str] = []
        self.tamper: Tamper | None = None
        self._answer = inside(self.server)
        self.cloud = HttpCloud(dashboard_runner(DEMO_URL, ApiKey("demo-key-of-nobody"), answer=self._respond))

    def _respond(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        self.clock.busy += 1
        self.asked.append(f"{method} {path.removeprefix('/v0.4')}")
        forged = self.tamper(method, path, query) if self.tamper is not None else None
        if forged is not None:
            return forged[0], list(forged[1].items()), forged[2]
        return self._answer(method, path, query, headers, body)

    def counted(self) -> list[str]:
        """Return the requests the server received since the last call."""
        asked, self.asked = self.asked, []
        return asked
