from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.link_state import Fault, FaultKind, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.spending import (
    BudgetState,
    Grouping,
    OrganizationUsage,
    Period,
    Share,
    Spending,
    UsageDay,
    UsageGroup,
)
from ionq_tui.view.alarm import budget_alarm
from ionq_tui.view.day_chart import DayBar, day_chart
from ionq_tui.view.meter_bar import meter_line, note_line
from ionq_tui.view.spending import (
    budget_meter,
    day_lines,
    day_rows,
    days_title,
    grouping_note,
    ionq_notes,
    machine_notes,
    machine_sum,
    organization_sum,
    period_words,
    share_blocks,
    share_lines,
    sum_lines,
    units,
)
from ionq_tui.view.style import Tone, width_of, words
from tests.support.amounts import credit, usd
from tests.unit.model.test_spending import charged, spending
from tests.unit.view.test_sanitize import harmless

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
DAY = NOW.date()
WEEK = Period.last_days(NOW, 7)
MONTH = date(2026, 11, 1)
USAGE = OrganizationUsage(
    (UsageDay(DAY, 10, (usd("18.2"),)), UsageDay(DAY - timedelta(days=1), 3, (usd("4"),))),
    datetime(2026, 11, 16, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC),
)


def state(spent: str | None, **changes: object) -> BudgetState:
    known = None if spent is None else Decimal(spent)
    return replace(BudgetState(usd("500"), MONTH, known, from_ionq=True), **changes)  # type: ignore[arg-type]


def notes(told: Spending, now: datetime = NOW) -> str:
    return "\n".join((*ionq_notes(told, WEEK, NOW, now, UTC), *machine_notes(told, WEEK)))


@pytest.mark.parametrize(
    ("spent", "alarm"),
    [
        (None, None),
        ("0", None),
        ("399.99", None),
        ("400", ("80 %", "80 % of the monthly budget used: 400.00 of 500.00 usd in Nov 2026")),
        ("474.99", ("80 %", "94 % of the monthly budget used: 474.99 of 500.00 usd in Nov 2026")),
        ("475", ("95 %", "95 % of the monthly budget used: 475.00 of 500.00 usd in Nov 2026")),
        ("499.99", ("95 %", "99 % of the monthly budget used: 499.99 of 500.00 usd in Nov 2026")),
        ("500", ("reached", "monthly budget reached: 500.00 of 500.00 usd charged in Nov 2026")),
        ("1234.5", ("reached", "monthly budget reached: 1,234.50 of 500.00 usd charged in Nov 2026")),
    ],
)
def test_the_budget_alarms_at_80_and_95_percent_and_when_it_is_reached(
    spent: str | None, alarm: tuple[str, str] | None
) -> None:
    told = budget_alarm(state(spent))
    if alarm is None:
        assert told is None
    else:
        assert told == (f"budget 2026-11 500.00 usd {alarm[0]}", alarm[1])


def test_another_month_and_another_budget_alarm_anew_and_a_lower_bound_says_so() -> None:
    names = {
        told[0]
        for one in (state("400"), state("400", month=date(2026, 12, 1)), state("48", budget=usd("50")))
        if (told := budget_alarm(one)) is not None
    }
    assert len(names) == 3
    told = budget_alarm(state("400", at_least=True))
    assert told is not None and "used: ≥ 400.00 of 500.00 usd" in told[1]


@pytest.mark.parametrize(
    ("spent", "tone"),
    [("399", Tone.PLAIN), ("400", Tone.WARN), ("475", Tone.BAD), ("500", Tone.BAD), ("501", Tone.BAD)],
)
def test_the_meter_has_the_tone_of_its_alarm(spent: str, tone: Tone) -> None:
    meter = budget_meter(state(spent))
    assert meter.tone is tone and meter.over is (spent == "501")


def test_the_meter_says_by_what_account_and_what_it_leaves_out() -> None:
    ionq = budget_meter(state("400", others=(credit("7"),)))
    shown = words(meter_line(ionq, 80))
    assert "400.00 of 500.00" in shown and " 80%" in shown and "100.00 left" in shown and "█" in shown
    assert words(note_line(ionq, 80)).strip() == ("usd · Nov 2026 (UTC) · as IonQ reports · not counted: 7.00 credit")
    ours = budget_meter(state("400", from_ionq=False, at_least=True))
    assert "≥ 400.00 of 500.00" in words(meter_line(ours, 80)) and "≤ 100.00 left" in words(meter_line(ours, 80))
    assert "this machine only" in ours.note
    unknown = budget_meter(state(None))
    assert unknown.fraction is None and "not read yet" in unknown.note and "—" in words(meter_line(unknown, 80))
    assert "501.00 / 500.00 OVER" in words(meter_line(budget_meter(state("501")), 80))


