"""When to ask next: pure, politely, and never later than promised."""

from __future__ import annotations

from ionq_tui.model.link import Fault, Fresh, Link, Refused

RESTLESS = 2.0
"""Seconds between readings while something is about to change."""
LONGEST = 60.0
"""Seconds between tries during an outage, at most."""
_JITTER = 0.2


def next_wait(interval: float, link: Link, failures: int, jitter: float) -> float:
    """Seconds until the next reading; `failures` are in a row, `jitter` is 0 to 1 and only shortens."""
    if isinstance(link, Fresh):
        return interval * (1 - _JITTER * jitter)
    asked = retry_after(link.fault)
    if isinstance(link, Refused):
        return max(LONGEST, asked)
    backoff = min(LONGEST, interval * 2.0 ** min(max(0, failures - 1), 10))
    return max(asked, backoff * (1 - _JITTER * jitter))


def retry_after(fault: Fault) -> float:
    """Seconds the server asked to wait, at most an hour; 0 where it did not."""
    asked = fault.retry_after or 0.0
    return min(asked, 3600.0) if asked > 0 else 0.0
