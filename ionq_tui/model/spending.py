"""Spending over days: what IonQ reports for the organization, and what this machine's journal recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from ionq_tui.model.link_state import FRESH, Link
from ionq_tui.model.money import Money, totals
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.record import SessionRecord

Amounts = tuple[Money, ...]
"""One amount for each unit; units are never added."""
ByDay = Mapping[date, Amounts]


class Grouping(StrEnum):
    """How IonQ can group the usage of an organization; it knows no backends, labels or sessions."""

    PERSON = "user"
    PROJECT = "project"


@quick_dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, the first and the last included."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, oldest first."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def __contains__(self, day: date) -> bool:
        """Return True for a day of the period."""
        return self.first <= day <= self.last

    @classmethod
    def last_days(cls, now: datetime, number: int) -> Period:
        """Return so many days, today in UTC included."""
        today = now.astimezone(UTC).date()
        return cls(today - timedelta(days=number - 1), today)

    @classmethod
    def month_of(cls, now: datetime) -> Period:
        """Return the current month in UTC up to today."""
        today = now.astimezone(UTC).date()
        return cls(today.replace(day=1), today)


@quick_dataclass(frozen=True, slots=True)
class UsageGroup:
    """What one user or project used on one day."""

    id: str
    name: str = ""
    jobs: int | None = None
    amounts: Amounts = ()


@quick_dataclass(frozen=True, slots=True)
class UsageDay:
    """What the organization used on one day."""

    day: date
    jobs: int | None = None
    amounts: Amounts = ()
    groups: tuple[UsageGroup, ...] = ()
    """At most the five largest, as IonQ lists no more."""
    whole: bool = True
    """False if an amount could not be read, or is in an unknown unit."""


@quick_dataclass(frozen=True, slots=True)
class OrganizationUsage:
    """The reply of `GET /organizations/{id}/usage`."""

    days: tuple[UsageDay, ...] = ()
    covers_from: datetime | None = None
    """The beginning of the period that IonQ says the reply covers."""
    covers_to: datetime | None = None
    unreadable: int = 0
    """Number of days that could not be decoded."""
    converted: bool = False
    """True if IonQ may have converted amounts to credits, since it did not list them by unit."""

    @property
    def whole(self) -> bool:
        """True if every day and amount could be read."""
        return not self.unreadable and all(one.whole for one in self.days)


@quick_dataclass(frozen=True, slots=True)
class SessionCharges:
    """A session of this machine with its recorded final costs by the day on which the jobs finished."""

    record: SessionRecord
    days: tuple[tuple[date | None, Amounts], ...] = ()
    """The day is None where an earlier version of the program did not record it."""

    def within(self, period: Period) -> Amounts:
        """Return what was charged in the period."""
        return totals(amount for day, amounts in self._dated for amount in amounts if day in period)

    @property
    def _dated(self) -> Iterator[tuple[date, Amounts]]:
        """The charges by day; those without one belong to the day on which the session ended, else was opened."""
        at = self.record.ended_at or self.record.opened_at
        for day, amounts in self.days:
            known = day or (at.astimezone(UTC).date() if at is not None else None)
            if known is not None:
                yield known, amounts

    def concerns(self, period: Period) -> bool:
        """Return True if the session was open in the period, as far as known, or charged in it."""
        opened, ended = self.record.opened_at, self.record.ended_at
        begun = opened is None or opened.astimezone(UTC).date() <= period.last
        lasted = ended is None or ended.astimezone(UTC).date() >= period.first
        return (begun and lasted) or bool(self.within(period))

    @property
    def undated(self) -> bool:
        """True if the day of some charges is not recorded."""
        return any(day is None for day, _ in self.days)


_NO_USAGE: Mapping[Grouping, OrganizationUsage] = MappingProxyType({})


@quick_dataclass(frozen=True, slots=True)
class Spending:
    """The last good answers of IonQ and of the journal, and the state of the link to IonQ."""

    usage: Mapping[Grouping, OrganizationUsage] = field(default_factory=lambda: _NO_USAGE)
    link: Link = FRESH
    """That of the last request."""
    here: tuple[SessionCharges, ...] = ()
    """The sessions opened on this machine, oldest first."""
    recalled: bool = False
    """True once the journal was read."""
    trouble: str = ""
    """Why the journal cannot be used; empty if it can."""

    @property
    def newest(self) -> OrganizationUsage | None:
        """Any reply of IonQ: the totals are the same however they are grouped."""
        return next(reversed(tuple(self.usage.values())), None)


@quick_dataclass(frozen=True, slots=True)
class Share:
    """What one backend, label, person or project cost."""

    name: str
    """The name or id as recorded; empty for what has none."""
    amounts: Amounts
    sessions: int | None = None
    jobs: int | None = None
    at_least: bool = False
    """True if more may have been charged than is known."""
    others: bool = False
    """True for what IonQ attributes to nobody by name, since it lists only the five largest groups of a day."""


def reported(usage: OrganizationUsage, period: Period) -> ByDay:
    """Return what IonQ reports for each day of the period on which it reports anything."""
    return _by_day((one.day, one.amounts) for one in usage.days if one.day in period)


def recorded(here: Iterable[SessionCharges], period: Period) -> ByDay:
    """Return what the journal recorded for each day of the period on which it recorded anything."""
    return _by_day((day, amounts) for one in here for day, amounts in one._dated if day in period)


def _by_day(found: Iterable[tuple[date, Amounts]]) -> ByDay:
    by_day: dict[date, list[Money]] = {}
    for day, amounts in found:
        by_day.setdefault(day, []).extend(amounts)
    return {day: totals(by_day[day]) for day in sorted(by_day)}


def summed(by_day: ByDay) -> Amounts:
    """Return the sums over all days, by unit."""
    return totals(amount for amounts in by_day.values() for amount in amounts)


def by_backend(here: Iterable[SessionCharges], period: Period) -> tuple[Share, ...]:
    """Return the cost of this machine's sessions by backend, the most expensive first."""
    return _shares(here, period, lambda record: record.backend or "")


