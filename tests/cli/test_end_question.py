"""`end` on a terminal asks with the facts of the End dialog; facts that cannot be read hold up nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, Site
from tests.terminal.kit import Terminal, clean_environment, command

ASKED = "? It cannot be undone. [y/N]"
Asking = Callable[..., Terminal]


@pytest.fixture
def clock(site: Site) -> StoppedClock:
    made = StoppedClock()
    site.cloud = SimulatedCloud(made, workload=False, colleagues=False)
    return made


@pytest.fixture
def ours(site: Site, clock: StoppedClock, shell: Shell) -> str:
    """A session of ours with a job that is done, one that runs, and one that waits."""
    opened = shell("open", FORTE, "--max-jobs", "9", "--label", "H2 scan", "--yes").out.strip()
    session = site.cloud.sessions[opened]
    site.job(session)
    clock.advance(300)
    site.job(session)
    site.job(session)
    for _ in range(600):
        clock.advance(1)
        with site.cloud.lock:
            site.cloud.advance()
        states = sorted(job.status for job in session.jobs)
        if "completed" in states and "started" in states:
            return opened
    raise AssertionError(states)


@pytest.fixture
def asking(site: Site, home: Path) -> Asking:
    """Start `end` on a terminal."""

    def start(*argv: str) -> Terminal:
        # Slow enough to read the facts on a busy machine, and less than half a minute where they hang.
        given = {"IONQ_API_URL": site.server.url, "IONQ_API_KEY": KEY, "IONQ_TUI_PATIENCE": "2"}
        places = {name: os.environ[name] for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        environment = clean_environment(home, **given, **places)
        return Terminal(command("end", *argv), environment, rows=40, columns=120)

    return start


def test_the_question_has_the_facts_of_the_dialog(site: Site, ours: str, asking: Asking) -> None:
    running = next(job for job in site.cloud.sessions[ours].jobs if job.status == "started")
    with asking(ours[-6:]) as terminal:
        terminal.wait_for(f"End session {ours}{ASKED}")
        told = terminal.text
        for words in (
            f'session     {ours} "H2 scan"',
            f"backend     {FORTE}",
            "owner       you (opened on this machine)",
            "status      STARTED",
            "unfinished  2 jobs (",
            f"running     {running.id[-6:]}",
            "cost        charged ",
            " usd, reserved ",
            "left        jobs 6",
            "data        updated ",
        ):
            assert words in told, (words, told)
        assert site.changing == ["POST /sessions"], "nothing is sent before the answer"
        terminal.type("y").keys("enter")
        terminal.wait_for(" by you")
        assert terminal.wait_exit() == 0
    assert site.changing == ["POST /sessions", f"POST /sessions/{ours}/end"] and not site.running


def test_anything_but_yes_sends_nothing(site: Site, ours: str, asking: Asking) -> None:
    with asking(ours) as terminal:
        terminal.wait_for(ASKED).keys("enter")
        assert terminal.wait_exit() == 1
    assert site.changing == ["POST /sessions"] and site.running == [ours]


def test_facts_that_cannot_be_read_are_unknown_and_hold_up_nothing(site: Site, ours: str, asking: Asking) -> None:
    refused = Reply(503, (("Content-Type", "application/json"),), b'{"message": "busy", "statusCode": 503}')
    reading = True

    def instead(request: Request) -> Reply | None:
        return refused if request.method == "GET" and reading else None

    site.instead = instead
    with asking(ours) as terminal:
        terminal.wait_for(f"End session {ours}{ASKED}")
        assert f"backend     {FORTE}" in terminal.text, "the journal knows it"
        assert "unfinished  unknown: the jobs could not be read" in terminal.text
        assert "running     —" in terminal.text and "cost        charged —" in terminal.text
        assert "data        not confirmed by IonQ" in terminal.text
        reading = False
        terminal.type("yes").keys("enter")
        assert terminal.wait_exit() == 0
    assert not site.running


def test_readings_that_hang_hold_up_nothing(site: Site, ours: str, asking: Asking) -> None:
    leave = threading.Event()

    def instead(request: Request) -> None:
        if request.method == "GET":
            leave.wait(60)

    site.instead = instead
    try:
        with asking(ours) as terminal:
            terminal.wait_for(f"End session {ours}{ASKED}")
            assert f"backend     {FORTE}" in terminal.text and "unfinished  unknown: " in terminal.text
            leave.set()
            terminal.type("y").keys("enter")
            assert terminal.wait_exit() == 0
    finally:
        leave.set()
    assert not site.running


def test_a_session_that_had_ended_is_not_asked_about(site: Site, ours: str, asking: Asking, shell: Shell) -> None:
    site.cloud.end(site.cloud.sessions[ours], None)
    with asking(ours) as terminal:
        terminal.wait_for(f"{ours[-6:]} had already ended")
        assert "[y/N]" not in terminal.text and terminal.wait_exit() == 0
    assert site.changing == ["POST /sessions"]
    site.go_away()
    assert ours[-6:] not in shell("ls").err, "the journal knows it too"


def test_before_all_are_ended_those_that_are_known_are_named(
    site: Site, ours: str, asking: Asking, shell: Shell
) -> None:
    other = shell("open", "qpu.aria-1", "--no-limit", "--yes").out.strip()
    with asking("--all-here") as terminal:
        terminal.wait_for(f"End every session that was opened on this machine{ASKED}")
        for words in (f'{ours} "H2 scan" · {FORTE}', f"{other} · qpu.aria-1", "unfinished: 2 jobs (", "left: NO LIMIT"):
            assert words in terminal.text, (words, terminal.text)
        terminal.type("y").keys("enter")
        assert terminal.wait_exit() == 0
    assert not site.running
