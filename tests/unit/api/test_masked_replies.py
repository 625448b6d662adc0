"""No reply contains an API key, whether requested by an operation, by ionq_core's calls, or directly by a script."""

from __future__ import annotations

import json
import traceback

import httpx
import pytest

from ionq_tui.api import operations
from ionq_tui.api.errors import APIConnectionError, IonQError
from ionq_tui.api.runner import Runner
from tests.unit.api.given import JOB, KEY, SESSION, raw, runner

MARK = "••••" + (KEY[-4:] if len(KEY) >= 12 else "")
SAID = f"no such key: apiKey {KEY}"
HEADERS = [
    (b"x-request-id", KEY.upper().encode()),
    (f"x-{KEY}".encode(), b"1"),
    (b"x-url", KEY.encode().hex("%").encode()),
]


def serving(status: int, body: object) -> Runner:
    told = json.dumps(body).encode() if not isinstance(body, bytes) else body
    return runner(lambda _: raw(status, told, HEADERS), retries=0)


def leaks(*texts: object) -> list[str]:
    return [text for text in map(str, texts) if KEY.lower() in text.lower()]


def test_values_hold_none() -> None:
    job = serving(200, {**JOB, "id": f"a-{KEY}", "name": SAID, "failure": {"code": KEY, KEY: 1}}).run(
        operations.get_job("a")
    )
    assert (job.id, job.name) == (f"a-{MARK}", f"no such key: apiKey {MARK}")
    assert not leaks(repr(job))


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize(
    "body", [{"message": SAID, KEY: [SAID]}, f"<title>{SAID}</title>".encode(), f'"{KEY}'.encode()]
)
def test_errors_hold_none(status: int, body: object) -> None:
    with pytest.raises(IonQError) as caught:
        serving(status, body).run(operations.get_session("a"))
    error = caught.value
    assert not leaks(error, repr(error), vars(error), "".join(traceback.format_exception(error)))
    assert getattr(error, "request_id", "") == f"{MARK}"


@pytest.mark.parametrize(
    "body", [b"welcome, %s" % KEY.encode(), b'{"id": "%s\xff"}' % KEY.encode(), b'{"%s' % KEY.encode()]
)
def test_what_is_no_json_holds_none(body: bytes) -> None:
    with pytest.raises(IonQError) as caught:
        serving(200, body).run(operations.get_session("a"))
    assert not leaks("".join(traceback.format_exception(caught.value)), vars(caught.value))


async def test_raw_replies_hold_none() -> None:
    line = serving(200, {**SESSION, "note": SAID})
    for response in (line.sync_client.get("/sessions"), await line.async_client.get("/sessions")):
        assert not leaks(response.text, response.content, response.json(), response.headers.raw)
        assert response.json()["note"] == f"no such key: apiKey {MARK}"
        assert response.headers["x-request-id"] == MARK
    await line.aclose()


async def test_streamed_replies_hold_none_in_their_head() -> None:
    line = serving(200, {"note": SAID})
    with line.sync_client.stream("GET", "/sessions") as response:
        assert not leaks(response.headers.raw)
        assert "".join(response.iter_text()) == json.dumps({"note": SAID})
    async with line.async_client.stream("GET", "/sessions") as streamed:
        assert not leaks(streamed.headers.raw)
        await streamed.aread()
    await line.aclose()


def test_what_the_network_library_says_of_a_reply_holds_none() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        try:
            raise ValueError(f"illegal header line: bytearray(b'{KEY}')", 1)
        except ValueError as error:
            raise httpx.RemoteProtocolError(f"illegal header line: {KEY}") from error

    with pytest.raises(APIConnectionError) as caught:
        runner(broken, retries=0).run(operations.get_session("a"))
    told = "".join(traceback.format_exception(caught.value))
    assert told.count("illegal header line") >= 2 and not leaks(told)


def test_the_words_beside_the_status_hold_none() -> None:
    def respond(_: httpx.Request) -> httpx.Response:
        response = raw(200, json.dumps(SESSION).encode())
        response.extensions["reason_phrase"] = f"OK {KEY}".encode()
        return response

    found = runner(respond).sync_client.get("/sessions/a")
    assert not leaks(found.reason_phrase) and found.reason_phrase.startswith("OK")
