from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from ionq_tui.engine.clock import SystemClock


def test_the_server_s_clock_decides() -> None:
    ahead = SystemClock(lambda: timedelta(minutes=10)).now() - datetime.now(UTC)
    assert timedelta(minutes=9) < ahead <= timedelta(minutes=10)
    assert SystemClock().now().tzinfo is UTC


def test_seconds_never_go_back_and_jitter_is_a_share() -> None:
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
    assert all(0 <= clock.jitter() <= 1 for _ in range(100))


async def test_a_wait_ends_with_the_event_or_the_time() -> None:
    clock, event = SystemClock(), asyncio.Event()
    await clock.wait(event, 0.0)
    assert not event.is_set()
    waiting = asyncio.create_task(clock.wait(event, 3600.0))
    event.set()
    await waiting


async def test_a_cancelled_wait_is_cancelled() -> None:
    waiting = asyncio.create_task(SystemClock().wait(asyncio.Event(), 3600.0))
    await asyncio.sleep(0)
    waiting.cancel()
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
