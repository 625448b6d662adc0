from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.color import ANSI, READABLE, contrast, readable_on, rgb


@pytest.mark.parametrize(
    ("told", "color"),
    [
        ("green", "#00cd00"),
        (" Bright-Blue ", "#5c5cff"),
        ("bright_black", "#7f7f7f"),
        ("#5AD68f", "#5ad68f"),
    ],
)
def test_names_and_numbers_are_colors(told: str, color: str) -> None:
    assert rgb(told) == color


@pytest.mark.parametrize(
    "told", ["", "grün", "#12345", "#1234567", "5ad68f", "#5ad68g", f"#{chr(0x665) * 6}", "red on blue", "[b]"]
)
def test_anything_else_is_none_and_what_would_be_is_told(told: str) -> None:
    with pytest.raises(ValueError, match=r"is not a color; use black, red, .*, bright_ before one of them, or #rrggbb"):
        rgb(told)


def test_a_long_text_is_cut_in_the_error() -> None:
    with pytest.raises(ValueError) as caught:
        rgb("x" * 10_000)
    assert len(str(caught.value)) < 200


def test_there_are_sixteen_names() -> None:
    assert len(ANSI) == 16 and all(rgb(name) == color == rgb(color) for name, color in ANSI.items())


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@given(st.integers(0, 0xFFFFFF))
def test_on_every_color_black_or_white_is_readable(number: int) -> None:
    ground = f"#{number:06x}"
    assert contrast(readable_on(ground), ground) >= READABLE
