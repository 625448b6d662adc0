from __future__ import annotations

from ionq_tui.ui.widgets.row_index import RowIndex
from ionq_tui.view.column import Column

COLUMNS: tuple[Column[str], ...] = (
    Column("WORD", 8, lambda word: word),
    Column("LENGTH", 6, lambda word: len(word) if word != "?" else None, "right"),
)


def rows(*words: str) -> RowIndex[str]:
    made = RowIndex(COLUMNS, lambda word: word)
    made.take({word: word for word in words})
    return made


def test_the_cursor_stays_on_its_key_when_rows_come_and_change_places() -> None:
    made = rows("b", "c")
    made.move(1)
    made.take({"c": "c", "a": "a", "b": "b"})
    assert (made.key, made.cursor) == ("c", 0)


def test_the_cursor_stays_on_its_line_when_its_row_is_gone() -> None:
    made = rows("a", "b", "c")
    made.move(1)
    made.take({"a": "a", "c": "c"})
    assert made.key == "c"
    made.take({"a": "a"})
    assert (made.key, made.cursor) == ("a", 0)
    made.take({})
    assert (made.key, made.cursor) == ("", 0)


def test_sorting_passes_over_hidden_columns() -> None:
    made = rows("bbb", "a", "cc")
    made.sort_next({"WORD"})
    assert (made.sort, made.order) == ("LENGTH", ["a", "cc", "bbb"])
    made.sort_next({"WORD"})
    assert (made.sort, made.order) == ("", ["bbb", "a", "cc"])
    made.sort_next({"WORD", "LENGTH"})
    assert made.sort == ""


def test_sorting_goes_through_the_columns_and_back_to_the_given_order() -> None:
    made = rows("bbb", "a", "cc")
    made.sort_next()
    assert made.order == ["a", "bbb", "cc"]
    made.sort_next()
    assert made.order == ["a", "cc", "bbb"]
    made.sort_next()
    assert made.order == ["bbb", "a", "cc"]


def test_the_unknown_stands_last_in_either_direction() -> None:
    made = rows("?", "bb", "a")
    made.sort_by(1)
    assert made.order == ["a", "bb", "?"]
    made.sort_by(1)
    assert made.order == ["bb", "a", "?"]


def test_a_filter_hides_rows_but_not_their_marks() -> None:
    made = rows("alpha", "beta")
    made.marks = {"alpha", "beta"}
    assert made.find("BET")
    assert not made.find("BET")
    assert (made.order, made.marked) == (["beta"], ("alpha", "beta"))
    made.take({"beta": "beta"})
    assert made.marked == ("beta",)


def test_the_caption_says_what_is_not_to_be_seen() -> None:
    made = rows("alpha", "beta", "gamma")
    assert made.caption(10) == ""
    assert made.caption(2) == "row 1 of 3"
    made.find("a")
    made.sort_by(0)
    made.marks = {"beta"}
    assert made.caption(10) == '3 of 3 match "a" · by WORD · 1 marked'


def test_in_every_order_a_row_follows_its_parent() -> None:
    made = RowIndex(COLUMNS, lambda word: word)
    made.take({word: word for word in ("mm", "a", "zzz", "b", "y")}, {"a": "zzz", "b": "zzz", "y": "a", "mm": "gone"})
    assert made.order == ["mm", "zzz", "a", "y", "b"]
    made.reverse()
    assert made.order == ["zzz", "b", "a", "y", "mm"]
    made.sort_by(1)
    assert made.order == ["mm", "zzz", "a", "y", "b"]
    for _ in range(2):
        made.sort_by(0)
        for child, parent in {"a": "zzz", "b": "zzz", "y": "a"}.items():
            assert made.order.index(child) > made.order.index(parent)
        assert made.order.index("mm") in (0, 4)
    made.find("a")
    assert made.order == ["a"]
