"""Tolerant decoding of an organization's usage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ionq_tui.api.decode import Unreadable
from ionq_tui.api.scalar import count, encodable, exact, moment, text
from ionq_tui.model.money import Money, charge, known_unit, totals
from ionq_tui.model.spending import Amounts, OrganizationUsage, UsageDay, UsageGroup

_MOST_JOBS = 10**12
_MOST_DAYS = 1_000
_MOST_GROUPS = 100
_CREDIT = "credit"


def read_usage(value: object) -> OrganizationUsage:
    """Decode `GET /organizations/{id}/usage`. Raises Unreadable if the reply has no list of days."""
    item = _object(value)
    rows = item.get("usage_data")
    if not isinstance(rows, list):
        raise Unreadable("the reply has no list of days")
    unit = text(item.get("usage_unit")) or ""
    days, unreadable, converted = [], 0, False
    for row in rows[:_MOST_DAYS]:
        day = _day(row, unit)
        if day is None:
            unreadable += 1
        else:
            days.append(day[0])
            converted = converted or day[1]
    if unreadable and not days:
        raise Unreadable("the reply contains no day that can be read")
    return OrganizationUsage(
        tuple(days),
        moment(item.get("usage_from")),
        moment(item.get("usage_to")),
        unreadable + len(rows[_MOST_DAYS:]),
        converted,
    )


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable("the reply is not an object")
    return value


def _day(value: object, unit: str) -> tuple[UsageDay, bool] | None:
    """Decode one day, and tell whether its amount may have been converted; None without a date."""
    if not isinstance(value, dict) or (day := _date(value.get("from"))) is None:
        return None
    amounts, whole, converted = _amounts(value, unit)
    groups = value.get("group_usages")
    read = [_group(one, unit) for one in groups[:_MOST_GROUPS]] if isinstance(groups, list) else []
    known = tuple(one for one in read if one is not None)
    return UsageDay(day, count(value.get("job_count"), _MOST_JOBS), amounts, known, whole), converted


def _group(value: object, unit: str) -> UsageGroup | None:
    """Decode one group; None if nothing tells it from others."""
    if not isinstance(value, dict):
        return None
    key, name = text(value.get("group_id")) or "", text(value.get("group_name")) or ""
    amounts, _, _ = _amounts(value, unit)
    return UsageGroup(key or name, name, count(value.get("job_count"), _MOST_JOBS), amounts) if key or name else None


def _date(value: object) -> date | None:
    """Decode a date, or the date in UTC of a time: the schema says the one, the live API sends the other."""
    at = moment(value)
    return None if at is None else at.date()


def _amounts(item: Mapping[str, object], unit: str) -> tuple[Amounts, bool, bool]:
    """Decode the amounts by unit, whether all could be read, and whether they may have been converted to credits.

    IonQ converts `amount` to credits as soon as there are any in the requested period; `amounts` is as it was charged.
    """
    listed = item.get("amounts")
    if isinstance(listed, list) and listed:
        read = [_money(one.get("amount"), one.get("unit")) if isinstance(one, dict) else None for one in listed]
        known = [one for one in read if one is not None]
        return totals(known), len(known) == len(read), False
    amount, own = exact(item.get("amount")), text(item.get("amount_unit")) or unit
    if amount == 0:
        return (), True, False
    paid = _money(item.get("amount"), own)
    return ((paid,) if paid is not None else ()), paid is not None, known_unit(encodable(own)) == _CREDIT


def _money(amount: object, unit: object) -> Money | None:
    read = exact(amount)
    return None if read is None or not isinstance(unit, str) else charge(read, unit)