def test_sums_of_both_accounts_stand_side_by_side() -> None:
    told = spending(USAGE, charged("a", (DAY, (usd("3"), credit("2")))))
    assert organization_sum(told, WEEK) == "22.20 usd" and machine_sum(told, WEEK) == "2.00 credit + 3.00 usd"
    assert [words(one) for one in sum_lines(told, WEEK, 80)] == [
        "organization 22.20 usd · this machine 2.00 credit + 3.00 usd"
    ]
    assert len(sum_lines(told, WEEK, 40)) == 2
    assert units(told, WEEK) == ("usd", "credit")


def test_what_may_be_more_has_a_mark_and_what_is_unknown_is_no_zero() -> None:
    assert organization_sum(Spending(), WEEK) == machine_sum(Spending(), WEEK) == "—"
    assert organization_sum(spending(OrganizationUsage()), WEEK) == machine_sum(spending(), WEEK) == "nothing"
    assert organization_sum(spending(replace(USAGE, unreadable=1)), WEEK) == "≥ 22.20 usd"
    for changes in ({"priced": False}, {"ended_at": None}):
        assert machine_sum(spending(USAGE, charged("a", (DAY, (usd("3"),)), **changes)), WEEK) == "≥ 3.00 usd"
        assert machine_sum(spending(USAGE, charged("a", **changes)), WEEK) == "—"
    assert machine_sum(replace(spending(), trouble="The journal is locked"), WEEK) == "—"


def test_days_are_listed_newest_first_with_a_bar_of_the_larger_account() -> None:
    rows = day_rows(spending(USAGE, charged("a", (DAY - timedelta(days=1), (usd("9.1"),)))), WEEK, "usd", 20)
    assert len(rows) == 7
    assert rows[0] == ("2026-11-22", "18.20", "-", "█" * 20)
    assert rows[1] == ("2026-11-21", "4.00", "9.10", "█" * 10)
    assert rows[2] == ("2026-11-20", "-", "-", "")
    assert day_rows(spending(None, charged("a", (DAY, (usd("1"),)))), WEEK, "usd")[0][1] == "—"


def test_each_unit_has_a_chart_of_its_own() -> None:
    told = spending(USAGE, charged("a", (DAY, (credit("2"),))))
    shown = [words(one) for one in day_lines(told, WEEK, (60, 20))]
    assert "usd" in shown and "credit" in shown and shown.index("usd") < shown.index("credit")
    assert days_title(told, WEEK) == "By day, usd and credit · █ this machine ▒ others"
    assert days_title(spending(None, charged("a", (DAY, (usd("1"),)))), WEEK) == "By day, usd · this machine"
    assert words(day_lines(spending(OrganizationUsage()), WEEK, (60, 9))[0]) == "nothing was charged"
    assert words(day_lines(Spending(), WEEK, (60, 9))[0]) == "nothing known yet"


@pytest.mark.parametrize("size", [(30, 5), (58, 6), (78, 9), (118, 20), (10, 5)])
@pytest.mark.parametrize("number", [1, 30, 366])
def test_the_chart_fits_and_draws_nothing_for_nothing(size: tuple[int, int], number: int) -> None:
    days = [DAY - timedelta(days=one) for one in reversed(range(number))]
    bars = [DayBar(day, Decimal(index % 3), Decimal(index % 7)) for index, day in enumerate(days)]
    shown = day_chart(bars, size)
    assert len(shown) == size[1] and max(map(width_of, shown)) <= max(size[0], 8)
    nothing = day_chart([DayBar(day, Decimal(0), Decimal(0)) for day in days], size)
    assert not any(mark in words(one) for one in nothing for mark in "▁▂▃▄▅▆▇█▒")


def test_the_smallest_amount_is_seen_and_this_machine_stands_below_the_others() -> None:
    bars = [DayBar(DAY - timedelta(days=1), Decimal("0.01"), Decimal("0.01")), DayBar(DAY, Decimal(50), Decimal(100))]
    columns = [words(one).partition("┤")[2] or words(one).partition("│")[2] for one in day_chart(bars, (20, 10))[:8]]
    assert [column[0] for column in columns] == [" "] * 7 + ["▁"]
    newest = [column.rstrip()[-1:] for column in columns]
    assert newest == ["▒"] * 4 + ["█"] * 4


