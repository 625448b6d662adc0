"""The committed pictures and texts are what the screens look like now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.snapshots.sizes import SIZES
from tests.snapshots.take import TEXTS, walk, walk_at_every_size

PICTURES = Path(__file__).parents[2] / "screenshots"
BLANK_AT_MOST = 0.5
"""Of the cells of home and of the live screen on the largest terminal."""


@pytest.mark.timeout(300)  # five walks, with a pause for each picture
@pytest.mark.usefixtures("one_zone")
async def test_every_picture_is_as_committed() -> None:
    taken: dict[str, str] = {}
    await walk(lambda name, svg: taken.update({name: svg}))
    assert _differing(taken, PICTURES, "svg") == [], "look, then: make screenshots"


@pytest.mark.timeout(300)  # twenty screens, each eight times
@pytest.mark.usefixtures("one_zone")
async def test_every_screen_at_every_size_is_as_committed() -> None:
    texts: dict[str, str] = {}
    await walk_at_every_size(lambda name, text: texts.update({name: text}))
    assert _differing(texts, TEXTS, "txt") == [], "look, then: make screenshots"


def _differing(taken: dict[str, str], folder: Path, suffix: str) -> list[str]:
    held = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob(f"*.{suffix}")}
    return sorted(name for name in taken.keys() | held.keys() if taken.get(name) != held.get(name))


def at_sizes(name: str) -> dict[tuple[int, int], list[str]]:
    """Return the committed text of a screen by size."""
    parts = re.split(r"^== (\d+)x(\d+) .*\n", (TEXTS / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        (int(wide), int(high)): text.splitlines()
        for wide, high, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_screen_fits_at_every_size(path: Path) -> None:
    held = at_sizes(path.stem)
    assert tuple(held) == SIZES
    for (wide, high), lines in held.items():
        assert len(lines) == high and all(len(one) <= wide for one in lines)


@pytest.mark.parametrize("name", ["sessions", "demo-session"])
def test_a_large_terminal_is_put_to_use(name: str) -> None:
    wide, high = SIZES[-1]
    lines = at_sizes(name)[wide, high]
    blank = sum(wide - len(re.sub(r"[\s\u2800]", "", one)) for one in lines)
    assert blank <= BLANK_AT_MOST * wide * high, f"{blank / (wide * high):.0%} of it is blank"
