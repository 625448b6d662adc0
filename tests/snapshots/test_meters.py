"""What the live screen says above its jobs, for every kind of limit and price, is as committed."""

from __future__ import annotations

import pytest

from tests.snapshots.meter import METERS, SIZES, differing, taken


@pytest.mark.usefixtures("one_zone")
async def test_every_meter_is_as_committed() -> None:
    held = METERS.read_text(encoding="utf-8")
    other = differing(await taken(), held)
    assert not other, f"look at them, then: python -m tests.snapshots.meter ({', '.join(other)})"


def test_no_line_of_a_meter_is_cut_at_a_number() -> None:
    """A number that is cut off is another number."""
    wrong = [
        one
        for one in METERS.read_text(encoding="utf-8").splitlines()
        if one.startswith((" time", " jobs", " cost")) and one.rstrip().endswith("…") and "NO LI" not in one
    ]
    assert wrong == []
    assert all(len(one) <= SIZES[0][0] for one in METERS.read_text(encoding="utf-8").splitlines())
