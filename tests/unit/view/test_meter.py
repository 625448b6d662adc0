from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_costs,
    apply_jobs,
    apply_session,
    with_jobs_fault,
)
from ionq_tui.view.meter import Meter, bar, jobs_meter, meters, money_meter, time_meter
from ionq_tui.view.meter_bar import column_widths, meter_line, note_line
from ionq_tui.view.sanitize import cells
from ionq_tui.view.style import BarEdge, BarPart, Tone, width_of, words
from tests.support.amounts import usd
from tests.unit.view.scene import LIMITS, NOW, at, jobs, session, watch


def with_jobs(number: int, limits: Limits, *, complete: bool = True) -> SessionSnapshot:
    held = apply_session(EMPTY_SNAPSHOT, session(limits), NOW)
    return apply_jobs(held, [Job(f"j{index}", "completed") for index in range(number)], NOW, complete=complete)


def test_the_three_meters_as_drawn() -> None:
    assert drawn(watch(), 79) == [
        "time   40m               of 1h18m ██████████████▍               51%  37m left",
        "jobs   31                of 40    █████████████████████▊        77%  9 left",
        "cost   18.20 + 4.10 res. of 30.00 █████████████████▒▒▒▒         74%  7.70 left",
    ]
    assert meters(watch(), NOW)[2].note == "usd, charged + reserved · all 29 finished priced"


def drawn(held: SessionSnapshot, width: int = 79) -> list[str]:
    shown = meters(held, NOW)
    columns = column_widths(shown)
    return [words(meter_line(meter, width, columns=columns)) for meter in shown]


def test_the_columns_stay_in_line_while_not_all_is_known() -> None:
    missing = {key: cost for key, cost in watch().costs.items() if key != "job-000003"}
    for held in (replace(watch(), costs=missing), watch(complete=False), watch(session(expires_at=None))):
        lines = drawn(held)
        assert "≥" in lines[2] or "~" in lines[0]
        for sign in (" of ", "█", "% "):
            places = {line.index(sign) for line in lines if sign in line}
            assert len(places) == 1, lines
        assert all(cells(line) <= 79 for line in lines), lines


def test_what_is_over_or_too_long_moves_no_other_line() -> None:
    over = drawn(watch(session(Limits(10, 90, Money(Decimal("30"), "usd")))))
    assert over[0].index("█") == over[1].index("█") == over[2].index("█") and "31 / 10 OVER" in over[1]
    mixed = apply_costs(watch(), {f"job-{n:06}": JobCost(cost=Money(Decimal(7), "credit")) for n in range(3)})
    time, jobs, money = drawn(mixed, 120)
    assert time.index(" of ") == jobs.index(" of ") < money.index(" of ")
    assert time.index("█") == jobs.index("█")


def test_before_anything_is_known_there_is_no_number_and_no_bar() -> None:
    for meter in meters(EMPTY_SNAPSHOT, NOW):
        assert (meter.used, meter.limit, meter.left, meter.fraction) == ("—", "—", "—", None)
        assert bar(meter, 20) == ()


def test_no_limit_is_loud_and_has_no_bar() -> None:
    for meter in meters(watch(session(NO_LIMITS, expires_at=None)), NOW):
        assert meter.limit == "NO LIMIT"
        assert meter.tone is Tone.WARN
        assert bar(meter, 20) == ()
        assert "of NO LIMIT" in words(meter_line(meter, 60))


def test_a_limit_that_cannot_be_read_is_not_called_no_limit() -> None:
    unread = Limits(unread=("jobs", "time", "money"))
    for shown in (
        session(unread, expires_at=None),
        session(unread, expires_at=None, status="created", started_at=None),
    ):
        for meter in meters(watch(shown), NOW):
            assert meter.limit == "—" and not meter.unlimited
            assert "NO LIMIT" not in words(meter_line(meter, 60)) + meter.words + meter.note


def test_time_from_start_plus_limit_is_marked() -> None:
    meter = time_meter(session(expires_at=None), NOW)
    assert (meter.used, meter.limit, meter.left) == ("40m", "~1h30m", "~49m")
    assert "from start + limit" in meter.note


