"""Columns of the lists that commands print: short on a terminal, whole elsewhere, and exact in CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from functools import partial
from math import isfinite
from typing import Generic

from ionq_tui.model.backend import Backend
from ionq_tui.model.money import Money
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.snapshot import failure_words
from ionq_tui.view.amount import limits_words
from ionq_tui.view.column import Column, Item, Row, SortKey, text_key
from ionq_tui.view.csv_table import Value, csv_table
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    SESSION_COLUMNS,
    BackendItem,
    JobItem,
    SessionItem,
    backend_row,
    fidelity,
    job_columns_at,
    job_row,
    owner_key,
    session_row,
    with_keys,
)
from ionq_tui.view.sanitize import Align, plain
from ionq_tui.view.status import NOBODY, owner_name, person
from ionq_tui.view.style import Cell
from ionq_tui.view.text_table import text_table
from ionq_tui.view.time_text import NOTHING, day_or_time, rfc3339, since

NONE = ""
"""An unknown value in CSV."""


class Form(Enum):
    """What becomes of a list, on which it depends what its cells show."""

    SCREEN = "screen"
    """A table on a terminal: short."""
    WHOLE = "whole"
    """A table that no terminal shows: nothing is shortened, and times have their date."""
    EXACT = "exact"
    """CSV or JSON: exact values in the API's words."""


@quick_dataclass(frozen=True, slots=True)
class ListColumn(Generic[Item]):
    """One column of a list; `--columns` and `--sort` name it."""

    column: Column[Item]
    text: Callable[[Item], str]
    """As on a terminal."""
    value: Callable[[Item], Value]
    """As in CSV: exact, in the API's words and in seconds, empty if unknown."""
    whole: Callable[[Item], str] | None = None
    """As in a table that no terminal shows, where that differs."""
    extra: bool = False
    """True if tables show it only if it is asked for."""

    @property
    def name(self) -> str:
        """The name that is typed: "2q-fid"."""
        return list_name(self.column)

    def shown(self, item: Item, form: Form) -> str:
        """Return the text of a table's cell."""
        return self.whole(item) if self.whole is not None and form is Form.WHOLE else self.text(item)

    def sorting(self, form: Form) -> Column[Item]:
        """Return the column by which a list is sorted as it is shown in this form."""
        if form is Form.EXACT and not self.column.ranked:
            return replace(self.column, key=self._exact_key)
        if form is Form.WHOLE and (whole := self.whole) is not None:
            return replace(self.column, key=lambda item: _shown_key(whole(item)))
        return self.column

    def _exact_key(self, item: Item) -> SortKey:
        """Return the sort key of the value; None also where it is only the API's word for unknown."""
        held = self.value(item)
        return None if self.column.key(item) is None or held == "unknown" else _value_key(held)


def list_name(column: Column[Item]) -> str:
    """Return the name by which a list's column is typed."""
    return column.name.lower().replace(" ", "-")


def list_table(columns: Sequence[ListColumn[Item]], items: Iterable[Item], form: Form) -> str:
    """Return the items as a table."""
    rows = [[Cell(one.shown(item, form)) for one in columns] for item in items]
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
    wholes: Mapping[str, Callable[[SessionItem], str]] = {
        "ID": lambda item: plain(item.session.id),
        "OPENED": lambda item: _whole_moment(item.session.created_at),
        "LIMITS": lambda item: limits_words(item.session.limits),
    }
    columns = with_keys(SESSION_COLUMNS, {"OWNER": lambda item: owner_key(item, people)})
    time = partial(_time_column, now, tz)
    return (
        *_shown(columns, row, values, wholes),
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
        lambda item: _exact_seconds(since(item.job.submitted_at, item.job.started_at)),
        lambda item: NONE if item.job.run_ms is None else item.job.run_ms / 1000,
        lambda item: _known(item.job.shots),
        lambda item: _amount(_cost(item)),
    )
    time = partial(_time_column, now, tz)
    return (
        *_shown(job_columns_at(lambda: now), row, values, {"ID": lambda item: plain(item.job.id)}),
        _extra("UNIT", lambda item: _unit(_cost(item) or _estimate(item))),
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
        lambda item: NONE if (queue := item.backend.average_queue_time) is None else queue / 1000,
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


def column_names(command: str) -> tuple[str, ...]:
    """Return the names that `--columns` and `--sort` of a command take; empty if it has no such options."""
    now = datetime.min
    names: Mapping[str, Callable[[], Iterable[str]]] = {
        "ls": lambda: (one.name for one in session_columns(now, None)),
        "jobs": lambda: (one.name for one in job_columns(now, None)),
        "backends": lambda: (one.name for one in backend_columns(now, None)),
    }
    return tuple(names[command]()) if command in names else ()


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
        made.append(ListColumn(column, text, value, wholes.get(column.name)))
    return tuple(made)


def _extra(
    name: str,
    value: Callable[[Item], Value],
    text: Callable[[Item], str] | None = None,
    align: Align = "left",
    key: Callable[[Item], SortKey] | None = None,
    whole: Callable[[Item], str] | None = None,
) -> ListColumn[Item]:
    """Return a column that tables show only if it is asked for, sorted by its text if that is not its value."""

    def sort_key(item: Item) -> SortKey:
        return _value_key(value(item)) if text is None else _shown_key(text(item))

    def written(item: Item) -> str:
        held = value(item)
        return NOTHING if held == NONE else plain(held)

    return ListColumn(Column(name, len(name), key or sort_key, align), text or written, value, whole, extra=True)


def _value_key(held: Value) -> SortKey:
    if isinstance(held, str):
        return text_key(held)
    return float(held) if isfinite(held) else None


def _shown_key(text: str) -> SortKey:
    return None if text == NOTHING else text_key(text)


def _time_column(
    now: datetime, tz: tzinfo | None, name: str, at: Callable[[Item], datetime | None]
) -> ListColumn[Item]:
    return _extra(
        name,
        lambda item: _moment(at(item)),
        lambda item: day_or_time(at(item), now, tz),
        key=lambda item: _value_key(_moment(at(item))),
        whole=lambda item: _whole_moment(at(item)),
    )


def _moment(at: datetime | None) -> Value:
    return NONE if at is None else rfc3339(at)


def _whole_moment(at: datetime | None) -> str:
    return rfc3339(at, whole=True)


def _seconds(span: timedelta | None) -> Value:
    return NONE if span is None else round(span.total_seconds())


def _exact_seconds(span: timedelta | None) -> Value:
    """Return a span between two times of IonQ, which tells them in milliseconds."""
    return NONE if span is None else round(span.total_seconds(), 3)


def _known(number: float | None) -> Value:
    return NONE if number is None else number


def _flag(value: bool | None) -> Value:
    return NONE if value is None else "true" if value else "false"


def _amount(amount: Money | None) -> Value:
    return NONE if amount is None else float(amount.value)


def _unit(amount: Money | None) -> Value:
    return NONE if amount is None else amount.unit


def _cost(item: JobItem) -> Money | None:
    return None if item.cost is None or _dry(item) else item.cost.cost


def _estimate(item: JobItem) -> Money | None:
    return None if item.cost is None or _dry(item) else item.cost.estimate


def _dry(item: JobItem) -> bool:
    return item.job.dry_run or (item.cost is not None and item.cost.dry_run)


def _reserved(item: JobItem) -> Value:
    return NONE if item.job.finished else _amount(_estimate(item))


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
