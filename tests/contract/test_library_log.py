"""The library logs through the caller's logging setup, and prints nothing if there is none."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ionq_tui import BadRequestError, IonQClient, IonQError, SessionManager
from ionq_tui.simulator.http import Reply
from tests.contract.both import BACKEND, KEY, refusal, world_of
from tests.house.held_port import refused_url
from tests.house.listener import Listener, certified, reply
from tests.house.tunnel import HttpTunnel, SocksTunnel, Tunnel

LOGGER = "ionq_tui.request"


def by_library(client: IonQClient) -> None:
    with SessionManager(client, BACKEND, max_jobs=3, journal=False) as session:
        session.status()


def by_async_library(client: IonQClient) -> None:
    async def run() -> None:
        async with client, SessionManager(client, BACKEND, max_jobs=3, journal=False) as session:
            await session.async_status()

    asyncio.run(run())


both = pytest.mark.parametrize("use", [by_library, by_async_library], ids=["sync", "async"])


@both
def test_each_request_is_told_once_at_debug(use: object, caplog: pytest.LogCaptureFixture) -> None:
    assert callable(use)
    caplog.set_level(logging.DEBUG, "ionq_tui")
    with world_of() as world:
        use(world.ours())
        asked = world.asked()
    told = [one for one in caplog.records if one.name == LOGGER]
    assert [one.levelno for one in told] == [logging.DEBUG] * len(asked)
    for line, request in zip(told, asked, strict=True):
        method, path = request.split(" ")
        wanted = rf"{method} /v0\.4{re.escape(path)} 20[01] \d+ ms request \S+"
        assert re.fullmatch(wanted, line.getMessage()), line.getMessage()
    assert KEY not in caplog.text and "job_count_limit" not in caplog.text


@both
def test_a_failure_is_told_with_its_status_and_without_the_body(use: object, caplog: pytest.LogCaptureFixture) -> None:
    assert callable(use)
    with world_of() as world:
        world.bend = lambda request: refusal(402, "words of the body")
        with pytest.raises(IonQError):
            use(world.ours(max_retries=0))
    (told,) = [one for one in caplog.records if one.name == LOGGER]
    assert told.levelno == logging.WARNING
    assert re.match(r"POST /v0\.4/sessions 402 \d+ ms", told.getMessage())
    assert "words of the body" not in told.getMessage()


def test_without_any_logging_nothing_is_printed() -> None:
    code = (
        "import sys\nfrom ionq_tui import IonQClient, IonQError\n"
        f"client = IonQClient(api_key={KEY!r}, base_url={refused_url()!r}, max_retries=0)\n"
        "try:\n    client.whoami()\nexcept IonQError:\n    print('told by an exception')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("told by an exception\n", "")


SOCKS_PASSWORD = "half-of-a-proxy-2468"
TALKATIVE = reply(
    f"200 You are {KEY}",
    b'{"key_id": "k1", "key_name": "lab key"}',
    "Content-Type: application/json",
    f"X-Told: apiKey {KEY}",
    "X-Request-Id: r\x1b]52;c;AAAA\x07-1",
)


def whoami(client: IonQClient) -> None:
    client.whoami()
    with client.get_httpx_client().stream("GET", "/whoami") as streamed:
        streamed.read()
    client.close()


def async_whoami(client: IonQClient) -> None:
    async def run() -> None:
        async with client:
            await client.async_whoami()
            async with client.get_async_httpx_client().stream("GET", "/whoami") as streamed:
                await streamed.aread()

    asyncio.run(run())


@pytest.mark.parametrize("ask", [whoami, async_whoami], ids=["sync", "async"])
@pytest.mark.parametrize("kind", [HttpTunnel, SocksTunnel])
def test_debug_of_everything_tells_no_secret_and_no_control_character(
    ask: Callable[[IonQClient], None],
    kind: type[Tunnel],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tls, authority = certified(tmp_path / "tls", "api.ionq.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.delenv("NO_PROXY", raising=False)
    caplog.set_level(logging.DEBUG)  # the root's level, and so httpx's and httpcore's
    with Listener(TALKATIVE, tls) as server, kind(server.port, "me", SOCKS_PASSWORD) as proxy:
        scheme = "socks5" if kind is SocksTunnel else "http"
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://me:{SOCKS_PASSWORD}@127.0.0.1:{proxy.port}")
        ask(IonQClient(api_key=KEY, base_url="https://api.ionq.invalid/v0.4", max_retries=0))
    told = "\n".join(f"{one.name} {one.getMessage()}" for one in caplog.records)
    assert told.count("ionq_tui.request GET /v0.4/whoami 200") == 2
    assert "httpcore.socks" not in told and "httpcore.http11 receive_response_headers" not in told
    assert KEY not in told and SOCKS_PASSWORD not in told
    assert told.replace("\n", "").isprintable()


def test_other_clients_of_httpx_are_logged_as_before(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with world_of() as world, httpx.Client() as other:
        world.ours().whoami()
        assert not [one for one in caplog.records if one.name.startswith("http")]
        other.get(f"{world.url}/whoami")
    told = {one.name for one in caplog.records}
    assert {"httpx", "httpcore.connection", "httpcore.http11"} <= told


def test_an_error_shows_no_control_character_and_keeps_what_was_written() -> None:
    words = "no\x1b]52;c;AAAA\x07 such\u202e job\x9b2J"
    with world_of() as world:
        world.bend = lambda _: Reply(
            400, (("Content-Type", "application/json"),), json.dumps({"message": words}).encode()
        )
        with pytest.raises(BadRequestError) as caught:
            world.ours(max_retries=0).whoami()
    told = "".join(traceback.format_exception(caught.value))
    assert "no]52;c;AAAA such job2J" in told and told.replace("\n", "").isprintable()
    assert caught.value.message == words
