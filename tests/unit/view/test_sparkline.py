from __future__ import annotations

from datetime import timedelta

from ionq_tui.view.sparkline import queue_history, sparkline
from tests.unit.view.scene import NOW

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_the_lowest_and_the_highest_fill_the_scale() -> None:
    samples = [(NOW - HOUR + number * 10 * MINUTE, float(number)) for number in range(7)]
    assert sparkline(samples, NOW - HOUR, NOW, 6) == "▁▂▄▅▇█"
    assert sparkline([(NOW - HOUR, 5.0), (NOW - 50 * MINUTE, 5.0)], NOW - HOUR, NOW - 50 * MINUTE, 3) == "▄▄▄"


def test_what_nobody_saw_is_left_open() -> None:
    samples = [(NOW - HOUR, 1.0), (NOW - 5 * MINUTE, 2.0)]
    assert sparkline(samples, NOW - HOUR, NOW, 6) == "▁    █"
    assert sparkline([], NOW - HOUR, NOW, 6) == " " * 6


def test_the_history_in_words() -> None:
    samples = [(NOW - 6 * HOUR + number * 10 * MINUTE, 36 * 60_000.0 + number * 60_000) for number in range(37)]
    told = queue_history(samples, NOW)
    drawn, words = told[:24], told[25:]
    assert drawn[0] == "▁" and drawn[-1] == "█" and " " not in drawn
    assert words == "last 6 h, about 36 min to 1 h 12 min"
    assert queue_history([(NOW - HOUR, 60_000.0), (NOW, 60_000.0)], NOW).endswith("last 1 h, always about 1 min")


def test_one_moment_is_no_history() -> None:
    assert queue_history([], NOW) == ""
    assert queue_history([(NOW, 5.0)], NOW) == ""
    assert queue_history([(NOW - MINUTE, 5.0), (NOW, 6.0)], NOW) == ""
    assert queue_history([(NOW - HOUR, float("nan")), (NOW - MINUTE, -5.0), (NOW, 6.0)], NOW) == ""


def test_it_changes_once_a_minute() -> None:
    samples = [(NOW - HOUR + number * MINUTE, float(number)) for number in range(60)]
    minute = NOW.replace(second=0)
    assert len({queue_history(samples, minute + timedelta(seconds=number)) for number in range(60)}) == 1
