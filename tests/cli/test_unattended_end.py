"""Ends that nobody watches, on a server that is away or in trouble just then: they go on until they are confirmed.

IONQ_TUI_PATIENCE makes twenty seconds one: pauses, time-outs, --end-within, --end-when-idle and the minute between two
lines; an outage of 90 s takes 4.5.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, PATIENCE, Process, Site, Told, process

SCALE = 0.05
COMMAND = """
import sys, time
print("ready", flush=True)
sys.stdin.readline() or time.sleep(60)  # who reads the output to its end closes the input: a signal is still to come
raise SystemExit(7)
"""
RUN = [FORTE, "--max-jobs", "3", "--yes"]
TRYING = "until the end is confirmed; ctrl+c stops"
INTERRUPTED = "interrupted: waiting for the result of the request"
WAITING = "waiting for IonQ to confirm the end of"
BUSY = Reply(503, (("x-request-id", "request-of-503"),), json.dumps({"message": "come back later"}).encode())


@contextmanager
def running(*more: str, scale: float = SCALE) -> Iterator[Process]:
    """`run`, with a command that ends with 7 as soon as it is told to."""
    argv = ["run", *RUN, *more, "--", sys.executable, "-c", COMMAND]
    with process(*argv, stdin=subprocess.PIPE, IONQ_TUI_PATIENCE=str(scale)) as started:
        assert started.read_line() == "ready\n"
        yield started


@contextmanager
def guarding(shell: Shell, home: Path) -> Iterator[tuple[Process, str]]:
    """`watch --end-when-idle` over a session that nobody uses."""
    brisk = home / "brisk.toml"
    brisk.write_text("poll_interval = 1\n")
    session = shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()
    argv = ["watch", session, "--end-when-idle", "1m", "--yes", "--config", str(brisk)]
    with process(*argv, IONQ_TUI_PATIENCE=str(SCALE)) as started:
        yield started, session


def end_the_command(started: Process) -> None:
    assert started.popen.stdin is not None
    started.popen.stdin.write("\n")
    started.popen.stdin.flush()


def away_for(site: Site, seconds: float | None) -> Callable[[Request], Reply | None]:
    """Be away from the first request to end on, which is not carried out."""

    def vanish(request: Request) -> Reply | None:
        if request.path.endswith("/end"):
            site.instead = lambda _: None
            site.go_away(seconds)
            raise ConnectionError
        return None

    return vanish


def busy_for(times: int) -> Callable[[Request], Reply | None]:
    """Answer so many requests to end with 503."""
    left = times

    def refuse(request: Request) -> Reply | None:
        nonlocal left
        if request.path.endswith("/end") and left:
            left -= 1
            return BUSY
        return None

    return refuse


def held(site: Site, path: str, reply: Reply | None = None) -> threading.Event:
    """Hold the POSTs to such a path until the event is set; they are then carried out, or answered so."""
    release = threading.Event()

    def hold(request: Request) -> Reply | None:
        if request.method == "POST" and request.path.endswith(path):
            release.wait(PATIENCE)
            return reply
        return None

    site.instead = hold
    return release


def said_until(started: Process, words: str) -> str:
    """Read standard error until a line has those words."""
    assert started.popen.stderr is not None
    said = ""
    while words not in said:
        line = started.popen.stderr.readline()
        assert line, said
        said += line
    return said


def is_the_end_of_a_session_still_open(told: Told, session: str) -> bool:
    """True where it says that it may be open, and what to do."""
    commands = f"ionq-tui show {session}" in told.err and f"ionq-tui end {session} --yes" in told.err
    return told.code == 3 and commands and "Traceback" not in told.err


def ends_asked(site: Site) -> int:
    return sum(one.endswith("/end") for one in site.changing)


@pytest.mark.parametrize("away", [8, 90])
def test_run_ends_its_session_once_the_network_is_back(site: Site, away: int) -> None:
    with running() as started:
        site.go_away(away * SCALE)
        end_the_command(started)
        told = started.finish()
    assert told.code == 7 and site.running == []
    assert site.changing.count("POST /sessions") == 1
    assert "IonQ cannot be reached" in told.err and f"for up to 10 min {TRYING}" in told.err
    assert (WAITING in told.err) == (away > 60)
    assert " ended at " in told.err.splitlines()[-1]


@pytest.mark.parametrize("away", [8, 90])
def test_watch_ends_an_idle_session_once_the_network_is_back(site: Site, shell: Shell, home: Path, away: int) -> None:
    site.instead = away_for(site, away * SCALE)
    with guarding(shell, home) as (started, _):
        told = started.finish()
    assert told.code == 0 and site.running == []
    assert ends_asked(site) >= 2
    assert "ending it" in told.err and f"trying {TRYING}" in told.err
    assert (WAITING in told.err) == (away > 60)
    assert "session ended" in told.out.splitlines()[-2]


def test_run_ends_its_session_after_five_answers_of_503(site: Site) -> None:
    site.instead = busy_for(5)
    with running() as started:
        end_the_command(started)
        told = started.finish()
    assert told.code == 7 and site.running == []
    assert ends_asked(site) == 6
    assert "STILL OPEN" in told.err and '"come back later"' in told.err and "request-of-503" in told.err
    assert told.err.count("come back later") == 1  # it took less than a minute


def test_watch_ends_an_idle_session_after_five_answers_of_503(site: Site, shell: Shell, home: Path) -> None:
    site.instead = busy_for(5)
    with guarding(shell, home) as (started, _):
        told = started.finish()
    assert told.code == 0 and site.running == []
    assert ends_asked(site) == 6
    assert '"come back later"' in told.err and "session ended" in told.out.splitlines()[-2]


def test_an_end_that_was_taken_but_is_not_carried_out_is_asked_for_again(site: Site) -> None:
    ends = 0

    def forget(request: Request) -> Reply | None:
        nonlocal ends
        ends += request.path.endswith("/end")
        if request.path.endswith("/end") and ends == 1:
            return Reply(200, (), json.dumps({"id": site.running[0], "status": "started"}).encode())
        return None

    site.instead = forget
    with running() as started:
        end_the_command(started)
        told = started.finish()
    assert told.code == 7 and site.running == [] and ends == 2


def test_ctrl_c_stops_the_end_of_run(site: Site) -> None:
    with running() as started:
        session = site.running[0]
        site.go_away()
        end_the_command(started)
        said_until(started, TRYING)
        started.popen.send_signal(signal.SIGINT)
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)


def test_ctrl_c_stops_the_end_of_watch(site: Site, shell: Shell, home: Path) -> None:
    site.instead = away_for(site, None)
    with guarding(shell, home) as (started, session):
        said_until(started, TRYING)
        started.popen.send_signal(signal.SIGINT)
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)


def test_ctrl_c_stops_the_end_of_watch_where_it_is_refused(site: Site, shell: Shell, home: Path) -> None:
    site.instead = lambda request: Reply(403, (), b'{"error": "no"}') if request.path.endswith("/end") else None
    with guarding(shell, home) as (started, session):
        said_until(started, TRYING)
        started.popen.send_signal(signal.SIGINT)
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)


def test_ctrl_c_waits_a_little_for_a_request_that_is_under_way(site: Site) -> None:
    with running(scale=0.2) as started:
        release = held(site, "/end")
        end_the_command(started)
        site.wait_asked(f"POST /sessions/{site.running[0]}/end")
        started.popen.send_signal(signal.SIGINT)
        said_until(started, INTERRUPTED)
        release.set()
        told = started.finish()
    assert told.code == 7 and site.running == []
    assert ends_asked(site) == 1


def test_after_ctrl_c_no_other_try_begins(site: Site) -> None:
    with running(scale=0.2) as started:
        session = site.running[0]
        release = held(site, "/end", BUSY)
        end_the_command(started)
        site.wait_asked(f"POST /sessions/{session}/end")
        started.popen.send_signal(signal.SIGINT)
        said_until(started, INTERRUPTED)
        release.set()
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)
    assert ends_asked(site) == 1


@pytest.mark.parametrize("name", ["SIGUSR1", "SIGUSR2"])
def test_a_signal_that_means_no_leaving_stops_no_end(site: Site, name: str) -> None:
    with running() as started:
        site.go_away()
        end_the_command(started)
        said_until(started, TRYING)
        started.popen.send_signal(signal.Signals[name])
        said_until(started, WAITING)
        site.come_back()
        told = started.finish()
    assert told.code == 7 and site.running == []


def test_a_time_to_end_within_is_kept(site: Site) -> None:
    with running("--end-within", "1m") as started:
        session = site.running[0]
        site.go_away()
        end_the_command(started)
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)
    assert f"for up to 1 min {TRYING}" in told.err


@pytest.mark.parametrize("wrong", ["0", "soon", ""])
def test_a_wrong_time_to_end_within_opens_nothing(site: Site, shell: Shell, wrong: str) -> None:
    told = shell("run", *RUN, "--end-within", wrong, "--", "true")
    assert told.code == 2 and "--end-within" in told.err
    assert site.asked == []


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_who_is_told_to_go_tries_again_in_the_seconds_that_are_left(site: Site, name: str) -> None:
    site.instead = busy_for(1)
    with running(scale=0.4) as started:
        started.popen.send_signal(signal.Signals[name])
        told = started.finish()
    assert told.code == 128 + signal.Signals[name] and site.running == []
    assert ends_asked(site) == 2


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_who_is_told_to_go_meanwhile_goes(site: Site, name: str) -> None:
    with running() as started:
        session = site.running[0]
        site.go_away()
        end_the_command(started)
        said_until(started, TRYING)
        started.popen.send_signal(signal.Signals[name])
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, session)


def test_who_was_told_to_go_while_it_was_opened_does_not_try_for_long(site: Site) -> None:
    release = held(site, "/sessions")
    with process("run", *RUN, "--", "true", IONQ_TUI_PATIENCE="0.2") as started:
        site.wait_asked("POST /sessions")
        started.popen.send_signal(signal.SIGTERM)
        said_until(started, INTERRUPTED)
        site.instead = busy_for(1000)
        release.set()
        told = started.finish()
    assert is_the_end_of_a_session_still_open(told, site.running[0])


def test_end_stays_one_try(site: Site, shell: Shell) -> None:
    session = shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()
    site.instead = busy_for(1)
    told = shell("end", session, "--yes")
    assert is_the_end_of_a_session_still_open(told, session)
    assert ends_asked(site) == 1
