"""The library logs through the caller's logging setup, and prints nothing if there is none."""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
import sys

import pytest

from ionq_tui import IonQClient, IonQError, SessionManager
from tests.contract.both import BACKEND, KEY, refusal, world_of
from tests.house.held_port import refused_url

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
