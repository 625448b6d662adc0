"""Counts, amounts and limits as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money, figure
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.time_text import minutes

UNKNOWN = "—"
NO_LIMIT = "NO LIMIT"
_LIMIT_NAMES = {"jobs": "job limit", "time": "time limit", "money": "cost limit"}
_NUMBER = re.compile(r"[<>]?[0-9][0-9,.]*(?=[^0-9,.jhm])")
"""An amount before its unit in short limits; j, h and m are not units of cost."""


def count(number: int | None) -> str:
    """Return a number with separators: "1,000"."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 job", "2,000 jobs"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def money(amount: Money | None) -> str:
    """Return an amount with its unit: "18.20 usd"."""
    return UNKNOWN if amount is None else f"{figure(amount.value)} {unit(amount.unit)}"


def unit(name: str) -> str:
    """Return the unit's name, harmless and short."""
    return plain(name, 12) or "?"


def sums(amounts: Iterable[Money]) -> str:
    """Return amounts of several units side by side, never added; no amounts give "—"."""
    return " + ".join(money(amount) for amount in amounts) or UNKNOWN


def none_of(limits: Limits, name: str) -> str:
    """Return the text for a limit "jobs", "time" or "money" that is not set: NO_LIMIT, or UNKNOWN if unreadable."""
    return UNKNOWN if name in limits.unread else NO_LIMIT


def limit_parts(limits: Limits) -> tuple[str, ...]:
    """Return each limit that is set: "40j", "1h30m", "30.00usd"."""
    told = []
    if limits.jobs is not None:
        told.append(f"{limits.jobs:,}j")
    if limits.minutes is not None:
        told.append(minutes(limits.minutes))
    if limits.money is not None:
        told.append(f"{figure(limits.money.value)}{unit(limits.money.unit)}")
    return tuple(told)


def limits_words(limits: Limits) -> str:
    """Return all limits: "40j · 1h30m · 30.00 usd", or "NO LIMIT"; one that cannot be read is "job limit unknown"."""
    counts = limit_parts(replace(limits, money=None))
    unread = [f"{_LIMIT_NAMES.get(name, name)} unknown" for name in limits.unread]
    return " · ".join((*counts, *([money(limits.money)] if limits.money is not None else []), *unread)) or NO_LIMIT


def limits_short(limits: Limits) -> str:
    """Return the first limit and how many more there are: "40j +2"; "NONE" where there is none, "—" if unreadable."""
    parts = limit_parts(limits)
    if not parts:
        return UNKNOWN if limits.unread else "NONE"
    return parts[0] if len(parts) == 1 else f"{parts[0]} +{len(parts) - 1}"


def limits_cut(short: str, width: int) -> str:
    """Return short limits in `width` cells without cutting a number: without the unit, else the number of limits."""
    if cells(short) <= width:
        return short
    first, _, more = short.partition(" +")
    amount = None if more else _NUMBER.match(first)
    if amount is not None and cells(amount[0]) <= width:
        return amount[0]
    return counted(1 + int(more or 0), "limit")
