"""Plays each row of `environments.py` on a real pseudo-terminal: the dashboard, and the command line."""

from __future__ import annotations

import os
import shutil
import signal
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.site import Site
from tests.terminal.conftest import OpenTerminal
from tests.terminal.environments import ENVIRONMENTS, Environment
from tests.terminal.kit import PATIENCE, Terminal, clean_environment, command

KEY = "the-key-of-the-environments-1357"
IDLE = 2.0
CPU = IDLE / 5
"""Seconds of CPU that an idle dashboard may take in `IDLE` seconds: one in five."""
GONE_WITHIN = 1.0
"""Seconds in which it is gone after `q`."""


def name_of(one: Environment) -> str:
    return one.name.replace(" ", "-")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A cloud with one session of somebody else's."""
    with Site() as running:
        running.colleague()
        yield running


def surroundings(one: Environment, home: Path, site: Site) -> dict[str, str]:
    """The variables of one environment, and the files that it needs."""
    variables = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)
    if one.config:
        folder = home / ".config" / "ionq-tui"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(one.config)
    for name, value in one.variables.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    if one.prepare is not None:
        one.prepare(home, variables)
    return variables


def processes(home: Path) -> list[int]:
    """All that run with this home: the dashboard, and what it runs in."""
    mark, found = f"HOME={home}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def cpu_seconds(home: Path) -> float:
    """CPU that these have taken so far."""
    spent = 0
    for pid in processes(home):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def folder(home: Path) -> Iterator[Path]:
    """A folder whose path is short enough for sockets; whatever still runs with the test's home ends with it."""
    with TemporaryDirectory(prefix="ionq-") as name:
        yield Path(name)
        for pid in processes(home):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def started(one: Environment, folder: Path, variables: dict[str, str]) -> list[str]:
    """The argv of the dashboard, in whatever it runs in."""
    argv = [*one.start, *command()]
    if not one.inside:
        return argv
    if shutil.which(one.inside) is None:
        pytest.skip(f"{one.inside} is not installed")
    config = folder / "config"
    config.write_text(one.inside_config)
    if one.inside == "tmux":
        variables["TMUX_TMPDIR"] = str(folder)
        return ["tmux", "-u", "-f", str(config), "new-session", *argv]
    sockets = folder / "sockets"
    sockets.mkdir(mode=0o700)
    variables["SCREENDIR"] = str(sockets)
    return ["screen", "-U", "-c", str(config), *argv]


def shown(wanted: tuple[str, ...], terminal: Terminal) -> bool:
    """Whether all of it is on the screen, however its lines are folded."""
    text = " ".join(terminal.text.split())
    return all(words in text for words in wanted)


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=name_of)
def test_the_dashboard_starts_is_idle_and_can_be_left(
    one: Environment, site: Site, home: Path, folder: Path, open_terminal: OpenTerminal
) -> None:
    variables = surroundings(one, home, site)
    terminal = open_terminal(
        started(one, folder, variables),
        variables,
        rows=one.rows,
        columns=one.columns,
        sized=one.sized,
        answers=one.answers,
    )
    if one.refused:
        assert terminal.wait_exit() == 2
        assert shown(one.wanted, terminal), terminal.text
        assert b"\x1b" not in terminal.raw
        return
    terminal.wait_for(partial(shown, one.wanted))
    for words in one.unwanted:
        assert words not in terminal.text
    if one.then is not None:
        one.then(terminal)
    terminal.wait_quiet(1.0)  # the first readings are no idling
    before = cpu_seconds(home)
    time.sleep(IDLE)
    assert cpu_seconds(home) - before < CPU
    assert terminal.exit_code is None
    assert terminal.keys("q").wait_exit(GONE_WITHIN) == 0
    attributes = termios.tcgetattr(terminal._descriptor)
    assert attributes[3] & termios.ECHO and attributes[3] & termios.ICANON
    assert not terminal.alternate
    if one.ascii_only:
        assert terminal.raw.isascii()


@pytest.mark.parametrize("one", [one for one in ENVIRONMENTS if not one.inside], ids=name_of)
def test_the_command_line_says_the_same(one: Environment, site: Site, home: Path, open_terminal: OpenTerminal) -> None:
    variables = surroundings(one, home, site)
    terminal = open_terminal(
        [*one.start, *command("ls")], variables, rows=one.rows, columns=one.columns, sized=one.sized
    )
    assert terminal.wait_exit(PATIENCE) == one.code, terminal.text
    assert shown(one.listed, terminal), terminal.text
    if one.ascii_only:
        assert terminal.raw.isascii()


@pytest.mark.parametrize("words", [("show",), ("show", "--markdown"), ("jobs",), ("backends",), ("--help",)], ids=str)
def test_without_utf8_every_command_writes_ascii(
    words: tuple[str, ...], site: Site, home: Path, open_terminal: OpenTerminal
) -> None:
    variables = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY, LC_ALL="C")
    wanted = (*words, site.running[0]) if words[0] in ("show", "jobs") else words
    terminal = open_terminal(command(*wanted), variables)
    assert terminal.wait_exit() == 0
    assert terminal.raw.strip() and terminal.raw.isascii()
