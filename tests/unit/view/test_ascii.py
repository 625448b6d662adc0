from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ionq_tui
from ionq_tui.view.ascii import in_ascii, unencodable
from ionq_tui.view.meter import Meter, bar
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.style import words

OURS = re.compile(r"[^\x00-\x7f]")


@given(st.text(max_size=60))
def test_each_cell_stays_a_cell(text: str) -> None:
    shown = plain(text)
    drawn = in_ascii(shown)
    assert drawn.isascii() and len(drawn) == cells(shown)


def test_every_glyph_of_ours_has_a_likeness() -> None:
    sources = Path(ionq_tui.__file__).parent.rglob("*.py")
    glyphs = {one for path in sources for one in OURS.findall(path.read_text())}
    assert len(glyphs) > 20
    assert {one for one in glyphs if in_ascii(one) == "?"} == set()


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("≥ 14.90 usd", ">=14.90 usd"),
        ("≤ 3", "<=3"),
        ("99.60% ± 0.02, 130 µs", "99.60% +-0.02, 130 us"),
        ("a · b · —", "a - b - -"),
        ("qpu.forte-e…-1", "qpu.forte-e~-1"),
        ("╭─┬╮│├┤╰┴╯┄", "+-++|+++++-"),
        ("Müller, Ångström", "Muller, Angstrom"),
        ("Да 日本", "?? ????"),
        ("▁▂▃▄▅▆▇█", "_.-=+*%#"),
    ],
)
def test_likenesses(text: str, drawn: str) -> None:
    assert in_ascii(text) == drawn


def test_a_bar() -> None:
    assert in_ascii(words(bar(Meter("cost", fraction=0.5, reserved=0.25), 8))) == "####==  "


@pytest.mark.parametrize("text", ["≥ 14.90 · é", "a≥", "≥≥ x", "… ≤ ±", "日≥ 1"])
def test_a_stream_in_ascii_writes_the_same(text: str) -> None:
    codecs.register_error("test-ascii", unencodable)
    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="test-ascii")
    written.write(text)
    written.flush()
    assert written.buffer.getvalue().decode() == in_ascii(text)
