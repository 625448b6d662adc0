"""The official client works with the simulated cloud over a real loopback socket."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from functools import partial
from typing import Final
from uuid import UUID

import pytest
from ionq_core import IonQClient, SessionManager, iter_session_jobs
from ionq_core.api.backends import get_backend, get_backends
from ionq_core.api.characterizations import get_characterization, get_characterizations_for_backend
from ionq_core.api.default import (
    cancel_job,
    cancel_jobs,
    create_job,
    estimate_job_cost,
    get_job,
    get_job_artifact,
    get_job_cost,
    get_job_probabilities,
    get_jobs,
    get_session,
    get_session_jobs,
    get_sessions,
)
from ionq_core.api.usage import get_usages
from ionq_core.api.whoami import get_whoami
from ionq_core.client import AuthenticatedClient
from ionq_core.exceptions import AuthenticationError, BadRequestError, NotFoundError
from ionq_core.models import CircuitJobCreationPayload, JobsBulkOperationRequest
from ionq_core.models.ionq_native_v1 import IonqNativeV1
from ionq_core.models.job_creation_response import JobCreationResponse

from ionq_tui.api import operations
from ionq_tui.api.client import IonQClient as OurClient
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import respond
from ionq_tui.simulator.server import Server

# ionq_core warns that a key sent over http can be intercepted. Here it only crosses the loopback interface.
pytestmark = pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")

BACKEND: Final = "qpu.forte-1"
DAY = datetime.date(2026, 11, 22)


class World:
    """A quiet cloud behind a socket, and the official client before it."""

    def __init__(self, url: str, cloud: SimulatedCloud, clock: StoppedClock) -> None:
        self.url = url
        self.cloud = cloud
        self.clock = clock
        self.client = self.connect("any-key-will-do")

    def connect(self, key: str) -> AuthenticatedClient:
        return IonQClient(api_key=key, base_url=self.url, max_retries=0)

    def submit(self, session_id: str | None, **members: object) -> str:
        body = CircuitJobCreationPayload.from_dict(
            {
                "backend": BACKEND,
                "type": "ionq.circuit.v1",
                "shots": 1000,
                "name": "bell",
                "session_id": session_id,
                "input": {"qubits": 2, "gateset": "qis", "circuit": [{"gate": "h", "target": 0}]},
                **members,
            }
        )
        made = create_job.sync(client=self.client, body=body)
        assert isinstance(made, JobCreationResponse)
        assert made.session_id == session_id
        return made.id


@pytest.fixture
def world() -> Iterator[World]:
    clock = StoppedClock()
    cloud = SimulatedCloud(clock, workload=False)
    with Server(partial(respond, cloud)) as server:
        world = World(server.url, cloud, clock)
        with world.client:
            yield world


def test_it_reads_who_the_key_is_and_the_same_key_is_the_same(world: World) -> None:
    first, again = (get_whoami.sync(client=world.client) for _ in range(2))
    with world.connect("another-key") as other:
        third = get_whoami.sync(client=other)
    assert first is not None and third is not None
    assert first == again
    assert first.key_id != third.key_id
    assert first.project_id == UUID(world.cloud.project_id)


def test_it_reads_backends_and_what_was_measured(world: World) -> None:
    listed = get_backends.sync(client=world.client)
    assert listed is not None
    assert {backend.status for backend in listed} == {"available", "unavailable", "retired"}
    one = get_backend.sync(BACKEND, client=world.client)
    assert one is not None and one.qubits == 36
    measured = get_characterizations_for_backend.sync(BACKEND, client=world.client, limit=2)
    assert measured is not None and len(measured.characterizations) == 2
    latest = get_characterization.sync(BACKEND, UUID(str(one.characterization_id)), client=world.client)
    assert latest == measured.characterizations[0]


def test_it_opens_a_session_works_in_it_and_ends_it(world: World) -> None:
    with SessionManager(world.client, BACKEND, max_jobs=10, max_time=30, max_cost=9.5) as session:
        session_id = str(session.session_id)
        assert session.status() == "created"
        job_id = world.submit(session_id)
        assert session.status() == "started"
        entry = world.cloud.sessions[session_id]
        assert (entry.terms.jobs, entry.terms.minutes, str(entry.terms.money)) == (10, 30, "9.5")
        before = get_job_cost.sync(job_id, client=world.client)
        assert before is not None and before.to_dict()["estimated_cost"] == {"value": 0.71, "unit": "usd"}
        world.clock.advance(30)
        done = get_job.sync(job_id, client=world.client)
        assert done is not None and not isinstance(done, int) and done.status == "completed"
        after = get_job_cost.sync(job_id, client=world.client)
        assert after is not None
        assert after.to_dict()["cost"] == {"value": float(entry.charged), "unit": "usd"}
        assert done.to_dict()["stats"]["qubits"] == 2 and set(done.to_dict()["stats"]["gate_counts"]) == {"1q", "2q"}
        result = get_job_probabilities.sync(job_id, client=world.client)
        assert result is not None and sum(result.to_dict().values()) == pytest.approx(1)
    assert session.status() == "ended"
    ended = get_session.sync(session_id, client=world.client)
    assert ended is not None and ended.ender_id == ended.creator_id == entry.creator_id


def test_it_downloads_shots_and_the_compiled_circuit_and_reads_what_our_client_reads(world: World) -> None:
    job_id = world.submit(None, shots=200)
    world.clock.advance(3000)
    done = get_job.sync(job_id, client=world.client)
    assert done is not None and not isinstance(done, int)
    told = done.to_dict()
    compiled = told["output"]["compilation"]["compiled_circuits"]["ionq.native.v1"]
    with OurClient(api_key="any-key-will-do", base_url=world.url) as ours:
        detail = ours.runner.run(operations.job_detail(job_id))
        shots, circuit = (ours.runner.run(operations.artifact(job_id, one)) for one in detail.artifacts)
    assert [one.id for one in detail.artifacts] == [told["results"]["shots"]["id"], compiled["id"]]
    theirs = [
        json.loads(get_job_artifact.sync_detailed(job_id, one.id, client=world.client).content)
        for one in detail.artifacts
    ]
    assert len(theirs[0]) == 200 and shots.shots is not None
    assert [*shots.shots.outcomes] == [(one,) for one in theirs[0]]
    read = IonqNativeV1.from_dict(theirs[1])
    assert circuit.circuit is not None and circuit.circuit.qubits == read.qubits
    assert [gate.name for gate in circuit.circuit.gates] == [one["gate"] for one in read.to_dict()["circuit"]]


async def test_its_async_session_lives_too(world: World) -> None:
    async with world.connect("any-key-will-do") as client:
        async with SessionManager(client, BACKEND) as session:
            assert await session.async_status() == "created"
        assert await session.async_status() == "ended"


def test_it_pages_through_a_sessions_jobs_and_cancels(world: World) -> None:
    with SessionManager(world.client, BACKEND) as session:
        session_id = str(session.session_id)
        made = [world.submit(session_id) for _ in range(7)]
        page = get_session_jobs.sync(session_id, client=world.client, limit=3)
        assert page is not None and len(page.jobs) == 3 and page.next_
        assert [job.id for job in iter_session_jobs(world.client, session_id, limit=3)] == made[::-1]
        some = get_session_jobs.sync(session_id, client=world.client, ids=[made[1], made[4], "unknown"])
        assert some is not None and [job.id for job in some.jobs] == [made[4], made[1]]
        cancel_job.sync(made[0], client=world.client)
        many = cancel_jobs.sync(client=world.client, body=JobsBulkOperationRequest(ids=made[1:3]))
        assert many is not None and many.to_dict() == {"ids": made[1:3], "status": "canceled"}
        gone = get_jobs.sync(client=world.client, session_id=session_id, status="canceled")
        assert gone is not None and [job.id for job in gone.jobs] == made[2::-1]


def test_it_reads_sessions_an_estimate_and_the_usage(world: World) -> None:
    listed = get_sessions.sync(client=world.client, active=True)
    assert listed is not None
    assert [session.id for session in listed.sessions] == list(world.cloud.active)[::-1]
    estimate = estimate_job_cost.sync(client=world.client, backend=BACKEND, shots=1000)
    assert estimate is not None and estimate.estimated_total_cost == 0.71
    half = estimate_job_cost.sync(
        client=world.client,
        backend="qpu.forte-enterprise-1",
        shots=500,
        qubits=12,
        field_1q_gates=30,
        field_2q_gates=40,
    )
    assert half is not None and half.estimated_unit == "usd" and half.current_predicted_queue_time > 0
    assert 0 < half.estimated_total_cost < estimate.estimated_total_cost
    world.submit(None, dry_run=True)
    job = world.cloud.jobs[world.submit(None, backend="simulator", shots=10)]
    world.clock.advance(60)
    usage = get_usages.sync(
        listed.organization_id, client=world.client, start_date=DAY, end_date=DAY, group_by="user", modality="monthly"
    )
    assert usage is not None
    shown = usage.to_dict()
    assert job.status == "completed"
    assert (shown["job_count"], shown["amount_total"]) == (1, 0.0)
    assert shown["usage_data"][0]["group_usages"][0]["group_id"] == job.submitter_id


def test_refusals_become_the_clients_own_errors(world: World) -> None:
    with pytest.raises(BadRequestError):
        SessionManager(world.client, "qpu.harmony").open()
    with pytest.raises(BadRequestError):
        SessionManager(world.client, BACKEND, max_jobs=0).open()
    with pytest.raises(NotFoundError):
        SessionManager.from_id(world.client, "no-such-session").status()
    with world.connect("revoked") as refused, pytest.raises(AuthenticationError):
        get_whoami.sync(client=refused)
