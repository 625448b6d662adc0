"""Ids of all kinds, and more texts, on the screens that show them and in the terminal's title."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from ionq_tui.simulator.http import PREFIX, Reply, Request, respond
from tests.hostile.bytes_of import deceiving, unexpected
from tests.hostile.hand import rested
from tests.hostile.more_texts import IDS, MORE, NO_IDS
from tests.hostile.replies import mapped
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.texts import leaf_with
from tests.hostile.world import KEY, hostile_server
from tests.terminal.kit import Terminal, clean_environment, command

GOOD = IDS[:-NO_IDS]


class Ids:
    """Puts the ids in the place of those of sessions, jobs and backends, and texts wherever there is one."""

    def __init__(self, server: HostileServer) -> None:
        real = next(iter(server.cloud.active))
        self._leaf = leaf_with("".join(MORE))

        def read(path: str) -> object:
            request = Request("GET", f"/{PREFIX}{path}", (), {"authorization": f"apiKey {KEY}"}, b"")
            return json.loads(respond(server.cloud, request).body)

        self.session, jobs, backends = read(f"/sessions/{real}"), read(f"/sessions/{real}/jobs"), read("/backends")
        assert isinstance(jobs, dict) and isinstance(backends, list)
        self.job, self.backend = jobs["jobs"][0], backends[0]

    def _like(self, item: object, **changes: str) -> dict[str, object]:
        made = mapped(item, self._leaf)
        assert isinstance(made, dict)
        return {**made, **changes}

    def __call__(self, endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
        if endpoint is Endpoint.LIST:
            body: object = {"sessions": [self._like(self.session, id=one, backend=one or "x") for one in IDS]}
        elif endpoint is Endpoint.STATUS:
            name = unquote(request.path.rpartition("/sessions/")[2])
            body = self._like(self.session, id=name, backend=name)
        elif endpoint is Endpoint.JOBS:
            body = {"jobs": [self._like(self.job, id=one, status=one or "x", backend=one) for one in IDS]}
        elif endpoint is Endpoint.BACKENDS:
            body = [self._like(self.backend, backend=one) for one in IDS]
        else:
            return reply
        return Reply(200, reply.headers, json.dumps(body).encode())


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        running.edit = Ids(running)
        yield running


def test_enough_of_both() -> None:
    assert len(set(MORE)) >= 79 and len(set(IDS)) >= 32
    assert all(one.isprintable() and one.strip() and len(one) <= 256 for one in GOOD)


def test_every_id_on_every_screen_and_in_the_title(
    server: HostileServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    told = clean_environment(tmp_path, IONQ_API_URL=server.url, IONQ_API_KEY=KEY)
    with Terminal(command(), told, rows=60, columns=200) as terminal:
        terminal.wait_for(f"{NO_IDS} sessions could not be read").wait_for("backends: ")
        terminal.keys("g")
        for number in range(len(GOOD)):
            if number:
                terminal.keys("j")
            terminal.keys("enter").wait_for(lambda screen: "in the organization" not in screen.text)
            terminal.wait_for("jobs")
            terminal.keys("esc").wait_for("in the organization")
        terminal.keys("enter").wait_for(lambda screen: "in the organization" not in screen.text)
        terminal.wait_for(f"{NO_IDS} more could not be read")  # there is a job under the cursor
        terminal.keys("enter").wait_for(" submitted ").wait_for(lambda screen: "SHOTS" not in screen.text)
        terminal.keys("esc").wait_for("SHOTS")
        terminal.keys("v").wait_quiet().keys("v").wait_for("SHOTS").keys("c").wait_for("Copy").keys("esc").wait_quiet()
        rested(terminal, "e").wait_for("End this session?").keys("esc").wait_quiet()
        terminal.keys("esc").wait_for("in the organization").keys("b").wait_for("QUBITS").keys("enter").wait_quiet()
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0
        raw = terminal.raw
    titles = re.findall(r"\x1b\]2;([^\x07]*)\x07", raw.decode(errors="replace"))
    assert len(set(titles)) > len(GOOD) // 2, titles
    assert unexpected(raw) == [] and deceiving("".join(titles)) == []
    record_property("total", ("hostile ids", len(IDS), len(IDS)))
