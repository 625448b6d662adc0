from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs
from ionq_tui.view.ascii import in_ascii
from ionq_tui.view.chart import JOBS, MONEY, Curve, curves, foreseen, span
from ionq_tui.view.forecast import Forecast, forecasts
from ionq_tui.view.plot import Span, picture, time_ticks
from ionq_tui.view.sanitize import cells
from ionq_tui.view.scale import value_scale
from ionq_tui.view.style import width_of, words
from tests.support.amounts import usd
from tests.unit.view.scene import NOW, TZ, at, session, watch


def courses(of: SessionSnapshot, told: Iterable[Forecast]) -> list[Curve]:
    return foreseen(curves(of), told)


def test_money_of_each_unit_and_the_finished_jobs_add_up() -> None:
    spent, jobs = courses(watch(), ())
    assert (spent.name, spent.unit, spent.last, spent.limit) == ("charged", "usd", Decimal("18.20"), Decimal("30"))
    assert (jobs.last, jobs.limit) == (Decimal(28), Decimal(40))
    other = apply_costs(watch(), {"job-000003": JobCost(cost=Money(Decimal(7), "credit"))})
    assert [(one.unit, one.last, one.limit) for one in courses(other, ())][:2] == [
        ("usd", Decimal("17.55"), Decimal(30)),
        ("credit", Decimal(7), None),
    ]
    assert courses(watch(complete=False), ())[0].at_least


def drawn(curve: Curve, over: Span, size: tuple[int, int] = (60, 12), now: datetime = NOW) -> list[str]:
    return [words(one) for one in picture(curve, over, now, TZ, size)]


def test_the_picture_is_of_the_size_and_tells_its_numbers_in_words() -> None:
    told = courses(watch(), forecasts(watch(), NOW))
    over = span(watch(), told, NOW)
    assert over is not None and over[0] == at(13, 22) and over[1] > NOW
    lines = drawn(told[0], over)
    assert len(lines) == 12 and all(cells(one) <= 60 for one in lines)
    assert lines[0].startswith("charged 18.20 of 30.00 usd · ▒ 4.10 reserved")
    assert marked(lines) == ["30.00", "20.00", "10.00", "0.00"]
    assert "━ limit 30.00 ━━" in lines[1]
    times = lines[-1].split()
    assert len(times) >= 4 and lines[-2].count("┬") == len(times) and "now" in lines[-2]


@pytest.mark.parametrize("top", ["0.01", "0.37", "1", "7.3", "30", "999", "1e9", "1e-9", "123456.78"])
@pytest.mark.parametrize("rows", [2, 6, 7, 16, 40])
def test_the_ticks_are_round_evenly_apart_and_mostly_four(top: str, rows: int) -> None:
    highest = Decimal(top)
    scale = value_scale(highest, rows, limit=highest)
    values = [Decimal(0), *sorted(scale.ticks.values())]
    assert len(values) >= (4 if rows >= 8 else min(rows, 2) + 1), "zero is one of them"
    assert all(later - one == scale.step for one, later in pairwise(values))
    assert scale.step.normalize().as_tuple().digits in {(1,), (2,), (5,), (2, 5), (1, 5)}
    places = [rows, *sorted(scale.ticks, reverse=True)]
    assert {one - later for one, later in pairwise(places)} == {scale.each}, "from the axis on"
    assert highest <= scale.top <= highest * 2


@pytest.mark.parametrize("limit", [20, 30, 40, 50, 60, 100, 150])
@pytest.mark.parametrize("rows", [6, 7, 9, 16, 28])
def test_a_round_limit_stands_in_no_row_that_has_another_value(limit: int, rows: int) -> None:
    scale = value_scale(Decimal(limit), rows, limit=Decimal(limit), whole=True)
    assert scale.ticks.get(scale.row(Decimal(limit)), limit) == limit


def test_the_curve_is_filled_and_what_is_reserved_is_a_second_shade_above_it() -> None:
    (spent, *_), end = courses(watch(), ()), at(14, 2)
    lines = drawn(spent, (at(13, 22), end), (60, 23), end)
    plot = [one[8:] for one in lines[1:-2]]
    assert len(plot) == 20
    assert plot[-1][0] == " " and set(plot[-1][3:]) == {"█"}, "nothing was spent in the first minute"
    heights = [sum(row[column] == "█" for row in plot) for column in range(len(plot[0]))]
    assert heights == sorted(heights) and heights[-1] == round(18.2 / 33.3 * 20 - 0.5), "it only adds up"
    shaded = [row[-1] for row in plot].count("▒")
    assert shaded in {2, 3}, "4.10 of 33.33 in 20 rows"


