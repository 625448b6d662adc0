from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ionq_core.models.usages import Usages

from ionq_tui.api.decode import Unreadable, parse
from ionq_tui.api.errors import MalformedIdError
from ionq_tui.api.operations import organization_usage
from ionq_tui.api.usage_reply import read_usage
from ionq_tui.model.money import Money
from ionq_tui.model.spending import Grouping, OrganizationUsage, Period, UsageDay, UsageGroup
from tests.support.amounts import usd

DAY = date(2026, 11, 22)
WEEK = Period(date(2026, 11, 16), DAY)


def row(**changes: object) -> dict[str, object]:
    return {
        "from": "2026-11-22",
        "job_count": 10,
        "amount": 18.2,
        "amount_unit": "USD",
        "time_us": 5143166.13413,
        "group_usages": [{"group_id": "u-1", "group_name": "Ada", "job_count": 9, "amount": 18, "amount_unit": "USD"}],
        **changes,
    }


def reply(*rows: object, **changes: object) -> dict[str, object]:
    told = {"group_type": "user", "modality": "daily", "usage_unit": "USD", "usage_data": list(rows), **changes}
    return {**told, "usage_from": "2026-11-16T00:00:00Z", "usage_to": "2026-11-22T23:59:59Z"}


def decoded(told: Mapping[str, object]) -> OrganizationUsage:
    return read_usage(parse(json.dumps(told).encode()))


def test_the_official_client_reads_the_same_reply() -> None:
    told = reply(row())
    theirs = Usages.from_dict(told)
    ours = decoded(told)
    assert isinstance(theirs.usage_data, list)
    (their_day,), (our_day,) = theirs.usage_data, ours.days
    assert (our_day.day, our_day.jobs) == (their_day.from_.date(), their_day.job_count)
    assert our_day.amounts == (usd("18.2"),) and float(our_day.amounts[0].value) == their_day.amount
    assert our_day.groups == (UsageGroup("u-1", "Ada", 9, (usd("18"),)),)
    assert (ours.covers_from, ours.covers_to) == (theirs.usage_from, theirs.usage_to)
    assert ours.whole and not ours.converted


def test_what_was_charged_by_unit_is_preferred_to_one_converted_sum() -> None:
    amounts = [{"amount": 10.1, "unit": "USD"}, {"amount": 7, "unit": "credits"}, {"amount": 2, "unit": "usd"}]
    usage = decoded(reply(row(amount=900, amount_unit="credit", amounts=amounts)))
    assert usage.days[0].amounts == (Money(Decimal(7), "credit"), usd("12.1"))
    assert usage.whole and not usage.converted
    alone = decoded(reply(row(amount=900, amount_unit="Credit")))
    assert alone.days[0].amounts == (Money(Decimal(900), "credit"),) and alone.converted


def test_the_unit_of_the_whole_stands_in_for_that_of_a_day() -> None:
    assert decoded(reply(row(amount_unit=None))).days[0].amounts == (usd("18.2"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_unit": "EUR"},
        {"amount": -1},
        {"amount": "18"},
        {"amount": None},
        {"amount": 10**12},
        {"amounts": [{"amount": 1, "unit": "usd"}, {"amount": 1, "unit": "ACU"}]},
        {"amounts": ["nothing", {"amount": 1, "unit": "usd"}]},
    ],
)
def test_an_amount_that_cannot_be_read_makes_the_sum_a_lower_bound(changes: dict[str, object]) -> None:
    usage = decoded(reply(row(**changes)))
    assert not usage.whole and usage.days[0].amounts in ((), (usd("1"),))


def test_a_day_without_cost_needs_no_unit() -> None:
    usage = decoded(reply(row(amount=0, amount_unit="ACU", group_usages=[]), usage_unit=None))
    assert usage.days == (UsageDay(DAY, 10),) and usage.whole


def test_a_date_may_be_a_time_and_a_day_without_one_hides_no_other() -> None:
    usage = decoded(reply(row(**{"from": "2026-11-22T00:00:00.000Z"}), row(**{"from": "soon"}), 3, row(group_usages=7)))
    assert [one.day for one in usage.days] == [DAY, DAY] and usage.unreadable == 2 and not usage.whole
    assert usage.days[1].groups == ()


def test_groups_without_a_name_are_left_out() -> None:
    groups = [{"group_name": "Lemming", "amount": 1, "amount_unit": "usd"}, {"amount": 3}, "x"]
    (day,) = decoded(reply(row(group_usages=groups))).days
    assert day.groups == (UsageGroup("Lemming", "Lemming", None, (usd("1"),)),)


@pytest.mark.parametrize("told", [None, [], "x", {}, {"usage_data": {}}, {"usage_data": [1, {"from": None}]}])
def test_what_is_no_usage_is_unreadable(told: object) -> None:
    with pytest.raises(Unreadable):
        read_usage(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*row(), "amounts"]), JSON))
def test_any_json_in_a_day_is_read_or_unreadable(changes: dict[str, object]) -> None:
    usage = decoded(reply(row(), row(**changes)))
    assert usage.days[0].amounts == (usd("18.2"),) and len(usage.days) + usage.unreadable == 2
    assert all(amount.unit in ("usd", "credit") for day in usage.days for amount in day.amounts)


def test_the_request_names_organization_period_and_grouping() -> None:
    asked = organization_usage("org-1", WEEK, Grouping.PERSON)
    assert (asked.method, asked.path, asked.repeatable) == ("GET", "/organizations/org-1/usage", True)
    assert dict(asked.query) == {
        "start_date": "2026-11-16",
        "end_date": "2026-11-22",
        "group_by": "user",
        "modality": "daily",
    }
    with pytest.raises(MalformedIdError):
        organization_usage("..", WEEK, Grouping.PERSON)


def test_the_period_that_ionq_names_is_kept() -> None:
    usage = decoded(reply(row()))
    assert usage.covers_to == datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert decoded({"usage_data": []}).covers_from is None
