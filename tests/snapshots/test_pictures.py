"""The committed pictures are what the screens look like now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.snapshots.take import walk

PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.mark.usefixtures("one_zone")
async def test_every_picture_is_as_committed() -> None:
    taken: dict[str, str] = {}
    await walk(lambda name, svg: taken.update({name: svg}))
    held = {path.stem: path.read_text(encoding="utf-8") for path in PICTURES.glob("*.svg")}
    assert sorted(taken) == sorted(held)
    other = [name for name, svg in taken.items() if svg != held[name]]
    assert not other, f"look at them, then: make screenshots ({', '.join(other)})"
