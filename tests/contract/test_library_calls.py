"""ionq_core's generated calls run on this client, which is how jobs get into a session."""

from __future__ import annotations

import ionq_core
import ionq_core.exceptions
import pytest
from ionq_core.api.backends import get_backends
from ionq_core.api.default import (
    cancel_job,
    create_job,
    create_session,
    end_session,
    get_job,
    get_job_cost,
    get_session,
    get_session_jobs,
    get_sessions,
)
from ionq_core.api.whoami import get_whoami
from ionq_core.models import CircuitJobCreationPayload
from ionq_core.models.create_session_request import CreateSessionRequest

import ionq_tui
from ionq_tui import IonQClient, SessionManager
from tests.contract.both import BACKEND, KEY, refusal, world_of

ERRORS = {
    400: ionq_tui.BadRequestError,
    401: ionq_tui.AuthenticationError,
    403: ionq_tui.PermissionDeniedError,
    404: ionq_tui.NotFoundError,
    409: ionq_tui.APIError,
    422: ionq_tui.APIError,
    429: ionq_tui.RateLimitError,
    500: ionq_tui.ServerError,
    503: ionq_tui.ServerError,
}


def bell(session_id: str | None) -> CircuitJobCreationPayload:
    return CircuitJobCreationPayload.from_dict(
        {
            "backend": BACKEND,
            "type": "ionq.circuit.v1",
            "shots": 1000,
            "name": "bell",
            "session_id": session_id,
            "input": {"qubits": 2, "gateset": "qis", "circuit": [{"gate": "h", "target": 0}]},
        }
    )


def test_a_job_gets_into_the_session() -> None:
    with world_of() as world, world.ours() as ours, SessionManager(ours, BACKEND) as session:
        made = create_job.sync(client=ours, body=bell(session.session_id))
        assert made is not None
        assert world.cloud.jobs[made.id].session_id == session.session_id
        assert session.status() == "started"
        page = get_session_jobs.sync(str(session.session_id), client=ours)
        assert page is not None and [job.id for job in page.jobs] == [made.id]
        assert [job.id for job in session.jobs()] == [made.id]
        cost = get_job_cost.sync(made.id, client=ours)
        own = ours.job_cost(made.id)
        assert cost is not None and own.estimate is not None
        assert cost.to_dict()["estimated_cost"] == {"value": float(own.estimate.value), "unit": "usd"}
        cancel_job.sync(made.id, client=ours)
        assert ours.job(made.id).status == "canceled"


async def test_a_job_gets_into_the_session_async() -> None:
    with world_of() as world:
        async with world.ours() as ours, SessionManager(ours, BACKEND) as session:
            made = await create_job.asyncio(client=ours, body=bell(session.session_id))
            assert made is not None
            assert world.cloud.jobs[made.id].session_id == session.session_id
            page = await get_session_jobs.asyncio(str(session.session_id), client=ours)
            assert page is not None and [job.id for job in page.jobs] == [made.id]
            assert [job.id async for job in session.async_jobs()] == [made.id]
            assert (await ours.async_job(made.id)).session_id == session.session_id
            assert (await ours.async_job_cost(made.id)).estimate is not None
            await ours.async_cancel_job(made.id)
            assert (await ours.async_job(made.id)).status == "canceled"


def test_their_jobs_iterator_pages_on_our_client_as_ours_does() -> None:
    with world_of() as world, world.ours() as ours, SessionManager(ours, BACKEND) as session:
        for _ in range(5):
            create_job.sync(client=ours, body=bell(session.session_id))
        theirs = [job.id for job in ionq_core.iter_session_jobs(ours, str(session.session_id), limit=2)]
        assert len(theirs) == 5
        assert [job.id for job in session.jobs()] == theirs


@pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")
def test_what_a_generated_call_sends_on_our_client_is_what_it_sends_on_theirs() -> None:
    with world_of() as world, world.ours() as ours, world.official() as official:
        heard = []
        for client in (ours, official):
            get_whoami.sync(client=client)
            get_backends.sync(client=client)
            get_sessions.sync(client=client, active=True)
            made = create_job.sync(client=client, body=bell(None))
            assert made is not None
            get_job.sync(made.id, client=client)
            heard.append(world.taken(made.id))
        assert heard[0] == heard[1]


@pytest.mark.parametrize("status", ERRORS)
async def test_generated_calls_raise_our_errors(status: int) -> None:
    with world_of() as world, world.ours() as ours:
        world.bend = lambda _: refusal(status, "the reason", x_request_id="r-1", retry_after="7")
        for _ in range(2):
            with pytest.raises(ERRORS[status]) as caught:
                create_session.sync(client=ours, body=CreateSessionRequest(backend=BACKEND))
            error = caught.value
            assert type(error) is ERRORS[status]
            assert (error.status_code, error.message, error.request_id) == (status, "the reason", "r-1")
            assert isinstance(error.body, dict) and error.body["statusCode"] == status
            assert str(error) == "the reason"
            assert not isinstance(error, ionq_tui.RateLimitError) or error.retry_after == 7.0
        with pytest.raises(ERRORS[status]):
            await create_job.asyncio(client=ours, body=bell(None))
        with pytest.raises(ERRORS[status]):
            get_session.sync("s", client=ours)
        assert world.asked() == ["POST /sessions"] * 2 + ["POST /jobs", "GET /sessions/s"]
        await ours.aclose()


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")
def test_their_error_of_the_same_status_has_the_same_name_and_attributes(status: int) -> None:
    with world_of() as world, world.ours() as ours, world.official() as official:
        world.bend = lambda _: refusal(status, "the reason", x_request_id="r-1", retry_after="7")
        with pytest.raises(ionq_core.exceptions.APIError) as theirs:
            end_session.sync("s", client=official)
        with pytest.raises(ionq_tui.APIError) as own:
            end_session.sync("s", client=ours)
    assert type(own.value).__name__ == type(theirs.value).__name__
    for name, value in vars(theirs.value).items():
        assert getattr(own.value, name) == value
    assert (str(own.value), own.value.args) == (str(theirs.value), theirs.value.args)


def test_a_line_that_is_down_is_our_error_in_a_generated_call() -> None:
    with world_of() as world:
        ours = IonQClient(api_key=KEY, base_url=world.url)
    with ours, pytest.raises(ionq_tui.APIConnectionError) as caught:
        get_whoami.sync(client=ours)
    assert caught.value.__cause__ is not None


def test_a_reply_of_another_kind_is_none_as_it_is_on_their_client() -> None:
    with world_of() as world, world.ours() as ours:
        assert ours.raise_on_unexpected_status is False
        world.bend = lambda request: refusal(202)
        assert get_session.sync("s", client=ours) is None
