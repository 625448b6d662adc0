"""Time on the simulated cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ionq_tui.simulator.clock import FastClock, StoppedClock

ORIGIN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_fast_clock_runs_so_many_times_as_fast() -> None:
    ticks = iter([100.0, 100.0, 102.5])
    clock = FastClock(60, ORIGIN, lambda: next(ticks))
    assert clock() == ORIGIN
    assert clock() == ORIGIN + timedelta(seconds=150)


def test_a_stopped_clock_moves_when_told() -> None:
    clock = StoppedClock(ORIGIN)
    assert clock() == clock() == ORIGIN
    clock.advance(1.5)
    assert clock() == ORIGIN + timedelta(seconds=1.5)
