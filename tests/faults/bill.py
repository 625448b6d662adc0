"""What somebody was told of a session's cost, held against the books."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.faults.verdict import EVERY_CELL

BAD = ("too_low", "never_whole", "stale_words", "asked_on")
ROWS = EVERY_CELL.with_name(".around-the-end.txt")
"""Where a run leaves one line per cell."""
_FAULT_WORDS = re.compile(
    r"retrying|next retry|try again|cannot be reached|did not answer|a server error|could not be read"
    r"|limiting the rate|not visible|STALE|REFUSED|no answer yet|not allowed to do that|updated .* ago|not all jobs"
)
_NUMBER = re.compile(r"[0-9][0-9,]*(?:[.][0-9]+)?")


@dataclass(frozen=True)
class Bill:
    """How many jobs, and what they were charged, as somebody read it; None where a dash stood there."""

    jobs: int | None
    charged: Decimal | None
    marked: bool
    """True where it is said that it may be more."""


def read(jobs: str, charged: str) -> Bill:
    """Read "≥ 11" and "≥ 208.08 usd"."""
    marks = ("≥", "~", "—")
    return Bill(_int(jobs), _number(charged), any(mark in jobs + charged for mark in marks))


def _number(text: str) -> Decimal | None:
    found = _NUMBER.search(text)
    return Decimal(found[0].replace(",", "")) if found else None


def _int(text: str) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def fault_words(text: str) -> list[str]:
    """Return the words that tell of a fault."""
    return [found[0] for found in _FAULT_WORDS.finditer(text)]


@dataclass(frozen=True)
class Cell:
    """One case through one face."""

    case: str
    face: str
    too_low: int = 0
    """Times that a sum below the books stood there unmarked, once the end was known."""
    never_whole: int = 0
    """1 where the sum never came to be the books' own."""
    stale_words: int = 0
    """Words of a fault that stood there after it was over."""
    asked_on: int = 0
    """Requests once all was told, but those for the list of sessions."""
    marked: int = 0
    """Times that a sum was marked as one that may be more."""
    seconds: float = 0.0
    """From the end of the fault, or of the session, to the whole sum."""
    detail: str = ""

    @property
    def good(self) -> bool:
        """True where nothing was bad."""
        return not any(getattr(self, name) for name in BAD)

    def line(self) -> str:
        """Return the cell as it is printed."""
        bad = ", ".join(f"{getattr(self, name)} {name}" for name in BAD if getattr(self, name))
        told = f"{self.case} | {self.face:<22} | whole after {self.seconds:5.1f} s, marked {self.marked} times"
        return f"{told}  <-- {bad} {self.detail}" if bad else told


@dataclass
class Reader:
    """Somebody who reads a face again and again."""

    face: str
    too_low: int = 0
    marked: int = 0
    detail: str = ""
    whole_at: float | None = None

    def look(self, bill: Bill, books: tuple[int, Decimal], *, over: bool, now: float) -> bool:
        """Take in what stands there, once the end is known; returns whether it is the books' own, and final."""
        jobs, charged = books
        low = (bill.jobs or 0) < jobs or (bill.charged or Decimal(0)) < charged or not over
        self.marked += bill.marked
        if low and not bill.marked:
            self.too_low += 1
            self.detail = f"{bill} of {jobs} and {charged}"
        whole = over and not bill.marked and (bill.jobs, bill.charged) == (jobs, charged)
        if whole and self.whole_at is None:
            self.whole_at = now
        return whole


def summary(cells: Sequence[Mapping[str, object]], *, every: bool) -> Iterator[str]:
    """Return the totals, after the cells where they are wanted; every cell is a line of a file in any case."""
    if not cells:
        return
    told = [Cell(**cell) for cell in cells]  # type: ignore[arg-type]
    lines = sorted(cell.line() for cell in told)
    counts = ", ".join(f"{sum(bool(getattr(cell, name)) for cell in told)} {name}" for name in BAD)
    slowest = max(cell.seconds for cell in told)
    marked = sum(bool(cell.marked) for cell in told)
    totals = (
        f"around the end: {len(told):,} cells, {counts};"
        f" {marked:,} were marked meanwhile, the slowest was whole {slowest:.0f} s later"
    )
    ROWS.write_text("\n".join([*lines, "", totals, ""]), encoding="utf-8")
    if every:
        yield from lines
    yield totals
    yield f"around the end: one line per cell is in {ROWS.name}"
