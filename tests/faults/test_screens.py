"""The dashboard on a bad line: one request whatever is pressed, and after one question at most the session itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionq_tui.ui.key_guard import KeyGuard
from ionq_tui.ui.screens.session import SessionScreen
from tests.faults.face import Face
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.faults import TABLE
from tests.faults.forked import forked
from tests.faults.screens import Hand, Tui, dashboard
from tests.faults.test_matrix import Played, Record, cell, play
from tests.faults.world import world_at

SCALE = 0.05
"""Painting takes longer than answering: time-outs are not to be met by accident."""
AT_ONCE = 2
"""Cells beside each other: with more, a busy machine meets time-outs by accident."""
PARTS = 16
"""So that each worker has its share, and that the limit of time is one of few cells, on a slow machine too."""


@pytest.fixture(autouse=True)
def quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyGuard, "clock", lambda: Hand.now)


def alone(face: Face, operation: Operation, fault: Fault, home: Path, scale: float) -> Played:
    """Play a cell in a process of its own: whether an app rests is told by how busy its process is."""
    return forked(_alone, face, operation, fault, home, scale)


def _alone(face: Face, operation: Operation, fault: Fault, home: Path, scale: float) -> Played:
    KeyGuard.clock = lambda: Hand.now
    return cell(face, operation, fault, home, scale)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("operation", TABLE, ids=lambda one: one.name)
def test_matrix(operation: Operation, part: int, tmp_path: Path, record_property: Record) -> None:
    faults = TABLE[operation][part::PARTS]
    play(Tui(), operation, faults, tmp_path, record_property, at_once=AT_ONCE, scale=SCALE, by=alone)


@pytest.mark.parametrize("known_here", [True, False], ids=["adopted", "asked"])
async def test_a_reply_cut_after_the_commit_ends_on_that_very_session(tmp_path: Path, known_here: bool) -> None:
    with world_at(tmp_path, known_here=known_here, scale=SCALE) as world:
        tui = Tui()
        claim = await tui._open(world, Fault("cut", Stage.NO_REPLY))
        assert world.server.reached[Operation.OPEN] == 1
        assert claim.held == set(world.server.committed)


async def test_twenty_enters_while_the_request_hangs_send_one(tmp_path: Path) -> None:
    with world_at(tmp_path, scale=1.0) as world:
        world.server.arm(Operation.OPEN, Fault("hangs", Stage.HELD, answers_when_released=True))
        async with dashboard(world) as hand:
            await hand.fill_form()
            await hand.press("enter")
            await hand.until(world.server.held.is_set, "the request")
            await hand.press(*["enter"] * 20)
            await hand.hold("enter", 20)
            world.server.release.set()
            await hand.until(lambda: hand.shows(SessionScreen), "the session")
            assert world.server.reached[Operation.OPEN] == 1
            assert len(world.server.committed) == 1
