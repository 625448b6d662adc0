"""clone_job: one request, an id or an error, and never a silence about a job that may exist."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
from ionq_core.api.default import clone_job
from ionq_core.models.clone_job_payload import CloneJobPayload

import ionq_tui
from ionq_tui import IonQClient
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.store import JobEntry, Order, SessionEntry, Terms
from tests.contract.both import BACKEND, World, refusal, world_of

Call = Callable[[IonQClient, str, str], str]


def _sync(client: IonQClient, job_id: str, session_id: str) -> str:
    return client.clone_job(job_id, session_id)


def _async(client: IonQClient, job_id: str, session_id: str) -> str:
    async def work() -> str:
        async with client:
            return await client.async_clone_job(job_id, session_id)

    return asyncio.run(work())


@pytest.fixture
def world() -> Iterator[World]:
    with world_of() as made:
        yield made


@pytest.fixture
def session(world: World) -> SessionEntry:
    with world.cloud.lock:
        return world.cloud.open_session("me", BACKEND, Terms(jobs=9, given=True))


@pytest.fixture
def job(world: World, session: SessionEntry) -> JobEntry:
    with world.cloud.lock:
        return world.cloud.cancel(world.cloud.submit("me", Order(BACKEND, session_id=session.id, name="scan")))


def posts(world: World) -> list[str]:
    return [one.path for one in world.heard if one.method == "POST"]


@pytest.mark.parametrize("call", [_sync, _async])
def test_it_returns_the_id_of_the_clone(world: World, session: SessionEntry, job: JobEntry, call: Call) -> None:
    with world.ours() as client:
        made = call(client, job.id, session.id)
    assert session.jobs[-1].id == made != job.id and session.jobs[-1].order.name == "scan"
    assert posts(world) == [f"/v0.4/jobs/{job.id}/clone"]


def test_the_official_client_sends_to_the_same_address(world: World, session: SessionEntry, job: JobEntry) -> None:
    with world.ours() as client:
        made = clone_job.sync(job.id, client=client, body=CloneJobPayload(session_id=session.id))
        assert made is not None and made.id == session.jobs[-1].id
        client.clone_job(job.id, session.id)
    assert posts(world) == [f"/v0.4/jobs/{job.id}/clone"] * 2


@pytest.mark.parametrize("call", [_sync, _async])
def test_a_refusal_is_the_apis_own_error(world: World, session: SessionEntry, job: JobEntry, call: Call) -> None:
    world.bend = lambda request: refusal(422) if request.method == "POST" else None
    with world.ours() as client, pytest.raises(ionq_tui.APIError, match=f"Failed to clone job {job.id}") as caught:
        call(client, job.id, session.id)
    assert caught.value.status_code == 422 and len(posts(world)) == 1


@pytest.mark.parametrize("call", [_sync, _async])
def test_a_lost_reply_is_settled_by_the_mark(world: World, session: SessionEntry, job: JobEntry, call: Call) -> None:
    def lose(request: Request) -> Reply | None:
        return refusal(respond(world.cloud, request).status + 301) if request.method == "POST" else None  # 502

    world.bend = lose
    with world.ours() as client:
        assert call(client, job.id, session.id) == session.jobs[-1].id
    assert len(posts(world)) == 1 and len(session.jobs) == 2


def test_a_clone_that_may_exist_is_an_error_of_its_own(
    world: World, session: SessionEntry, job: JobEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ionq_tui.api.clone_flow.OPEN_CHECK_DELAYS", (0.0, 0.0))
    world.bend = lambda request: refusal(500) if request.method == "POST" else None
    with world.ours() as client, pytest.raises(ionq_tui.CloneUncertain, match="may exist anyway") as caught:
        client.clone_job(job.id, session.id)
    assert caught.value.session_id == session.id and caught.value.mark in str(caught.value)
    assert isinstance(caught.value.__cause__, ionq_tui.ServerError)
    assert len(posts(world)) == 1


def test_without_the_original_nothing_is_sent(world: World, session: SessionEntry) -> None:
    with world.ours() as client, pytest.raises(ionq_tui.NotFoundError, match="the metadata of job none"):
        client.clone_job("none", session.id)
    assert posts(world) == []


@pytest.mark.parametrize("place", [None, "another"])
@pytest.mark.parametrize("call", [_sync, _async])
def test_a_clone_that_is_not_in_the_session_is_no_success(
    world: World, session: SessionEntry, job: JobEntry, call: Call, place: str | None
) -> None:
    body = json.dumps({"id": "new", "session_id": place}).encode()
    made = Reply(201, (("content-type", "application/json"),), body)
    world.bend = lambda request: made if request.method == "POST" else None
    with world.ours() as client, pytest.raises(ionq_tui.CloneUncertain, match="the clone exists as new") as caught:
        call(client, job.id, session.id)
    assert caught.value.job_id == "new" and len(posts(world)) == 1


@pytest.mark.parametrize("wrong", ["", "a b"])
def test_a_malformed_session_id_is_refused_before_the_request(world: World, job: JobEntry, wrong: str) -> None:
    for call in (_sync, _async):
        with world.ours() as client, pytest.raises(ionq_tui.IonQError, match="malformed id"):
            call(client, job.id, wrong)
    assert posts(world) == []
