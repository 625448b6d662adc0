"""Amounts of money, written short."""

from __future__ import annotations

from decimal import Decimal

from ionq_tui.model.money import Money


def usd(text: str, unit: str = "usd") -> Money:
    return Money(Decimal(text), unit)


def credit(text: str) -> Money:
    return usd(text, "credit")
