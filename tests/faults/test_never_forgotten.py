"""What the journal knows is named, and ended at once, whatever becomes of readings.

Each way in which readings fail, each thing that the journal knows, each face: one cell; where all is well, for
comparison. An app that is painted, a key and a command have 2 s, and 2 s more on a busy machine. Pauses and time-outs
of the product are scaled (IONQ_TUI_PATIENCE), but where readings hang none is given up before an end must have been
posted; it must not wait for that.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from ionq_tui.ui.key_guard import KeyGuard
from tests.faults.naming import Cell, judged
from tests.faults.naming_faces import faces_of
from tests.faults.prepared import Knows, prepared
from tests.faults.reads import READS, Reads
from tests.faults.screens import Hand

Record = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyGuard, "clock", lambda: Hand.now)


@pytest.fixture(autouse=True)
def streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps that run beside each other do not give back the streams in the order in which they took them."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))


@pytest.mark.parametrize("reads", READS, ids=lambda one: one.name)
async def test_row(reads: Reads, tmp_path: Path, record_property: Record) -> None:
    rows = await asyncio.gather(*(_row(reads, knows, tmp_path / knows.name) for knows in Knows))
    cells = [cell for row in rows for cell in row]
    for cell in cells:
        record_property("forgotten", asdict(cell))
    bad = [cell.line() for cell in cells if not cell.good]
    assert not bad, "\n".join(["", *bad])


async def _row(reads: Reads, knows: Knows, home: Path) -> list[Cell]:
    """Play every face, one after the other; rows mostly wait, so that several are played at once."""
    cells = []
    with ExitStack() as stack:
        world = await asyncio.to_thread(stack.enter_context, prepared(home, knows, reads.scale))
        for name, face in faces_of(world):
            cells.append(judged(world, reads, name, await face(world, reads)))
    return cells