def test_what_the_rate_leads_to_is_dashed_and_its_crossing_has_a_time() -> None:
    soon = courses(watch(), (Forecast("cost", NOW + timedelta(minutes=10)),))
    over = span(watch(), soon, NOW)
    assert over is not None
    lines = drawn(soon[0], over, (80, 16))
    assert lines[0].endswith(" · • at this rate")
    assert sum("limit about 14:12" in one for one in lines) == 1, "told once"
    assert sum("╋" in one for one in lines) == 1 and sum("•" in one for one in lines) >= 3
    late = courses(watch(), (Forecast("cost", NOW + timedelta(days=9)),))
    far = span(watch(), late, NOW)
    assert far is not None and far[1] - NOW == NOW - far[0]
    beyond = drawn(late[0], far, (80, 16))
    assert not any("╋" in one for one in beyond), "the crossing is not in the picture"
    assert "limit about 31 Jul 14:02" in beyond[0]


def test_where_room_is_short_when_the_limit_is_reached_is_told_before_anything_else() -> None:
    late = courses(watch(), (Forecast("cost", NOW + timedelta(days=9)),))[0]
    over = span(watch(), [late], NOW)
    assert over is not None
    for width in range(60, 90):
        heading = drawn(late, over, (width, 9))[0]
        assert "limit about 31 Jul 14:02" in heading and len(heading) <= width


def test_a_shade_of_the_past_has_its_legend_when_nothing_is_reserved_now() -> None:
    curve = courses(watch(), ())[0]
    past = replace(curve, held=Decimal(0), reserved=((NOW - timedelta(minutes=9), usd("4").value), (NOW, Decimal(0))))
    assert "▒ reserved earlier" in drawn(past, (NOW - timedelta(minutes=20), NOW), (100, 12))[0]
    assert "▒" not in drawn(replace(past, reserved=()), (NOW - timedelta(minutes=20), NOW), (100, 12))[0]


def test_beside_the_meters_the_heading_says_only_what_is_drawn_and_how() -> None:
    soon = courses(watch(), (Forecast("cost", NOW + timedelta(minutes=10)),))
    over = span(watch(), soon, NOW)
    assert over is not None
    heading = words(picture(soon[0], over, NOW, TZ, (80, 16), numbers=False)[0])
    assert heading == "charged, usd · ▒ reserved · • at this rate"


def test_without_limits_without_jobs_and_after_the_end() -> None:
    free = courses(watch(session(limits=NO_LIMITS)), ())
    told = drawn(free[0], (at(13, 22), at(14, 2)))
    assert "NO LIMIT" in told[0] and not any("limit" in one for one in told[1:])
    assert span(EMPTY_SNAPSHOT, (), NOW) is None
    over = watch(session(status="ended", active=False, ended_at=at(14, 0)))
    assert span(over, courses(over, ()), NOW) == (at(13, 22), at(14, 0))
    bare = replace(watch(), jobs={}, costs={})
    assert len(drawn(courses(bare, ())[0], (NOW, NOW), (5, 1))) == 5


@given(
    st.lists(st.tuples(st.integers(0, 7200), st.decimals(0, 10**6, places=2)), max_size=30),
    st.none() | st.decimals("0.01", 10**6, places=2),
    st.none() | st.integers(-3600, 10**6),
    st.tuples(st.integers(0, 130), st.integers(0, 40)),
)
def test_whatever_is_drawn_stays_inside_its_size(
    paid: list[tuple[int, Decimal]], limit: Decimal | None, reached: int | None, size: tuple[int, int]
) -> None:
    points = tuple((NOW + timedelta(seconds=second - 3600), value) for second, value in sorted(paid))
    when = None if reached is None else NOW + timedelta(seconds=reached)
    curve = Curve("spent", points, limit, when, "usd", held=Decimal(3))
    lines = picture(curve, (NOW - timedelta(hours=1), NOW + timedelta(hours=1)), NOW, TZ, size)
    assert len(lines) == max(5, size[1])
    assert len({width_of(one) for one in lines[1:-2]}) == 1
    assert width_of(lines[1]) <= max(size[0], 24) and width_of(lines[0]) <= size[0]


