from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ionq_tui.view import time_text
from ionq_tui.view.time_zone import zone_trouble

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "name", ["UTC+25", "XXX+24:59:59", "Nonsense/Zone", "abc", "/etc/passwd", "../../etc", "\U0001f600", "Mars/Gale+5"]
)
def test_what_is_no_time_zone_is_said_and_utc_is_shown(zone: pytest.MonkeyPatch, name: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    assert zone_trouble() == f"TZ={name} is not a time zone: times are shown in UTC"
    assert time_text.clock(NOW, NOW, None, zone=True) == "13:02 UTC"
    assert time_text.dated(NOW, None) == "2026-11-22 13:02 UTC"


@pytest.mark.parametrize(
    ("name", "told"),
    [("", "13:02 {}"), ("Europe/Berlin", "14:02 CET"), ("CET-1CEST", "14:02 CET"), ("<+00>0", "13:02 +00"),
     ("Africa/Abidjan", "13:02 GMT"), ("UTC-14", "03:02 UTC"), ("Etc/GMT+12", "01:02 -12")],
)  # fmt: skip
def test_what_is_one_is_used(zone: pytest.MonkeyPatch, name: str, told: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    assert zone_trouble() == ""
    # What the C library calls the zone of an empty TZ: UTC, or Universal where it is newer.
    assert time_text.clock(NOW, NOW, None, zone=True) == told.format(time.tzname[0])


def test_control_characters_of_the_variable_reach_no_terminal(zone: pytest.MonkeyPatch) -> None:
    zone.setenv("TZ", "\x1b[Jx")
    time.tzset()
    assert "\x1b" not in zone_trouble() and "is not a time zone" in zone_trouble()
