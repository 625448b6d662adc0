"""Compute the time of the next poll: pure functions, with backoff and jitter."""

from __future__ import annotations

from ionq_tui.model.link_state import LONGEST_PAUSE, LONGEST_URGENT_PAUSE, Fault, Fresh, Link, Refused

SHORT_INTERVAL = 2.0
"""Seconds between polls while a change is imminent."""
LONGEST = 60.0
"""Maximum seconds between attempts during an outage."""
_INTERVALS = 3.0
"""Maximum number of poll intervals between attempts while a session of this user may be running."""
_JITTER = 0.2


def next_wait(interval: float, link: Link, failures: int, jitter: float, *, urgent: bool = False) -> float:
    """Return the seconds until the next poll.

    `failures` is the number of consecutive failures; `jitter`, from 0 to 1, only shortens the wait. If `urgent`, a
    temporary failure delays the next poll by three intervals at most. A server's `Retry-After` is honored, up to an
    hour, or ten minutes if `urgent`: whatever a gateway asks for, nobody is left blind while a session may cost money.
    """
    longest = min(LONGEST, _INTERVALS * interval) if urgent else LONGEST
    if isinstance(link, Fresh):
        return interval * (1 - _JITTER * jitter)
    asked = retry_after(link.fault, LONGEST_URGENT_PAUSE if urgent else LONGEST_PAUSE)
    if isinstance(link, Refused):
        return max(longest, asked)
    backoff = min(longest, interval * 2.0 ** min(max(0, failures - 1), 10))
    return max(asked, backoff * (1 - _JITTER * jitter))


def soonest(seconds: float) -> float:
    """Return the interval that lasts at least so many seconds, whatever the jitter."""
    return seconds / (1 - _JITTER)


def retry_after(fault: Fault, longest: float = LONGEST_PAUSE) -> float:
    """Return the seconds the server asked to wait, limited to `longest`; 0 if it did not ask."""
    asked = fault.retry_after or 0.0
    return min(asked, longest) if asked > 0 else 0.0
