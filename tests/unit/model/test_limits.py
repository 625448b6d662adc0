from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.limits import (
    INT32_MAX,
    NO_LIMITS,
    LimitError,
    Limits,
    amount,
    read_jobs,
    read_minutes,
    read_money,
    whole,
)
from ionq_tui.model.money import Money

HUGE = pytest.param(10**5000, id="10**5000")
MINUS_HUGE = pytest.param(-(10**5000), id="-10**5000")
LONG = pytest.param("9" * 5000, id="long")
SURE_TO_FAIL = [
    "-1",
    "0",
    "00",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e9",
    "1E3",
    "1,5",
    "1_000",
    "١٢",
    "1²",
    "½",
    "0x10",
    "+5",
]
NOT_NUMBERS = [
    " ",
    "   ",
    "\t",
    "\n",
    "4 0",
    "forty",
    "4\n",
    "40;",
    "\u200b40",
    "40\u00a0",
    "४०",
    "'40'",
    "--1",
    "4\x00",
]


@pytest.mark.parametrize("text", [*SURE_TO_FAIL, *NOT_NUMBERS, "1.5", "1.0", ".5", "40 jobs"])
def test_what_is_no_number_of_jobs(text: str) -> None:
    with pytest.raises(LimitError, match=r"^jobs: ") as caught:
        read_jobs(text)
    assert caught.value.field == "jobs"


@pytest.mark.parametrize(
    "text", [*SURE_TO_FAIL, *NOT_NUMBERS, "1.5h", "h", "m", "1m30h", "1h 30m", "0h0m", "0m", "-1h", "1d"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(LimitError, match=r"^time: ") as caught:
        read_minutes(text)
    assert caught.value.field == "time"


@pytest.mark.parametrize(
    "text",
    [*SURE_TO_FAIL, *NOT_NUMBERS, "0.00", "0.001", "30.123", "30.", ".5", "$30", "30€", "30eur", "usd", "30 usd usd"],
)
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(LimitError, match=r"^money: ") as caught:
        read_money(text)
    assert caught.value.field == "money"


def test_nothing_typed_is_no_limit() -> None:
    assert [read_jobs(""), read_minutes(""), read_money("")] == [None] * 3


@pytest.mark.parametrize(
    ("text", "jobs"), [("1", 1), ("40", 40), (" 40 ", 40), ("007", 7), (str(INT32_MAX), INT32_MAX)]
)
def test_jobs(text: str, jobs: int) -> None:
    assert read_jobs(text) == jobs


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("90m", 90),
        ("90min", 90),
        ("1h30m", 90),
        ("1h30", 90),
        ("1H30M", 90),
        ("2h", 120),
        ("0h1m", 1),
        (" 5 ", 5),
    ],
)
def test_minutes(text: str, minutes: int) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "unit", "money"),
    [
        ("30", "usd", Money(Decimal(30), "usd")),
        ("30.00", "usd", Money(Decimal(30), "usd")),
        ("0.01", "usd", Money(Decimal("0.01"), "usd")),
        ("30usd", "credit", Money(Decimal(30), "usd")),
        ("30 USD", "usd", Money(Decimal(30), "usd")),
        ("200credit", "usd", Money(Decimal(200), "credit")),
        ("200credits", "usd", Money(Decimal(200), "credit")),
        ("200", "credit", Money(Decimal(200), "credit")),
        ("5", "EUR", Money(Decimal(5), "EUR")),
        ("5eur", "EUR", Money(Decimal(5), "EUR")),
    ],
)
def test_money(text: str, unit: str, money: Money) -> None:
    assert read_money(text, unit) == money


@pytest.mark.parametrize("text", [str(INT32_MAX + 1), "9" * 12, "9" * 13, LONG])
def test_what_int32_cannot_hold(text: str) -> None:
    with pytest.raises(LimitError, match=str(INT32_MAX)):
        read_jobs(text)
    for time in (text, f"{text}h", f"1h{text}m"):
        with pytest.raises(LimitError, match=str(INT32_MAX)):
            read_minutes(time)


def test_hours_count_against_int32_as_minutes() -> None:
    assert read_minutes(f"{INT32_MAX // 60}h") == INT32_MAX // 60 * 60
    with pytest.raises(LimitError, match="between 1 and"):
        read_minutes(f"{INT32_MAX // 60 + 1}h")


@pytest.mark.parametrize("text", ["9" * 15 + ".99", "99999999999999999.99", "9" * 21, LONG])
def test_an_amount_that_would_be_sent_as_another_is_too_large(text: str) -> None:
    with pytest.raises(LimitError, match="too large"):
        read_money(text)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        1.0,
        "1",
        None,
        Decimal(1),
        float("nan"),
        0,
        -1,
        INT32_MAX + 1,
        HUGE,
        pytest.param(-(10**5000), id="-10**5000"),
    ],
)
def test_what_a_program_may_not_give_as_a_whole_number(value: object) -> None:
    with pytest.raises(LimitError):
        whole("jobs", value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "30",
        float("nan"),
        float("inf"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1e400"),
        0,
        -0.01,
        0.001,
        0.1 + 0.2,
        1e300,
        10**400,
        HUGE,
    ],
)
def test_what_a_program_may_not_give_as_money(value: object) -> None:
    with pytest.raises(LimitError, match=r"^money: "):
        amount(value)


@pytest.mark.parametrize(
    ("value", "exact"), [(30, "30"), (30.5, "30.5"), (0.1, "0.1"), (Decimal("1e2"), "100"), (1e9, "1000000000")]
)
def test_money_given_by_a_program(value: object, exact: str) -> None:
    assert amount(value) == Money(Decimal(exact), "usd")


def test_a_limit_error_is_a_value_error_with_a_field() -> None:
    error = LimitError("time", "no")
    assert isinstance(error, ValueError)
    assert (error.field, str(error)) == ("time", "time: no")


def test_no_limit_at_all() -> None:
    assert NO_LIMITS.absent
    assert not any(limits.absent for limits in (Limits(jobs=1), Limits(minutes=1), Limits(money=amount(1))))


@given(st.integers(1, INT32_MAX))
def test_every_legal_number_is_read_back(number: int) -> None:
    assert read_jobs(str(number)) == number
    assert read_minutes(str(number)) == number
    assert read_minutes(f"{number // 60}h{number % 60}m") == number


@given(st.integers(1, 10**12))
def test_every_legal_amount_is_read_back_and_sent_exactly(cents: int) -> None:
    exact = Decimal(cents) / 100
    money = read_money(f"{cents // 100}.{cents % 100:02}")
    assert money == Money(exact, "usd")
    assert Decimal(str(float(money.value))) == exact


@given(st.text(max_size=40) | st.text("0123456789hminusdcre.,-+ eE", max_size=14))
def test_whatever_is_typed_is_a_legal_limit_or_a_limit_error(text: str) -> None:
    try:
        jobs = read_jobs(text)
        assert jobs is None or 1 <= jobs <= INT32_MAX
    except LimitError:
        pass
    try:
        minutes = read_minutes(text)
        assert minutes is None or 1 <= minutes <= INT32_MAX
    except LimitError:
        pass
    try:
        money = read_money(text)
        assert money is None or (
            money.value > 0 and money.value == round(money.value, 2) and money.unit in {"usd", "credit"}
        )
    except LimitError:
        pass
