"""An arrow key in a table, from the key to the settled screen (P6, P7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.figure import Figure, against, median, p95
from tests.bench.program import ALL_CAME, DOWN, UP, Program, pump_all
from tests.bench.rig import Cloud, Rig

QUIET = 0.03
"""Seconds without a byte after which the screen is settled."""
PRESSES = 10
_READY = 0.12
"""Seconds without a byte before the first key; costs of thousands of jobs come a few at a time for very long."""
_ARRIVED = 3.0
"""Seconds in which what has come is sorted and estimated: what holds up keys meanwhile is in the row on stalls."""

Presses = list[tuple[float, int]]


def measure(rig: Rig, crowded: Cloud) -> Iterator[Figure]:
    """Press keys in both by turns."""
    found: dict[str, Presses] = {name: [] for name in ("bare", "twenty", "sessions", "jobs")}
    with Cloud() as cloud:
        starts: dict[str, Callable[[], Program]] = {
            "bare": lambda: _ready(rig.bare(), "row-0000"),
            "twenty": lambda: _ready(rig.ours(cloud), cloud.session_id[-6:]),
            "sessions": lambda: _ready(rig.ours(crowded), "of 5,000"),
            "jobs": lambda: _ready(rig.ours(crowded, "attach", crowded.session_id, interval=1), "of 20,000", _ARRIVED),
        }
        for _ in range(rig.long_rounds):
            for name, start in starts.items():
                with start() as program:
                    found[name] += pressed(program)
    times = {name: [one[0] * 1000 for one in presses] for name, presses in found.items()}
    sizes = {name: median(one[1] for one in presses) for name, presses in found.items()}
    bare, twenty = times["bare"], times["twenty"]
    yield against("P6", "arrow key in a table of 20 rows, p50", median(twenty), median(bare), 1.15, "{:.1f} ms")
    yield against("P6", "… p95", p95(twenty), p95(bare), 1.15, "{:.1f} ms")
    yield against("P6", "… bytes", sizes["twenty"], sizes["bare"], 1.3, "{:.0f}")
    for name, told in (("sessions", "5,000 sessions"), ("jobs", "20,000 jobs")):
        yield against("P7", f"arrow key with {told}, p50", median(times[name]), median(twenty), 1.5, "{:.1f} ms")
        yield against("P7", "… p95", p95(times[name]), p95(twenty), 1.5, "{:.1f} ms")


def _ready(program: Program, text: str, arrived: float = 0.0) -> Program:
    try:
        program.wait_for(text, ALL_CAME)
        pump_all([program], arrived)
        program.settle(_READY)
    except BaseException:
        program.end()
        raise
    return program


def pressed(program: Program) -> Presses:
    """Go down and up again; the first two presses warm up."""
    presses = [program.press(key, QUIET) for key in (DOWN, UP, *[DOWN] * PRESSES, *[UP] * PRESSES)]
    return presses[2:]