def test_a_session_not_started_says_what_starts_it() -> None:
    meter = time_meter(session(Limits(minutes=60), status="created", started_at=None, expires_at=None), NOW)
    assert meter.note == "starts with the first job, limit 60 min"
    assert (meter.used, meter.limit, meter.left) == ("0m", "1h", "1h")
    expiring = time_meter(session(Limits(minutes=60), status="created", started_at=None), NOW)
    assert (expiring.used, expiring.limit, expiring.left) == ("0m", "1h", "37m")
    assert expiring.note.startswith("starts with the first job, limit 60 min; IonQ ends it at ")


def test_time_that_is_up_is_over() -> None:
    meter = time_meter(session(expires_at=at(14, 0)), NOW)
    assert meter.over
    assert meter.words == "40m / 38m OVER"
    assert meter.tone is Tone.BAD
    assert "40m / 38m OVER" in words(meter_line(meter, 60))


def test_time_that_is_just_up_is_over() -> None:
    meter = time_meter(session(expires_at=NOW), NOW)
    assert meter.over and meter.fraction == 1.0 and meter.words == "40m / 40m OVER"
    before = time_meter(session(expires_at=NOW + timedelta(seconds=1)), NOW)
    assert not before.over and before.left == "1s"


def test_the_last_five_minutes_are_less_than_five() -> None:
    assert time_meter(session(started_at=None, expires_at=NOW + timedelta(minutes=5)), NOW).tone is Tone.PLAIN
    assert time_meter(session(started_at=None, expires_at=NOW + timedelta(seconds=299)), NOW).tone is Tone.BAD


def test_a_session_that_expired_when_it_started_has_no_part_to_tell() -> None:
    meter = time_meter(session(started_at=NOW, expires_at=NOW), NOW)
    assert meter.over and meter.fraction is None and bar(meter, 20) == ()


def test_time_in_its_last_five_minutes_has_seconds() -> None:
    meter = time_meter(session(expires_at=at(14, 6)), NOW)
    assert (meter.left, meter.tone) == ("3m50s", Tone.BAD)


def test_an_ended_session_no_longer_counts() -> None:
    meter = time_meter(session(status="ended", active=False, ended_at=at(14, 0)), NOW + timedelta(hours=9))
    assert (meter.used, meter.left, meter.note) == ("38m", "—", "ended")
    proved = replace(watch(session(active=False)), seen_active=True)
    assert meters(proved, NOW)[0].note == "ended"


@pytest.mark.parametrize(
    ("number", "limit", "used", "left", "over", "phrase"),
    [
        (0, 10, "0", "10", False, "0 of 10, left 10"),
        (10, 10, "10", "0", False, "10 of 10, left 0"),
        (12, 10, "12", "0", True, "12 / 10 OVER"),
        (3, None, "3", "—", False, "3 used, NO LIMIT"),
    ],
)
def test_jobs(number: int, limit: int | None, used: str, left: str, over: bool, phrase: str) -> None:
    meter = jobs_meter(with_jobs(number, Limits(jobs=limit)))
    assert (meter.used, meter.left, meter.over, meter.words) == (used, left, over, phrase)


def test_jobs_not_all_listed_are_at_least() -> None:
    meter = jobs_meter(with_jobs(812, Limits(jobs=1000), complete=False))
    assert (meter.used, meter.limit, meter.left) == ("≥ 812", "1,000", "≤ 188")
    assert jobs_meter(with_jobs(0, LIMITS, complete=False)).used == "—"


def test_no_jobs_that_were_heard_of_stay_none_while_nothing_is_heard() -> None:
    away = with_jobs_fault(with_jobs(0, LIMITS), Fault(FaultKind.OFFLINE, "gone"))
    meter = jobs_meter(away)
    assert (meter.used, meter.limit, meter.left, meter.note) == ("≥ 0", "40", "≤ 40", "not all jobs read")


