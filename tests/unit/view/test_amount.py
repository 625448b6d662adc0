from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money, figure
from ionq_tui.view.amount import count, counted, limits_cut, limits_short, limits_words, money, sums
from tests.support.amounts import usd
from tests.unit.view.scene import LIMITS


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("18.2", "18.20"),
        ("0", "0.00"),
        ("-0.0", "0.00"),
        ("0E+40", "0.00"),
        ("0.0125", "0.0125"),
        ("1.5000", "1.50"),
        ("1234567.891", "1,234,567.891"),
        ("3E+3", "3,000.00"),
        ("-4.1", "-4.10"),
        ("0.1234567890123456789012345678901234567", "0.123457"),
        ("1E+5", "100,000.00"),
        ("1E-30", "<0.000001"),
        ("-1E-30", ">-0.000001"),
        ("0.0000004", "<0.000001"),
        ("0.0000006", "0.000001"),
        ("999999999999999.12", "999,999,999,999,999.12"),
        ("1E+15", ">999,999,999,999,999"),
        ("-1E+15", "<-999,999,999,999,999"),
        ("1E+900000", ">999,999,999,999,999"),
        ("1E-900000", "<0.000001"),
        ("NaN", "—"),
        ("Infinity", "—"),
    ],
)
def test_amounts_are_plain_digits_with_two_to_six_decimals(value: str, shown: str) -> None:
    assert figure(Decimal(value)) == shown


@pytest.mark.parametrize(("value", "shown"), [("0.004", "<0.01"), ("0.006", "0.01"), ("1.006", "1.01"), ("0", "0.00")])
def test_a_rounded_amount_is_zero_only_if_it_is(value: str, shown: str) -> None:
    assert figure(Decimal(value), 2) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_amount_is_short_and_in_plain_digits(value: Decimal) -> None:
    told = figure(value)
    assert re.fullmatch(r"[<>]?-?[0-9,]+(\.[0-9]{2,6})?", told) and len(told) <= 27
    assert (told == "0.00") is (value == 0)


def test_money_bears_its_unit_and_units_stand_side_by_side() -> None:
    assert money(usd("18.2")) == "18.20 usd"
    assert money(Money(Decimal(7), "credit")) == "7.00 credit"
    assert money(None) == sums(()) == "—"
    assert sums((Money(Decimal(7), "credit"), usd("1"))) == "7.00 credit + 1.00 usd"
    assert money(Money(Decimal(1), "\x1b[31m")) == "1.00 [31m"


def test_counts() -> None:
    assert count(1000) == "1,000"
    assert count(None) == "—"
    assert counted(1, "job") == "1 job"
    assert counted(2000, "job") == "2,000 jobs"


@pytest.mark.parametrize(
    ("limits", "whole", "short"),
    [
        (NO_LIMITS, "NO LIMIT", "NONE"),
        (LIMITS, "40j · 1h30m · 30.00 usd", "40j +2"),
        (Limits(minutes=120), "2h", "2h"),
        (Limits(unread=("jobs",)), "job limit unknown", "—"),
        (Limits(minutes=120, unread=("jobs", "money")), "2h · job limit unknown · cost limit unknown", "2h"),
        (Limits(minutes=45, money=Money(Decimal(200), "credit")), "45m · 200.00 credit", "45m +1"),
    ],
)
def test_limits(limits: Limits, whole: str, short: str) -> None:
    assert (limits_words(limits), limits_short(limits)) == (whole, short)


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        (Limits(money=Money(Decimal(2), "usd")), "2.00usd"),
        (Limits(money=Money(Decimal(2), "credit")), "2.00"),
        (Limits(money=Money(Decimal(12345), "EUR")), "1 limit"),
        (Limits(money=Money(Decimal("1e30"), "credit")), "1 limit"),
        (Limits(jobs=1_000_000), "1 limit"),
        (Limits(jobs=40_000, minutes=90, money=Money(Decimal(2), "usd")), "3 limits"),
        (Limits(jobs=40, minutes=90), "40j +1"),
    ],
)
def test_no_number_of_a_limit_is_cut(limits: Limits, shown: str) -> None:
    assert limits_cut(limits_short(limits), 8) == shown
