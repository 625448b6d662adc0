"""The journal's disk is full: it is said, the session is opened and ended all the same, and a lost reply stays told."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionq_tui.model.exit_code import DONE, UNCERTAIN
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.world import BACKEND, World, world_at


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, known_here=False) as made:
        yield made


def _run(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write to no file, as on a full disk; pipes it can."""
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *world.command(*arguments)]
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
