"""Sessions, jobs and backends as rows of tables, with their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.job import Job, JobCost, is_part
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import UNKNOWN, count, limits_cut, limits_short, money
from ionq_tui.view.column import Column, Item, Row, SortKey, money_key, nested, span_key, text_key
from ionq_tui.view.forecast import Forecast
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import (
    NOBODY,
    backend_status,
    job_status,
    job_tone,
    owner_cut,
    owner_name,
    session_status,
)
from ionq_tui.view.style import Cell, Tone
from ionq_tui.view.time_text import NOTHING, aware, day_or_time, duration, duration_ms, left, since, spoken
from ionq_tui.view.urgency import end_tone

_CHILD = "└ "


class SessionItem(NamedTuple):
    """A session with what this machine knows about it."""

    session: Session
    owner: Owner = Owner.UNKNOWN
    label: str = ""
    watch: SessionSnapshot | None = None
    """Its jobs and costs, None if they are not polled."""
    unseen: bool = False
    """True if only the journal knows it: IonQ's list does not show it, or could not be read."""


class JobItem(NamedTuple):
    """A job with its cost, None if that was not read."""

    job: Job
    cost: JobCost | None = None


class BackendItem(NamedTuple):
    """A backend with its characterization, None if that was not read."""

    backend: Backend
    measured: Characterization | None = None


def _at(value: datetime | None) -> SortKey:
    return None if value is None else (aware(value) - _EPOCH).total_seconds()


_EPOCH = aware(datetime(2020, 1, 1))

SESSION_COLUMNS: tuple[Column[SessionItem], ...] = (
    Column("ID", 6, lambda item: text_key(item.session.short)),
    Column("BACKEND", 16, lambda item: text_key(item.session.backend), grows=24),
    Column("STATUS", 8, lambda item: status_key(session_status(item.session, unseen=item.unseen)), grows=18),
    Column("OWNER", 7, lambda item: owner_key(item, NOBODY), grows=12, cut=owner_cut, ranked=True),
    Column("LABEL", 7, lambda item: text_key(item.label), grows=32),
    Column("OPENED", 6, lambda item: _at(item.session.created_at), "right", grows=10),
    Column("LEFT", 6, lambda item: None if item.session.ended else _at(item.session.runs_out_at), "right"),
    Column("LIMITS", 8, lambda item: text_key(limits_short(item.session.limits)), grows=14, cut=limits_cut),
)


def status_key(shown: Cell) -> SortKey:
    """Return the sort key of a status as it is shown; "unknown" is none."""
    return None if shown.text == "unknown" else text_key(shown.text)


def owner_key(item: SessionItem, people: Mapping[str, str]) -> SortKey:
    """Return the sort key of an owner as it is shown: your sessions, then those of others by name."""
    if item.owner in {Owner.HERE, Owner.YOU}:
        return _YOU_FIRST
    name = owner_name(item.owner, item.session.creator_id, people)
    return None if name == owner_name(Owner.UNKNOWN) else text_key(name)


_YOU_FIRST = " "
"""Sorts before every name."""


def with_keys(
    columns: Iterable[Column[Item]], keys: Mapping[str, Callable[[Item], SortKey]]
) -> tuple[Column[Item], ...]:
    """Return the columns, of which those named are sorted by more than their item: by the time, or by known names."""
    return tuple(
        replace(one, key=keys[one.name], timed=one.timed or one.name in _TIMED) if one.name in keys else one
        for one in columns
    )


_REACHED = "limit"
_TIMED = frozenset({"STATUS", "RUN", "LEFT"})
"""Columns whose key may change while the item does not."""


def session_row(
    session: Session,
    owner: Owner,
    label: str,
    now: datetime,
    tz: tzinfo | None,
    *,
    ending: bool = False,
    unseen: bool = False,
    people: Mapping[str, str] = NOBODY,
    first: Forecast | None = None,
) -> Row:
    """Return the cells of SESSION_COLUMNS; a name from `people` replaces "another user".

    `unseen` is a session that no list of IonQ's shows, and `first` is what ends it first, as far as that is known.
    """
    ended = session.ended
    tone = Tone.DIM if ended else Tone.PLAIN
    return (
        Cell(plain(session.short, 6) or NOTHING, tone),
        Cell(plain(session.backend, 60) or NOTHING, tone),
        session_status(session, ending=ending, unseen=unseen),
        Cell(owner_name(owner, session.creator_id, people), tone if owner in {Owner.HERE, Owner.YOU} else Tone.DIM),
        Cell(plain(label, 200).strip() or NOTHING, tone),
        Cell(day_or_time(session.created_at, now, tz), tone),
        Cell(NOTHING, Tone.DIM) if ended else time_left(session, now, first),
        Cell(limits_short(session.limits), Tone.WARN if session.limits.absent and not ended else tone),
    )


