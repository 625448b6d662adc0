"""From an empty folder to a session that was opened, watched and ended, by keys alone, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import command, on_live_screen
from tests.terminal.touch import focus_by_tab, rested_press

KEY = "a-key-for-the-main-job-5678"
SPEED = 20.0


class Recorder:
    """What the server was asked to do."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes]] = []

    def __call__(self, request: Request, reply: Reply) -> None:
        if request.method != "GET":
            self.posts.append((request.path, request.body))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def server(recorder: Recorder) -> Iterator[Server]:
    cloud = SimulatedCloud(FastClock(SPEED))
    with Server(partial(respond, cloud), on_request=recorder) as running:
        yield running


def test_a_session_is_opened_watched_and_ended_by_keys(
    server: Server, recorder: Recorder, environment: dict[str, str], open_terminal: OpenTerminal
) -> None:
    environment |= {"IONQ_API_URL": server.url, "IONQ_API_KEY": KEY}
    terminal = open_terminal(command(), environment)
    terminal.wait_for("qpu.aria-1")
    terminal.keys("b").wait_for("College Park").wait_for("> qpu.forte-1")
    terminal.keys("enter").wait_for("NEW SESSION on qpu.forte-1")
    terminal.type("10").keys("tab").type("60").keys("tab").type("25.50").keys("tab")
    terminal.wait_for('"value": 25.5}}}')
    assert '"job_count_limit": 10' in terminal.text
    assert recorder.posts == []
    focus_by_tab(terminal, "Open session (billable)")
    rested_press(terminal, "enter").wait_for(on_live_screen)
    terminal.wait_for("started")
    terminal.wait_for(lambda screen: "completed" in screen.text, timeout=30)
    rested_press(terminal, "e").wait_for("Keep running")
    focus_by_tab(terminal, "End session")
    rested_press(terminal, "enter").wait_for("ENDED")
    terminal.keys("q").wait_for("active in the organization").keys("q")
    assert terminal.wait_exit() == 0
    created, ended = recorder.posts
    limits = {"job_count_limit": 10, "duration_limit_min": 60, "cost_limit": {"unit": "usd", "value": 25.5}}
    assert created[0].endswith("/sessions")
    assert json.loads(created[1]) == {"backend": "qpu.forte-1", "settings": limits}
    assert ended[0].endswith("/end")
    assert KEY.encode() not in terminal.raw
