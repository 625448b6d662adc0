"""The fault matrix: each fault, operation and face; nothing twice, nothing forgotten, no end unproved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.face import Command, EngineFace, Face, Library, Run
from tests.faults.fault import Fault, Operation
from tests.faults.faults import EVERY, INACTIVE, TABLE
from tests.faults.verdict import Cell, judged
from tests.faults.world import SCALE, world_at

ENGINE = EngineFace()
FIRST_TIME = EngineFace("engine, first time", known_here=False)
SYNC, ASYNC = Library("library"), Library("library async")
COMMAND, RUN = Command(), Run()
AT_ONCE = 7
"""Cells mostly wait."""
UNHURRIED = 0.04
"""Starting a process takes longer than answering: time-outs are not to be met by accident."""

Record = Callable[[str, object], None]


Played = tuple[Cell, str]


def cell(face: Face, operation: Operation, fault: Fault, home: Path, scale: float) -> Played:
    """Play one cell; returns it, and what is wrong with its claim."""
    for attempt in range(_TRIES):
        with world_at(home / str(attempt), known_here=face.known_here, scale=scale) as world:
            if operation is not Operation.OPEN and not isinstance(face, Run):
                world.running_session()
            claim = face.act(world, operation, fault)
            made = judged(world.server, operation, fault.name, face.name, claim)
            if not world.server.unplanned:
                break
    # Who asks for the end again may see one that the others give up; that it is so is held against the books.
    fit = fault.claims | {"ended"} if fault.claims and claim.ends_again else fault.claims
    unfit = claim.word not in fit and fit
    return made, f"claimed {claim.word}, not {' or '.join(sorted(fit))}" if unfit else ""


_TRIES = 3
"""On a busy machine a command may have asked before the server, which was to be gone by then, had left, or a time-out
passed before a reply that came at once."""


def play(
    face: Face,
    operation: Operation,
    faults: tuple[Fault, ...],
    home: Path,
    record: Record,
    *,
    at_once: int = AT_ONCE,
    scale: float = SCALE,
    by: Callable[[Face, Operation, Fault, Path, float], Played] = cell,
) -> None:
    """Play cells, record them, and fail where one is bad."""
    with ThreadPoolExecutor(at_once) as pool:
        played = list(pool.map(lambda one: by(face, operation, one[1], home / str(one[0]), scale), enumerate(faults)))
    for made, _ in played:
        record("cell", asdict(made))
    bad = [f"{made.line()}  {unfit}" for made, unfit in played if unfit or not made.good]
    assert not bad, "\n".join(["", *bad])


IN_PROCESS = [
    *((face, operation) for operation in TABLE for face in (ENGINE, SYNC, ASYNC)),
    (FIRST_TIME, Operation.OPEN),  # who opened before matters for opening alone
]


@pytest.mark.parametrize(("face", "operation"), IN_PROCESS, ids=lambda one: one.name)
def test_in_process(face: Face, operation: Operation, tmp_path: Path, record_property: Record) -> None:
    more = (INACTIVE,) if isinstance(face, Library) and operation is Operation.END else ()
    play(face, operation, (*TABLE[operation], *more), tmp_path, record_property)


@pytest.mark.parametrize("part", range(4))
def test_every_status(part: int, tmp_path: Path, record_property: Record) -> None:
    quarter = len(EVERY) // 4 + 1
    play(ENGINE, Operation.OPEN, EVERY[part * quarter : (part + 1) * quarter], tmp_path, record_property)


@pytest.mark.parametrize(
    ("face", "operation"),
    [*((COMMAND, operation) for operation in TABLE), (RUN, Operation.OPEN), (RUN, Operation.END)],
    ids=lambda one: one.name,
)
def test_commands(face: Face, operation: Operation, tmp_path: Path, record_property: Record) -> None:
    play(face, operation, TABLE[operation], tmp_path, record_property, scale=UNHURRIED)
