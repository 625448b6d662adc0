"""The life cycle of sessions and jobs on the simulated cloud."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import JobEntry, Order, Refusal, SessionEntry, Terms

BACKEND = "qpu.forte-1"


class World:
    """An empty cloud on a stopped clock."""

    def __init__(self, **options: bool) -> None:
        self.clock = StoppedClock()
        self.cloud = SimulatedCloud(self.clock, **{"workload": False, "colleagues": False, **options})  # type: ignore[arg-type]

    def open(self, terms: Terms | None = None) -> SessionEntry:
        return self.cloud.open_session("me", BACKEND, terms or Terms())

    def submit(self, session: SessionEntry | None, shots: int = 1000, dry_run: bool = False) -> JobEntry:
        order = Order(BACKEND, shots=shots, session_id=session.id if session else None, dry_run=dry_run)
        return self.cloud.submit("me", order)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.cloud.advance()


@pytest.fixture
def world() -> World:
    return World()


def test_the_first_job_starts_a_session_and_its_time(world: World) -> None:
    session = world.open(Terms(minutes=5))
    world.wait(3600)
    assert (session.status, session.active, session.expires_at) == ("created", True, None)
    world.submit(session)
    assert (session.status, session.started_at) == ("started", world.clock())
    assert session.expires_at == world.clock() + timedelta(minutes=5)


def test_started_at_once_where_that_is_wished() -> None:
    clock = StoppedClock()
    cloud = SimulatedCloud(clock, start="at-once", workload=False, colleagues=False)
    session = cloud.open_session("me", BACKEND, Terms(minutes=5))
    assert (session.status, session.expires_at) == ("started", clock() + timedelta(minutes=5))


def test_a_session_ends_when_its_time_is_up_to_the_moment(world: World) -> None:
    session = world.open(Terms(minutes=5))
    jobs = [world.submit(session) for _ in range(40)]
    world.wait(1000)
    assert (session.status, session.ended_at, session.ender_id) == ("ended", session.expires_at, None)
    assert jobs[0].status == "completed" and jobs[-1].status == "canceled"
    assert session.reserved == 0 and session.charged == sum(job.cost or 0 for job in jobs)


def test_a_session_ends_idle_once_its_jobs_are_used_up(world: World) -> None:
    session = world.open(Terms(jobs=2))
    world.submit(session)
    last = world.submit(session)
    with pytest.raises(Refusal, match="limit of 2 jobs"):
        world.submit(session)
    assert session.active
    world.wait(120)
    assert (session.status, session.ended_at) == ("ended", last.completed_at)


def test_money_is_reserved_then_charged_and_never_above_the_limit(world: World) -> None:
    session = world.open(Terms(money=Decimal("1.00")))
    job = world.submit(session)
    assert (session.reserved, session.charged) == (Decimal("0.71"), Decimal(0))
    with pytest.raises(Refusal, match=r"0.71 usd, the session has 0.29 left"):
        world.submit(session)
    world.wait(60)
    assert job.cost == session.charged and Decimal("0.60") <= session.charged <= Decimal("0.71")
    assert session.reserved == 0
    while session.ended_at is None:
        world.submit(session, shots=100)
        world.wait(60)
    assert Decimal("0.92") < session.charged <= 1


def test_failed_cancelled_and_dry_jobs_release_what_they_reserved(world: World) -> None:
    session = world.open(Terms(money=Decimal(5)))
    fated = world.cloud.submit(
        "me", Order(BACKEND, shots=1000, session_id=session.id), ("InternalError", "an unlucky day")
    )
    dry, canceled = world.submit(session, dry_run=True), world.submit(session)
    world.cloud.cancel(canceled)
    world.wait(60)
    assert [job.status for job in (fated, dry, canceled)] == ["failed", "completed", "canceled"]
    assert [job.cost for job in (fated, dry, canceled)] == [0, None, 0]
    assert (session.reserved, session.charged) == (Decimal(0), Decimal(0))


def test_jobs_of_a_session_run_one_after_another(world: World) -> None:
    session = world.open()
    jobs = [world.submit(session) for _ in range(4)]
    world.cloud.cancel(jobs[1])
    world.wait(300)
    ran = [jobs[0], *jobs[2:]]
    for earlier, later in pairwise(ran):
        assert earlier.completed_at is not None and later.started_at is not None
        assert earlier.completed_at <= later.started_at


def test_ending_cancels_what_waits_and_lets_the_running_job_finish(world: World) -> None:
    session = world.open()
    running, waiting, later = (world.submit(session) for _ in range(3))
    world.wait(5)
    assert world.cloud.end(session, "me") is world.cloud.end(session, "someone else")
    assert (session.status, session.ender_id, session.id in world.cloud.active) == ("ended", "me", False)
    assert [job.status for job in (running, waiting, later)] == ["started", "canceled", "canceled"]
    world.wait(60)
    assert running.status == "completed" and session.charged == running.cost
    assert waiting.started_at is None
    with pytest.raises(Refusal, match="ended"):
        world.submit(session)


def test_ending_starts_no_job(world: World) -> None:
    session = world.open()
    first, second = world.submit(session), world.submit(session)
    second.may_start_at = world.clock()
    world.cloud.end(session, "me")
    assert [(job.status, job.started_at) for job in (first, second)] == [("canceled", None)] * 2


def test_a_job_too_wide_for_the_backend_fails(world: World) -> None:
    session = world.open()
    job = world.cloud.submit("me", Order(BACKEND, qubits=40, session_id=session.id))
    world.wait(60)
    assert job.status == "failed" and job.failure is not None and job.failure[0] == "NotEnoughQubits"


@pytest.mark.parametrize("backend", ["qpu.harmony", "qpu.aria-2", "qpu.unknown"])
def test_only_available_backends_can_be_used(world: World, backend: str) -> None:
    with pytest.raises(Refusal) as refusal:
        world.cloud.open_session("me", backend, Terms())
    assert refusal.value.status == 400
    assert not world.cloud.sessions


def test_a_limit_in_another_unit_is_kept_but_not_applied(world: World) -> None:
    session = world.open(Terms(money=Decimal("0.01"), unit="credit"))
    assert world.submit(session).session is session


def books(cloud: SimulatedCloud) -> list[object]:
    """Return everything that a test can observe, as plain values."""
    sessions = [
        (s.id, s.status, s.started_at, s.ended_at, s.charged, s.reserved, len(s.jobs)) for s in cloud.sessions.values()
    ]
    jobs = [(j.id, j.status, j.started_at, j.completed_at, j.cost, j.order.name) for j in cloud.log]
    return [sessions, jobs]


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.floats(0.01, 600), max_size=10))
def test_what_happens_does_not_depend_on_when_it_is_asked(pauses: list[float]) -> None:
    asked, alone = StoppedClock(), StoppedClock()
    often, once = SimulatedCloud(asked, seed=3), SimulatedCloud(alone, seed=3)
    for pause in pauses:
        asked.advance(pause)
        often.advance()
        alone.advance(pause)
    once.advance()
    assert books(often) == books(once)


def test_another_seed_is_another_world() -> None:
    one, two = (SimulatedCloud(StoppedClock(), seed=seed) for seed in (1, 2))
    assert one.organization_id != two.organization_id
    assert not set(one.sessions) & set(two.sessions)


def test_a_clock_that_goes_back_changes_nothing(world: World) -> None:
    before = world.cloud.now
    world.wait(-60)
    assert world.cloud.now == before
