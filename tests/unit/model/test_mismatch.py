"""Granted limits compared with requested ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.mismatch import Kind, differences
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Session
from tests.support.amounts import usd

FORTE = "qpu.forte-1"


ASKED = Limits(40, 90, usd("30"))


def told(asked: Limits, given: Limits, backend: str | None = FORTE) -> str:
    found = differences(OpenRequest(FORTE, asked), Session("a", backend=backend, limits=given))
    return "" if found is None else found.words


SET_OTHERS = "IonQ set different limits than requested: "


@pytest.mark.parametrize(
    ("asked", "given", "words"),
    [
        (
            Limits(40, 90),
            Limits(None, 480),
            SET_OTHERS + "jobs 40 asked, NO LIMIT given; time 90 min asked, 480 min given",
        ),
        (
            ASKED,
            NO_LIMITS,
            SET_OTHERS
            + "jobs 40 asked, NO LIMIT given; time 90 min asked, NO LIMIT given; cost 30.00 usd asked, NO LIMIT given",
        ),
        (Limits(40), Limits(40, 480), SET_OTHERS + "time no limit asked, 480 min given"),
        (NO_LIMITS, Limits(minutes=480), SET_OTHERS + "time no limit asked, 480 min given"),
        (Limits(2_000), Limits(1_000), SET_OTHERS + "jobs 2,000 asked, 1,000 given"),
        (
            Limits(money=usd("30")),
            Limits(money=usd("30.00", "credit")),
            SET_OTHERS + "cost 30.00 usd asked, 30.00 credit given",
        ),
        (
            Limits(money=usd("30")),
            Limits(money=usd("30.01")),
            SET_OTHERS + "cost 30.00 usd asked, 30.01 usd given",
        ),
        (Limits(40), Limits(0), SET_OTHERS + "jobs 40 asked, 0 given"),
        (
            Limits(40),
            Limits(unread=("jobs",)),
            "IonQ's reply does not show whether the requested limits are set: jobs 40 asked, unreadable value given",
        ),
    ],
)
def test_what_differs_is_told_with_both_values(asked: Limits, given: Limits, words: str) -> None:
    assert told(asked, given) == words


@pytest.mark.parametrize(
    "given",
    [
        Limits(40, 90, usd("30.00")),
        Limits(40, 90, usd("3E+1")),
        Limits(40, 90, usd("30", "USD")),
        Limits(40, 90, Money(Decimal("30.0"), "Usd")),
        Limits(40, 90, usd("30.0000000000000004")),
    ],
)
def test_equal_values_in_another_form_are_equal(given: Limits) -> None:
    assert told(ASKED, given) == ""


def test_a_backend_that_is_not_told_is_not_another_one() -> None:
    assert told(ASKED, ASKED, None) == ""
    assert told(ASKED, ASKED, "qpu.aria-1") == (
        "IonQ opened the session on a different backend than requested: backend qpu.forte-1 asked, qpu.aria-1 given"
    )


def test_the_gravest_stands_first_and_a_missing_limit_has_its_flag() -> None:
    asked = Limits(40, None, usd("30"))
    given = Limits(80, 480, usd("30", "credit"))
    found = differences(OpenRequest(FORTE, asked), Session("a", backend="qpu.aria-1", limits=given))
    assert found is not None and not found.absent
    assert [one.kind for one in found.differences] == [Kind.HIGHER, Kind.ADDED, Kind.UNIT, Kind.BACKEND]
    found = differences(
        OpenRequest(FORTE, asked), Session("a", backend="qpu.aria-1", limits=replace(given, money=None))
    )
    assert found is not None and found.absent
    assert [(one.name, one.kind) for one in found.differences][:2] == [("cost", Kind.ABSENT), ("jobs", Kind.HIGHER)]


def test_names_of_the_server_are_printable_and_short() -> None:
    words = told(Limits(money=usd("1")), Limits(money=usd("1", "\x1b[2J" + "u" * 500)), "qpu\n\u202e.evil")
    assert words.isprintable() and len(words) < 300


counts = st.none() | st.integers(1, 2**31 - 1)
amounts = st.none() | st.builds(
    Money, st.decimals("0.01", 10**9, places=2), st.sampled_from(["usd", "USD", "credit", "credits"])
)
limits = st.builds(Limits, counts, counts, amounts)


@given(limits, limits)
def test_nothing_differs_exactly_where_all_is_as_asked(asked: Limits, given: Limits) -> None:
    def lower(one: Limits) -> Limits:
        return one if one.money is None else replace(one, money=Money(one.money.value, one.money.unit.lower()))

    found = differences(OpenRequest(FORTE, asked), Session("a", backend=FORTE, limits=given))
    assert (found is None) == (lower(asked) == lower(given))
    if found is not None:
        pairs = ((asked.jobs, given.jobs), (asked.minutes, given.minutes), (asked.money, given.money))
        assert found.absent == any(was is not None and now is None for was, now in pairs)
        assert len({one.name for one in found.differences}) == len(found.differences) <= 3
        assert found.words.isprintable()


@given(limits)
def test_what_is_as_asked_differs_in_nothing(asked: Limits) -> None:
    assert told(asked, asked) == ""
