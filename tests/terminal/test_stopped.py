"""Whatever stops the dashboard, lets it go on or ends it, the shell behind gets its terminal back as it was."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import PATIENCE, Terminal, command
from tests.terminal.test_hangup import dashboard_under, state_of, wait_gone

HOME = "active in the organization"
GONE_WITHIN = 2.0
SHELL = ("/bin/sh", "-c", 'stty -a >before; "$@"; echo "code $?"; stty -a >after', "sh")
"""A shell without job control: it puts nothing in order that a program leaves behind."""


def wait_state(pid: int, letter: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while state_of(pid) != letter:
        assert time.monotonic() < deadline, f"process {pid} is in state {state_of(pid)!r}"
        time.sleep(0.01)


def stop_and_go_on(terminal: Terminal, pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    wait_state(pid, "T")
    go_on(terminal, pid)


def go_on(terminal: Terminal, pid: int) -> None:
    painted = len(terminal.raw)
    os.kill(pid, signal.SIGCONT)
    terminal.wait_for(lambda now: HOME.encode() in now.raw[painted:])


def assert_left_as_it_was(terminal: Terminal, folder: Path, code: int) -> None:
    terminal.wait_for(f"code {code}", GONE_WITHIN)
    assert terminal.wait_exit() == 0
    assert (folder / "after").read_text() == (folder / "before").read_text() != ""
    assert not terminal.alternate
    assert terminal.raw.rfind(b"\x1b[?25h") >= terminal.raw.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("way", [stop_and_go_on, go_on], ids=["stopped", "not stopped"])
def test_it_goes_on_and_quits(
    way: Callable[[Terminal, int], None], tmp_path: Path, open_terminal: OpenTerminal
) -> None:
    terminal = open_terminal([*SHELL, *command("--demo")], directory=tmp_path).wait_for(HOME)
    way(terminal, dashboard_under(terminal.pid))
    way(terminal, dashboard_under(terminal.pid))
    terminal.keys("b").wait_for("BACKENDS").keys("q").wait_for(HOME).keys("q")
    assert_left_as_it_was(terminal, tmp_path, 0)


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_it_is_told_to_leave_and_to_go_on(stopped: bool, tmp_path: Path, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal([*SHELL, *command("--demo")], directory=tmp_path).wait_for(HOME)
    pid = dashboard_under(terminal.pid)
    if stopped:
        os.kill(pid, signal.SIGSTOP)
        wait_state(pid, "T")
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGCONT)
    assert_left_as_it_was(terminal, tmp_path, 128 + signal.SIGTERM)


def test_timeout_ends_it_in_the_foreground(tmp_path: Path, open_terminal: OpenTerminal) -> None:
    argv = [*SHELL, "timeout", "--foreground", "4", *command("--demo")]
    terminal = open_terminal(argv, directory=tmp_path).wait_for(HOME)
    terminal.wait_for("code ")
    assert_left_as_it_was(terminal, tmp_path, 124)


@pytest.mark.parametrize("_", range(4))
def test_timeout_ends_it_in_the_background_too(_: int, tmp_path: Path, open_terminal: OpenTerminal) -> None:
    # From a script `timeout` runs it as a job of its own, which may not touch the terminal. Which thread receives the
    # signal when the stopped process goes on is left to the system: one time in five it was not the one that waits.
    terminal = open_terminal([*SHELL, "timeout", "2", *command("--demo")], directory=tmp_path)
    terminal.wait_for("code ")
    assert_left_as_it_was(terminal, tmp_path, 124)
    assert b"\x1b" not in terminal.raw


@pytest.fixture
def shell(tmp_path: Path, open_terminal: OpenTerminal) -> Terminal:
    """A shell with job control, as a person has it."""
    terminal = open_terminal(["/bin/bash", "--norc", "--noprofile", "-i"], directory=tmp_path).wait_for("bash-")
    terminal.type("stty -a >before\r")
    return terminal


def run(shell: Terminal, *argv: str) -> int:
    shell.type(" ".join(argv) + "\r").wait_for(HOME)
    return dashboard_under(shell.pid)


def after(shell: Terminal, folder: Path, pid: int) -> str:
    """How the shell has its terminal once that process is gone; what is typed before it would be thrown away."""
    wait_gone(pid, PATIENCE)
    shell.type("stty -a >after; echo wri''tten\r").wait_for("written")
    return (folder / "after").read_text()


def test_timeout_at_a_prompt(shell: Terminal, tmp_path: Path) -> None:
    pid = run(shell, "timeout", "4", *command("--demo"))
    shell.wait_for(lambda now: not now.alternate)
    assert after(shell, tmp_path, pid) == (tmp_path / "before").read_text()


def wait_told_stopped(shell: Terminal, times: int) -> None:
    """Press enter until the shell has told so often that the job is stopped: it tells before a prompt."""
    deadline = time.monotonic() + PATIENCE
    while shell.raw.count(b"Stopped") < times:
        assert time.monotonic() < deadline, shell.text
        time.sleep(0.1)
        shell.keys("enter")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_a_stopped_job_comes_back_to_the_foreground(number: signal.Signals, shell: Terminal, tmp_path: Path) -> None:
    pid = run(shell, *command("--demo"))
    os.kill(pid, number)
    wait_told_stopped(shell, 1)
    os.kill(pid, signal.SIGCONT)  # in the background it waits for the terminal
    wait_told_stopped(shell, 2)
    shell.type("echo unto''uched\r").wait_for("untouched")
    shell.type("fg\r").wait_for(lambda now: HOME in now.text and "untouched" not in now.text)
    shell.keys("b").wait_for("BACKENDS").keys("q").wait_for(HOME).keys("q")
    shell.wait_for(lambda now: not now.alternate)
    assert after(shell, tmp_path, pid) == (tmp_path / "before").read_text()


def test_a_stopped_job_is_ended_from_its_prompt(shell: Terminal, tmp_path: Path) -> None:
    pid = run(shell, *command("--demo"))
    os.kill(pid, signal.SIGSTOP)
    shell.wait_for("Stopped")
    shell.type("kill %1\r")
    shell.wait_for(lambda now: not now.alternate)
    assert after(shell, tmp_path, pid) == (tmp_path / "before").read_text()
