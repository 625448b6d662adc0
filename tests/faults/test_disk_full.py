"""The journal's disk is full: it is said, the session is opened and ended all the same, and a lost reply stays told."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionq_tui.model.exit_code import DONE, UNCERTAIN
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.victim import dashboard
from tests.faults.world import BACKEND, World, world_at
from tests.terminal.kit import Terminal
from tests.terminal.test_hangup import at_form, open_by_key
from tests.terminal.touch import focus_by_tab, rested_press


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, known_here=False) as made:
        yield made


def _run(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write to no file, as on a full disk; pipes it can."""
    return _limited(world, *world.command(*arguments))


def _limited(world: World, *argv: str) -> subprocess.CompletedProcess[str]:
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *argv]
    return subprocess.run(limited, env=world.environment(), capture_output=True, text=True, timeout=60, check=False)


OPEN = ("open", BACKEND, "--max-jobs", "3", "--yes")


def test_a_session_is_opened_and_ended_and_the_trouble_is_said(world: World) -> None:
    opened = _run(world, *OPEN)
    assert opened.returncode == DONE, opened.stderr
    assert opened.stdout.split() == world.server.committed
    assert "journal" in opened.stderr
    ended = _run(world, "end", world.server.committed[0], "--not-mine", "--yes")
    assert ended.returncode == DONE, ended.stderr
    assert not world.server.cloud.active
    assert world.server.reached[Operation.OPEN] == 1


def test_a_lost_reply_is_told_with_what_was_found(world: World) -> None:
    world.server.arm(Operation.OPEN, Fault("cut", Stage.NO_REPLY))
    opened = _run(world, *OPEN)
    assert opened.returncode == UNCERTAIN, opened.stderr
    assert not opened.stdout
    assert world.server.committed[0] in opened.stderr
    assert "journal" in opened.stderr


def test_an_id_that_cannot_be_printed_is_told(world: World) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        opened = subprocess.run(
            world.command(*OPEN), env=world.environment(), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    assert opened.returncode == UNCERTAIN, opened.stderr
    assert world.server.committed[0] in opened.stderr


def _disk(terminal: Terminal, *, full: bool) -> None:
    """Fill the disk under a program that runs, or make room again."""
    _, most = resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, (0 if full else most, most))


SAID = "actions are kept in m"


@pytest.mark.parametrize("full", ["opening", "ending", "both"])
def test_the_dashboard_opens_and_ends_and_says_so(tmp_path: Path, full: str) -> None:
    with world_at(tmp_path, known_here=False, scale=1.0) as world, dashboard(world) as terminal:
        at_form(terminal)
        _disk(terminal, full=full != "ending")
        open_by_key(terminal)
        terminal.wait_for("CREATED").wait_for("owner: you")
        _disk(terminal, full=full != "opening")
        terminal.keys("e").wait_for("Keep running")
        rested_press(focus_by_tab(terminal, "End session"), "enter")
        terminal.wait_for("ENDED")
        terminal.keys("esc").wait_for("in the organization")
        terminal.wait_for(lambda screen: (SAID in _joined(screen)) is (full != "opening"))
        kept = world.newest_here()
        # What was owed is written as soon as there is room.
        assert (kept is not None and kept.ended_at is not None) is (full == "opening")
        assert not world.server.cloud.active
        assert len(world.server.committed) == 1
        assert world.server.reached[Operation.OPEN] == world.server.reached[Operation.END] == 1


def _joined(terminal: Terminal) -> str:
    """What the screen says, without the ends of its lines."""
    return " ".join(terminal.text.split())


SCRIPT = """
import sys
from ionq_tui import IonQClient, SessionManager
with IonQClient() as client, SessionManager(client, sys.argv[1], max_jobs=3) as session:
    print(session.session_id, session.status())
"""


def test_a_script_opens_and_ends_and_it_is_logged(world: World) -> None:
    told = _limited(world, sys.executable, "-c", SCRIPT, BACKEND)
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == [*world.server.committed, "created"]
    assert "the journal cannot be written" in told.stderr
    assert not world.server.cloud.active
    assert world.server.reached[Operation.OPEN] == world.server.reached[Operation.END] == 1
