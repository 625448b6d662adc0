"""A session whose requests fail around its end, on a clock that a test owns, seen by everyone who tells its cost."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
from collections.abc import Callable, Coroutine, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from itertools import product

import httpx

from ionq_tui.api.cloud import HttpCloud
from ionq_tui.cli import listings, watch
from ionq_tui.cli.common import CommandError
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.request_budget import RequestBudget
from ionq_tui.journal.journal import Journal
from ionq_tui.model.backend import Backend
from ionq_tui.model.connection import Connection
from ionq_tui.model.job import JobCost, JobPage
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Opened, OpenRequest
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.simulator.bulk_data import many_jobs
from ionq_tui.simulator.store import Order, SessionEntry
from tests.unit.engine.clock import ManualClock
from tests.unit.engine.cloud import World

BACKEND = "qpu.forte-1"
MORE = 8
"""Jobs that finish while requests fail."""
TIMED_OUT = 30.0


class Hit(Enum):
    """The requests that fail."""

    JOBS = "jobs"
    COST = "cost"
    SESSION = "session"
    ALL = "every GET"

    def of(self, path: str) -> bool:
        """True for the path of such a request."""
        if self is Hit.ALL:
            return True
        parts = path.strip("/").split("/")[1:]
        match parts:
            case ["sessions", _, "jobs"]:
                return self is Hit.JOBS
            case ["jobs", _, "cost"]:
                return self is Hit.COST
            case ["sessions", _]:
                return self is Hit.SESSION
        return False


class Kind(Enum):
    """How they fail."""

    SERVER = "500"
    LIMITED = "429"
    HANGING = "hanging"
    CUT = "cut"
    UNREADABLE = "unreadable"
    FORBIDDEN = "403"
    SECOND_PAGE = "second page 500"
    ONE_UNREADABLE = "one job unreadable"
    LATE = "late"
    """The newest are not listed, or have no cost, though the reply is sound."""


KINDS = (Kind.SERVER, Kind.LIMITED, Kind.HANGING, Kind.CUT, Kind.UNREADABLE)


class When(Enum):
    """When they fail."""

    BEFORE = "before"
    ACROSS = "across"
    AFTER = "after"


class Jobs(Enum):
    """What the session held."""

    FINISHED = "finished"
    RUNNING = "running"
    PAGES = "many pages"


@dataclass(frozen=True)
class Case:
    """One way in which a session ends."""

    hit: Hit
    kind: Kind
    when: When
    jobs: Jobs

    @property
    def name(self) -> str:
        """Its name in a table."""
        return f"{self.hit.value:<7} {self.kind.value:<18} {self.when.value:<6} {self.jobs.value:<10}"


def every_case() -> Iterator[Case]:
    """Yield the whole product, and the kinds beside it that are of one sort of request."""
    for case in product((Hit.JOBS, Hit.COST, Hit.SESSION), KINDS, When, Jobs):
        yield Case(*case)
    others = (
        (Hit.JOBS, Kind.FORBIDDEN),
        (Hit.JOBS, Kind.ONE_UNREADABLE),
        (Hit.JOBS, Kind.LATE),
        (Hit.COST, Kind.FORBIDDEN),
        (Hit.COST, Kind.LATE),
        (Hit.SESSION, Kind.FORBIDDEN),
    )
    for (hit, kind), when in product(others, (When.ACROSS, When.AFTER)):
        yield Case(hit, kind, when, Jobs.FINISHED)
    for when in When:
        yield Case(Hit.JOBS, Kind.SECOND_PAGE, when, Jobs.PAGES)


class _Cloud(HttpCloud):
    """The real client; a request that hangs does so by the test's clock."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.world.cloud._runner)
        self._scene = scene

    async def _hangs(self, hit: Hit) -> Fault | None:
        case = self._scene.case
        if self._scene.takes:
            await self._scene.clock.wait(asyncio.Event(), self._scene.takes)
        if not (self._scene.armed and case.kind is Kind.HANGING and case.hit in (hit, Hit.ALL)):
            return None
        await self._scene.clock.wait(asyncio.Event(), TIMED_OUT)
        return Fault(FaultKind.TIMEOUT, "no reply in time")

    async def sessions(self, active: bool) -> ListedSessions | Fault:
        return await self._hangs(Hit.ALL) or await super().sessions(active)

    async def backends(self) -> tuple[Backend, ...] | Fault:
        return await self._hangs(Hit.ALL) or await super().backends()

    async def session(self, session_id: str) -> Session | Fault:
        return await self._hangs(Hit.SESSION) or await super().session(session_id)

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        held = await self._hangs(Hit.JOBS)
        return held or await super().session_jobs(session_id, after=after, ids=ids, limit=limit)

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        return await self._hangs(Hit.COST) or await super().job_cost(job_id)


