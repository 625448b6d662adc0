"""How long a change on the server takes to the screen (P9)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from string import ascii_lowercase

from tests.bench.figure import Figure, within
from tests.bench.program import pump_all
from tests.bench.rig import JOB, Cloud, Rig

INTERVAL = 1.0


def measure(rig: Rig) -> Iterator[Figure]:
    """Submit jobs at moments that have nothing to do with the ticks, and wait until they are seen."""
    slowest = 0.0
    with Cloud() as cloud, rig.ours(cloud, "attach", cloud.session_id, interval=INTERVAL) as ours:
        ours.wait_for(JOB)
        pump_all([ours], 2.0)
        for turn in range(rig.rounds):
            pump_all([ours], 0.37 * (turn % 4))
            name = ascii_lowercase[turn % 26] * 8  # no letter of the one before: only cells that differ are written
            ours.forget()
            cloud.tell(f"submit {name}")
            began = time.perf_counter()
            ours.wait_for(name)
            slowest = max(slowest, time.perf_counter() - began)
    most = (INTERVAL + 0.1) * 1000
    yield within("P9", f"slowest change to the screen, {INTERVAL:g} s polling", slowest * 1000, most, "{:.0f} ms")
