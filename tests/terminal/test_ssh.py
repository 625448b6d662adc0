"""The dashboard on another machine: a real sshd on loopback, with and without tmux, and lines that are cut."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import respond
from ionq_tui.simulator.server import Server
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import PATIENCE, Terminal, command
from tests.terminal.sshd import Sshd

KEY = "the-key-that-was-there-before-us-8765"
GONE_WITHIN = 2.0
TMUX = ("tmux", "-L", f"of-{os.getpid()}")
IN_TMUX = pytest.mark.parametrize("in_tmux", [False, True], ids=["bare", "tmux"])


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    with Sshd() as running:
        yield running


@pytest.fixture
def url() -> Iterator[str]:
    with Server(partial(respond, SimulatedCloud(FastClock()))) as server:
        yield server.url


@pytest.fixture
def there(environment: dict[str, str], sshd: Sshd) -> Iterator[dict[str, str]]:
    """The variables of the other machine's login: no keyring is switched off, and none is there."""
    del environment["PYTHON_KEYRING_BACKEND"]
    environment["TMUX_TMPDIR"] = str(sshd.folder)
    yield environment
    if shutil.which("tmux") is not None:
        subprocess.run([*TMUX, "kill-server"], env=environment, capture_output=True, timeout=PATIENCE, check=False)


def dashboard(in_tmux: bool) -> list[str]:
    if not in_tmux:
        return command()
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    return [*TMUX, "-f", "/dev/null", "new-session", "-A", "-s", "lab", *command()]


def words(terminal: Terminal) -> str:
    return " ".join(terminal.text.split())


def process_of(sshd: Sshd) -> int:
    return int(sshd.pid_file.read_text())


def wait_gone(pid: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (state := state_of(pid)) not in ("", "Z"):  # one that nobody buries is gone all the same
        assert time.monotonic() < deadline, f"process {pid} lives on, in state {state}"
        time.sleep(0.01)


def state_of(pid: int) -> str:
    """The kernel's letter for what a process does; empty where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return ""


@IN_TMUX
def test_without_a_key_it_says_what_works_and_the_demo_opens(
    in_tmux: bool, sshd: Sshd, there: dict[str, str], open_terminal: OpenTerminal
) -> None:
    terminal = open_terminal(sshd.login(dashboard(in_tmux), there))
    terminal.wait_for(lambda now: "API KEY" in now.text and "no Secret Service on D-Bus" in words(now))
    assert "export IONQ_API_KEY" in terminal.text
    assert "key_command" in terminal.text
    terminal.keys("enter").wait_for(lambda now: "DEMO" in now.lines[0] and "active in the organization" in now.text)
    assert terminal.keys("ctrl+c").wait_exit() == 0


@IN_TMUX
def test_with_a_key_in_the_login_s_environment_it_starts(
    in_tmux: bool, sshd: Sshd, there: dict[str, str], url: str, open_terminal: OpenTerminal
) -> None:
    there |= {"IONQ_API_KEY": KEY, "IONQ_API_URL": url}
    terminal = open_terminal(sshd.login(dashboard(in_tmux), there))
    terminal.wait_for(lambda now: "(environment)" in now.text and "live" in now.lines[0])
    assert KEY.encode() not in argvs()
    assert terminal.keys("ctrl+c").wait_exit() == 0
    assert KEY.encode() not in terminal.raw


def argvs() -> bytes:
    """What `ps` would tell of every process."""
    told = b""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            told += path.read_bytes()
    return told


@pytest.mark.parametrize("cut", [signal.SIGKILL, signal.SIGHUP], ids=["killed", "closed"])
def test_a_cut_line_ends_it_over_there(
    cut: signal.Signals, sshd: Sshd, there: dict[str, str], url: str, open_terminal: OpenTerminal
) -> None:
    there |= {"IONQ_API_KEY": KEY, "IONQ_API_URL": url}
    terminal = open_terminal(sshd.login(dashboard(in_tmux=False), there))
    terminal.wait_for(lambda now: "live" in now.lines[0])
    pid = process_of(sshd)
    terminal.signal(cut)
    wait_gone(pid, GONE_WITHIN)


def test_in_tmux_it_outlives_the_line_and_is_found_again(
    sshd: Sshd, there: dict[str, str], url: str, open_terminal: OpenTerminal
) -> None:
    there |= {"IONQ_API_KEY": KEY, "IONQ_API_URL": url}
    first = open_terminal(sshd.login(dashboard(in_tmux=True), there))
    first.wait_for(lambda now: "live" in now.lines[0])
    client = process_of(sshd)
    first.signal(signal.SIGKILL)
    wait_gone(client, GONE_WITHIN)
    second = open_terminal(sshd.login(dashboard(in_tmux=True), there))
    second.wait_for(lambda now: "live" in now.lines[0] and "active in the organization" in now.text)
    assert second.keys("ctrl+c").wait_exit() == 0