def session_moment(session: Session, now: datetime, first: Forecast | None = None) -> tuple[int, Cell]:
    """Return the part of the time that a session's row depends on; in every zone days begin on a quarter hour."""
    return int(now.timestamp()) // 900, time_left(session, now, first)


def time_left(session: Session, now: datetime, first: Forecast | None = None) -> Cell:
    """Return the time until the first end: "38m", "OVER" where the time is over, "-" where nothing is known.

    "limit" is a limit on jobs or cost that is reached.

    "~38m" is an estimate: start plus limit, or the forecast of when another limit is reached.
    """
    span, guess = session.time_left(now), session.runs_out_is_guess
    if span is not None and span <= timedelta(0):
        return Cell("OVER", Tone.BAD)
    if first is not None and (span is None or first.at - now < span):
        if first.at <= now:
            return Cell(_REACHED, Tone.WARN)  # a limit other than the time: it may go on until its last jobs are done
        span, guess = first.at - now, first.guess
    if span is None:
        return Cell(NOTHING)
    return Cell(("~" if guess else "") + left(span), _left_tone(span))


def _left_tone(span: timedelta) -> Tone:
    """Return the tone of a time left; one that is long enough needs no color."""
    tone = end_tone(span)
    return Tone.PLAIN if tone is Tone.GOOD else tone


JOB_COLUMNS: tuple[Column[JobItem], ...] = (
    Column("ID", 6, lambda item: text_key(item.job.short)),
    Column("NAME", 19, lambda item: text_key(item.job.name), grows=48, keeps_end=True),
    Column("STATUS", 9, lambda item: status_key(job_status(item.job.status)), grows=14),
    Column("WAIT", 5, lambda item: span_key(_wait_span(item.job)), "right"),
    Column("RUN", 5, lambda item: span_key(_run_span(item.job, None)), "right"),
    Column("SHOTS", 6, lambda item: item.job.shots, "right", grows=9),
    Column("COST", 16, lambda item: money_key(_price(*item)), "right", grows=20),
)


def job_columns_at(now: Callable[[], datetime]) -> tuple[Column[JobItem], ...]:
    """Return JOB_COLUMNS, of which RUN is sorted by what it shows: for a running job, the time since its start."""
    return with_keys(
        JOB_COLUMNS, {"RUN": lambda item: span_key(_run_span(item.job, now() if item.job.running else None))}
    )


def job_row(job: Job, cost: JobCost | None, now: datetime) -> Row:
    """Return ID NAME STATUS WAIT RUN SHOTS COST."""
    tone = job_tone(job)
    indent = _CHILD if job.parent_job_id is not None else ""
    return (
        Cell(plain(job.short, 6) or NOTHING, tone),
        Cell(indent + (plain(job.name, 200).strip() or NOTHING), tone),
        job_status(job.status),
        Cell(_wait(job), tone),
        Cell(_run(job, now), tone),
        Cell(NOTHING if job.shots is None else count(job.shots), tone),
        Cell(cost_words(job, cost), tone),
    )


def job_moment(job: Job, now: datetime) -> str:
    """Return the part of the time that a job's row depends on."""
    return _run(job, now) if job.running else ""


def job_text(item: JobItem) -> str:
    """Return the text that the filter searches: whole id, name, and status in our word and in the server's."""
    job = item.job
    return f"{job.id} {plain(job.name, 200) if job.name else ''} {job_status(job.status).text} {job.status}"


def family(jobs: Mapping[str, Job]) -> list[Job]:
    """Return the jobs in order, each followed by its child jobs; a child without its parent is listed by itself."""
    return [jobs[job_id] for job_id in nested(list(jobs), parents_of(jobs))]


def parents_of(jobs: Mapping[str, Job]) -> dict[str, str]:
    """Return the parent of each job that is part of another one in the list, by ids."""
    return {
        job_id: job.parent_job_id
        for job_id, job in jobs.items()
        if job.parent_job_id is not None and is_part(job, jobs)
    }