def test_jobs_not_visible_are_unknown() -> None:
    meter = jobs_meter(with_jobs_fault(with_jobs(0, LIMITS), Fault(FaultKind.FORBIDDEN, "no", 403)))
    assert (meter.used, meter.limit, meter.left, meter.note) == ("—", "40", "—", "jobs not visible")


def test_parts_of_a_job_do_not_count_for_themselves() -> None:
    held = apply_jobs(with_jobs(1, LIMITS), [Job("part", parent_job_id="j0")], NOW, complete=True)
    assert jobs_meter(held).used == "1"


def test_money_not_yet_priced_is_at_least() -> None:
    held = apply_costs(with_jobs(2000, LIMITS), {f"j{index}": JobCost(cost=usd("0.01")) for index in range(812)})
    meter = money_meter(held)
    assert (meter.used, meter.left) == ("≥ 8.12", "≤ 21.88")
    assert meter.note == "usd, charged + reserved · (812 of 2,000 jobs priced)"


def test_money_of_which_nothing_is_priced_is_unknown_and_not_zero() -> None:
    meter = money_meter(with_jobs(3, LIMITS))
    assert (meter.used, meter.left, meter.fraction) == ("—", "—", None)
    assert "(0 of 3 jobs priced)" in meter.note


def test_no_jobs_cost_nothing() -> None:
    assert money_meter(with_jobs(0, LIMITS)).words == "0.00 of 30.00 usd, left 30.00"


def test_a_dry_run_is_no_spend() -> None:
    held = apply_costs(with_jobs(1, LIMITS), {"j0": JobCost(dry_run=True, cost=usd("9"))})
    assert money_meter(held).used == "0.00"


def test_a_limit_in_another_unit_leaves_the_rest_unknown() -> None:
    held = watch(session(Limits(money=Money(Decimal(200), "credit"))))
    meter = money_meter(held)
    assert (meter.used, meter.limit, meter.left) == ("18.20 usd + 4.10 usd res.", "200.00 credit", "—")
    assert bar(meter, 20) == ()
    assert "different units" in meter.note


def test_units_are_told_side_by_side_and_never_added() -> None:
    held = apply_costs(
        with_jobs(2, LIMITS), {"j0": JobCost(cost=usd("1")), "j1": JobCost(cost=Money(Decimal(5), "credit"))}
    )
    meter = money_meter(held)
    assert meter.used == "5.00 credit + 1.00 usd"
    assert meter.left == "—"


def test_money_over_the_limit_and_over_only_with_what_is_reserved() -> None:
    over = money_meter(watch(session(Limits(money=usd("10")))))
    assert over.words == "18.20 + 4.10 res. / 10.00 usd OVER"
    near = money_meter(watch(session(Limits(money=usd("20")))))
    assert (near.over, near.left, near.tone) == (False, "0.00", Tone.BAD)
    assert near.note.endswith("charged + reserved is over the limit")


def test_money_exactly_at_the_limit_is_not_over() -> None:
    spent = {f"job-{number:06}": JobCost(cost=usd("0.65")) for number in range(28)}
    paid = apply_costs(
        apply_jobs(
            apply_session(EMPTY_SNAPSHOT, session(Limits(money=usd("18.20"))), NOW), jobs()[:28], NOW, complete=True
        ),
        spent,
    )
    meter = money_meter(paid)
    assert (meter.over, meter.left, meter.fraction, meter.tone) == (False, "0.00", 1.0, Tone.BAD)
    assert meter.words == "18.20 of 18.20 usd, left 0.00" and "over" not in meter.note
    cent_more = money_meter(apply_costs(paid, {"job-000000": JobCost(cost=usd("0.66"))}))
    assert cent_more.over and cent_more.words == "18.21 / 18.20 usd OVER"


def test_money_exactly_at_the_limit_with_what_is_reserved_does_not_go_over_it() -> None:
    meter = money_meter(watch(session(Limits(money=usd("22.30")))))
    assert (meter.over, meter.left) == (False, "0.00") and "over" not in meter.note
    assert "charged + reserved is over the limit" in money_meter(watch(session(Limits(money=usd("22.29"))))).note
    none_left = money_meter(apply_jobs(watch(session(Limits(money=usd("22.30")))), [Job("new", "ready")], NOW))
    assert none_left.left == "0.00"  # not "at most 0.00": less is not possible


