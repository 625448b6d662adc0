"""The terminal's picture is the same with fewer bytes."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.ui.output_diff import OutputDiff

_STYLES = (
    *("", "1", "38;2;1;2;3;48;2;4;5;6", "1;38;2;1;2;3;48;2;4;5;6", "38;2;9;2;3;48;2;4;5;6", "48;2;4;5;6"),
    *("31;42", "1;31;42", "7;31;42", "4;31;42", "39;49", "38;5;7", "97;104"),
)
_TEXTS = ("", " ", "   ", "a", "bc", "de f", "─", "漢字", "か\u3099", "e\u0301", "  x ")
_runs = st.tuples(st.sampled_from(_STYLES), st.sampled_from(_TEXTS))
_strips = st.tuples(st.integers(1, 4), st.integers(1, 6), st.lists(_runs, max_size=4))
_alike = st.tuples(
    st.just(1),
    st.just(2),
    st.lists(st.tuples(st.sampled_from(_STYLES[:4]), st.sampled_from(["ab", "  ", "漢"])), min_size=4, max_size=4),
)
"""Lines of one width in one place, as a clock or a meter writes them."""
_updates = st.tuples(st.lists(_strips | _alike, min_size=1, max_size=5), st.booleans())


def _written(strips: list[tuple[int, int, list[tuple[str, str]]]], places_cursor: bool) -> str:
    told = [
        f"\x1b[{row};{column}H" + "".join(f"\x1b[{style}m{text}\x1b[0m" if style else text for style, text in runs)
        for row, column, runs in strips
    ]
    return "\n".join(told) + ("\x1b[2;3H" if places_cursor else "")


def _fed(screen: pyte.Screen, data: str) -> None:
    pyte.Stream(screen).feed(data.replace("\n", "\r\n"))


def _picture(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """All that is to be seen: the colour of letters matters where there is one, or a line below it."""
    shown = []
    for row in range(screen.lines):
        cells = (screen.buffer[row][column] for column in range(screen.columns))
        shown.append([_seen(cell) for cell in cells])
    return shown


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    marked = cell.underscore or cell.reverse
    if cell.data == " " and not marked:
        return " ", cell.bg
    return cell.data, cell.bg, cell.fg, cell.bold, cell.underscore, cell.reverse


@given(st.lists(_updates, max_size=6))
def test_the_picture_is_what_it_would_be(
    updates: list[tuple[list[tuple[int, int, list[tuple[str, str]]]], bool]],
) -> None:
    output_diff, plain, reduced = OutputDiff(), pyte.Screen(24, 5), pyte.Screen(24, 5)
    for strips, places_cursor in updates:
        data = _written(strips, places_cursor)
        less = output_diff.reduced(data)
        _fed(plain, data)
        _fed(reduced, less)
        assert len(less) <= len(data)
        assert _picture(plain) == _picture(reduced)
        if places_cursor:
            assert (reduced.cursor.x, reduced.cursor.y) == (plain.cursor.x, plain.cursor.y)


def test_the_same_again_is_not_written() -> None:
    output_diff = OutputDiff()
    line = "\x1b[1;1H\x1b[31mred\x1b[0m\x1b[31m red\x1b[0m"
    assert output_diff.reduced(line) == "\x1b[1;1H\x1b[31mred red\x1b[0m"
    assert output_diff.reduced(line) == ""
    assert output_diff.reduced("\x1b[1;3Hover") != ""
    assert output_diff.reduced(line) != ""


def test_what_stands_is_written_again_once_the_terminal_may_show_something_else() -> None:
    output_diff = OutputDiff()
    line = "\x1b[1;1Hline"
    output_diff.reduced(line)
    assert output_diff.reduced("\x1b]2;title\x07") == "\x1b]2;title\x07"
    assert output_diff.reduced(line) == ""
    for change in ("\x1b[?1049h", "\x1b[2J", "words", "\x1b[1;1H\x1b[K"):
        assert output_diff.reduced(change) == change
        assert output_diff.reduced(line) != ""
    output_diff.forget()
    assert output_diff.reduced(line) != ""


def test_of_a_line_only_what_differs_is_written() -> None:
    output_diff = OutputDiff()
    output_diff.reduced("\x1b[1;1H\x1b[1mlive \x1b[0m12:01\x1b[31m UTC   in 20 min\x1b[0m")
    assert output_diff.reduced("\x1b[1;1H\x1b[1mlive \x1b[0m12:02\x1b[31m UTC   in 20 min\x1b[0m") == "\x1b[1;10H2"
    less = output_diff.reduced("\x1b[1;1H\x1b[1mlive \x1b[0m12:03\x1b[31m UTC   in 19 min\x1b[0m")
    assert less == "\x1b[1;10H3\x1b[10C\x1b[31m19\x1b[0m"


def test_what_stands_in_another_strip_s_place_counts_too() -> None:
    output_diff = OutputDiff()
    output_diff.reduced("\x1b[1;1Hused 1 min   \n\x1b[1;14Hleft 9 min")
    assert output_diff.reduced("\x1b[1;1Hused 1 min   left 8 min") == "\x1b[1;19H8"


@pytest.mark.parametrize(
    "text", ["❤\ufe0f", "\U0001f44d\U0001f3fd", "\U0001f469\u200d\U0001f4bb", "漢", "か\u3099", "\U0001f1e9"]
)
def test_behind_what_takes_more_cells_on_some_terminals_nothing_is_known(text: str) -> None:
    output_diff = OutputDiff()
    output_diff.reduced("\x1b[1;1Hlabel          \n\x1b[2;1Hbelow")
    line = f"\x1b[1;1H\x1b[1m{text}\x1b[0m label\n\x1b[2;1Hbelow"
    assert [output_diff.reduced(line), output_diff.reduced(line)] == [line, line]


def test_what_was_painted_for_another_size_is_no_knowledge() -> None:
    output_diff = OutputDiff()
    output_diff.fit(8, 2)
    late, whole = "\x1b[2;1Hbelow     \n\x1b[3;1Hfooter", "\x1b[1;1Hsmall   \n\x1b[2;1Hbelow   "
    assert output_diff.reduced(late) == late
    assert output_diff.reduced(whole) == whole.replace("\n", "")
    assert output_diff.reduced(whole) == ""