def by_label(here: Iterable[SessionCharges], period: Period) -> tuple[Share, ...]:
    """Return the cost of this machine's sessions by label, the most expensive first."""
    return _shares(here, period, lambda record: record.label)


def _shares(
    here: Iterable[SessionCharges], period: Period, name_of: Callable[[SessionRecord], str]
) -> tuple[Share, ...]:
    found: dict[str, list[SessionCharges]] = {}
    for one in here:
        if one.concerns(period):
            found.setdefault(name_of(one.record), []).append(one)
    shares = [
        Share(
            name,
            totals(amount for one in each for amount in one.within(period)),
            sessions=len(each),
            at_least=not all(one.record.priced for one in each),
        )
        for name, each in found.items()
    ]
    return tuple(sorted(shares, key=_rank))


def by_group(usage: OrganizationUsage, period: Period) -> tuple[Share, ...]:
    """Return what IonQ reports by group, the most expensive first, and last what belongs to groups it does not name."""
    amounts: dict[str, list[Money]] = {}
    jobs: dict[str, int | None] = {}
    names: dict[str, str] = {}
    whole: list[Money] = []
    for day in usage.days:
        if day.day not in period:
            continue
        whole += day.amounts
        for group in day.groups:
            amounts.setdefault(group.id, []).extend(group.amounts)
            before = jobs.get(group.id, 0)
            jobs[group.id] = None if before is None or group.jobs is None else before + group.jobs
            names[group.id] = group.name or names.get(group.id, "")
    shares = [Share(names[key] or key, totals(held), jobs=jobs[key]) for key, held in amounts.items()]
    named = {amount.unit: amount.value for amount in totals(one for held in amounts.values() for one in held)}
    rest = (Money(one.value - named.get(one.unit, Decimal(0)), one.unit) for one in totals(whole))
    others = tuple(one for one in rest if one.value > 0)
    return (*sorted(shares, key=_rank), *((Share("", others, others=True),) if others else ()))


def _rank(share: Share) -> tuple[bool, str, Decimal, str]:
    """Sort by unit, then by amount; amounts of different units are never compared."""
    first = share.amounts[0] if share.amounts else None
    return (first is None, first.unit if first else "", -first.value if first else Decimal(0), share.name)


def running(here: Iterable[SessionCharges], period: Period) -> tuple[SessionRecord, ...]:
    """Return the sessions of the period that are not confirmed ended: their cost may still grow."""
    return tuple(one.record for one in here if one.record.running and one.concerns(period))


def unpriced(here: Iterable[SessionCharges], period: Period) -> tuple[SessionRecord, ...]:
    """Return the ended sessions of the period of which some costs may not be recorded."""
    return tuple(one.record for one in here if not (one.record.running or one.record.priced) and one.concerns(period))


@quick_dataclass(frozen=True, slots=True)
class BudgetState:
    """The monthly budget and what is known to be spent of it."""

    budget: Money
    month: date
    """Its first day."""
    spent: Decimal | None = None
    """In the unit of the budget; None if nothing is known."""
    from_ionq: bool = False
    """True if that is what IonQ reports for the organization, False if it is what this machine recorded."""
    at_least: bool = False
    """True if more may be spent than is known."""
    others: Amounts = ()
    """Amounts in other units, which do not count."""


def budget_state(budget: Money, spending: Spending, now: datetime) -> BudgetState:
    """Compare the budget with the larger of what IonQ reports and what this machine recorded: both may be too low."""
    month = Period.month_of(now)
    ours = summed(recorded(spending.here, month))
    usage = spending.newest
    told = summed(reported(usage, month)) if usage is not None else ()
    mine, theirs = _in(ours, budget.unit), _in(told, budget.unit)
    from_ionq = usage is not None and theirs >= mine
    others = tuple(one for one in (told if from_ionq else ours) if one.unit != budget.unit)
    if usage is None and not spending.recalled:
        return BudgetState(budget, month.first)
    sure = from_ionq and usage is not None and usage.whole and not usage.converted and spending.link == FRESH
    return BudgetState(budget, month.first, max(mine, theirs), from_ionq, not sure, others)


def _in(amounts: Amounts, unit: str) -> Decimal:
    return next((one.value for one in amounts if one.unit == unit), Decimal(0))
