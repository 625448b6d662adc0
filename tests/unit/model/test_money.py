from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.money import Money, in_unit, totals

USD = Money(Decimal("0.10"), "usd")
CREDIT = Money(Decimal(5), "credit")

amounts = st.lists(
    st.builds(Money, st.decimals(0, 10**6, places=2), st.sampled_from(["usd", "credit", "eur"])), max_size=20
)


def test_nothing_spent_is_no_amount_at_all() -> None:
    assert totals([]) == ()


def test_units_are_never_added_to_each_other() -> None:
    assert totals([USD, CREDIT, USD]) == (CREDIT, Money(Decimal("0.20"), "usd"))


def test_a_limit_compares_only_with_its_own_unit() -> None:
    assert in_unit([], "usd") == 0
    assert in_unit([USD], "usd") == Decimal("0.10")
    assert in_unit([USD], "credit") is None
    assert in_unit([USD, CREDIT], "usd") is None


@given(amounts)
def test_sums_are_exact_and_do_not_depend_on_the_order(held: list[Money]) -> None:
    assert totals(held) == totals(reversed(held))
    for total in totals(held):
        assert total.value == sum(money.value for money in held if money.unit == total.unit)
