"""Table of charges by job model, and by kind of failure."""

from __future__ import annotations

from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.model.spend import JobModel, Spend, by_failure, by_model
from ionq_tui.view.amount import UNKNOWN, count, sums
from ionq_tui.view.column import Column, Row
from ionq_tui.view.sanitize import cut, plain
from ionq_tui.view.style import Cell
from ionq_tui.view.text_table import GAP, text_table

_MOST = 8
"""Rows of each kind."""
_COLUMNS: tuple[Column[Row], ...] = (
    Column("JOB MODEL", 20, lambda _: None),
    Column("JOBS", 6, lambda _: None, "right"),
    Column("CHARGED", 12, lambda _: None, "right"),
)
SPEND_HEADS = tuple(column.name for column in _COLUMNS)


def spend_rows(watch: SessionSnapshot) -> list[tuple[str, str, str]]:
    """Return JOB MODEL, JOBS and CHARGED of each model, then of each kind of failure among them."""
    listed, over = watch.whole, not (watch.ended and watch.unfinished)
    models = [(_model(key), spend) for key, spend in by_model(watch).items()]
    failures = [(f"of these failed: {_code(key)}", spend) for key, spend in by_failure(watch).items()]
    return [*_rows(models, "models", listed, over), *_rows(failures, "kinds of failure", listed, over)]


def spend_table(watch: SessionSnapshot, width: int | None = None) -> list[str]:
    """Return the same as lines of text with a head; what does not fit in `width` is cut from names, not numbers."""
    told = spend_rows(watch)
    if width is not None:
        numbers = sum(max(len(row[index]) for row in (SPEND_HEADS, *told)) + len(GAP) for index in (1, 2))
        told = [(cut(name, max(1, width - numbers)), many, paid) for name, many, paid in told]
    return text_table(_COLUMNS, [tuple(map(Cell, row)) for row in told]).splitlines() if told else []


def charged_words(spend: Spend, *, listed: bool) -> str:
    """Return "18.20 usd", "≥ 18.20 usd" while not every finished job is listed and priced, "—" where unknown."""
    if spend.dry == spend.jobs:
        return "dry run"
    at_least = "" if spend.known and listed else "≥ "
    return f"{at_least}{sums(spend.charged)}" if spend.charged else UNKNOWN


def _rows(told: list[tuple[str, Spend]], what: str, listed: bool, over: bool) -> list[tuple[str, str, str]]:
    rows = [
        (name, ("" if listed else "≥ ") + count(spend.jobs), charged_words(spend, listed=listed and over))
        for name, spend in told[:_MOST]
    ]
    rest = [spend.jobs for _, spend in told[_MOST:]]
    return [*rows, (f"and {len(rest):,} more {what}", count(sum(rest)), UNKNOWN)] if rest else rows


def _model(key: JobModel) -> str:
    return ", ".join(plain(part, 40) for part in key if part) or "unknown"


def _code(key: str) -> str:
    return plain(key, 40) or "no reason given"
