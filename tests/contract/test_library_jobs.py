"""`wait_for_job` and the iterators over jobs, on the simulated cloud, beside the official client's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import ionq_core
import pytest
from ionq_core.client import AuthenticatedClient
from ionq_core.types import UNSET

import ionq_tui
from ionq_tui import InvalidLimitError, IonQClient
from ionq_tui.model.job import Job
from ionq_tui.simulator.http import Reply
from ionq_tui.simulator.store import Order
from tests.contract.both import BACKEND, World, refusal, world_of

NAMES = ["wait_for_job", "async_wait_for_job", "iter_jobs", "aiter_jobs", "iter_session_jobs", "aiter_session_jobs"]
pytestmark = pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")


@pytest.fixture
def world() -> Iterator[World]:
    with world_of() as made:
        yield made


@pytest.fixture
def official(world: World) -> Iterator[AuthenticatedClient]:
    with world.official() as made:
        yield made


def session_with(world: World, jobs: int) -> tuple[str, list[str]]:
    """Open a session, submit jobs into it and two outside of it, and return the ids of session and jobs."""
    with world.ours() as client:
        session = client.create_session(BACKEND)
        me = world.cloud.sessions[session.id].creator_id
        made = [world.cloud.submit(me, Order(BACKEND, session_id=session.id)).id for _ in range(jobs)]
        world.cloud.submit("somebody", Order("simulator"))
        world.cloud.submit(me, Order("simulator"))
    world.taken()
    return session.id, made


def let_time_pass(world: World, seconds: float) -> None:
    """Let so many simulated seconds pass before each request is answered."""
    world.bend = lambda _: world.clock.advance(seconds)


def quick(client: IonQClient) -> IonQClient:
    """Return the client with pauses that take no time."""
    client.runner._patience = 0.0
    return client


@pytest.mark.parametrize("name", NAMES)
def test_names_and_arguments_are_theirs(name: str) -> None:
    ours, theirs = getattr(ionq_tui, name), getattr(ionq_core, name)
    own, others = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
    assert [(one.name, one.kind) for one in own.values()] == [(one.name, one.kind) for one in others.values()]
    for parameter in others.values():
        if parameter.default is not UNSET:  # None here
            assert own[parameter.name].default == parameter.default
    assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs)


async def test_a_job_is_waited_for_until_it_is_done(world: World, official: AuthenticatedClient) -> None:
    _, ids = session_with(world, 2)
    async with quick(world.ours()) as client:
        let_time_pass(world, 30)
        job = ionq_tui.wait_for_job(client, ids[0])
        assert (type(job), job.id, job.status) == (Job, ids[0], "completed")
        assert (await ionq_tui.async_wait_for_job(client, ids[1])).completed
        assert set(world.asked()) == {f"GET /jobs/{one}" for one in ids}
    assert ionq_core.wait_for_job(official, ids[0]).status == "completed"


async def test_a_job_that_fails_raises_an_error_that_both_libraries_catch(world: World) -> None:
    failed = world.cloud.submit("somebody", Order(BACKEND), ("TooLong", "the circuit is too long"))
    let_time_pass(world, 36_000)
    async with quick(world.ours()) as client:
        with pytest.raises(ionq_core.JobFailedError, match="TooLong: the circuit is too long") as caught:
            ionq_tui.wait_for_job(client, failed.id)
        with pytest.raises(ionq_tui.JobFailedError) as again:
            await ionq_tui.async_wait_for_job(client, failed.id)
        assert caught.value.job_id == again.value.job_id == failed.id
        assert ionq_tui.wait_for_job(client, failed.id, raise_on_failure=False).failed
        with pytest.raises(ionq_core.JobFailedError):  # theirs on our client
            ionq_core.wait_for_job(client, failed.id)


async def test_a_job_that_takes_too_long_raises_an_error_with_their_text(world: World) -> None:
    _, ids = session_with(world, 1)
    async with world.ours() as client:
        with pytest.raises(ionq_core.JobTimeoutError) as theirs:
            ionq_core.wait_for_job(client, ids[0], timeout=0)
        with pytest.raises(ionq_core.JobTimeoutError) as ours:
            ionq_tui.wait_for_job(client, ids[0], timeout=0)
        with pytest.raises(ionq_tui.JobTimeoutError):
            await ionq_tui.async_wait_for_job(client, ids[0], timeout=0)
    assert type(ours.value).__module__ == "ionq_tui.api.errors"
    assert (str(ours.value), vars(ours.value)) == (str(theirs.value), vars(theirs.value))


async def test_each_iterator_yields_what_theirs_yields_with_the_same_requests(
    world: World, official: AuthenticatedClient
) -> None:
    session_id, ids = session_with(world, 5)
    filters: list[dict[str, object]] = [
        {"limit": 2},
        {"limit": 3, "status": "submitted"},
        {"target": "simulator"},
        {"submitter_id": "somebody"},
    ]
    async with world.ours() as client:
        for given in filters:
            world.taken()
            theirs = [job.id for job in ionq_core.iter_jobs(official, **given)]  # type: ignore[arg-type]
            sent = world.taken()
            assert theirs and [job.id for job in ionq_tui.iter_jobs(client, **given)] == theirs  # type: ignore[arg-type]
            if "limit" in given:  # otherwise ours asks for larger pages
                assert [(one.path, sorted(one.query)) for one in world.taken()] == [
                    (one.path, sorted(one.query)) for one in sent
                ]
            assert [job.id async for job in ionq_tui.aiter_jobs(client, **given)] == theirs  # type: ignore[arg-type]
            world.taken()
            theirs = [job.id for job in ionq_core.iter_session_jobs(official, session_id, **given)]  # type: ignore[arg-type]
            own = [job.id for job in ionq_tui.iter_session_jobs(client, session_id, **given)]  # type: ignore[arg-type]
            twin = [job.id async for job in ionq_tui.aiter_session_jobs(client, session_id, **given)]  # type: ignore[arg-type]
            assert own == twin == theirs
        assert sorted(job.id for job in ionq_tui.iter_jobs(client, session_id=session_id)) == sorted(ids)
        everything = [job.id for job in ionq_tui.iter_jobs(client)]
        assert len(everything) == 7
        unset = {name: UNSET for name in ("status", "target", "session_id", "submitter_id", "limit")}
        assert [job.id for job in ionq_tui.iter_jobs(client, **unset)] == everything  # type: ignore[arg-type]


async def test_a_list_that_never_ends_does(world: World) -> None:
    session_id, ids = session_with(world, 1)
    page = Reply(200, refusal(200).headers, f'{{"jobs": [{{"id": "{ids[0]}"}}], "next": "again"}}'.encode())
    world.bend = lambda _: page
    async with world.ours() as client:
        with pytest.raises(ionq_tui.IonQError, match=r"Failed to fetch the list of jobs: .* the same cursor twice"):
            list(ionq_tui.iter_jobs(client))
        with pytest.raises(ionq_tui.IonQError, match="the same cursor twice"):
            [job async for job in ionq_tui.aiter_session_jobs(client, session_id)]
    assert len(world.asked()) == 4


@pytest.mark.parametrize("limit", [0, -1, 2**31, True, "ten", 1.5])
def test_a_page_size_that_is_none_is_refused(world: World, limit: int) -> None:
    with world.ours() as client:
        for ask in (
            lambda: ionq_tui.iter_jobs(client, limit=limit),
            lambda: ionq_tui.aiter_jobs(client, limit=limit),
            lambda: ionq_tui.iter_session_jobs(client, "s", limit=limit),
            lambda: ionq_tui.aiter_session_jobs(client, "s", limit=limit),
        ):
            with pytest.raises(InvalidLimitError, match="limit: "):
                ask()
    assert world.asked() == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "async_wait_for_job"])
def test_a_client_of_theirs_is_refused_by_name(official: AuthenticatedClient, name: str) -> None:
    more = () if name.endswith("iter_jobs") else ("id",)
    with pytest.raises(TypeError, match=rf"{name} of ionq_tui needs a client of ionq_tui, not ionq_core\.client"):
        getattr(ionq_tui, name)(official, *more)


async def test_a_client_of_theirs_is_refused_by_the_async_wait(official: AuthenticatedClient) -> None:
    with pytest.raises(TypeError, match="async_wait_for_job of ionq_tui needs a client of ionq_tui"):
        await ionq_tui.async_wait_for_job(official, "id")  # type: ignore[arg-type]
