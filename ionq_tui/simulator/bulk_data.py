"""Large data sets created at once: thousands of sessions, or thousands of jobs in one session."""

from __future__ import annotations

from datetime import timedelta

from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.random_stream import hashed_id, stream, uuid7
from ionq_tui.simulator.store import JobEntry, Order, SessionEntry, Terms

_CROWD = 40
"""Number of users who opened the added sessions."""


def many_sessions(cloud: SimulatedCloud, count: int = 5000) -> list[SessionEntry]:
    """Add started, active sessions of other users, one minute apart, that receive no jobs."""
    usable = [machine.name for machine in MACHINES.values() if machine.status == "available" and machine.per_shot]
    added = []
    for number in range(count):
        random = stream(cloud.seed, "crowd", number)
        opened = cloud.now - timedelta(minutes=count - number)
        session = SessionEntry(
            uuid7(opened, random), random.choice(usable), hashed_id("crowd", str(number % _CROWD)), cloud.project_id,
            opened, Terms(jobs=random.randint(10, 500), given=True), started_at=opened + timedelta(seconds=5),
        )  # fmt: skip
        cloud.sessions[session.id] = cloud.active[session.id] = session
        added.append(session)
    return added


def many_jobs(cloud: SimulatedCloud, session: SessionEntry, count: int = 20_000) -> list[JobEntry]:
    """Add completed and charged jobs to a session, 20 seconds apart, the last one just completed."""
    machine = MACHINES[session.backend]
    added = []
    for number in range(count):
        random = stream(cloud.seed, "many", session.id, len(session.jobs))
        submitted = cloud.now - timedelta(seconds=20 * (count - number))
        order = Order(session.backend, shots=1000, qubits=12, name=f"sweep-{number + 1:05d}", session_id=session.id)
        price = machine.price(order.shots, random)
        job = JobEntry(
            uuid7(submitted, random), order, session.creator_id, session.project_id, submitted,
            may_start_at=submitted + timedelta(seconds=2), run_ms=14_000, estimate=machine.estimate(order.shots),
            price=price, session=session, lane=session.lane, number=len(cloud.log), place=len(session.jobs),
            status="completed", started_at=submitted + timedelta(seconds=2),
            completed_at=submitted + timedelta(seconds=16), cost=price,
        )  # fmt: skip
        cloud.jobs[job.id] = job
        cloud.log.append(job)
        session.jobs.append(job)
        session.charged += price
        cloud.usage_records.enter(job)
        added.append(job)
    if session.started_at is None:
        cloud.begin(session)
    return added
