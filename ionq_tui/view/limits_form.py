"""Limits as they are being typed: how each field is read, and what of it will be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ionq_tui.model.connection import Connection
from ionq_tui.model.limits import LimitError, Limits, read_jobs, read_minutes, read_money
from ionq_tui.model.money import Money
from ionq_tui.model.overview import BackendOverview
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.amount import NO_LIMIT, counted, money, unit
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import why_not
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import minutes

T = TypeVar("T")


@quick_dataclass(frozen=True, slots=True)
class LimitsDraft:
    """What stands in the three fields of limits, and the unit of money where none is typed."""

    jobs: str = ""
    time: str = ""
    money: str = ""
    unit: str = "usd"

    @property
    def limits(self) -> Limits | None:
        """The limits as they would be sent; None where a field cannot be read."""
        try:
            return Limits(read_jobs(self.jobs), read_minutes(self.time), read_money(self.money, self.unit))
        except LimitError:
            return None

    @property
    def readings(self) -> tuple[Line, Line, Line]:
        """How jobs, time and money are read, or why they cannot be."""
        return (
            _reading(lambda: read_jobs(self.jobs), lambda number: counted(number, "job"), "a whole number"),
            _reading(lambda: read_minutes(self.time), _minutes, "90 or 1h30m"),
            _reading(lambda: read_money(self.money, self.unit), money, f"30.00, in {unit(self.unit)}"),
        )

    @property
    def faulty(self) -> str:
        """The names of the fields that cannot be read; empty where all can."""
        named = zip(("jobs", "time", "cost"), self.readings, strict=True)
        return ", ".join(name for name, reading in named if reading[0].tone is Tone.BAD)


def draft_of(limits: Limits, unit: str = "usd") -> LimitsDraft:
    """Return what to type for these limits."""
    return LimitsDraft(
        "" if limits.jobs is None else str(limits.jobs),
        "" if limits.minutes is None else minutes(limits.minutes),
        "" if limits.money is None else _typed(limits.money, unit),
        unit,
    )


def obstacle(told: Connection, fleet: BackendOverview, name: str, draft: LimitsDraft) -> str:
    """Return why no session can be opened on that backend with these limits; empty where it can."""
    backend = fleet.named(name)
    if backend is None:
        return f"{plain(name, 60)} is not a known backend" if fleet.loaded else "loading backends…"
    if told.read_only:
        return "read-only: start with --write to open sessions"
    if not told.demo and not told.key_masked:
        return "no API key: enter one on the API key screen first"
    if reason := why_not(backend):
        return reason
    return f"not valid: {draft.faulty}" if draft.faulty else ""


def _typed(amount: Money, unit: str) -> str:
    """Return the amount as people write it: "20", "20.50", "7credit"."""
    whole, _, part = f"{amount.value:f}".partition(".")
    cents = part.rstrip("0")
    return whole + (f".{cents.ljust(2, '0')}" if cents else "") + ("" if amount.unit == unit else amount.unit)


def _minutes(number: int) -> str:
    short = minutes(number)
    return f"{number:,} min" + (f", {short}" if number >= 60 else "")


def _reading(read: Callable[[], T | None], told: Callable[[T], str], hint: str) -> Line:
    try:
        value = read()
    except LimitError as error:
        return line(Cell(f"! {plain(str(error).removeprefix(f'{error.field}: '), 160)}", Tone.BAD))
    if value is None:
        return line(Cell(NO_LIMIT, Tone.WARN), Cell(f"   {hint}; empty means no limit", Tone.DIM))
    return line(Cell(f"= {told(value)}", Tone.GOOD))
