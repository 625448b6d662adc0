"""Whether what must never be forgotten was named, ended in time, and not denied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.phrases import CALM, NEAR, UNCONFIRMED
from tests.faults.prepared import Prepared
from tests.faults.reads import Reads
from tests.faults.world import BACKEND

SOON = 2.0
"""Seconds within which a dashboard names what it knows, and an end is posted, from the key or the command on."""
ALLOWANCE = 2.0
"""Seconds more for starting a process or an app and for painting, on a machine that has other things to do."""
BAD = {"unnamed": "unnamed", "late": "not ended in time", "calm": "false calm", "wrong": "otherwise wrong"}
EVERY_CELL = Path(__file__).resolve().parents[2] / ".never-forgotten.txt"
"""Where a run leaves one line per cell."""


@dataclass
class Seen:
    """What a face showed."""

    named: list[str] = field(default_factory=list)
    """Texts, each of which must name everything: a screen, what the shell was told."""
    said: list[str] = field(default_factory=list)
    """Everything that was said while a session may have run."""
    ends_from: float | None = None
    """When the key or the command came that ends the session; None where nothing is to be ended."""
    wrong: list[str] = field(default_factory=list)
    """What else is not as it must be."""


@dataclass(frozen=True)
class Cell:
    """One way of reading, one thing that the journal knows, one face."""

    reads: str
    knows: str
    face: str
    unnamed: int = 0
    late: int = 0
    calm: int = 0
    wrong: int = 0
    told: str = ""
    """What is bad, in words."""

    @property
    def good(self) -> bool:
        """True where nothing was forgotten."""
        return not any(getattr(self, name) for name in BAD)

    def line(self) -> str:
        """Return the cell as it is printed."""
        marks = [words for name, words in BAD.items() if getattr(self, name)]
        bad = f"  <-- {', '.join(marks)}: {self.told}" if marks else ""
        return f"{self.reads:<19} | {self.knows:<31} | {self.face:<14}{bad}"


def flat(text: str) -> str:
    """Return a text in one line, without frames, as somebody reads it."""
    return " ".join(re.sub(r"[\u2500-\u259f]", " ", text).split())


def unnamed(world: Prepared, text: str) -> list[str]:
    """Return what a text does not name."""
    told = flat(text)
    missing = [one[-6:] for one in world.ids if one[-6:] not in told]
    near = (told[max(0, at.start() - NEAR) : at.end() + NEAR] for at in re.finditer("|".join(UNCONFIRMED), told))
    if world.lost and not any(BACKEND in one for one in near):
        missing.append(f"the open on {BACKEND}")
    return missing


def judged(world: Prepared, reads: Reads, face: str, seen: Seen) -> Cell:
    """Hold what was seen against what is known, and against what reached the server."""
    missing = [one for text in seen.named for one in unnamed(world, text)]
    calm = sorted({one for text in seen.said for one in CALM if one in flat(text).casefold()})
    late = _late(world, reads, seen.ends_from) if seen.ends_from is not None and not reads.away else ""
    told = [f"no word of {one}" for one in dict.fromkeys(missing)] + [f"it says {one!r}" for one in calm]
    told += ([late] if late else []) + seen.wrong
    return Cell(
        reads.name,
        world.knows.value,
        face,
        unnamed=len(set(missing)),
        late=int(bool(late)),
        calm=int(bool(calm)),
        wrong=int(bool(seen.wrong)),
        told="; ".join(told),
    )


def _late(world: Prepared, reads: Reads, since: float) -> str:
    """Return why the end was not posted in time, or the empty text."""
    posted = world.ends_posted(since)
    if len(posted) < len(world.ids):
        return "the end was never posted"
    last = max(one.at for one in posted)
    if reads.hanging and world.gave_up_a_reading(since, last):
        return "the end was posted once a reading had been given up"
    return f"the end was posted after {last - since:.1f} s" if last - since > SOON + ALLOWANCE else ""


def summary(cells: Sequence[Mapping[str, str | int]], *, every: bool) -> Iterator[str]:
    """Return the totals, after the cells where they are wanted; every cell is a line of a file in any case."""
    if not cells:
        return
    lines = sorted(Cell(**cell).line() for cell in cells)  # type: ignore[arg-type]
    counts = (f"{sum(int(cell[name]) for cell in cells)} {words}" for name, words in BAD.items())
    totals = f"never forgotten: {len(cells):,} cells, {', '.join(counts)}"
    EVERY_CELL.write_text("\n".join([*lines, "", totals, ""]), encoding="utf-8")
    if every:
        yield from lines
    yield totals
    yield f"never forgotten: one line per cell is in {EVERY_CELL.name}"