@dataclass
class Scene:
    """The cloud, the session, and whoever looks at it; each with a journal of its own."""

    case: Case
    world: World = field(default_factory=World)
    armed: bool = False
    takes: float = 0.0
    """Seconds that each reply takes: what is painted between two of them must not stay."""
    entry: SessionEntry = field(init=False)

    def __post_init__(self) -> None:
        self.world.tamper = self._tamper

    @property
    def clock(self) -> ManualClock:
        """The clock of all."""
        return self.world.clock

    @property
    def books(self) -> tuple[int, Decimal]:
        """How many jobs there are, and what was charged."""
        self.world.server.advance()
        return len(self.entry.jobs), self.entry.charged

    @property
    def over(self) -> bool:
        """True where nothing more will be charged."""
        return not self.entry.active and all(job.finished for job in self.entry.jobs)

    def engine(self, journal: Journal) -> Engine:
        """Return what a window has: its own budget of requests included."""
        cloud = _Cloud(self)
        connection = Connection("default", "http://localhost/v0.4", key_masked="••••1234", source="environment")
        return Engine(connection, cloud, self.clock, journal, 5.0)

    async def begin(self, engine: Engine) -> None:
        """Open the session, with a first few jobs that are finished."""
        self.world.cloud._runner.gate = RequestBudget(self.clock)
        opening = asyncio.create_task(engine.actions.open("token", OpenRequest(BACKEND)))
        while not opening.done():
            await self.clock.settle()
            await asyncio.sleep(0.001)
        outcome = opening.result()
        assert isinstance(outcome, Opened)
        self.entry = self.world.server.sessions[outcome.session.id]
        many_jobs(self.world.server, self.entry, self.first)

    @property
    def first(self) -> int:
        """How many jobs had finished before anything happened."""
        return 105 if self.case.jobs is Jobs.PAGES else 3

    async def keep_costs(self, engine: Engine) -> None:
        """Let this machine know what the first jobs cost: what is looked at is what comes later."""
        costs = {job.id: JobCost(cost=Money(job.cost or Decimal(0), "usd")) for job in self.entry.jobs[: self.first]}
        await engine.journal.keep_costs(engine.place(), self.entry.id, costs)

    def more_jobs(self) -> None:
        """Let jobs finish, and others be sent where some are to run at the end."""
        self.world.server.advance()
        many_jobs(self.world.server, self.entry, MORE)
        if self.case.jobs is Jobs.RUNNING:
            for _ in range(2):
                self.world.server.submit(self.entry.creator_id, Order(BACKEND, session_id=self.entry.id))

    def end(self) -> None:
        """End the session, as somebody else does."""
        self.world.server.advance()
        self.world.server.end(self.entry, "somebody-else")

    def _tamper(
        self, method: str, path: str, query: tuple[tuple[str, str], ...]
    ) -> tuple[int, dict[str, str], bytes] | None:
        if not (self.armed and method == "GET" and self.case.hit.of(path)):
            return None
        match self.case.kind:
            case Kind.SERVER:
                return 500, {}, _error(500)
            case Kind.SECOND_PAGE:
                return (500, {}, _error(500)) if dict(query).get("next") else None
            case Kind.LIMITED:
                return 429, {"Retry-After": "3"}, _error(429)
            case Kind.FORBIDDEN:
                return 403, {}, _error(403)
            case Kind.CUT:
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
            case Kind.UNREADABLE:
                return 200, {"Content-Type": "text/html"}, b"<html><head><title>Sign in</title></head></html>"
            case Kind.ONE_UNREADABLE | Kind.LATE:
                return self._told_less(method, path, query)
        return None

    def _told_less(
        self, method: str, path: str, query: tuple[tuple[str, str], ...]
    ) -> tuple[int, dict[str, str], bytes]:
        headers = {"authorization": "apiKey demo-key-of-nobody"}
        status, _, body = self.world._answer(method, path, query, headers, b"")
        told = json.loads(body)
        if self.case.hit is Hit.COST:
            told.pop("cost", None)
        elif self.case.kind is Kind.LATE:
            newest = {job.id for job in self.entry.jobs[self.first :]}
            told["jobs"] = [job for job in told["jobs"] if job["id"] not in newest]
        else:
            told["jobs"][0] = {"id": 7}
        return status, {}, json.dumps(told).encode()


def _error(status: int) -> bytes:
    return json.dumps({"statusCode": status, "error": "Simulated", "message": "a reason"}).encode()


_PRINTED: ContextVar[io.StringIO] = ContextVar("printed")


class Routed(io.TextIOBase):
    """Standard output and error of several commands in one process: what a task prints is its own."""

    def write(self, text: str) -> int:
        """Take text in."""
        return _PRINTED.get().write(text)


class Command:
    """`show` or `watch`, with an engine of its own as its process has; `text` is what it has printed so far."""

    def __init__(self, scene: Scene, engine: Engine, run: Callable[..., Coroutine[None, None, int]]) -> None:
        self._printed = io.StringIO()
        self.task = asyncio.create_task(self._run(scene, engine, run))

    @property
    def text(self) -> str:
        return self._printed.getvalue()

    async def _run(self, scene: Scene, engine: Engine, run: Callable[..., Coroutine[None, None, int]]) -> None:
        _PRINTED.set(self._printed)
        args = argparse.Namespace(id=scene.entry.id, json=False, markdown=False, not_mine=False)
        given = (Settings(), args, None) if run is watch._watch else (args,)
        try:
            await run(engine, *given)
        except CommandError as stop:
            print(stop)


def show(scene: Scene, engine: Engine) -> Command:
    """Start `show`."""
    return Command(scene, engine, listings._show)


def watching(scene: Scene, engine: Engine) -> Command:
    """Start `watch`."""
    return Command(scene, engine, watch._watch)
