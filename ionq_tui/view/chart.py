"""Spend and finished jobs over time, with their limits and when the recent rate reaches them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from ionq_tui.model.job import Job
from ionq_tui.model.money import Money, figure, in_unit
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import count, unit
from ionq_tui.view.forecast import Forecast
from ionq_tui.view.time_text import aware

Point = tuple[datetime, Decimal]
_LEAST = timedelta(minutes=1)
MONEY, JOBS = "charged", "jobs finished"
"""The names of the curves."""
_FORECAST = {"cost": MONEY, "jobs": JOBS}
"""The curve of each forecast."""


@quick_dataclass(frozen=True, slots=True)
class Curve:
    """What adds up as time goes on."""

    name: str
    points: tuple[Point, ...]
    """When it rose, and to what."""
    limit: Decimal | None = None
    """None where there is none."""
    reached: datetime | None = None
    """When the limit is likely to be reached; None where that is unknown."""
    unit: str = ""
    at_least: bool = False
    """True where not all is known."""
    reserved: tuple[Point, ...] = ()
    """When what is reserved changed, and to what, as far as that is known."""
    limitable: bool = True
    """False for a quantity without limits, such as a queue time."""
    held: Decimal = Decimal(0)
    """What is reserved now."""

    @property
    def last(self) -> Decimal:
        """What it came to."""
        return self.points[-1][1] if self.points else Decimal(0)

    @property
    def highest(self) -> Decimal:
        """What it came to, with what is reserved."""
        return self.last + self.held

    def words(self, value: Decimal) -> str:
        """Return an amount of it."""
        return figure(value) if self.unit else count(int(value))


def curves(watch: SessionSnapshot, only: str = "") -> list[Curve]:
    """Return the money of each unit, that of the limit first, and the finished jobs; or only those of one name.

    They are without forecasts: they change with the snapshot alone, and take long with many jobs.
    """
    limits = watch.session.limits if watch.session is not None else None
    counted = watch.counted
    drawn = _spent(watch, counted, limits.money if limits is not None else None) if only != JOBS else []
    if only != MONEY:
        limit = Decimal(limits.jobs) if limits is not None and limits.jobs is not None else None
        drawn.append(Curve(JOBS, _jobs(counted), limit, at_least=not watch.whole))
    return drawn


def foreseen(drawn: Iterable[Curve], told: Iterable[Forecast]) -> list[Curve]:
    """Return the curves that have a limit with the time at which it is likely to be reached."""
    reached = {_FORECAST[one.name]: one.at for one in told if one.name in _FORECAST}
    return [one if one.limit is None else replace(one, reached=reached.get(one.name)) for one in drawn]


def _spent(watch: SessionSnapshot, counted: Sequence[Job], asked: Money | None) -> list[Curve]:
    units = [amount.unit for amount in watch.charged]
    drawn = []
    for name in dict.fromkeys([*([asked.unit] if asked is not None else []), *units]):
        limit = asked.value if asked is not None and asked.unit == name else None
        paid, reserved = _money(watch, counted, name), _reserved(watch, counted, name)
        held = in_unit(watch.reserved, name) or Decimal(0)
        drawn.append(
            Curve(
                MONEY, paid, limit, unit=unit(name), at_least=not watch.charges_complete, reserved=reserved, held=held
            )
        )
    return drawn


def _money(watch: SessionSnapshot, counted: Sequence[Job], name: str) -> tuple[Point, ...]:
    paid = []
    for job in counted:
        cost = watch.costs.get(job.id)
        at = job.completed_at or job.started_at or job.submitted_at  # a job may be charged for while it runs
        if at is None or job.dry_run or cost is None or cost.dry_run or cost.cost is None:
            continue
        if cost.cost.unit == name and cost.cost.value.is_finite():
            paid.append((aware(at), cost.cost.value))
    return _added(paid)


def _reserved(watch: SessionSnapshot, counted: Sequence[Job], name: str) -> tuple[Point, ...]:
    """Return what was reserved: each job's estimate from when it was sent until it had finished."""
    changes: list[Point] = []
    for job in counted:
        cost = watch.costs.get(job.id)
        if cost is None or cost.estimate is None or job.dry_run or cost.dry_run or job.submitted_at is None:
            continue
        if cost.estimate.unit == name and cost.estimate.value.is_finite():
            changes.append((aware(job.submitted_at), cost.estimate.value))
            if job.finished and job.completed_at is not None:
                changes.append((aware(job.completed_at), -cost.estimate.value))
            elif job.finished:
                changes.pop()
    return _added(changes)


def _jobs(counted: Sequence[Job]) -> tuple[Point, ...]:
    done = (job.completed_at for job in counted if job.finished)
    return _added([(aware(at), Decimal(1)) for at in done if at is not None])


def _added(rises: list[Point]) -> tuple[Point, ...]:
    total, told = Decimal(0), []
    for at, value in sorted(rises):
        total += value
        told.append((at, total))
    return tuple(told)


def span(watch: SessionSnapshot, drawn: Iterable[Curve], now: datetime) -> tuple[datetime, datetime] | None:
    """Return the time to draw: from the start, and as far ahead again at most; None where nothing began."""
    session = watch.session
    began = None if session is None else session.started_at or session.created_at
    if session is None or began is None:
        return None
    start = aware(began)
    over = aware(session.ended_at) if session.ended_at is not None else now if watch.ended else None
    last = over or now
    past = max(last - start, _LEAST)
    coming = [session.runs_out_at, *(one.reached for one in drawn)] if over is None else []
    ahead = max((aware(at) - last for at in coming if at is not None), default=timedelta())
    return start, last + min(max(ahead, timedelta()), past)
