"""SessionManager when IonQ sets other limits than requested: a warning, and `limit_mismatch`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import pytest

from ionq_tui import IonQClient, SessionManager
from ionq_tui.simulator.http import Reply, Request, respond
from tests.contract.both import BACKEND, World, world_of


def bent(world: World, settings: Mapping[str, object] | None) -> None:
    """Let the reply to open tell these settings."""

    def bend(request: Request) -> Reply | None:
        if request.method != "POST" or not request.path.endswith("/sessions"):
            return None
        reply = respond(world.cloud, request)
        told = {**json.loads(reply.body), "settings": settings}
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    world.bend = bend


async def opened(client: IonQClient, way: str) -> SessionManager:
    session = SessionManager(client, BACKEND, max_jobs=40, max_time=90)
    assert session.limit_mismatch is None
    if way == "sync":
        session.open()
    else:
        await session.async_open()
    return session


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_what_differs_is_told_in_the_log_and_kept(way: str, caplog: pytest.LogCaptureFixture) -> None:
    with world_of() as world, world.ours() as client:
        bent(world, {"duration_limit_min": 480})
        session = await opened(client, way)
        words = "jobs 40 asked, NO LIMIT given; time 90 min asked, 480 min given"
        mismatch = session.limit_mismatch
        assert mismatch is not None and mismatch.absent and mismatch.facts == words
        assert [(one.name, one.asked, one.given) for one in mismatch.differences] == [
            ("jobs", 40, None),
            ("time", 90, 480),
        ]
        (warning,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
        assert warning.name == "ionq_tui.session"
        assert warning.getMessage() == (
            f"Session {session.session_id}: IonQ set different limits than requested: {words}"
        )
        assert world.asked() == ["POST /sessions"]
        session.close()
        assert session.limit_mismatch is mismatch
        await client.aclose()


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_where_all_is_as_asked_nothing_is_said_and_nothing_more_is_asked(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    with world_of() as world, world.ours() as client:
        session = await opened(client, way)
        assert session.limit_mismatch is None
        assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []
        assert world.asked() == ["POST /sessions"]
        assert SessionManager.from_id(client, session.session_id or "").limit_mismatch is None
        session.close()
        await client.aclose()
