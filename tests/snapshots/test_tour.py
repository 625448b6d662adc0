"""The animated picture of the README: small, and first of all the dashboard itself."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT
from tests.snapshots.take import TOUR
from tests.snapshots.tour import SECONDS, tour

PICTURE = ROOT / "screenshots" / "tour.svg"
MOST_BYTES = 1_000_000
FRAME = '<g class="frame frame-{}">'


@pytest.fixture(scope="module")
def frames() -> list[str]:
    """The texts of the frames of the committed picture, in order."""
    svg = PICTURE.read_text(encoding="utf-8")
    parts = re.split(r'<g class="frame frame-\d+">', svg)[1:]
    return [re.sub(r"<[^>]+>", "", part.split("</style>")[-1]).replace("&#160;", " ") for part in parts]


def test_it_is_under_a_megabyte_and_the_readme_shows_it() -> None:
    assert PICTURE.stat().st_size < MOST_BYTES
    assert "](screenshots/tour.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_begins_with_home_and_shows_live_end_and_receipt(frames: list[str]) -> None:
    assert len(frames) == len(TOUR)
    assert TOUR[0] == "sessions" and "like this" in frames[0], "the first frame is there before any time has passed"
    assert TOUR.index("session") < TOUR.index("end") < TOUR.index("session-ended")
    told = dict(zip(TOUR, frames, strict=True))
    for name, words in {"session": "STARTED", "end": "Keep running", "session-ended": "ENDED"}.items():
        assert words in told[name], name
    assert all(name in told["session-ended"] for name in ("cost", "jobs", "limits")), "the receipt"


def test_it_moves_without_a_script() -> None:
    assert "<script" not in PICTURE.read_text(encoding="utf-8")


def test_each_picture_is_shown_in_turn_and_the_first_one_at_once() -> None:
    svg = tour(['<svg viewBox="0 0 9 9">a</svg>', '<svg viewBox="0 0 9 9">b</svg>'])
    assert svg.index(FRAME.format(0)) < svg.index(">a<") < svg.index(FRAME.format(1)) < svg.index(">b<")
    assert ".frame-0 { opacity: 1 }" in svg and ".frame-0 { animation-delay: 0s }" in svg
    assert f".frame-1 {{ animation-delay: {SECONDS:g}s }}" in svg and f"turn {2 * SECONDS:g}s step-end infinite" in svg


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="unpack"):
        tour(['<svg viewBox="0 0 9 9">a</svg>', '<svg viewBox="0 0 8 9">b</svg>'])
