"""The simulated IonQ cloud: a state machine on an injected clock, without I/O.

IonQ does not document the following behavior; the choices made here say nothing about IonQ. The first accepted job
starts a session. Ending a session cancels its waiting jobs and lets the running one finish. A session ends by itself
when its time is up, or when it is idle and no further job fits its limits. A cost limit in a unit other than the
billing unit is stored but not enforced.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal

from ionq_tui.simulator.backend import MACHINES, SMALLEST_SHOTS, SimulatedBackend
from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.demo_session import DemoSession
from ionq_tui.simulator.other_users import HISTORY, OtherUsers
from ionq_tui.simulator.random_stream import hashed_id, stream, uuid7
from ionq_tui.simulator.result import Part
from ionq_tui.simulator.scheduler import Scheduler
from ionq_tui.simulator.store import NOTHING, JobEntry, Order, Refusal, SessionEntry, Terms
from ionq_tui.simulator.usage import UsageRecords
from ionq_tui.simulator.workload import Workload


class SimulatedCloud:
    """One organization on the simulated cloud; call `advance()` first, and hold the lock if several threads use it."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        seed: int = 7,
        start: Literal["first-job", "at-once"] = "first-job",
        workload: bool = True,
        colleagues: bool = True,
        unit: str = "usd",
        newest_first: bool = True,
        user: str = "",
    ) -> None:
        """Build the cloud deterministically from the arguments.

        `unit` is the billing unit, `newest_first` the order of job lists, `colleagues` whether other users exist, and
        `user` the creator id of who has a session from the start, such as the user of the demo.
        """
        origin = clock().astimezone(UTC)
        self.lock = threading.RLock()
        self.seed = seed
        self.unit = unit
        self.newest_first = newest_first
        self.organization_id = f"{stream(seed, 'organization').getrandbits(96):024x}"
        self.project_id = hashed_id("project", str(seed))
        self.sessions: dict[str, SessionEntry] = {}
        self.active: dict[str, SessionEntry] = {}
        self.jobs: dict[str, JobEntry] = {}
        self.log: list[JobEntry] = []
        self._children: dict[str, tuple[str, int]] = {}
        """The job and the index of each circuit that has an id of its own."""
        self.usage_records = UsageRecords()
        self.answered = 0
        self.speed = clock.speed if isinstance(clock, FastClock) else 1.0
        """Simulated seconds per second."""
        self._clock = clock
        self._start = start
        self._opened: Counter[str] = Counter()
        self.scheduler = Scheduler(origin - HISTORY if colleagues else origin)
        self._workload = Workload(self) if workload else None
        if colleagues:
            OtherUsers(self, origin, has_workload=workload).arrive()
        self.demo_session = DemoSession(self, origin, user) if user else None
        self.advance()

    @property
    def now(self) -> datetime:
        """The current simulated time."""
        return self.scheduler.now

    def advance(self) -> datetime:
        """Run all actions due by the clock, and return the time."""
        self.scheduler.run_until(self._clock().astimezone(UTC))
        return self.now

    def machine(self, name: str) -> SimulatedBackend:
        """Return the backend of that name, or raise Refusal with status 404."""
        if name not in MACHINES:
            raise Refusal(404, "There is no backend of that name")
        return MACHINES[name]

    def session(self, session_id: str) -> SessionEntry:
        """Return the session with that id, or raise Refusal with status 404."""
        if session_id not in self.sessions:
            raise Refusal(404, "There is no session with that id")
        return self.sessions[session_id]

    def job(self, job_id: str) -> JobEntry:
        """Return the job with that id, or raise Refusal with status 404."""
        if job_id not in self.jobs or self.jobs[job_id].deleted:
            raise Refusal(404, "There is no job with that id")
        return self.jobs[job_id]

    def part(self, job_id: str) -> Part:
        """Return the job, or the circuit of a job, with that id, or raise Refusal with status 404."""
        parent, index = self._children.get(job_id, ("", None))
        return Part(self.job(parent or job_id), index)

    def open_session(self, creator_id: str, backend: str, terms: Terms, *, first_job_in: float = 0) -> SessionEntry:
        """Open a session; the workload submits its first job within seconds, or after `first_job_in` seconds."""
        self._usable(backend)
        self._opened[creator_id] += 1
        random = stream(self.seed, "session", creator_id, self._opened[creator_id])
        session = SessionEntry(uuid7(self.now, random), backend, creator_id, self.project_id, self.now, terms)
        self.sessions[session.id] = self.active[session.id] = session
        if self._start == "at-once":
            self.begin(session)
        if self._workload is not None:
            self._workload.follow(session, first_job_in or random.uniform(2, 5))
        return session

    def begin(self, session: SessionEntry) -> None:
        """Start a session and its time limit."""
        session.started_at = self.now
        if session.terms.minutes is not None:
            session.expires_at = self.now + timedelta(minutes=session.terms.minutes)
            self.scheduler.at(session.expires_at, partial(self.end, session, None))

    def end(self, session: SessionEntry, ender_id: str | None) -> SessionEntry:
        """End a session and cancel its waiting jobs; do nothing if it has ended."""
        if session.active:
            session.ended_at, session.ender_id = self.now, ender_id
            del self.active[session.id]
            waiting = [job for job in session.lane.waiting if not job.finished]
            session.lane.waiting.clear()
            for job in waiting:
                self._close(job, "canceled")
        return session

    def submit(self, submitter_id: str, order: Order, failure: tuple[str, str] | None = None) -> JobEntry:
        """Accept a job or raise Refusal; `failure` is the code and message with which it will fail."""
        machine = self._usable(order.backend)
        session = self._into(order)
        estimate = machine.estimate(order.all_shots)
        if session is not None:
            self._fits(session, NOTHING if order.dry_run else estimate or NOTHING)
        job = self._job(submitter_id, order, machine, session, failure)
        self.jobs[job.id] = job
        self._children |= {child: (job.id, index) for index, child in enumerate(job.child_ids)}
        self.log.append(job)
        job.lane.waiting.append(job)
        job.lane.unfinished += 1
        if session is not None:
            session.jobs.append(job)
            session.reserved += self._reserved(job)
            if session.started_at is None:
                self.begin(session)
        self.scheduler.at(job.submitted_at + (job.may_start_at - job.submitted_at) / 3, partial(self._ready, job))
        self.scheduler.at(job.may_start_at, partial(self._start_next, job))
        return job

    def cancel(self, job: JobEntry) -> JobEntry:
        """Cancel a waiting or running job; raise Refusal if it completed or failed."""
        if job.status in ("completed", "failed"):
            raise Refusal(400, f"The job is {job.status} and cannot be canceled", "UUID", source="params")
        if not job.finished:
            self._close(job, "canceled")
        return job

    def delete(self, job: JobEntry) -> None:
        """Show a job no longer; it is canceled first if it has not finished, and what it cost remains."""
        if not job.finished:
            self._close(job, "canceled")
        job.deleted = True

    def _usable(self, backend: str) -> SimulatedBackend:
        if backend not in MACHINES:
            raise Refusal(400, "There is no backend of that name", "backend")
        machine = MACHINES[backend]
        if machine.status != "available":
            raise Refusal(400, f"Backend {backend} is {machine.status}", "backend")
        return machine

    def _into(self, order: Order) -> SessionEntry | None:
        if order.session_id is None:
            return None
        session = self.sessions.get(order.session_id)
        if session is None:
            raise Refusal(400, "There is no session with that id", "session_id")
        if not session.active:
            raise Refusal(400, "The session has ended", "session_id")
        if session.backend != order.backend:
            raise Refusal(400, f"The session is on {session.backend}", "backend", "session_id")
        return session

    def _fits(self, session: SessionEntry, cost: Decimal) -> None:
        if session.terms.jobs is not None and len(session.jobs) >= session.terms.jobs:
            raise Refusal(400, f"The session's limit of {session.terms.jobs} jobs is reached", "session_id")
        left = session.left(self.unit)
        if left is not None and cost > left:
            raise Refusal(400, f"The job needs {cost} {self.unit}, the session has {left} left", "session_id")

    def _job(
        self,
        submitter_id: str,
        order: Order,
        machine: SimulatedBackend,
        session: SessionEntry | None,
        failure: tuple[str, str] | None,
    ) -> JobEntry:
        place = len(session.jobs) if session is not None else 0
        random = stream(self.seed, "job", session.id if session is not None else len(self.log), place)
        wait = random.uniform(1.5, 4) if session is not None else machine.queue_at(self.now) / 1000
        if failure is None and order.qubits > machine.qubits:
            failure = ("NotEnoughQubits", f"The circuit needs {order.qubits} qubits, the backend has {machine.qubits}")
        job_id = uuid7(self.now, random)
        children = len(order.circuits) if order.several else 0
        job = JobEntry(
            job_id, order, submitter_id, self.project_id, self.now,
            may_start_at=self.now + timedelta(seconds=wait), run_ms=int(random.gauss(14_000, 1_200)),
            estimate=machine.estimate(order.all_shots), price=machine.price(order.all_shots, random), failure=failure,
            session=session, number=len(self.log), place=place,
            child_ids=tuple(uuid7(self.now, stream(self.seed, "child", job_id, one)) for one in range(children)),
        )  # fmt: skip
        if session is not None:
            job.lane = session.lane
        return job

    def _reserved(self, job: JobEntry) -> Decimal:
        return NOTHING if job.order.dry_run or job.estimate is None else job.estimate

    def _ready(self, job: JobEntry) -> None:
        if job.status == "submitted":
            job.status = "ready"

    def _start_next(self, job: JobEntry) -> None:
        lane = job.lane
        while lane.waiting and lane.waiting[0].finished:
            lane.waiting.popleft()
        if lane.running is not None or not lane.waiting or lane.waiting[0].may_start_at > self.now:
            return
        job = lane.running = lane.waiting.popleft()
        job.status, job.started_at = "started", self.now
        self.scheduler.at(self.now + timedelta(milliseconds=job.run_ms), partial(self._finish, job))

    def _finish(self, job: JobEntry) -> None:
        if job.status == "started":
            self._close(job, "completed" if job.failure is None else "failed")

    def _close(self, job: JobEntry, status: Literal["completed", "failed", "canceled"]) -> None:
        """Finish a job: book its cost, and start the next job in its lane."""
        job.status, job.completed_at = status, self.now
        if not job.order.dry_run:
            job.cost = job.price if status == "completed" else NOTHING
        job.lane.unfinished -= 1
        if job.lane.running is job:
            job.lane.running = None
        self.usage_records.enter(job)
        if job.session is not None:
            job.session.reserved -= self._reserved(job)
            job.session.charged += job.cost or NOTHING
            self._settle(job.session)
        self._start_next(job)

    def _settle(self, session: SessionEntry) -> None:
        if not session.active or session.lane.unfinished:
            return
        spent_jobs = session.terms.jobs is not None and len(session.jobs) >= session.terms.jobs
        left, least = session.left(self.unit), MACHINES[session.backend].estimate(SMALLEST_SHOTS)
        spent_money = left is not None and least is not None and left < least
        if spent_jobs or spent_money:
            self.end(session, None)
