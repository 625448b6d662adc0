"""Machine-readable timestamps."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp(at: datetime) -> str:
    """Format an aware datetime as RFC 3339 in UTC with milliseconds, as IonQ does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
