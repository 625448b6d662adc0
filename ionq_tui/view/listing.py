"""Columns of the lists that commands print: short on a terminal, whole elsewhere, and exact in CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Generic

from ionq_tui.model.backend import Backend
from ionq_tui.model.job import JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import failure_words
from ionq_tui.view.amount import limits_words
from ionq_tui.view.column import Column, Item, Row, SortKey
from ionq_tui.view.csv_table import Value, csv_table
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    JOB_COLUMNS,
    SESSION_COLUMNS,
    BackendItem,
    JobItem,
    SessionItem,
    backend_row,
    fidelity,
    job_row,
    session_row,
)
from ionq_tui.view.sanitize import Align, plain
from ionq_tui.view.status import NOBODY, owner_name, person
from ionq_tui.view.style import Cell
from ionq_tui.view.text_table import text_table
from ionq_tui.view.time_text import NOTHING, day_or_time, rfc3339, since

NONE = ""
"""An unknown value in CSV."""


@dataclass(frozen=True, slots=True)
class ListColumn(Generic[Item]):
    """One column of a list; `--columns` and `--sort` name it."""

    column: Column[Item]
    text: Callable[[Item], str]
    """As on a terminal."""
    value: Callable[[Item], Value]
    """As in CSV: exact, in the API's words and in seconds, empty if unknown."""
    whole: Callable[[Item], str]
    """As in a table that no terminal shows, in which nothing is shortened."""
    extra: bool = False
    """True if tables show it only if it is asked for."""

    @property
    def name(self) -> str:
        """The name that is typed: "2q-fid"."""
        return list_name(self.column)


def list_name(column: Column[Item]) -> str:
    """Return the name by which a list's column is typed."""
    return column.name.lower().replace(" ", "-")


def list_table(columns: Sequence[ListColumn[Item]], items: Iterable[Item], *, whole: bool) -> str:
    """Return the items as a table, with whole texts where no terminal shows it."""
    rows = [[Cell((one.whole if whole else one.text)(item)) for one in columns] for item in items]
    return text_table([one.column for one in columns], [tuple(row) for row in rows])


def list_csv(columns: Sequence[ListColumn[Item]], items: Iterable[Item]) -> str:
    """Return the items as CSV, the names of the columns first."""
    return csv_table([[one.name for one in columns], *([one.value(item) for one in columns] for item in items)])


def session_columns(
    now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY
) -> tuple[ListColumn[SessionItem], ...]:
    """Return the columns of `ls`."""

    def row(item: SessionItem) -> Row:
        return session_row(item.session, item.owner, item.label, now, tz, unseen=item.unseen, people=people)

    def seconds_left(item: SessionItem) -> Value:
        return NONE if item.session.ended else _seconds(item.session.time_left(now))

    values: tuple[Callable[[SessionItem], Value], ...] = (
        lambda item: item.session.id,
        lambda item: item.session.backend or NONE,
        lambda item: item.session.status,
        lambda item: owner_name(item.owner, item.session.creator_id, people),
        lambda item: item.label,
        lambda item: _moment(item.session.created_at),
        seconds_left,
        lambda item: limits_words(item.session.limits),
    )
    wholes = {"ID": lambda item: plain(item.session.id), "LIMITS": lambda item: limits_words(item.session.limits)}
    time = partial(_time_column, now, tz)
    return (
        *_shown(SESSION_COLUMNS, row, values, wholes),
        time("STARTED", lambda item: item.session.started_at),
        time("ENDED", lambda item: item.session.ended_at),
        _extra("CREATOR", lambda item: item.session.creator_id or NONE, partial(_creator, people)),
        _extra("ENDER", lambda item: item.session.ender_id or NONE, partial(_ender, people)),
        _extra("PROJECT", lambda item: item.session.project_id or NONE),
        _extra("MAX-JOBS", lambda item: _known(item.session.limits.jobs), align="right"),
        _extra("MAX-MINUTES", lambda item: _known(item.session.limits.minutes), align="right"),
        _extra("MAX-COST", lambda item: _amount(item.session.limits.money), align="right"),
        _extra("UNIT", lambda item: _unit(item.session.limits.money)),
    )


def job_columns(
    now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY
) -> tuple[ListColumn[JobItem], ...]:
    """Return the columns of `jobs`."""

    def row(item: JobItem) -> Row:
        return job_row(item.job, item.cost, now)

    values: tuple[Callable[[JobItem], Value], ...] = (
        lambda item: item.job.id,
        lambda item: item.job.name or NONE,
        lambda item: item.job.status,
        lambda item: _seconds(since(item.job.submitted_at, item.job.started_at)),
        lambda item: NONE if item.job.run_ms is None else item.job.run_ms / 1000,
        lambda item: _known(item.job.shots),
        lambda item: _amount(_cost(item.cost)),
    )
    time = partial(_time_column, now, tz)
    return (
        *_shown(JOB_COLUMNS, row, values, {"ID": lambda item: plain(item.job.id)}),
        _extra("UNIT", lambda item: _unit(_cost(item.cost) or _estimate(item.cost))),
        _extra("RESERVED", lambda item: _reserved(item), align="right"),
        time("SUBMITTED", lambda item: item.job.submitted_at),
        time("STARTED", lambda item: item.job.started_at),
        time("COMPLETED", lambda item: item.job.completed_at),
        _extra("SUBMITTER", lambda item: item.job.submitter_id or NONE, partial(_submitter, people)),
        _extra("PARENT", lambda item: item.job.parent_job_id or NONE),
        _extra("BACKEND", lambda item: item.job.backend or NONE),
        _extra("FAILURE", lambda item: failure_words(item.job) or NONE),
    )