def test_an_unfinished_job_of_unknown_reservation_makes_the_rest_at_most() -> None:
    held = apply_jobs(watch(), [Job("new", "ready")], NOW, complete=True)
    meter = money_meter(held)
    assert meter.left == "≤ 7.70"
    assert meter.note.endswith("reservation of 1 job unknown")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "0", "-1", "1E+900", "1E-900"])
def test_absurd_limits_of_money_do_not_fail(value: str) -> None:
    meter = money_meter(watch(session(Limits(money=Money(Decimal(value), "usd")))))
    assert words(meter_line(meter, 80))


@given(st.floats(0, 3), st.floats(0, 3), st.integers(-1, 90))
def test_a_bar_has_its_width_and_is_full_only_where_all_is_used(fraction: float, reserved: float, width: int) -> None:
    drawn = words(bar(Meter("m", fraction=fraction, reserved=reserved), width))
    assert len(drawn) == max(0, width)
    assert re.fullmatch("█*[▏▎▍▌▋▊▉]?▒* *", drawn)
    if width > 1:
        assert fraction < 1 or "█" * width == drawn
        assert fraction >= 1 or reserved > 0 or "█" * width != drawn
        told = fraction >= 0.01 or (fraction > 0 and reserved > 0)  # 0 % draws nothing
        assert (drawn[0] in "▏▎▍▌▋▊▉█") == told


@pytest.mark.parametrize(
    ("fraction", "reserved", "drawn"),
    [
        (0.0, 0.0, "          "),
        (0.004, 0.0, "          "),  # 0 % draws nothing
        (0.009, 0.0, "          "),
        (0.011, 0.0, "▏         "),
        (0.004, 0.02, "▏▒        "),
        (0.05, 0.0, "▌         "),
        (0.51, 0.0, "█████▏    "),
        (0.999, 0.0, "█████████▉"),
        (1.0, 0.0, "██████████"),
        (0.5, 0.2, "█████▒▒   "),
        (0.0, 0.01, "▒         "),
        (0.54, 0.2, "█████▍▒▒  "),
        (0.54, 0.01, "█████▍▒   "),
        (0.99, 0.01, "█████████▉"),
    ],
)
def test_a_bar_is_exact_to_an_eighth_of_a_cell(fraction: float, reserved: float, drawn: str) -> None:
    shown = bar(Meter("m", fraction=fraction, reserved=reserved), 10)
    assert words(shown) == drawn
    edges = [cell.text for cell in shown if isinstance(cell, BarEdge)]
    assert edges == [sign for sign in drawn if sign in "▏▎▍▌▋▊▉" and reserved > 0], "no cell is lost to either part"


@pytest.mark.parametrize(("sent", "tone"), [(31, Tone.GOOD), (32, Tone.WARN), (37, Tone.WARN), (38, Tone.BAD)])
def test_a_bar_is_green_then_amber_then_red(sent: int, tone: Tone) -> None:
    shown = bar(jobs_meter(with_jobs(sent, LIMITS)), 20)
    assert shown[0].tone is tone
    assert all(isinstance(cell, BarPart) for cell in shown)


@given(st.integers(0, 130), st.sampled_from(["", "~14:19"]))
def test_meter_lines_hold_their_width(width: int, tail: str) -> None:
    for meter in meters(watch(), NOW):
        assert width_of(meter_line(meter, width, tail)) <= max(width, 7)
        assert width_of(note_line(meter, width)) <= max(width, 7)


def test_a_narrow_line_gives_up_the_bar_before_the_words() -> None:
    line = words(meter_line(meters(watch(), NOW)[2], 50))
    assert line.startswith("cost   18.20 + 4.10 res. of 30.00   74%  7.70 left")
    assert "█" not in line
