"""A monotonic clock."""

from __future__ import annotations

import sys
import time

# Prefer a monotonic clock that keeps counting while a laptop sleeps; CLOCK_MONOTONIC on macOS does.
_COUNTS_ON: int | None = getattr(time, "CLOCK_BOOTTIME", None)
if _COUNTS_ON is None and sys.platform == "darwin":
    _COUNTS_ON = time.CLOCK_MONOTONIC


def seconds() -> float:
    """Return seconds that never go back and, where the system allows, keep counting during suspend."""
    return time.monotonic() if _COUNTS_ON is None else time.clock_gettime(_COUNTS_ON)