def backend_columns(now: datetime, tz: tzinfo | None) -> tuple[ListColumn[BackendItem], ...]:
    """Return the columns of `backends`."""

    def row(item: BackendItem) -> Row:
        return backend_row(item.backend, item.measured)

    values: tuple[Callable[[BackendItem], Value], ...] = (
        lambda item: item.backend.name,
        lambda item: item.backend.status,
        lambda item: _known(item.backend.average_queue_time),
        lambda item: _known(item.backend.qubits),
        lambda item: _known(fidelity(item.measured, "2q")),
        lambda item: item.backend.location or NONE,
    )
    return (
        *_shown(BACKEND_COLUMNS, row, values, {"LOCATION": lambda item: plain(item.backend.location)}),
        _extra("DEGRADED", lambda item: _flag(item.backend.degraded)),
        _extra("1Q-FID", lambda item: _known(fidelity(item.measured, "1q")), align="right"),
        _extra("SPAM-FID", lambda item: _known(fidelity(item.measured, "spam")), align="right"),
        _extra("T1", lambda item: _timing(item, "t1"), align="right"),
        _extra("T2", lambda item: _timing(item, "t2"), align="right"),
        _extra("KW", lambda item: _known(item.backend.kw), align="right"),
        _extra("GATES", lambda item: _gates(item.backend)),
        _time_column(now, tz, "UPDATED", lambda item: item.backend.last_updated),
    )


def _shown(
    columns: Sequence[Column[Item]],
    row: Callable[[Item], Row],
    values: Sequence[Callable[[Item], Value]],
    wholes: Mapping[str, Callable[[Item], str]],
) -> tuple[ListColumn[Item], ...]:
    """Return the columns that the dashboard has too."""
    last: list[tuple[Item, Row]] = []

    def cell(index: int, item: Item) -> str:
        if not last or last[0][0] is not item:  # each row is made once, for all its cells
            last[:] = [(item, row(item))]
        return last[0][1][index].text

    made = []
    for index, (column, value) in enumerate(zip(columns, values, strict=True)):
        text = partial(cell, index)
        made.append(ListColumn(column, text, value, wholes.get(column.name, text)))
    return tuple(made)


def _extra(
    name: str,
    value: Callable[[Item], Value],
    text: Callable[[Item], str] | None = None,
    align: Align = "left",
    key: Callable[[Item], SortKey] | None = None,
) -> ListColumn[Item]:
    """Return a column that tables show only if it is asked for."""

    def sort_key(item: Item) -> SortKey:
        held = value(item)
        return None if held == NONE else held.casefold() if isinstance(held, str) else float(held)

    def written(item: Item) -> str:
        held = value(item)
        return NOTHING if held == NONE else plain(held)

    shown = text or written
    return ListColumn(Column(name, len(name), key or sort_key, align), shown, value, shown, extra=True)


def _time_column(
    now: datetime, tz: tzinfo | None, name: str, at: Callable[[Item], datetime | None]
) -> ListColumn[Item]:
    return _extra(name, lambda item: _moment(at(item)), lambda item: day_or_time(at(item), now, tz))


def _moment(at: datetime | None) -> Value:
    return NONE if at is None else rfc3339(at)


def _seconds(span: timedelta | None) -> Value:
    return NONE if span is None else round(span.total_seconds())


def _known(number: float | None) -> Value:
    return NONE if number is None else number


def _flag(value: bool | None) -> Value:
    return NONE if value is None else "true" if value else "false"


def _amount(amount: Money | None) -> Value:
    return NONE if amount is None else float(amount.value)


def _unit(amount: Money | None) -> Value:
    return NONE if amount is None else amount.unit


def _cost(cost: JobCost | None) -> Money | None:
    return None if cost is None or cost.dry_run else cost.cost


def _estimate(cost: JobCost | None) -> Money | None:
    return None if cost is None or cost.dry_run else cost.estimate


def _reserved(item: JobItem) -> Value:
    return NONE if item.job.finished else _amount(_estimate(item.cost))


def _timing(item: BackendItem, name: str) -> Value:
    return _known(item.measured.timing.get(name)) if item.measured is not None else NONE


def _gates(backend: Backend) -> Value:
    return " ".join(backend.supported_gates)


def _named(who: str | None, people: Mapping[str, str]) -> str:
    return NOTHING if who is None else person(who, people)


def _creator(people: Mapping[str, str], item: SessionItem) -> str:
    return _named(item.session.creator_id, people)


def _ender(people: Mapping[str, str], item: SessionItem) -> str:
    return _named(item.session.ender_id, people)


def _submitter(people: Mapping[str, str], item: JobItem) -> str:
    return _named(item.job.submitter_id, people)
