"""The expectations of ionq_core 0.2.0's session tests, applied to this SessionManager, sync and async.

The official tests are 23 (ionq/ionq-core-python, tests/test_session.py); each test here says which behavior of some of
them it checks. If a reply does not confirm the end, this SessionManager reads the session once more. That is intended,
and no official test rules it out.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest

from ionq_tui import IonQClient, IonQError, SessionManager
from ionq_tui.simulator.http import Reply, Request
from tests.contract.both import BACKEND, World, world_of

T = TypeVar("T")
ID = "sess-1"
WAYS = pytest.mark.parametrize("way", ["", "async_"], ids=["sync", "async"])


def told(status: int = 200, *, state: str = "created", active: bool = True, name: str = ID) -> Reply:
    """Answer as IonQ describes a session: the fields that their tests give, and no settings."""
    nothing = dict.fromkeys(("project_id", "creator_id", "ended_at", "ender_id", "started_at"))
    session = {"id": name, "created_at": "2025-01-01T00:00:00Z", "organization_id": "org-1", "backend": BACKEND}
    body = json.dumps({**session, **nothing, "active": active, "status": state}).encode()
    return Reply(status, (("Content-Type", "application/json"),), body)


class Canned:
    """A server with one answer for each of the three requests of a session."""

    def __init__(self, world: World, client: IonQClient) -> None:
        self.client = client
        self.world = world
        self.opening: Reply | None = told(201)
        self.reading: Reply | None = told(state="started")
        self.ending: Reply | None = told(state="ended", active=False)
        world.bend = self._answer

    def _answer(self, request: Request) -> Reply:
        if request.method == "GET":
            reply = self.reading
        else:
            reply = self.ending if request.path.endswith("/end") else self.opening
        if reply is None:
            raise ConnectionResetError
        return reply


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Canned]:
    monkeypatch.setattr("ionq_tui.api.flows.END_CHECK_DELAYS", (0.0, 0.0, 0.0))
    monkeypatch.setattr("ionq_tui.api.flows.OPEN_CHECK_DELAYS", (0.0, 0.0))
    with world_of() as world, world.ours(max_retries=0) as client:
        yield Canned(world, client)
        await client.aclose()


async def call(session: SessionManager, way: str, name: str) -> object:
    """Call a method by its sync or its async name."""
    method: Callable[[], object] = getattr(session, f"{way}{name}")
    heard = method()
    if inspect.isawaitable(heard):
        waited: Awaitable[object] = heard
        return await waited
    return heard


async def used(session: SessionManager, way: str, body: Callable[[], T]) -> T:
    """Do something in the block of a session."""
    if way:
        async with session:
            return body()
    with session:
        return body()


@WAYS
async def test_a_block_creates_the_session_then_ends_it(server: Canned, way: str) -> None:
    session = SessionManager(server.client, BACKEND)
    assert await used(session, way, lambda: session.session_id) == ID
    assert server.world.asked() == ["POST /sessions", f"POST /sessions/{ID}/end"]


@WAYS
async def test_a_block_that_raises_ends_it_and_raises_on(server: Canned, way: str) -> None:
    def fail() -> None:
        raise ValueError("boom")

    server.ending = told(active=False)
    with pytest.raises(ValueError, match="boom"):
        await used(SessionManager(server.client, BACKEND), way, fail)
    assert server.world.asked()[1] == f"POST /sessions/{ID}/end"


@WAYS
async def test_three_limits_are_sent_as_settings(server: Canned, way: str) -> None:
    session = SessionManager(server.client, BACKEND, max_jobs=10, max_time=60, max_cost=5.0)
    await used(session, way, lambda: None)
    assert server.world.heard[0].body == {
        "backend": BACKEND,
        "settings": {
            "job_count_limit": 10,
            "duration_limit_min": 60,
            "cost_limit": {"unit": "usd", "value": 5.0},
        },
    }


async def test_an_existing_session_is_named_without_a_request(server: Canned) -> None:
    assert SessionManager.from_id(server.client, "sess-existing").session_id == "sess-existing"
    assert server.world.asked() == []


@WAYS
async def test_closing_an_existing_session_ends_it(server: Canned, way: str) -> None:
    server.ending = told(active=False, name="sess-existing")
    await call(SessionManager.from_id(server.client, "sess-existing"), way, "close")
    assert server.world.asked()[0] == "POST /sessions/sess-existing/end"


@WAYS
async def test_status_is_what_the_server_says_now(server: Canned, way: str) -> None:
    session = SessionManager(server.client, BACKEND)
    await call(session, way, "open")
    assert await call(session, way, "status") == "started"
    assert server.world.asked() == ["POST /sessions", f"GET /sessions/{ID}"]


@WAYS
async def test_it_opens_and_closes_without_a_block(server: Canned, way: str) -> None:
    session = SessionManager(server.client, BACKEND)
    await call(session, way, "open")
    assert session.session_id == ID
    await call(session, way, "close")
    assert server.world.asked() == ["POST /sessions", f"POST /sessions/{ID}/end"]


@WAYS
async def test_opening_an_open_one_raises_and_sends_nothing(server: Canned, way: str) -> None:
    session = SessionManager(server.client, BACKEND)
    await call(session, way, "open")
    with pytest.raises(IonQError, match="already open"):
        await call(session, way, "open")
    assert server.world.asked() == ["POST /sessions"]


@WAYS
async def test_an_opening_answered_with_500_says_that_creating_failed(server: Canned, way: str) -> None:
    server.opening = Reply(500, (), b"")
    server.client.raise_on_unexpected_status = False
    with pytest.raises(IonQError, match="Failed to create session"):
        await call(SessionManager(server.client, BACKEND), way, "open")


@WAYS
async def test_closing_does_not_raise_where_the_line_is_cut(server: Canned, way: str) -> None:
    server.ending = server.reading = None
    session = SessionManager(server.client, BACKEND)
    await call(session, way, "open")
    await call(session, way, "close")
    assert f"POST /sessions/{ID}/end" in server.world.asked()


@WAYS
async def test_closing_what_was_never_opened_does_nothing(server: Canned, way: str) -> None:
    await call(SessionManager(server.client, BACKEND), way, "close")
    assert server.world.asked() == []


@WAYS
async def test_status_without_an_id_raises(server: Canned, way: str) -> None:
    with pytest.raises(IonQError, match="No session ID"):
        await call(SessionManager(server.client, BACKEND), way, "status")
    assert server.world.asked() == []


@WAYS
async def test_a_status_answered_with_500_says_that_fetching_failed(server: Canned, way: str) -> None:
    server.reading = Reply(500, (), b"")
    server.client.raise_on_unexpected_status = False
    with pytest.raises(IonQError, match="Failed to fetch session"):
        await call(SessionManager.from_id(server.client, ID), way, "status")
