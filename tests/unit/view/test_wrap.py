from __future__ import annotations

import pytest

from ionq_tui.view.sanitize import cells, cut_inside, head
from ionq_tui.view.style import Cell, Line, Tone, line, width_of, words
from ionq_tui.view.wrap import all_folded, fitting, folded, spared, wrapped

LONG = (
    "· 30.00 usd is about 42 jobs of 1,000 shots with 20 two-qubit gates (estimate); the limit of 40 jobs comes first"
)


def test_what_fits_stays_as_it_is() -> None:
    told = line(Cell("one", Tone.STRONG), " two")
    assert folded(told, 7) == [told]
    assert folded("", 7) == [()]


@pytest.mark.parametrize("width", [20, 58, 78])
def test_lines_are_broken_between_words_and_lose_none(width: int) -> None:
    told = folded(LONG, width)
    assert all(width_of(one) <= width for one in told)
    assert all(words(one).startswith("  ") for one in told[1:])
    assert " ".join(words(one).strip() for one in told) == LONG


def test_a_word_longer_than_the_line_is_broken_anywhere() -> None:
    told = folded("id " + "x" * 50, 20, 4)
    assert all(width_of(one) <= 20 for one in told)
    assert "".join(words(one).removeprefix(" " * 4) for one in told) == "id " + "x" * 50


@pytest.mark.parametrize("width", [0, 1, 2, 3])
def test_without_room_it_ends_all_the_same(width: int) -> None:
    assert "量" in "".join(words(one) for one in folded("量子 bits", width))


def test_tones_stay_with_their_words() -> None:
    told = folded(line(Cell("status      ", Tone.DIM), Cell("a failure in many words", Tone.BAD)), 24, 12)
    assert told[0] == (Cell("status      ", Tone.DIM), Cell("a failure in", Tone.BAD))
    assert told[1][-1] == Cell("many words", Tone.BAD)


def test_several_lines() -> None:
    assert [words(one) for one in all_folded(["a b", line("c d")], 2, 0)] == ["a", "b", "c", "d"]


def test_parts_are_spared_in_their_order_and_only_as_far_as_needed() -> None:
    parts: list[Line] = [line("name"), line("available"), line("36 qubits"), line("queue about 6 min")]
    assert words(spared(parts, 80, (2, 3))) == "name · available · 36 qubits · queue about 6 min"
    assert words(spared(parts, 40, (2, 3))) == "name · available · queue about 6 min"
    assert words(spared(parts, 30, (2, 3))) == "name · available"
    assert words(spared(parts, 3, (2, 3))) == "name · available"


def test_the_first_form_that_fits() -> None:
    assert fitting(("abcdef", "abc", "a"), 4) == "abc"
    assert fitting(("abcdef", "abc"), 2) == "abc"


def test_the_end_of_a_name_stays() -> None:
    assert cut_inside("qpu.forte-enterprise-1", 22) == "qpu.forte-enterprise-1"
    assert cut_inside("qpu.forte-enterprise-1", 17) == "qpu.forte-ente…-1"
    assert cut_inside("qpu.forte-enterprise-1", 4) == "qpu…"
    assert cells(cut_inside("量" * 20, 9)) <= 9
    assert head("量子", 3) == "量"


@pytest.mark.parametrize("width", [10, 20, 33, 80])
def test_lines_for_the_shell_are_broken_at_spaces_only(width: int) -> None:
    text = "  ok  name  /a/path/that/is/longer/than/a/line and some more words, 日本 too"
    told = wrapped(text, width, 4)
    assert " ".join(told).split() == text.split() and told[0].startswith("  ok")
    assert all(cells(line) <= width or len(line.split()) == 1 for line in told)
    assert all(line.startswith("    ") and line == line.rstrip() for line in told[1:])
    assert wrapped("", width) == [""] and wrapped("one", 2) == ["one"]
