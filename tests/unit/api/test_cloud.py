"""The API as the engine uses it: every failure of the server or the network is returned as a value."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from ionq_tui.api.cloud import HttpCloud
from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.model.estimate import Circuit
from ionq_tui.model.key import ApiKey
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import NOTHING_KNOWN, Ended, EndUnknown, NotOpened, Opened, OpenRequest
from tests.house.held_port import refused_url
from tests.unit.api.given import KEY, SESSION, error_body, raw, reply, runner

REQUEST = OpenRequest("qpu.forte-1")
Ask = Callable[[HttpCloud], Awaitable[object]]

READINGS: dict[str, Ask] = {
    "whoami": lambda cloud: cloud.whoami(),
    "backends": lambda cloud: cloud.backends(),
    "characterization": lambda cloud: cloud.characterization("qpu.forte-1"),
    "sessions": lambda cloud: cloud.sessions(True),
    "session": lambda cloud: cloud.session("s"),
    "session_jobs": lambda cloud: cloud.session_jobs("s", after="a", ids=("j",)),
    "job": lambda cloud: cloud.job("j"),
    "job_detail": lambda cloud: cloud.job_detail("j"),
    "job_cost": lambda cloud: cloud.job_cost("j"),
    "probabilities": lambda cloud: cloud.probabilities("j"),
    "estimate": lambda cloud: cloud.estimate("qpu.forte-1", Circuit()),
    "cancel_jobs": lambda cloud: cloud.cancel_jobs(("j",)),
    "cancel many": lambda cloud: cloud.cancel_jobs(("j", "k")),
}
reading = pytest.mark.parametrize("ask", READINGS.values(), ids=READINGS)


@reading
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.BAD_REQUEST),
        (401, FaultKind.KEY_REFUSED),
        (403, FaultKind.FORBIDDEN),
        (404, FaultKind.NOT_FOUND),
        (429, FaultKind.RATE_LIMITED),
        (503, FaultKind.SERVER),
        (302, FaultKind.GARBLED),
    ],
)
async def test_a_refusal_is_a_value(ask: Ask, status: int, kind: FaultKind) -> None:
    heard = await ask(HttpCloud(runner(lambda _: reply(status, error_body(status)))))
    assert isinstance(heard, Fault) and heard.kind is kind


@reading
@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"7", b'{"id": "s"', b"\xff\xfe"])
async def test_a_reply_that_is_none_is_a_value(ask: Ask, body: bytes) -> None:
    heard = await ask(HttpCloud(runner(lambda _: raw(200, body))))
    assert isinstance(heard, Fault) and heard.kind is FaultKind.GARBLED


@reading
async def test_nobody_there_is_a_value(ask: Ask) -> None:
    cloud = HttpCloud(dashboard_runner(refused_url(), ApiKey(KEY)))
    heard = await ask(cloud)
    assert isinstance(heard, Fault) and heard.kind is FaultKind.OFFLINE
    await cloud.close()


async def test_an_id_that_cannot_be_one_is_a_value() -> None:
    cloud = HttpCloud(runner(lambda _: reply(200, SESSION)))
    for heard in (await cloud.session(".."), await cloud.job("a b"), await cloud.cancel_jobs(("",))):
        assert isinstance(heard, Fault) and heard.kind is FaultKind.BAD_REQUEST
    assert isinstance(await cloud.end_confirmed("..", True), EndUnknown)


async def test_one_job_is_cancelled_by_its_own_path_and_many_by_a_list() -> None:
    asked: list[tuple[str, str, bytes]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path, request.content))
        return reply(200, {"id": "j", "status": "canceled"} if "/j/" in request.url.path else {"ids": ["j", "k"]})

    cloud = HttpCloud(runner(respond))
    assert await cloud.cancel_jobs(("j",)) == frozenset({"j"})
    assert await cloud.cancel_jobs(("j", "k")) == frozenset({"j", "k"})
    assert asked[0][:2] == ("PUT", "/v0.4/jobs/j/status/cancel")
    assert asked[1][:2] == ("PUT", "/v0.4/jobs/status/cancel")
    assert json.loads(asked[1][2]) == {"ids": ["j", "k"]}


async def test_opening_and_ending_are_outcomes() -> None:
    cloud = HttpCloud(runner(lambda _: reply(201, SESSION)))
    opened = await cloud.open_once(REQUEST, NOTHING_KNOWN, {}, print)
    assert isinstance(opened, Opened) and opened.session.id == SESSION["id"]
    refused = HttpCloud(runner(lambda _: reply(403, error_body(403))))
    assert isinstance(await refused.open_once(REQUEST, NOTHING_KNOWN, {}, print), NotOpened)
    ending = HttpCloud(runner(lambda _: reply(200, {**SESSION, "id": "s", "status": "ended"})))
    assert isinstance(await ending.end_confirmed("s", False), Ended)


async def test_the_dashboard_sends_nothing_that_changes_anything_in_read_only_mode() -> None:
    asked: list[str] = []

    def answer(
        method: str, path: str, query: object, headers: object, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        asked.append(f"{method} {path}")
        return 200, [], json.dumps(SESSION).encode()

    line = dashboard_runner("https://api.ionq.co/v0.4", ApiKey(KEY), read_only=True, patience=0.01, answer=answer)
    cloud = HttpCloud(line)
    opening = await cloud.open_once(REQUEST, NOTHING_KNOWN, {}, print)
    assert isinstance(opening, NotOpened) and opening.fault.kind is FaultKind.READ_ONLY
    assert isinstance(await cloud.cancel_jobs(("j",)), Fault)
    assert asked == []
    ending = await cloud.end_confirmed("s", True)
    assert not isinstance(ending, Ended)
    assert asked and all(one == "GET /v0.4/sessions/s" for one in asked)
    await cloud.close()


async def test_the_dashboard_does_not_repeat_what_fails() -> None:
    asked: list[str] = []

    def answer(
        method: str, path: str, query: object, headers: object, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        asked.append(path)
        return 503, [("Retry-After", "7")], b""

    line = dashboard_runner("https://api.ionq.co/v0.4", None, answer=answer)
    heard = await HttpCloud(line).backends()
    assert isinstance(heard, Fault) and heard.retry_after == 7.0
    assert asked == ["/v0.4/backends"]


async def test_a_reply_about_another_session_is_none_about_this() -> None:
    cloud = HttpCloud(runner(lambda _: reply(200, SESSION)))
    heard = await cloud.session("0193-bbbbbb")
    assert isinstance(heard, Fault) and heard.kind is FaultKind.GARBLED and "another session" in heard.words
    assert not isinstance(await cloud.session(str(SESSION["id"]).upper()), Fault)
