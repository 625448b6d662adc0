"""Session limits (jobs, minutes, cost), and parsing them from user input."""

from __future__ import annotations

import math
import re
from dataclasses import field
from decimal import Decimal, InvalidOperation

from ionq_tui.model.money import UNITS, Money
from ionq_tui.model.quick_dataclass import quick_dataclass

INT32_MAX = 2**31 - 1
"""The API counts jobs and minutes in int32 (published OpenAPI, SessionSettingsRequest)."""

_JOBS = re.compile(r"[0-9]+")
_MINUTES = re.compile(r"(?:(?P<hours>[0-9]+)h)?(?:(?P<minutes>[0-9]+)(?:m|min)?)?")
_MONEY = re.compile(r"(?P<value>[0-9]+(?:\.[0-9]{1,2})?) ?(?P<unit>[a-z]+)?")


class LimitError(ValueError):
    """An invalid limit; `field` is "jobs", "time" or "money"."""

    def __init__(self, field: str, message: str) -> None:
        """Take the field, and a message that says what is wrong and what is valid."""
        self.field = field
        self.why = message
        super().__init__(f"{field}: {message}")


@quick_dataclass(frozen=True, slots=True)
class Limits:
    """The maximum that a session may use; None is no limit, which IonQ allows."""

    jobs: int | None = None
    """Jobs, 1 to 2**31 - 1."""
    minutes: int | None = None
    """Minutes, 1 to 2**31 - 1."""
    money: Money | None = None
    """An amount above zero with at most two decimals."""
    unread: tuple[str, ...] = field(default=(), compare=False)
    """Those of "jobs", "time" and "money" that a reply contained but that could not be decoded: unknown, not absent."""
    written: tuple[str, ...] = field(default=(), compare=False)
    """The undecoded values in the same order, as sent."""

    @property
    def absent(self) -> bool:
        """True if there is no limit at all."""
        return self == NO_LIMITS and not self.unread


NO_LIMITS = Limits()


def whole(field: str, value: object) -> int:
    """Return an integer from 1 to 2**31 - 1, or raise LimitError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise LimitError(field, f"{value!r} is not a whole number")
    if not 1 <= value <= INT32_MAX:
        raise LimitError(field, f"that is not between 1 and {INT32_MAX}")
    return value


def amount(value: object, unit: str = "usd") -> Money:
    """Return an amount above zero with at most two decimals, or raise LimitError."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise LimitError("money", f"{value!r} is not a number")
    try:
        finite = math.isfinite(value)
    except (OverflowError, ValueError):
        finite = False
    if not finite:
        raise LimitError("money", "that is not a finite number, or too large")
    try:
        exact = Decimal(str(value))
        cents = exact.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise LimitError("money", f"{value} is too large") from None
    if exact <= 0:
        raise LimitError("money", f"{value} is not greater than zero")
    if exact != cents:
        raise LimitError("money", f"{value} has more than two decimals")
    if Decimal(str(float(exact))) != exact:
        raise LimitError("money", f"{value} is too large to be sent exactly")
    return Money(exact, unit)


def read_jobs(text: str) -> int | None:
    """Parse a number of jobs; an empty string is no limit. Raises LimitError."""
    if not text:
        return None
    if not _JOBS.fullmatch(text.strip(" ")):
        raise LimitError("jobs", f"{text!r} is not a whole number such as 40; leave it empty for no limit")
    return whole("jobs", _digits("jobs", text))


def read_minutes(text: str) -> int | None:
    """Parse "90", "90m" or "1h30m" as minutes; an empty string is no limit. Raises LimitError."""
    if not text:
        return None
    found = _MINUTES.fullmatch(text.strip(" ").lower())
    if not found or not any(found.groups()):
        raise LimitError("time", f"{text!r} is not a time such as 90 (minutes) or 1h30m; leave it empty for no limit")
    hours, minutes = (_digits("time", found[name] or "0") for name in ("hours", "minutes"))
    return whole("time", hours * 60 + minutes)


def read_money(text: str, unit: str = "usd") -> Money | None:
    """Parse "30", "30.00", "30usd" or "200credit"; an empty string is no limit. Raises LimitError."""
    if not text:
        return None
    found = _MONEY.fullmatch(text.strip(" ").lower())
    units = {unit.lower(): unit, **UNITS}
    named = (found and found["unit"]) or unit.lower()
    if not found or named not in units:
        raise LimitError("money", f"{text!r} is not an amount such as 30.00 or 30usd; leave it empty for no limit")
    if len(found["value"]) > 20:
        raise LimitError("money", "that amount is too large")
    return amount(Decimal(found["value"]), units[named])


def _digits(field: str, text: str) -> int:
    if len(text.strip(" ")) > 12:
        raise LimitError(field, f"that number is above {INT32_MAX}")
    return int(text)
