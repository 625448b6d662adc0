from __future__ import annotations

from decimal import Decimal

import pytest

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money
from ionq_tui.view.limits_form import LimitsDraft, draft_of
from ionq_tui.view.style import Tone, words


def test_it_is_read_while_it_is_typed() -> None:
    draft = LimitsDraft("40", "1h30m", "30")
    assert [words(one) for one in draft.readings] == ["= 40 jobs", "= 90 min, 1h30m", "= 30.00 usd"]
    assert draft.limits == Limits(40, 90, Money(Decimal(30), "usd"))
    assert draft.faulty == ""


def test_empty_is_no_limit_and_says_so() -> None:
    assert LimitsDraft().limits == NO_LIMITS
    assert all(words(one).startswith("NO LIMIT") for one in LimitsDraft().readings)


@pytest.mark.parametrize("typed", ["-1", "0", "NaN", "1e9", "1,5", "١٢", " ", "2147483648"])
def test_what_cannot_be_sent_is_named(typed: str) -> None:
    draft = LimitsDraft(typed, typed, typed if typed != "2147483648" else "inf")
    assert draft.limits is None
    assert draft.faulty == "jobs, time, cost"
    assert {one[0].tone for one in draft.readings} == {Tone.BAD}


@pytest.mark.parametrize(
    "limits",
    [
        NO_LIMITS,
        Limits(1, 1),
        Limits(40, 90, Money(Decimal("1000.50"), "usd")),
        Limits(money=Money(Decimal(7), "credit")),
    ],
)
def test_again_like_this_is_read_as_the_same(limits: Limits) -> None:
    assert draft_of(limits).limits == limits


@pytest.mark.parametrize(
    ("amount", "typed"),
    [("20.0", "20"), ("20.5", "20.50"), ("20.50", "20.50"), ("2E+1", "20"), ("0.05", "0.05"), ("1000", "1000")],
)
def test_money_is_written_as_people_type_it(amount: str, typed: str) -> None:
    limits = Limits(money=Money(Decimal(amount), "usd"))
    assert draft_of(limits).money == typed and draft_of(limits).limits == limits
    assert draft_of(limits, "credit").money == f"{typed}usd"