def test_shares_fit_and_hostile_names_are_harmless() -> None:
    shares = [Share("\x1b[2J\u202e" + "x" * 300, (usd("9"), credit("1")), sessions=2), Share("", (), jobs=None)]
    for width in (30, 58, 78, 118):
        shown = share_lines(shares, width)
        assert len(shown) == 2 and all(width_of(one) <= width for one in shown)
        assert all(harmless(words(one)) for one in shown)
    assert "9.00 usd + 1.00 credit" in words(share_lines(shares, 118)[0])
    assert words(share_lines(shares, 118)[1]).split() == ["-", "—"]


def test_people_have_the_names_of_the_configuration_and_the_rest_has_none() -> None:
    usage = OrganizationUsage((UsageDay(DAY, 3, (usd("9"),), (UsageGroup("u-1", "", 3, (usd("6"),)),)),))
    told = share_blocks(spending(usage), WEEK, Grouping.PERSON, 78, {"u-1": "Ada"})
    assert [words(one).split()[0] for one in told] == ["Ada", "not"]
    assert "6.00 usd" in words(told[0]) and "3 jobs" in words(told[0])
    assert words(told[1]).startswith("not named by IonQ") and "3.00 usd" in words(told[1])
    assert words(share_blocks(spending(usage), WEEK, Grouping.PROJECT, 78)[0]) == "not read yet"
    refused = replace(spending(), link=link_of(Fault(FaultKind.FORBIDDEN, "no", 403)))
    assert "IonQ's answer is missing" in words(share_blocks(refused, WEEK, Grouping.PERSON, 78)[0])


def test_backends_and_labels_stand_below_each_other() -> None:
    told = [
        words(one)
        for one in share_blocks(spending(USAGE, charged("a", (DAY, (usd("3"),)), label="scan")), WEEK, None, 78)
    ]
    assert told[0] == "backend" and told[2] == "label"
    assert told[1].split()[0] == "qpu.forte-1" and told[3].split()[0] == "scan"
    assert "no session was opened" in words(share_blocks(spending(), WEEK, None, 78)[0])


def test_the_notes_say_what_the_numbers_do_not() -> None:
    told = notes(spending(USAGE, charged("a", (DAY, (usd("3"),)))))
    assert "2026-11-16 00:00 UTC to 2026-11-22 23:59 UTC; last read 13:02 UTC" in told
    assert "IonQ does not say how soon" in told and "neither sessions opened on another machine" in told
    for absent in (
        "Still open",
        "Not all costs",
        "out of date",
        "too low",
        "converted",
        "before today",
        "recorded day",
    ):
        assert absent not in told, absent


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (
            replace(USAGE, covers_to=datetime(2026, 11, 21, 23, 59, tzinfo=UTC)),
            "end before today: 2026-11-21 23:59 UTC",
        ),
        (replace(USAGE, covers_to=None), "IonQ does not say which period they cover"),
        (replace(USAGE, unreadable=2), "could not be read: its sums may be too low"),
        (replace(USAGE, converted=True), "may include amounts that IonQ converted"),
        (None, "IonQ's figures: not read yet; the numbers are those that this machine recorded"),
    ],
)
def test_what_ionq_leaves_out_is_said(usage: OrganizationUsage | None, said: str) -> None:
    assert said in notes(spending(usage))


def test_what_failed_and_what_this_machine_lacks_is_said() -> None:
    failed = link_of(Fault(FaultKind.SERVER, "oops", 503))
    assert "may be out of date" in notes(replace(spending(USAGE), link=failed))
    assert "IonQ's figures: could not be read" in notes(replace(spending(), link=failed))
    many = [charged(f"session-{number:06}", priced=False) for number in range(7)]
    told = notes(replace(spending(USAGE, *many, charged("s-open-1", ended_at=None)), trouble="The journal is locked"))
    assert "Still open, so their cost may grow: 1 session (open-1)." in told
    assert "7 sessions (000002, 000003, 000004, 000005, 000006, …)" in told and "ionq-tui show ID" in told
    assert "The journal is locked" in told
    assert "Costs without a recorded day" in notes(spending(USAGE, charged("a", (None, (usd("1"),)))))


def test_groupings_and_periods_in_words() -> None:
    assert period_words(WEEK) == "16 Nov to 22 Nov 2026, 7 days in UTC"
    assert period_words(Period(DAY, DAY)) == "22 Nov 2026, 1 day in UTC"
    assert "neither backends nor labels" in grouping_note(None)
    assert "five people" in grouping_note(Grouping.PERSON) and "five projects" in grouping_note(Grouping.PROJECT)


def test_amounts_of_an_unknown_size_break_nothing() -> None:
    huge = Money(Decimal("9") * Decimal(10) ** 8, "usd")
    usage = OrganizationUsage(tuple(UsageDay(day, 1, (huge,)) for day in WEEK.days))
    assert max(width_of(one) for one in day_lines(spending(usage), WEEK, (58, 6))) <= 58
