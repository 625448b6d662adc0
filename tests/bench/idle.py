"""A minute in which nothing changes but the time: bytes, CPU and requests (P4, P5, P8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.bench.figure import Figure, against, median, within
from tests.bench.program import pump_all
from tests.bench.rig import JOB, Cloud, Rig

INTERVAL = 5.0
_SHARE = 0.9
"""Of the interval, what a wait comes to on average: jitter makes it a fifth shorter at most."""


def measure(rig: Rig, seconds: float, calm: float) -> Iterator[Figure]:
    """Watch several of both at once, since they do nothing together either; figures are for one minute.

    Both are left to calm down first.
    """
    with ExitStack() as stack:
        cloud, empty = stack.enter_context(Cloud()), stack.enter_context(Cloud())
        ours = [
            stack.enter_context(rig.ours(cloud, "attach", cloud.session_id, interval=INTERVAL))
            for _ in range(rig.rounds)
        ]
        bare = [stack.enter_context(rig.bare()) for _ in range(rig.rounds)]
        home = stack.enter_context(rig.ours(empty, interval=INTERVAL))
        for one in ours:
            one.wait_for(JOB)
        everyone = [*ours, *bare, home]
        pump_all(everyone, calm)
        for server in (cloud, empty):
            server.tell("forget")
        before = [(one.total, one.usage().cpu) for one in everyone]
        pump_all(everyone, seconds)
        requests, at_home = float(cloud.tell("count")) / rig.rounds, float(empty.tell("count"))
        minute = 60 / seconds
        spent = [
            ((one.total - total) * minute, (one.usage().cpu - cpu) * minute)
            for one, (total, cpu) in zip(everyone, before, strict=True)
        ]
    size = len(ours)
    written, used = median(one[0] for one in spent[:size]), median(one[1] for one in spent[:size])
    beside = median(one[0] for one in spent[size:-1]), median(one[1] for one in spent[size:-1])
    ticks = seconds / (INTERVAL * _SHARE)
    yield within("P4", "bytes a minute, live screen, nothing changes", written, 1000, "{:.0f}", beside[0])
    yield within("P5", "CPU a minute in that state", used, 0.6, "{:.2f} s", beside[1])
    yield against("P5", "… beside the bare app doing nothing", used, beside[1], 5.0, "{:.2f} s")
    yield within("P8", "requests a tick, home", at_home / ticks, 2, "{:.1f}")
    yield within("P8", "requests a tick, live and the home below it", requests / ticks, 3 + 2, "{:.1f}")
