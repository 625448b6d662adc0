"""Retry ending a session until the end is confirmed; a retry is free, a session that keeps running is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, repeat

from ionq_tui.engine.poll_schedule import retry_after
from ionq_tui.engine.ports import Clock
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to wait after each unconfirmed attempt; the last value repeats."""
REFUSED_PAUSE = 30.0
"""Minimum seconds to wait after a refusal, which is rarely resolved quickly."""
LONGEST_PAUSE = 60.0
"""Maximum seconds to wait, even if the server asks for more, since the session keeps costing money."""
_TOO_SHORT = 0.1
"""With less than this many seconds left, no further attempt starts: the final one was just made."""

_FOR_GOOD = frozenset({FaultKind.READ_ONLY, FaultKind.KEY_MISSING, FaultKind.SETTING})
_REFUSED = frozenset({FaultKind.KEY_REFUSED, FaultKind.FORBIDDEN, FaultKind.NOT_FOUND})


def _tell_nobody(outcome: EndOutcome, pause: float) -> None:
    """Do nothing."""


async def end_until_confirmed(
    end: Callable[[], Awaitable[EndOutcome]],
    clock: Clock,
    *,
    within: float | None = None,
    tried: Callable[[EndOutcome, float], None] = _tell_nobody,
    wake: asyncio.Event | None = None,
) -> EndOutcome:
    """Retry ending a session until it is confirmed, a permanent fault occurs or time runs out; return the last outcome.

    `end` makes one attempt. Attempts start within `within` seconds; the last one starts when that time is up, and an
    attempt in progress is not interrupted. `tried` is called after each unconfirmed attempt that will be followed by
    another, with the outcome and the seconds until then. Setting `wake` ends the current wait.
    """
    wake = wake or asyncio.Event()
    over_at = None if within is None else clock.monotonic() + within
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        outcome = await end()
        if isinstance(outcome, Ended) or (outcome.fault is not None and lasts(outcome.fault)):
            break
        least = _least(outcome.fault)
        seconds = max(pause, least)
        if over_at is not None:
            left = over_at - clock.monotonic()
            if left < max(least, _TOO_SHORT):
                break
            seconds = min(seconds, left)
        tried(outcome, seconds)
        await clock.wait(wake, seconds)
        wake.clear()
    return outcome


def lasts(fault: Fault) -> bool:
    """Return True if the fault is permanent: nothing was sent, and no retry would send anything."""
    return fault.kind in _FOR_GOOD or (fault.kind is FaultKind.BAD_REQUEST and fault.status is None)


def _least(fault: Fault | None) -> float:
    """Return the minimum number of seconds before the next attempt."""
    if fault is None:
        return 0.0
    return max(min(retry_after(fault), LONGEST_PAUSE), REFUSED_PAUSE if fault.kind in _REFUSED else 0.0)
