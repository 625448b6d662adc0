"""From an empty folder to a session that was opened, watched and ended, by keys alone, over a real socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import Terminal, command

KEY = "a-key-for-the-main-job-5678"
SPEED = 20.0
REST = 0.4
"""Seconds without a key: what the product asks for before a button that costs or ends something takes one."""


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


def rested_press(terminal: Terminal, key: str, until: str) -> None:
    """Press a key that costs or ends something after quiet, and wait for what comes of it."""
    time.sleep(REST)
    terminal.keys(key)
    terminal.wait_for(until)


def focus_by_tab(terminal: Terminal, label: str) -> None:
    """Press tab until the button of that label stands out."""
    for _ in range(8):
        row = next(number for number, line in enumerate(terminal.lines) if label in line)
        if terminal.cell(row, terminal.lines[row].index(label)).reverse:
            return
        painted = len(terminal.raw)
        terminal.keys("tab").wait_for(partial(_painted, since=painted)).wait_quiet(0.1)
    raise AssertionError(f"{label!r} never had the focus:\n{terminal.text}")


def _painted(terminal: Terminal, *, since: int) -> bool:
    return len(terminal.raw) > since


def test_a_session_is_opened_watched_and_ended_by_keys(
    server: Server, recorder: Recorder, environment: dict[str, str], open_terminal: OpenTerminal
) -> None:
    environment |= {"IONQ_API_URL": server.url, "IONQ_API_KEY": KEY}
    terminal = open_terminal(command(), environment)
    terminal.wait_for("qpu.forte-enterprise-1"[:12])
    terminal.keys("b").wait_for("College Park").wait_for("> qpu.forte-1")
    terminal.keys("enter").wait_for("NEW SESSION on qpu.forte-1")
    terminal.type("10").keys("tab").type("60").keys("tab").type("25.50").keys("tab")
    terminal.wait_for('"value": 25.5}}}')
    assert '"job_count_limit": 10' in terminal.text
    assert recorder.posts == []
    focus_by_tab(terminal, "Open: money may run")
    rested_press(terminal, "enter", "created")
    terminal.wait_for("started")
    terminal.wait_for(lambda screen: "completed" in screen.text, timeout=30)
    rested_press(terminal, "e", "Keep running")
    focus_by_tab(terminal, "End session")
    rested_press(terminal, "enter", "ENDED")
    terminal.keys("q").wait_for("BACKENDS").keys("q").wait_for("active in the organisation").keys("q")
    assert terminal.wait_exit() == 0
    created, ended = recorder.posts
    limits = {"job_count_limit": 10, "duration_limit_min": 60, "cost_limit": {"unit": "usd", "value": 25.5}}
    assert created[0].endswith("/sessions")
    assert json.loads(created[1]) == {"backend": "qpu.forte-1", "settings": limits}
    assert ended[0].endswith("/end")
    assert KEY.encode() not in terminal.raw
