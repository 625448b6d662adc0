"""The seeded demo data: other users' sessions, and programs that submit jobs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean

import pytest

from ionq_tui.simulator.bulk_data import many_jobs, many_sessions
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.store import Terms
from ionq_tui.simulator.validation import FAILURES

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.parametrize("seed", range(4))
def test_home_shows_others_at_work_on_several_backends(seed: int) -> None:
    cloud = SimulatedCloud(StoppedClock(), seed=seed)
    active = list(cloud.active.values())
    assert 2 <= len(active) <= 4
    assert len({session.backend for session in active}) == 3
    assert max(cloud.now - session.created_at for session in active) > timedelta(hours=5)
    assert Counter(session.status for session in active) == {"started": 3, "created": 1}
    over = [session for session in cloud.sessions.values() if not session.active]
    assert len(over) == 4
    assert {session.ender_id is None for session in over} == {True, False}
    assert all(UUID7.fullmatch(one) for one in (*cloud.sessions, *cloud.jobs))


def test_others_come_and_go() -> None:
    clock = StoppedClock()
    cloud = SimulatedCloud(clock)
    seeded = set(cloud.sessions)
    for _ in range(48):
        clock.advance(600)
        cloud.advance()
        assert 1 <= len(cloud.active) <= 4
    assert len(cloud.sessions) - len(seeded) >= 4


def test_a_session_opened_in_the_demo_comes_to_life() -> None:
    clock = StoppedClock()
    cloud = SimulatedCloud(clock, colleagues=False)
    session = cloud.open_session("me", "qpu.forte-1", Terms())
    clock.advance(5)
    cloud.advance()
    assert session.status == "started" and len(session.jobs) == 1
    clock.advance(4 * 3600)
    cloud.advance()
    done = [job for job in session.jobs if job.finished]
    gaps = [later.submitted_at - job.submitted_at for job, later in pairwise(done)]
    assert timedelta(seconds=10) < min(gaps) and max(gaps) < timedelta(seconds=30)
    assert done[30].order.name == "vqe-iter-031" and done[30].order.shots == 1000
    assert 13_000 < mean(job.run_ms for job in done) < 15_000
    assert 0.6 < mean(float(job.cost or 0) for job in done if job.status == "completed") < 0.7
    failed = [job for job in done if job.status == "failed"]
    assert 1 / 16 < len(failed) / len(done) < 1 / 9
    assert {job.failure[0] for job in failed if job.failure} <= FAILURES


def test_the_workload_uses_a_session_up_to_its_money() -> None:
    clock = StoppedClock()
    cloud = SimulatedCloud(clock, colleagues=False)
    session = cloud.open_session("me", "qpu.aria-1", Terms(money=Decimal(5), given=True))
    clock.advance(3600)
    cloud.advance()
    assert session.status == "ended" and session.ender_id is None
    assert Decimal("4.90") < session.charged <= 5


def test_without_a_workload_nothing_runs_but_colleagues_are_there() -> None:
    cloud = SimulatedCloud(StoppedClock(), workload=False)
    assert not cloud.jobs
    assert Counter(session.status for session in cloud.active.values()) == {"started": 3, "created": 1}


def test_large_worlds_are_made_at_once() -> None:
    cloud = SimulatedCloud(StoppedClock(), workload=False, colleagues=False)
    crowd = many_sessions(cloud, 300)
    jobs = many_jobs(cloud, crowd[0], 500)
    assert len(cloud.active) == 300 and list(cloud.sessions.values()) == crowd
    assert [job.place for job in jobs] == list(range(500)) == [job.number for job in cloud.log]
    assert crowd[0].charged == sum(job.cost or 0 for job in jobs)
    today = cloud.usage_records.days("user", cloud.now.date(), cloud.now.date())[cloud.now.date()]
    assert today[crowd[0].creator_id].jobs == 500
    more = many_jobs(cloud, crowd[0], 5)
    assert len(cloud.jobs) == 505 and crowd[0].jobs[-5:] == more
