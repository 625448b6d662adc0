"""What a face claimed, what the cloud's books say, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.fault import Fault, Operation
from tests.faults.server import FaultServer

BAD = ("duplicate", "forgotten", "unproved", "mistaken", "untraced", "wordless")
NO_TRACE, NO_WORDS = "says not in IonQ's list of a session that is listed", "the server's own words are missing"
ALIKE = "same key: taken for ours"
_GIVEN_UP = ("did not answer in time", "timed out")
EVERY_CELL = Path(__file__).resolve().parents[2] / ".fault-matrix.txt"
"""Where a run leaves one line per cell."""


@dataclass(frozen=True)
class Claim:
    """What whoever used a face was told: a word, the sessions named, and whether it was said to be uncertain."""

    word: str
    """opened, adopted, refused, uncertain; ended, not proved; told, not told."""
    held: frozenset[str] = frozenset()
    """Sessions said to be his."""
    named: frozenset[str] = frozenset()
    """Sessions said to be perhaps his."""
    question: bool = False
    """True where it was said, or recorded, that a session may have been opened."""
    wrong: str = ""
    """What was told that is not so."""
    ends_again: bool = False
    """True where an end is asked for until it is confirmed: that costs nothing twice."""


def unsaid(server: FaultServer, fault: Fault, said: str) -> str:
    """Return what a face that told of no session should have said of the fault and did not, or said and should not."""
    flat = " ".join(said.split())
    if fault.words and fault.words not in flat:
        # On a busy machine even a reply that is sent at once may come after the short time-outs of these tests.
        server.unplanned = server.unplanned or any(words in flat for words in _GIVEN_UP)
        return NO_WORDS
    listed = any(one in server.cloud.active for one in server.committed)
    return NO_TRACE if "not in IonQ's list" in flat and listed else ""


@dataclass(frozen=True)
class Cell:
    """One fault in one operation seen through one face."""

    fault: str
    operation: str
    face: str
    claim: str
    committed: int
    running: int
    """Sessions of ours still open."""
    duplicate: int
    forgotten: int
    unproved: int
    mistaken: int
    """Sessions claimed that another request created, and other things told that are not so."""
    untraced: int
    """Sessions that a list showed while it was said that there is not in IonQ's list of one."""
    wordless: int
    """Refusals and doubts that were told without the server's own words."""
    alike: int
    """Sessions of somebody with our very key that were taken for ours: IonQ tells nobody which is whose."""

    @property
    def good(self) -> bool:
        """True where nothing was bought twice, forgotten, unproved or mistaken."""
        return not any(getattr(self, name) for name in BAD)

    def line(self) -> str:
        """Return the cell as it is printed."""
        marks = [name for name in BAD if getattr(self, name)]
        told = f"{self.operation:<6} | {self.face:<17} | {self.fault:<52} | committed {self.committed}"
        alike = f"  ({ALIKE})" if self.alike else ""
        bad = f"  <-- {', '.join(marks)}" if marks else ""
        return f"{told} open {self.running} claimed {self.claim}{alike}{bad}"


def judged(server: FaultServer, operation: Operation, fault: str, face: str, claim: Claim) -> Cell:
    """Hold a claim against the books."""
    in_doubt = claim.named if claim.question else frozenset()
    known = claim.held | in_doubt
    committed = server.committed if operation is Operation.OPEN else []
    late = claim.question and not claim.held
    alike = len(claim.held & set(server.alike))
    # Who holds another one of the same key misses his own: that is counted as the one mistake that it is.
    lost = 0 if late else max(0, sum(1 for one in committed if one not in known) - alike)
    once = Operation.OPEN if operation is Operation.OPEN or claim.ends_again else Operation.END
    sent = server.reached[once]
    server.settle()
    active = [one for one in server.committed if one in server.cloud.active]
    ended_alive = claim.word == "ended" and any(one in server.cloud.active for one in claim.held)
    wrong = bool(claim.wrong) and claim.wrong not in (NO_TRACE, NO_WORDS)
    mistaken = sum(1 for one in claim.held if one not in (*server.committed, *server.alike)) + wrong
    return Cell(
        fault=fault,
        operation=operation.value,
        face=face,
        claim=claim.word + (f" ({claim.wrong})" if claim.wrong else ""),
        committed=len(committed),
        running=len(active),
        duplicate=max(len(committed) - 1, sent - 1, 0),
        forgotten=lost,
        unproved=int(ended_alive),
        mistaken=mistaken,
        untraced=int(claim.wrong == NO_TRACE),
        wordless=int(claim.wrong == NO_WORDS),
        alike=alike,
    )


def summary(cells: Sequence[Mapping[str, str | int]], *, every: bool) -> Iterator[str]:
    """Return the totals of the matrix, after its cells where they are wanted; nothing where no cell was played.

    Every cell is a line of a file in any case.
    """
    if not cells:
        return
    lines = sorted(Cell(**cell).line() for cell in cells)  # type: ignore[arg-type]
    told = (f"{sum(int(cell[name]) for cell in cells)} {name}" for name in BAD)
    totals = f"fault matrix: {len(cells):,} cells, {', '.join(told)}"
    alike = f"{ALIKE} {sum(int(cell['alike']) for cell in cells)} times, where nobody can tell"
    EVERY_CELL.write_text("\n".join([*lines, "", totals, alike, ""]), encoding="utf-8")
    if every:
        yield from lines
    yield f"{totals}; {alike}"
    yield f"fault matrix: one line per cell is in {EVERY_CELL.name}"
