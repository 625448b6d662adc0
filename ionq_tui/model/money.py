"""Amounts with a unit; different units are never added or converted."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ionq_tui.model.quick_dataclass import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one of the API's units, "usd" or "credit"."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        """Return the amount and unit: "1,012.50 usd"."""
        return f"{figure(self.value)} {self.unit}"


_NO_NUMBER = "—"
DECIMALS = 6
"""Most decimals of an amount that is shown. IonQ's prices have fewer."""
_TOO_LARGE = Decimal(10) ** 15


def figure(value: Decimal, decimals: int = DECIMALS) -> str:
    """Format an amount in plain digits, with at least two and at most `decimals` decimals: "30.00", "0.0125".

    What would be rounded to zero is "<0.000001", 10^15 or more is ">999,999,999,999,999", and what is no number "—".
    """
    if not value.is_finite():
        return _NO_NUMBER
    if abs(value) >= _TOO_LARGE:
        return f"{'>' if value > 0 else '<-'}{_TOO_LARGE - 1:,f}"
    least = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(least)
    if value and not rounded:
        return f"{'<' if value > 0 else '>-'}{least:f}"
    whole, _, part = f"{rounded:z,f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


UNITS = {"usd": "usd", "credit": "credit", "credits": "credit"}
"""The API's units by lowercase spelling."""
_MOST = Decimal(10) ** 9
"""An upper bound for the cost of a job in any unit."""


def known_unit(text: str) -> str | None:
    """Return the API's name of a unit, None if it is not known."""
    return UNITS.get(text.strip().lower())


def charge(value: Decimal, unit: str) -> Money | None:
    """Return the amount a job was charged or reserved; None if negative, absurdly large, or of unknown unit."""
    known = known_unit(unit)
    return Money(value, known) if known is not None and value.is_finite() and 0 <= value <= _MOST else None


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Return the sums by unit, sorted by unit; empty for no amounts."""
    sums: dict[str, Decimal] = {}
    for amount in amounts:
        sums[amount.unit] = sums.get(amount.unit, Decimal(0)) + amount.value
    return tuple(Money(sums[unit], unit) for unit in sorted(sums))


def in_unit(amounts: Iterable[Money], unit: str) -> Decimal | None:
    """Return the amount in `unit`: zero if there are no amounts, None if there are other units."""
    by_unit = {amount.unit: amount.value for amount in amounts}
    if not by_unit:
        return Decimal(0)
    return by_unit.get(unit) if set(by_unit) == {unit} else None
