from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_costs
from ionq_tui.view.braille import Dots
from ionq_tui.view.chart import courses, picture, span
from ionq_tui.view.forecast import Forecast, forecasts
from ionq_tui.view.sanitize import cells
from ionq_tui.view.style import words
from tests.unit.view.scene import NOW, TZ, at, session, watch


def test_dots_are_counted_from_the_lower_left() -> None:
    dots = Dots(2, 1)
    dots.put(0, 0)
    dots.put(3, 3)
    dots.put(4, 0)
    dots.put(0, -1)
    assert dots.rows() == ["\u2840\u2808"]
    line = Dots(2, 1)
    line.line((0, 0), (3, 3))
    assert line.rows() == ["\u2860\u280a"]


def test_a_line_that_leads_far_away_is_followed_only_while_it_is_inside() -> None:
    class Counted(Dots):
        made = 0

        def put(self, x: int, y: int) -> None:
            self.made += 1
            super().put(x, y)

    near, far = Counted(10, 2), Counted(10, 2)
    near.line((4, 0), (20, 4))
    far.line((4, 0), (4 + 16 * 100_000, 4 * 100_000))
    assert far.rows() == near.rows() and far.made <= 17


def test_money_of_each_unit_and_the_finished_jobs_add_up() -> None:
    spent, jobs = courses(watch(), ())
    assert (spent.name, spent.unit, spent.last, spent.limit) == ("spent", "usd", Decimal("18.20"), Decimal("30"))
    assert (jobs.last, jobs.limit) == (Decimal(28), Decimal(40))
    other = apply_costs(watch(), {"job-000003": JobCost(cost=Money(Decimal(7), "credit"))})
    assert [(one.unit, one.last, one.limit) for one in courses(other, ())][:2] == [
        ("usd", Decimal("17.55"), Decimal(30)),
        ("credit", Decimal(7), None),
    ]
    assert courses(watch(complete=False), ())[0].at_least


def test_the_picture_is_of_the_size_and_tells_its_numbers_in_words() -> None:
    told = forecasts(watch(), NOW)
    drawn = courses(watch(), told)
    over = span(watch(), drawn, NOW)
    assert over is not None and over[0] == at(13, 22) and over[1] > NOW
    lines = [words(one) for one in picture(drawn[0], over, NOW, TZ, (60, 8))]
    assert len(lines) == 8 and all(cells(one) <= 60 for one in lines)
    assert lines[0].startswith("spent 18.20 of 30.00 usd · ┄ limit")
    assert lines[1].strip().startswith("30.00 ") and lines[6].strip().startswith("0.00 ")
    assert lines[7].split() == ["13:22", "now", f"{over[1].astimezone(TZ):%H:%M}"]


def test_the_curve_rises_where_money_was_spent_and_the_limit_stands_above() -> None:
    (spent, *_), end = courses(watch(), ()), at(14, 2)
    rows = [words(one)[11:] for one in picture(spent, (at(13, 22), end), end, TZ, (51, 10))][1:-1]
    assert rows[0].count("\u2801") == len(rows[0]) / 2, "the limit"
    left, right = [row[:2] for row in rows], [row[-2:] for row in rows]
    assert set("".join(left[1:-1])) == {"\u2800"}, "nothing was spent in the first minute"
    level = [number for number, row in enumerate(right) if set(row) != {"\u2800"} and number]
    assert level == [3], "18.20 of 30 is three fifths of the height"


def test_what_the_rate_leads_to_is_drawn_as_far_ahead_as_it_was_behind() -> None:
    soon = Forecast("cost", NOW + timedelta(minutes=10))
    drawn = courses(watch(), (soon,))
    over = span(watch(), drawn, NOW)
    assert over is not None
    assert "reached about 14:12" in words(picture(drawn[0], over, NOW, TZ, (80, 8))[0])
    late = courses(watch(), (Forecast("cost", NOW + timedelta(days=9)),))
    far = span(watch(), late, NOW)
    assert far is not None and far[1] - NOW == NOW - far[0]


def test_without_limits_without_jobs_and_after_the_end() -> None:
    free = courses(watch(session(limits=NO_LIMITS)), ())
    assert "NO LIMIT" in words(picture(free[0], (at(13, 22), at(14, 2)), NOW, TZ, (60, 6))[0])
    assert span(EMPTY_SNAPSHOT, (), NOW) is None
    over = watch(session(status="ended", active=False, ended_at=at(14, 0)))
    assert span(over, courses(over, ()), NOW) == (at(13, 22), at(14, 0))
    bare = replace(watch(), jobs={}, costs={})
    assert len(picture(courses(bare, ())[0], (NOW, NOW), NOW, TZ, (5, 1))) == 4
