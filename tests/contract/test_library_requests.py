"""This client sends the same requests as the official one, and no more."""

from __future__ import annotations

from typing import TypedDict

import ionq_core
import pytest
from ionq_core.api.default import create_session, end_session, get_session, get_session_jobs, get_sessions
from ionq_core.models.create_session_request import CreateSessionRequest

import ionq_tui
from ionq_tui.model.limits import NO_LIMITS, Limits, amount
from tests.contract.both import BACKEND, KEY, world_of

# ionq_core warns that a key sent over http can be intercepted. Here it only crosses the loopback interface.
pytestmark = pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")


class Given(TypedDict, total=False):
    """The limits as keywords of a SessionManager."""

    max_jobs: int
    max_time: int
    max_cost: float


LIMITS: list[Given] = [
    {},
    {"max_jobs": 10},
    {"max_time": 90},
    {"max_cost": 12.34},
    {"max_cost": 30},
    {"max_jobs": 1, "max_time": 2**31 - 1, "max_cost": 0.01},
]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_the_managers_send_the_same(limits: Given) -> None:
    with world_of() as world:
        with world.official() as client, ionq_core.SessionManager(client, BACKEND, **limits) as theirs:
            theirs.status()
            theirs_id = theirs.session_id
        sent = world.taken(theirs_id)
        with world.ours() as own, ionq_tui.SessionManager(own, BACKEND, **limits) as ours:
            assert ours.status() == "created"
            ours_id = ours.session_id
        assert world.taken(ours_id) == sent
    assert [(one.method, one.path) for one in sent] == [
        ("POST", "/v0.4/sessions"),
        ("GET", "/v0.4/sessions/ID"),
        ("POST", "/v0.4/sessions/ID/end"),
    ]
    assert ("authorization", f"apiKey {KEY}") in sent[0].headers
    assert ("settings" in str(sent[0].body)) == bool(limits)


@pytest.mark.parametrize("limits", LIMITS[:4], ids=str)
async def test_the_managers_send_the_same_async(limits: Given) -> None:
    with world_of() as world:
        async with world.official() as client, ionq_core.SessionManager(client, BACKEND, **limits) as theirs:
            await theirs.async_status()
            theirs_id = theirs.session_id
        sent = world.taken(theirs_id)
        async with world.ours() as own, ionq_tui.SessionManager(own, BACKEND, **limits) as ours:
            assert await ours.async_status() == "created"
            ours_id = ours.session_id
        assert world.taken(ours_id) == sent
    assert len(sent) == 3


def test_open_status_and_close_send_one_request_each() -> None:
    with world_of() as world, world.ours() as client:
        session = ionq_tui.SessionManager(client, BACKEND)
        assert world.asked() == []
        session.open()
        assert world.asked() == ["POST /sessions"]
        session.status()
        assert world.asked() == [f"GET /sessions/{session.session_id}"]
        session.close()
        assert world.asked() == [f"POST /sessions/{session.session_id}/end"]


def test_taking_hold_of_a_session_sends_nothing() -> None:
    with world_of() as world, world.ours() as client:
        session = ionq_tui.SessionManager.from_id(client, "existing")
        assert session.session_id == "existing"
        assert world.asked() == []


def test_the_client_sends_what_the_generated_calls_send() -> None:
    with world_of() as world, world.official() as theirs, world.ours() as ours:
        made = create_session.sync(client=theirs, body=CreateSessionRequest(backend=BACKEND))
        assert made is not None
        get_session.sync(made.id, client=theirs)
        get_sessions.sync(client=theirs)
        get_sessions.sync(client=theirs, active=True)
        get_sessions.sync(client=theirs, active=False)
        get_session_jobs.sync(made.id, client=theirs, limit=100)
        end_session.sync(made.id, client=theirs)
        sent = world.taken(made.id)
        session = ours.create_session(BACKEND)
        ours.session(session.id)
        ours.sessions()
        ours.sessions(active=True)
        ours.sessions(active=False)
        assert list(ours.session_jobs(session.id)) == []
        assert ours.end_session(session.id).ended
        assert world.taken(session.id) == sent


async def test_the_async_client_sends_what_the_sync_one_sends() -> None:
    limits = Limits(3, 60, amount(9.5))
    with world_of() as world, world.ours() as ours:
        session = ours.create_session(BACKEND, limits)
        assert session.limits == limits
        ours.whoami()
        ours.backends()
        ours.backend(BACKEND)
        ours.sessions(True)
        ours.session(session.id)
        list(ours.session_jobs(session.id))
        ours.end_session(session.id)
        sent = world.taken(session.id)
        again = await ours.async_create_session(BACKEND, limits)
        await ours.async_whoami()
        await ours.async_backends()
        await ours.async_backend(BACKEND)
        await ours.async_sessions(True)
        await ours.async_session(again.id)
        assert [job async for job in ours.async_session_jobs(again.id)] == []
        await ours.async_end_session(again.id)
        assert world.taken(again.id) == sent
        await ours.aclose()


def test_no_limits_sends_no_settings() -> None:
    with world_of() as world, world.ours() as ours:
        ours.create_session(BACKEND, NO_LIMITS)
        assert [one.body for one in world.taken()] == [{"backend": BACKEND}]


def test_the_user_agent_names_us_and_who_calls() -> None:
    with world_of() as world:
        agents: list[str] = []
        world.bend = lambda request: agents.append(request.headers["user-agent"])
        with ionq_tui.IonQClient(api_key=KEY, base_url=world.url, additional_user_agent="lab/1.2") as client:
            client.backends()
    assert agents[0].startswith(f"ionq-tui/{ionq_tui.__version__} python/") and agents[0].endswith(" lab/1.2")
