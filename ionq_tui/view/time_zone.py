"""Whether the local time zone can be used: where it cannot, times are shown in UTC."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, tzinfo
from functools import lru_cache

from ionq_tui.view.sanitize import plain

_DAY = 24 * 60 * 60
_RULE = r"(<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})[+-]?\d"
"""Beginning of a POSIX rule such as <+00>0, which is not a zone name."""


def local_zone() -> tzinfo | None:
    """Return UTC where the machine's zone cannot be used, None where it can: None is what Python takes for local."""
    return UTC if zone_trouble() else None


def zone_trouble() -> str:
    """Return in words why times are shown in UTC; empty where they are shown in the local zone."""
    return _trouble(os.environ.get("TZ", ""), time.timezone, time.altzone, time.tzname[0])


@lru_cache(maxsize=4)
def _trouble(wanted: str, offset: int, summer: int, name: str) -> str:
    impossible = max(abs(offset), abs(summer)) >= _DAY
    if not impossible and not (wanted and offset == summer == 0 and _unknown(wanted, name)):
        return ""
    named = f"TZ={plain(wanted, 40)} is not a time zone" if wanted else "the system's time zone cannot be used"
    return f"{named}: times are shown in UTC"


def _unknown(wanted: str, name: str) -> bool:
    """True if the system fell back to UTC for an unknown zone name."""
    if name in ("UTC", "GMT", "UCT", "WET", "Zulu", "Universal") or re.match(_RULE, wanted):
        return False
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # for those alone who set TZ to a zone at UTC

    try:
        ZoneInfo(wanted.lstrip(":"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return True
    return False
