from __future__ import annotations

import asyncio

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.job_details import JobDetails
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.job_detail import Findings, JobDetail
from tests.unit.engine.clock import ManualClock, running
from tests.unit.engine.cloud import MISSING, OFFLINE, ScriptedCloud, job

DONE, WAITING = job(1), job(1, "ready")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(clock: ManualClock) -> ScriptedCloud:
    return ScriptedCloud(clock)


@pytest.fixture
def job_details(cloud: ScriptedCloud) -> JobDetails:
    return JobDetails(cloud)


async def test_a_result_is_asked_for_once_it_is_there(job_details: JobDetails, cloud: ScriptedCloud) -> None:
    await job_details.ask(WAITING)
    await job_details.ask(WAITING)
    assert cloud.counted() == ["detail job-0001"]
    assert job_details.findings.value == Findings(JobDetail("job-0001", 2))
    await job_details.ask(DONE)
    await job_details.ask(DONE)
    assert cloud.counted() == ["detail job-0001", "probabilities job-0001"]
    assert job_details.findings.value == Findings(JobDetail("job-0001", 2), {})


async def test_a_job_that_failed_has_no_result(job_details: JobDetails, cloud: ScriptedCloud) -> None:
    await job_details.ask(job(1, "failed"))
    assert cloud.counted() == ["detail job-0001"]


async def test_what_could_not_be_read_is_told_and_asked_again_where_somebody_wants_it(
    job_details: JobDetails, cloud: ScriptedCloud
) -> None:
    cloud.faults = {"detail": OFFLINE, "probabilities": MISSING}
    await job_details.ask(DONE)
    assert job_details.findings.value == Findings(OFFLINE, MISSING)
    assert not job_details.findings.value.known
    cloud.counted()
    await job_details.ask(DONE)
    assert cloud.counted() == []
    cloud.faults.clear()
    job_details.forget_faults()
    await job_details.ask(DONE)
    assert job_details.findings.value == Findings(JobDetail("job-0001", 2), {})
    cloud.counted()
    job_details.forget_faults()
    await job_details.ask(DONE)
    assert cloud.counted() == []


async def test_a_screen_that_was_left_early_leaves_the_question_open(
    job_details: JobDetails, cloud: ScriptedCloud, clock: ManualClock
) -> None:
    cloud.gate = asyncio.Event()
    async with running(job_details.ask(DONE)):
        await clock.settle()
    cloud.gate = None
    await job_details.ask(DONE)
    assert job_details.findings.value.shares == {}


async def test_the_newest_few_are_kept(cloud: ScriptedCloud, clock: ManualClock) -> None:
    engine = Engine(Connection("lab"), cloud, clock, Journal(":memory:"), 5.0)
    first = engine.job_details("0")
    assert engine.job_details("0") is first
    for number in range(1, 50):
        engine.job_details(f"{number}")
    assert engine.job_details("0") is first
    for number in range(50, 100):
        engine.job_details(f"{number}")
    assert engine.job_details("0") is not first
