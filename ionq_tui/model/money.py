"""Money with its unit; amounts of different units are never added or converted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one unit of the API ("usd", "credit", or whatever the server wrote)."""

    value: Decimal
    unit: str


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Sum per unit, in the order of the units' names; nothing in gives nothing out."""
    sums: dict[str, Decimal] = {}
    for amount in amounts:
        sums[amount.unit] = sums.get(amount.unit, Decimal(0)) + amount.value
    return tuple(Money(sums[unit], unit) for unit in sorted(sums))


def in_unit(amounts: Iterable[Money], unit: str) -> Decimal | None:
    """Return the amount in `unit`: zero where nothing was spent at all, None where only other units were."""
    held = {amount.unit: amount.value for amount in amounts}
    if not held:
        return Decimal(0)
    return held.get(unit) if set(held) == {unit} else None