def cost_words(job: Job, cost: JobCost | None) -> str:
    """Return "0.65 usd"; "so far 0.20 usd" or "res. 2.05 usd" before it is final; "dry run"; "—" where unknown."""
    if job.dry_run or (cost is not None and cost.dry_run):
        return "dry run"
    price = _price(job, cost)
    if cost is None or price is None:
        return UNKNOWN
    if price is cost.cost:
        return money(price) if job.finished and not cost.early else f"so far {money(price)}"
    return f"res. {money(price)}"


def _price(job: Job, cost: JobCost | None) -> Money | None:
    """Return the amount that is shown for a job: charged, else reserved while it is not finished."""
    if cost is None or job.dry_run or cost.dry_run:
        return None
    return cost.cost if cost.cost is not None or job.finished else cost.estimate


def _wait(job: Job) -> str:
    if job.waiting and job.predicted_wait_ms is not None:
        return f"~{duration_ms(job.predicted_wait_ms)}"
    return duration(_wait_span(job))


def _wait_span(job: Job) -> timedelta | None:
    """Return how long a job waited, or the predicted wait of one that waits."""
    return _span(job.predicted_wait_ms) if job.waiting else since(job.submitted_at, job.started_at)


def _run(job: Job, now: datetime) -> str:
    return duration_ms(job.run_ms) if job.run_ms is not None else duration(_run_span(job, now))


def _run_span(job: Job, now: datetime | None) -> timedelta | None:
    """Return how long a job ran, or has been running by `now`."""
    if job.run_ms is not None:
        return _span(job.run_ms)
    return since(job.started_at, now) if job.running else None


def _span(milliseconds: float | None) -> timedelta | None:
    """Return the duration; None where none is shown."""
    return None if duration_ms(milliseconds) == NOTHING else timedelta(milliseconds=milliseconds or 0)


_ASKED = "…"
BACKEND_COLUMNS: tuple[Column[BackendItem], ...] = (
    Column("NAME", 22, lambda item: text_key(item.backend.name), grows=32),
    Column("STATUS", 11, lambda item: status_key(backend_status(item.backend)), grows=16),
    Column("QUEUE", 11, lambda item: span_key(_queue_time(item.backend)), "right"),
    Column("QUBITS", 6, lambda item: item.backend.qubits, "right"),
    Column("2Q FID", 6, lambda item: fidelity(item.measured, "2q"), "right"),
    Column("LOCATION", 12, lambda item: text_key(_place(item.backend)), grows=24),
)


def backend_row(backend: Backend, measured: Characterization | None = None) -> Row:
    """Return NAME STATUS QUEUE QUBITS 2Q-FIDELITY LOCATION."""
    tone = Tone.PLAIN if backend.available else Tone.DIM
    return (
        Cell(plain(backend.name, 60) or NOTHING, tone),
        backend_status(backend),
        Cell(queue_words(backend, short=True), tone),
        Cell(NOTHING if backend.qubits is None else count(backend.qubits), tone),
        Cell(_ASKED if _unread(backend, measured) else percent(fidelity(measured, "2q")), tone),
        Cell(plain(_place(backend), 60) or NOTHING, tone),
    )


def _unread(backend: Backend, measured: Characterization | None) -> bool:
    """True if there is a characterization that was not read yet."""
    return measured is None and backend.characterization_id is not None


def _place(backend: Backend) -> str:
    return (backend.location or "").partition(",")[0]


def queue_words(backend: Backend, *, short: bool = False) -> str:
    """Return "about 6 min"; the unit is not stated by IonQ, and milliseconds is the likely one."""
    time = _queue_time(backend)
    if time is None:
        return NOTHING
    seconds = time.total_seconds()
    rough = timedelta(seconds=seconds if seconds < 60 or seconds >= 36000 else round(seconds / 60) * 60)
    return f"about {duration(rough) if short else spoken(rough)}"


def _queue_time(backend: Backend) -> timedelta | None:
    time = backend.average_queue_time
    return timedelta(milliseconds=time) if time is not None and 0 <= time < 1e13 else None


def fidelity(measured: Characterization | None, which: str) -> float | None:
    """Return a median fidelity as a fraction, None if it was not measured."""
    found = measured.fidelity.get(which) if measured is not None else None
    return found.median if found is not None and 0 <= found.median <= 1 else None


def percent(fraction: float | None) -> str:
    """Return a fidelity as "99.60%"."""
    return NOTHING if fraction is None else f"{fraction * 100:.2f}%"


def named(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """Return rows as plain strings."""
    return [tuple(cell.text for cell in row) for row in rows]
