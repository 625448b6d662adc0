"""What a face claimed, what the cloud's books say, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.fault import Operation
from tests.faults.server import FaultServer

BAD = ("duplicate", "forgotten", "unproved", "mistaken")


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

    @property
    def good(self) -> bool:
        """True where nothing was bought twice, forgotten, unproved or mistaken."""
        return not any(getattr(self, name) for name in BAD)

    def line(self) -> str:
        """Return the cell as it is printed."""
        marks = [name for name in BAD if getattr(self, name)]
        told = f"{self.operation:<6} | {self.face:<17} | {self.fault:<52} | committed {self.committed}"
        return f"{told} open {self.running} claimed {self.claim}{'  <-- ' + ', '.join(marks) if marks else ''}"


def judged(server: FaultServer, operation: Operation, fault: str, face: str, claim: Claim) -> Cell:
    """Hold a claim against the books."""
    in_doubt = claim.named if claim.question else frozenset()
    known = claim.held | in_doubt
    committed = server.committed if operation is Operation.OPEN else []
    late = claim.question and not claim.held
    lost = 0 if late else sum(1 for one in committed if one not in known)
    sent = server.reached[Operation.OPEN] if operation is Operation.OPEN else server.reached[Operation.END]
    server.settle()
    active = [one for one in server.committed if one in server.cloud.active]
    ended_alive = claim.word == "ended" and any(one in server.cloud.active for one in claim.held)
    mistaken = sum(1 for one in claim.held if one not in server.committed) + bool(claim.wrong)
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
    )


def summary(cells: Sequence[Mapping[str, str | int]], *, every: bool) -> Iterator[str]:
    """Return the totals of the matrix, after its cells where they are wanted; nothing where no cell was played."""
    if every:
        yield from (Cell(**cell).line() for cell in cells)  # type: ignore[arg-type]
    if cells:
        told = (f"{sum(int(cell[name]) for cell in cells)} {name}" for name in BAD)
        yield f"fault matrix: {len(cells):,} cells, {', '.join(told)}"
