"""A time zone that cannot be, on the command line: times are told in UTC, and that is said once."""

from __future__ import annotations

import re

import pytest

from tests.cli.site import Site, process

CANNOT_BE = ["UTC+25", "nonsense", "/etc/passwd"]


@pytest.mark.parametrize("zone", CANNOT_BE)
def test_it_is_said_once_and_no_time_is_lost(site: Site, zone: str) -> None:
    session = site.colleague()
    with process("show", session.id, TZ=zone) as running:
        told = running.finish()
    assert told.code == 0
    assert told.err.count("times are shown in UTC") == 1
    assert re.search(r"\d\d:\d\d(:\d\d)? UTC", told.out), told.out


def test_a_zone_that_can_be_is_not_spoken_of(site: Site) -> None:
    with process("show", site.colleague().id, TZ="CET-1") as running:
        told = running.finish()
    assert told.code == 0 and "CET" in told.out and "times are shown in UTC" not in told.err
