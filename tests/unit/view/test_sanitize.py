from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.view.sanitize import MOST, cells, cut, pad, plain

FORBIDDEN = (
    {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}
    | {chr(code) for code in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))}
    | {"\u061c", "\ufeff", "\u00ad"}
)

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(sorted(FORBIDDEN)),
        st.sampled_from("\u0301\u0489\u20dd日本한🙂[]()@\ud800\U000e0041\ufe0f"),
    ),
    max_size=80,
)


def harmless(text: str) -> bool:
    return not FORBIDDEN & set(text) and all(
        unicodedata.category(character) not in {"Cc", "Cf", "Cs"} for character in text
    )


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b]52;c;aGk=\x07x", "]52;c;aGk=x"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31mred", "31mred"),
        ("a\tb\r\nc", "a b  c"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("か\u3099 e\u0301", "\u304c \u00e9"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("z\u200be\u200dr\u2060o\ufeff", "zero"),
        ("\u200e\u200f\u061c\u2066x\u2069", "x"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("e" + "\u0301" * 50, "\u00e9\u0301"),
        ("\u0301start", "start"),
        ("a\ud800b", "a\ufffdb"),
        ("no\u00a0break", "no break"),
        (None, "-"),
        (42, "42"),
        ("", ""),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(raw: object, shown: str) -> None:
    assert plain(raw) == shown


@pytest.mark.parametrize(
    ("raw", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("日", 1, "…"),
        ("abc", 0, ""),
        (None, 0, ""),
        ("x\u0301x\u0301", 2, "x\u0301x\u0301"),
        ("x\u0301x\u0301x", 2, "x\u0301…"),
    ],
)
def test_text_is_cut_by_cells(raw: object, width: int, shown: str) -> None:
    assert plain(raw, width) == shown


@given(HOSTILE, st.integers(0, 30))
def test_any_text_becomes_harmless_and_fits(raw: str, width: int) -> None:
    whole, short = plain(raw), plain(raw, width)
    assert harmless(whole)
    assert harmless(short)
    assert cells(short) <= width
    assert short == cut(whole, width)
    whole.encode("utf-8")


@given(HOSTILE)
def test_clean_text_stays_as_it_is(raw: str) -> None:
    assert plain(plain(raw)) == plain(raw)


@given(HOSTILE, st.integers(0, 30), st.sampled_from(["left", "right"]))
def test_padded_text_takes_its_width_exactly(raw: str, width: int, align: str) -> None:
    assert cells(pad(plain(raw), width, "right" if align == "right" else "left")) == width


def test_huge_text_is_cut_before_the_work() -> None:
    class Counted(str):
        """Counts the characters that are handed out one by one."""

        seen = 0

        def __getitem__(self, key: object) -> str:
            part = super().__getitem__(key)  # type: ignore[index]
            Counted.seen = max(Counted.seen, len(part))
            return part

    assert plain(Counted("é" * 10 * MOST), 10) == "é" * 9 + "…"
    assert Counted.seen == MOST
    assert len(plain("é" * 10 * MOST)) == MOST + 1
    assert plain("\u0301" * MOST) == ""
