"""Used parts of a session's limits in the short form of a list, and the terminal's title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.view.alarm import IDLE, idle_for
from ionq_tui.view.amount import UNKNOWN, money
from ionq_tui.view.column import Column, SortKey, text_key, widths
from ionq_tui.view.forecast import Forecast
from ionq_tui.view.incomplete import at_least_charged
from ionq_tui.view.meter import jobs_meter, money_meter
from ionq_tui.view.row import SESSION_COLUMNS, SessionItem, owner_key, status_key, with_keys
from ionq_tui.view.session_card import spend_lines, terminal_title
from ionq_tui.view.sparkline import bars
from ionq_tui.view.status import NOBODY, session_status
from ionq_tui.view.style import Cell, Tone
from ionq_tui.view.time_text import NOTHING, aware, used

_SPARK_PART = timedelta(minutes=5)
SPARK_WIDTH = 12
"""Cells of a sparkline of the last hour: one for each five minutes."""
_NO_LIMIT = "NO LIM"
"""Short for NO LIMIT, beside which a number of jobs says little."""


def _spent(item: SessionItem) -> SortKey:
    """Sort by unit, then by amount: amounts of different units are never added or compared."""
    if item.watch is None or not item.watch.spend_known:
        return None
    return tuple((one.unit, float(one.value)) for one in item.watch.charged if one.value.is_finite())


def _sent(item: SessionItem) -> SortKey:
    """Sort by the number of jobs; sessions of which "NO LIM" is shown instead stand together behind the others."""
    watch = item.watch
    if watch is None or watch.session is None:
        return None
    if _unlimited(watch):
        return text_key(_NO_LIMIT)
    return None if jobs_meter(watch).used == UNKNOWN else float(watch.count)


def _at_home(column: Column[SessionItem]) -> Column[SessionItem]:
    """Return the column with what matters at home: the end of a backend's name tells it from others."""
    if column.name == "BACKEND":
        return replace(column, width=13, late=True, keeps_end=True)
    if column.name == "STATUS":
        return replace(column, width=7, late=True)
    return replace(column, late=column.name in {"OWNER", "OPENED", "LIMITS"})


HOME_COLUMNS: tuple[Column[SessionItem], ...] = (
    *map(_at_home, SESSION_COLUMNS),
    Column("JOBS", 7, _sent, "right", grows=11),
    Column("SPENT", 11, _spent, "right", grows=20),
    Column("LAST HOUR", SPARK_WIDTH, lambda _: None),
)
"""The columns of the session list. At 80 columns without OPENED and LIMITS, which the live screen shows."""


def home_columns(
    first_end: Callable[[Session], Forecast | None],
    people: Callable[[], Mapping[str, str]] = lambda: NOBODY,
    ending: Callable[[Session], bool] = lambda _: False,
) -> tuple[Column[SessionItem], ...]:
    """Return HOME_COLUMNS, sorted by what they show: LEFT by the first end of each session, OWNER by known names."""

    def left(item: SessionItem) -> SortKey:
        first = None if item.session.ended else first_end(item.session)
        return None if first is None else first.at.timestamp()

    def status(item: SessionItem) -> SortKey:
        return status_key(session_status(item.session, ending=ending(item.session), unseen=item.unseen))

    return with_keys(HOME_COLUMNS, {"LEFT": left, "STATUS": status, "OWNER": lambda item: owner_key(item, people())})


FOLDED = ("LAST HOUR", "OPENED", "LIMITS", "LABEL", "JOBS")
"""Columns hidden when there is too little room, in this order."""


def label_room(width: int) -> int:
    """Return how many cells a label has in a list of that width; where it has too few it is told beside it."""
    columns = list(HOME_COLUMNS)
    for name in FOLDED:
        if sum(column.width + 2 for column in columns) <= width:
            break
        columns = [column for column in columns if column.name != name]
    given = dict(zip((column.name for column in columns), widths(columns, width), strict=True))
    return given.get("LABEL", 0)


def used_cells(watch: SessionSnapshot | None, *, late: bool = False) -> tuple[Cell, Cell]:
    """Return "31/40" and "18.20 usd" for JOBS and SPENT, "~" where that is not of now; "-" where nobody asks for it."""
    if watch is None or watch is EMPTY_SNAPSHOT or watch.session is None:
        return Cell(NOTHING, Tone.DIM), Cell(NOTHING, Tone.DIM)
    jobs, paid = jobs_meter(watch), money_meter(watch)
    limited = jobs.limit if watch.session.limits.jobs is not None else ""
    tones = (Tone.DIM, Tone.DIM) if watch.ended else (jobs.tone, paid.tone)
    told = _NO_LIMIT if _unlimited(watch) else f"{jobs.used}/{limited}" if limited else jobs.used, _charged(watch)
    return Cell(_marked(told[0], late), tones[0]), Cell(_marked(told[1], late), tones[1])


def _unlimited(watch: SessionSnapshot) -> bool:
    return watch.session is not None and watch.session.limits.absent and not watch.ended


def spend_spark(watch: SessionSnapshot | None, now: datetime) -> Cell:
    """Return what was charged in the last hour as a sparkline, one bar for each five minutes; empty if nothing was.

    Amounts of different units are never added: the unit of the limit counts, else the first one.
    """
    if watch is None or not watch.charged:
        return Cell("")
    limit = watch.session.limits.money if watch.session is not None else None
    name = limit.unit if limit is not None else watch.charged[0].unit
    sums = [Decimal(0)] * SPARK_WIDTH
    for job in watch.counted:
        cost, at = watch.costs.get(job.id), job.completed_at
        if cost is None or cost.cost is None or at is None or job.dry_run or cost.cost.unit != name:
            continue
        part = SPARK_WIDTH - 1 - int((now - aware(at)) / _SPARK_PART)
        if 0 <= part < SPARK_WIDTH and cost.cost.value.is_finite():
            sums[part] += cost.cost.value
    return Cell(bars(list(map(float, sums))), Tone.GOOD)


def _charged(watch: SessionSnapshot) -> str:
    if not watch.charged:  # nothing yet, or not known
        return next((one.removeprefix("charged ") for one in spend_lines(watch) if one.startswith("charged")), UNKNOWN)
    return " + ".join(f"{at_least_charged(watch)}{money(amount)}" for amount in watch.charged)


def _marked(told: str, late: bool) -> str:
    """Mark a value that is not current, unless it is marked as incomplete or unknown, or no value."""
    return f"~{told}" if late and not told.startswith(("≥", UNKNOWN, _NO_LIMIT)) else told


def idle_since(watch: SessionSnapshot | None, now: datetime) -> datetime | None:
    """Return when the last job finished, if that is long ago and no job is waiting or running."""
    span = idle_for(watch, now) if watch is not None else None
    return now - span if span is not None and span >= IDLE else None


def window_title(sessions: Iterable[Session], now: datetime) -> str:
    """Return "forte-1 38m" for the session that is over first, "forte-1 ~38m +1" where a guess and there are others."""
    running = sorted((one for one in sessions if not one.ended), key=_runs_out)
    if not running:
        return "ionq-tui"
    first = running[0]
    more = f" +{len(running) - 1:,}" if len(running) > 1 else ""
    return terminal_title(first, _left(first.time_left(now), "~" if first.runs_out_is_guess else "")) + more


def _left(span: timedelta | None, mark: str) -> str:
    if span is None:
        return NOTHING
    return "OVER" if span <= timedelta() else mark + used(span)


def _runs_out(session: Session) -> float:
    return aware(session.runs_out_at).timestamp() if session.runs_out_at is not None else float("inf")
