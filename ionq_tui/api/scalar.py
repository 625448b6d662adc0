"""Decode single values of a reply: numbers, times, strings and amounts. An implausible value counts as missing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Context, Decimal
from sys import intern

from ionq_tui.model.limits import INT32_MAX
from ionq_tui.model.money import Money, charge, known_unit

YEARS = range(2000, 3000)
"""Plausible years of IonQ's timestamps.

Servers write "0001-01-01" and "1970-01-01" for events that have not happened. Arithmetic on dates near the ends of the
supported range overflows, too.
"""
MAX_DURATION_MS = 100 * 366 * 24 * 3600 * 1000
"""Maximum plausible duration in milliseconds: a century."""
MAX_TEXT_LENGTH = 1_000
_MAX_NUMBER = Decimal(10) ** 15
_CONTEXT = Context(prec=28, Emin=-30, Emax=30, traps=[])
"""Reduces numbers with a million digits or an exponent of a billion to what arithmetic and screens can handle."""

_from_iso = datetime.fromisoformat


def text(value: object) -> str | None:
    """Decode a string."""
    if type(value) is not str:
        return None
    return value if value.isascii() else encodable(value)


def shared(value: object) -> str | None:
    """Decode a string that many jobs have in common, as one interned object.

    This halves the memory of thousands of jobs.
    """
    string = text(value)
    return None if string is None else intern(string)


def encodable(text: str) -> str:
    """Replace lone surrogates, which JSON allows but no socket, file or terminal can encode."""
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode()


def flag(value: object) -> bool | None:
    """Decode a boolean."""
    return value if value is True or value is False else None


def exact(value: object) -> Decimal | None:
    """Decode a number exactly. It must be finite and at most 10**15 in absolute value."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    read = rounded(value)
    return read if read.is_finite() and abs(read) <= _MAX_NUMBER else None


def rounded(value: int | Decimal) -> Decimal:
    """Return a number rounded to 28 digits. The result may be infinite."""
    return _CONTEXT.plus(Decimal(value))


def number(value: object, most: float = 10.0**15) -> float | None:
    """Decode a number from zero to `most`."""
    read = exact(value)
    return float(read) if read is not None and 0 <= read <= most else None


def count(value: object, most: int = INT32_MAX) -> int | None:
    """Decode a whole number from zero to `most`, by default the largest that the API itself uses."""
    if value is None or (type(value) is int and 0 <= value <= most):
        return value
    read = exact(value)
    return int(read) if read is not None and 0 <= read <= most and read == read.to_integral_value() else None


def duration(value: object) -> int | None:
    """Decode a duration in milliseconds."""
    return count(value, MAX_DURATION_MS)


def moment(value: object) -> datetime | None:
    """Decode an RFC 3339 time as UTC; None if its year is implausible. A time without a zone is taken as UTC."""
    if type(value) is not str or len(value) > 64:
        return None
    try:
        # Fast path: nearly all times have this format, and lists contain thousands of them.
        if (usual := _from_iso(value)).tzinfo is UTC:
            return usual if usual.year in YEARS else None
    except ValueError:
        pass
    try:
        read = _from_iso(value.strip().upper())
        read = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        return read if read.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def money(value: object) -> Money | None:
    """Decode an amount that was or may be charged or reserved; None if the unit is unknown."""
    if not isinstance(value, dict):
        return None
    read, unit = exact(value.get("value")), value.get("unit")
    return None if read is None or not isinstance(unit, str) else charge(read, unit)


def limit_money(value: object) -> Money | None:
    """Decode a cost limit, in USD if it has no unit."""
    if not isinstance(value, dict):
        return None
    read, unit_name = exact(value.get("value")), value.get("unit")
    unit = "usd" if unit_name is None else known_unit(unit_name) if isinstance(unit_name, str) else None
    return None if read is None or read < 0 or unit is None else Money(read, unit)


def as_written(value: object) -> str:
    """Format a single value as it was written in JSON, cut after MAX_TEXT_LENGTH characters; "…" stands for several."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | Decimal):
        return f"{rounded(value).normalize():f}"
    return value[:MAX_TEXT_LENGTH] if isinstance(value, str) else "…"
