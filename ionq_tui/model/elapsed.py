"""Seconds that never go back."""

from __future__ import annotations

import sys
import time

# Of the clocks that never go back, the one that counts on while a laptop sleeps; the monotonic one of macOS does.
_COUNTS_ON: int | None = getattr(time, "CLOCK_BOOTTIME", None)
if _COUNTS_ON is None and sys.platform == "darwin":
    _COUNTS_ON = time.CLOCK_MONOTONIC


def seconds() -> float:
    """Return seconds that never go back, and count on during a suspend where the system allows."""
    return time.monotonic() if _COUNTS_ON is None else time.clock_gettime(_COUNTS_ON)
