from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from ionq_tui.model.link_state import Fault, FaultKind, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.spending import (
    Amounts,
    Grouping,
    OrganizationUsage,
    Period,
    SessionCharges,
    Spending,
    UsageDay,
    UsageGroup,
    budget_state,
    by_backend,
    by_group,
    by_label,
    recorded,
    reported,
    running,
    summed,
    unpriced,
)
from tests.support.amounts import credit, usd

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
DAY = NOW.date()
WEEK = Period.last_days(NOW, 7)
BUDGET = Money(Decimal(500), "usd")


def charged(name: str, *days: tuple[date | None, Amounts], **changes: object) -> SessionCharges:
    told = SessionRecord(
        name, Place("https://api.example"), here=True, backend="qpu.forte-1", opened_at=NOW - timedelta(hours=2),
        ended_at=NOW - timedelta(hours=1), priced=True,
    )  # fmt: skip
    return SessionCharges(replace(told, **changes), days)  # type: ignore[arg-type]


def spending(usage: OrganizationUsage | None = None, *here: SessionCharges) -> Spending:
    told = {} if usage is None else {Grouping.PERSON: usage}
    return Spending(MappingProxyType(told), here=here, recalled=True)


def test_a_period_includes_today_and_a_month_its_first_day() -> None:
    assert (WEEK.first, WEEK.last, len(WEEK.days)) == (date(2026, 11, 16), DAY, 7)
    assert Period.month_of(NOW) == Period(date(2026, 11, 1), DAY)
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC).astimezone()
    assert Period.month_of(late).first == date(2026, 11, 1), "whatever the zone of the machine"


def test_days_are_summed_by_unit_and_other_days_do_not_count() -> None:
    usage = OrganizationUsage(
        (UsageDay(DAY, amounts=(usd("1"),)), UsageDay(DAY, amounts=(usd("2"), credit("5"))),
         UsageDay(DAY - timedelta(days=7), amounts=(usd("100"),)))
    )  # fmt: skip
    assert reported(usage, WEEK) == {DAY: (credit("5"), usd("3"))}
    here = charged("a", (DAY, (usd("1"),)), (DAY - timedelta(days=1), (credit("2"),)), (DAY + timedelta(days=1), ()))
    assert recorded([here], WEEK) == {DAY - timedelta(days=1): (credit("2"),), DAY: (usd("1"),)}
    assert summed(recorded([here], WEEK)) == (credit("2"), usd("1"))


def test_a_charge_without_a_day_counts_on_the_day_its_session_ended_else_was_opened() -> None:
    ended = charged("a", (None, (usd("1"),)), ended_at=NOW - timedelta(days=2))
    still = charged("b", (None, (usd("2"),)), ended_at=None, opened_at=NOW - timedelta(days=3))
    unknown = charged("c", (None, (usd("4"),)), ended_at=None, opened_at=None)
    assert recorded([ended, still, unknown], WEEK) == {
        DAY - timedelta(days=3): (usd("2"),),
        DAY - timedelta(days=2): (usd("1"),),
    }
    assert ended.undated and not charged("d", (DAY, (usd("1"),))).undated


def test_shares_by_backend_and_label_are_sorted_and_units_are_not_compared() -> None:
    here = [
        charged("a", (DAY, (usd("1"),)), label="scan"),
        charged("b", (DAY, (usd("3"),)), backend="qpu.aria-1", label="scan", priced=False),
        charged("c", (DAY, (credit("90"),)), backend=None),
        charged("d", backend="qpu.aria-1"),
        charged("old", opened_at=NOW - timedelta(days=40), ended_at=NOW - timedelta(days=39)),
    ]
    told = [(one.name, one.amounts, one.sessions, one.at_least) for one in by_backend(here, WEEK)]
    assert told == [
        ("", (credit("90"),), 1, False),
        ("qpu.aria-1", (usd("3"),), 2, True),
        ("qpu.forte-1", (usd("1"),), 1, False),
    ]
    assert [(one.name, one.amounts) for one in by_label(here, WEEK)] == [("", (credit("90"),)), ("scan", (usd("4"),))]


def test_groups_are_summed_and_what_ionq_does_not_name_stands_last() -> None:
    ada = UsageGroup("u-1", "Ada", 3, (usd("5"),))
    usage = OrganizationUsage(
        (
            UsageDay(DAY, amounts=(usd("9"),), groups=(ada, UsageGroup("u-2", "", None, (usd("1"),)))),
            UsageDay(DAY - timedelta(days=1), amounts=(usd("5"),), groups=(ada,)),
            UsageDay(DAY - timedelta(days=9), amounts=(usd("50"),), groups=(ada,)),
        )
    )
    told = [(one.name, one.amounts, one.jobs, one.others) for one in by_group(usage, WEEK)]
    assert told == [("Ada", (usd("10"),), 6, False), ("u-2", (usd("1"),), None, False), ("", (usd("3"),), None, True)]


def test_open_sessions_and_those_with_unknown_costs_are_told_apart() -> None:
    here = [
        charged("open", ended_at=None, priced=False),
        charged("unknown", priced=False),
        charged("known"),
        charged("old", opened_at=NOW - timedelta(days=40), ended_at=NOW - timedelta(days=39), priced=False),
    ]
    assert [one.id for one in running(here, WEEK)] == ["open"]
    assert [one.id for one in unpriced(here, WEEK)] == ["unknown"]


def test_the_larger_of_both_accounts_counts_for_the_budget() -> None:
    usage = OrganizationUsage((UsageDay(DAY, amounts=(usd("400"), credit("3"))),))
    state = budget_state(BUDGET, spending(usage, charged("a", (DAY, (usd("30"),)))), NOW)
    assert (state.spent, state.from_ionq, state.at_least, state.others) == (Decimal(400), True, False, (credit("3"),))
    late = budget_state(BUDGET, spending(usage, charged("a", (DAY, (usd("450"),)))), NOW)
    assert (late.spent, late.from_ionq, late.at_least) == (Decimal(450), False, True)


def test_last_month_does_not_count_for_the_budget() -> None:
    before = date(2026, 10, 31)
    usage = OrganizationUsage((UsageDay(before, amounts=(usd("400"),)),))
    state = budget_state(BUDGET, spending(usage, charged("a", (before, (usd("30"),)))), NOW)
    assert (state.month, state.spent) == (date(2026, 11, 1), Decimal(0))


@pytest.mark.parametrize(
    "usage",
    [
        None,
        OrganizationUsage((UsageDay(DAY, amounts=(usd("9"),), whole=False),)),
        OrganizationUsage((UsageDay(DAY, amounts=(usd("9"),)),), unreadable=1),
        OrganizationUsage((UsageDay(DAY, amounts=(usd("9"),)),), converted=True),
    ],
)
def test_what_may_lack_something_is_a_lower_bound(usage: OrganizationUsage | None) -> None:
    assert budget_state(BUDGET, spending(usage), NOW).at_least


def test_a_request_that_failed_makes_the_last_answer_a_lower_bound() -> None:
    told = spending(OrganizationUsage((UsageDay(DAY, amounts=(usd("9"),)),)))
    assert not budget_state(BUDGET, told, NOW).at_least
    failed = replace(told, link=link_of(Fault(FaultKind.SERVER, "oops", 503)))
    assert budget_state(BUDGET, failed, NOW).at_least and budget_state(BUDGET, failed, NOW).spent == Decimal(9)


def test_nothing_is_known_before_anything_is_read() -> None:
    assert budget_state(BUDGET, Spending(), NOW).spent is None