def test_in_ascii_used_reserved_ahead_and_grid_differ() -> None:
    soon = courses(watch(), (Forecast("cost", NOW + timedelta(minutes=10)),))
    over = span(watch(), soon, NOW)
    assert over is not None
    told = in_ascii("\n".join(drawn(soon[0], over, (80, 16))))
    assert told.isascii() and all(sign in told for sign in "#=:.-|+")


def marked(lines: list[str]) -> list[str]:
    """Return the numbers at the ticks, from the top, and that at the axis."""
    return [one.replace(" └", " ┤").split(" ┤")[0].strip() for one in lines if " ┤" in one or " └" in one]


HOUR = (at(13, 22), at(14, 22))


@pytest.mark.parametrize(("done", "limit", "told"), [(1, None, "10"), (1, 1, "10"), (0, 2, "210"), (0, 3, "3210")])
def test_jobs_are_counted_in_whole_numbers_and_no_number_stands_twice(done: int, limit: int | None, told: str) -> None:
    points = ((at(13, 40), Decimal(done)),) if done else ()
    curve = Curve(JOBS, points, None if limit is None else Decimal(limit))
    assert marked(drawn(curve, HOUR)) == list(told)


@pytest.mark.parametrize("value", ["0.0003", "1E-20", "0.37", "1234567.891", "3E+30"])
def test_the_plot_is_as_high_as_what_was_spent_however_little_that_is(value: str) -> None:
    spent = Curve(MONEY, ((at(13, 40), Decimal(value)),), None, unit="usd")
    lines = drawn(spent, HOUR, (70, 12))
    assert sum("█" in one for one in lines) >= 7 and len(marked(lines)) >= 4
    assert all(len(one) <= 14 for one in marked(lines)) and all(cells(one) <= 70 for one in lines)


def test_a_limit_that_is_exceeded_is_a_line_through_the_filled_area() -> None:
    over = Curve(MONEY, ((at(13, 40), Decimal("33.3333333")),), Decimal(30), unit="usd")
    lines = drawn(over, HOUR)
    (limit,) = [one for one in lines if "━ limit 30.00 ━" in one]
    assert limit.split("┤")[1].replace(" limit 30.00 ", "").strip("━") == ""
    assert set("▁▂▃▄▅▆▇█") & set(lines[lines.index(limit) - 1]), "it went on above the line"


@given(st.integers(5, 10**6), st.integers(0, 10**6), st.integers(8, 140))
def test_the_times_below_the_axis_never_touch(past: int, ahead: int, width: int) -> None:
    over = (NOW - timedelta(seconds=past), NOW + timedelta(seconds=ahead))
    ticks = time_ticks(over, NOW, TZ, width)
    axis, below = drawn(Curve(JOBS, ()), over, (width + 3, 9))[-2:]
    assert below.split() == " ".join(words for _, words in ticks).split()
    assert all(0 <= place < width for place, _ in ticks)
    assert "now" in axis, "it takes the place of no time"


@pytest.mark.parametrize("minutes", [1, 7, 55, 130, 600])
@pytest.mark.parametrize("width", [60, 90, 150])
def test_four_times_or_more_stand_below_the_axis(minutes: int, width: int) -> None:
    over = (NOW - timedelta(minutes=minutes), NOW + timedelta(minutes=minutes / 2))
    assert len(time_ticks(over, NOW, TZ, width)) >= 4


def test_the_curves_need_no_forecast_and_only_the_wanted_ones_are_made() -> None:
    assert all(one.reached is None for one in curves(watch()))
    assert {one.name for one in curves(watch(), MONEY)} == {MONEY}
    assert {one.name for one in curves(watch(), JOBS)} == {JOBS}
    late = Forecast("cost", NOW + timedelta(minutes=10))
    free = foreseen(curves(watch(session(limits=NO_LIMITS))), (late,))
    assert all(one.reached is None for one in free), "nothing is reached where there is no limit"
