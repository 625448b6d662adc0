"""A moment as programs read it."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """Return a moment that has a zone as RFC 3339 in UTC with milliseconds, as IonQ writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
