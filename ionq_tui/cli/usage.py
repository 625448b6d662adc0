"""The command `usage`: what the organization and the sessions of this machine cost, by day."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence

from ionq_tui.api import encode
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.common import say, tell_json, text_width
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.spending_reader import SpendingReader
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.link_state import Fault
from ionq_tui.model.money import Money
from ionq_tui.model.record import SessionRecord
from ionq_tui.model.spending import (
    BudgetState,
    Grouping,
    OrganizationUsage,
    Period,
    Share,
    Spending,
    recorded,
    running,
    summed,
    unpriced,
)
from ionq_tui.settings import Settings
from ionq_tui.view.alarm import budget_alarm
from ionq_tui.view.column import Column
from ionq_tui.view.fault import fault_words, link_fault
from ionq_tui.view.meter_bar import meter_line, note_line
from ionq_tui.view.sanitize import plain
from ionq_tui.view.spending import (
    NO_BUDGET,
    budget_meter,
    day_rows,
    grouping_note,
    ionq_notes,
    loosely,
    machine_notes,
    machine_shares,
    machine_sum,
    organization_sum,
    period_words,
    share_lines,
    shares_of,
    units,
)
from ionq_tui.view.style import Cell, words
from ionq_tui.view.text_table import text_table
from ionq_tui.view.time_text import rfc3339_or_none
from ionq_tui.view.wrap import wrapped

_GROUPINGS = {"person": Grouping.PERSON, "project": Grouping.PROJECT}
_RETRIES = 2
_WIDTH = 100
_DAY_COLUMNS: tuple[Column[object], ...] = (
    Column("DAY", 10, lambda _: None),
    Column("ORGANIZATION", 12, lambda _: None, "right"),
    Column("THIS MACHINE", 12, lambda _: None, "right"),
    Column("", 24, lambda _: None),
)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read the usage once and print it; what this machine recorded is printed even if IonQ does not answer."""
    return connected(settings, lambda engine: _usage(engine, args), retries=_RETRIES)


async def _usage(engine: Engine, args: argparse.Namespace) -> int:
    reader, asked = engine.spending, _GROUPINGS.get(args.by)
    reader.days, reader.grouping = args.days, asked or Grouping.PERSON
    await engine.session_list.refresh()  # it tells the id of the organization, which the request needs
    await reader.read()
    fault = link_fault(reader.link)
    if fault is not None:
        say(f"IonQ's figures are missing: {fault_words(fault, 'usage', once=True)}")
    state = reader.budget_state
    if state is not None and (alarm := budget_alarm(state)) is not None:
        say(alarm[1])
    if args.json:
        tell_json(_facts(reader, asked, fault))
    else:
        print("\n".join(_lines(engine, reader, asked)))
    return DONE if fault is None else REFUSED


def _lines(engine: Engine, reader: SpendingReader, asked: Grouping | None) -> Iterable[str]:
    spending, period, now = reader.store.value, reader.period, engine.clock.now()
    yield f"Usage, {period_words(period)}"
    yield f"organization  {organization_sum(spending, period)}"
    yield f"this machine  {machine_sum(spending, period)}"
    if (state := reader.budget_state) is not None:
        meter = budget_meter(state)
        yield words(meter_line(meter, _WIDTH)).rstrip(" ")
        yield words(note_line(meter, _WIDTH))
    else:
        yield NO_BUDGET
    for name in units(spending, period):
        rows = [tuple(map(Cell, row)) for row in day_rows(spending, period, name)]
        yield f"\nBy day, in {plain(name, 12)}"
        yield text_table(_DAY_COLUMNS, rows)
    yield from _share_lines(engine, spending, period, asked)
    yield "\nNotes"
    notes = (*ionq_notes(spending, period, reader.read_at, now, None), *machine_notes(spending, period))
    width = text_width(sys.stdout)
    for note in (*notes, grouping_note(asked)):
        yield from wrapped(f"- {note}", width) if width is not None else [f"- {note}"]


def _share_lines(engine: Engine, spending: Spending, period: Period, asked: Grouping | None) -> Iterable[str]:
    if asked is None:
        tables = [(f"{name}, sessions of this machine", shares) for name, shares in machine_shares(spending, period)]
    else:
        told = shares_of(spending, asked, period)
        tables = [] if told is None else [(f"{asked.name.lower()}, as IonQ reports", told)]
    for title, shares in tables:
        yield f"\nBy {title}"
        yield from (words(one) for one in share_lines(shares, _WIDTH, engine.people)) if shares else ("nothing",)


def _facts(reader: SpendingReader, asked: Grouping | None, fault: Fault | None) -> dict[str, object]:
    """Return IonQ's reply with its own field names, null if it is missing, and the rest under `ionq_tui`."""
    spending, period = reader.store.value, reader.period
    told = spending.usage.get(reader.grouping)
    ours = recorded(spending.here, period)
    return {
        "usage": None if told is None else _usage_facts(told, reader),
        "ionq_tui": {
            "period": {"first": period.first.isoformat(), "last": period.last.isoformat(), "time_zone": "UTC"},
            "read_at": rfc3339_or_none(reader.read_at),
            "usage_complete": told is not None and told.whole and fault is None,
            "fault": None if fault is None else fault_words(fault, "usage", once=True),
            "this_machine": {
                "charged": _money(summed(ours)),
                "days": [{"day": day.isoformat(), "charged": _money(amounts)} for day, amounts in ours.items()],
                **{f"by_{name}": _share_facts(shares) for name, shares in machine_shares(spending, period)},
                "complete": spending.recalled and not loosely(spending, period),
                "sessions_open": _ids(running(spending.here, period)),
                "sessions_not_all_costs_known": _ids(unpriced(spending.here, period)),
                "journal_trouble": spending.trouble or None,
            },
            "budget": None if (state := reader.budget_state) is None else _budget_facts(state),
        },
    }


def _usage_facts(usage: OrganizationUsage, reader: SpendingReader) -> dict[str, object]:
    period = reader.period
    return {
        "usage_from": rfc3339_or_none(usage.covers_from),
        "usage_to": rfc3339_or_none(usage.covers_to),
        "group_type": reader.grouping.value,
        "modality": "daily",
        "usage_data": [
            {
                "from": one.day.isoformat(),
                "job_count": one.jobs,
                "amounts": _amounts(one.amounts),
                "group_usages": [
                    {
                        "group_id": group.id,
                        "group_name": group.name or None,
                        "job_count": group.jobs,
                        "amounts": _amounts(group.amounts),
                    }
                    for group in one.groups
                ],
            }
            for one in usage.days
            if one.day in period
        ],
    }


def _amounts(amounts: Iterable[Money]) -> list[dict[str, object]]:
    """Return amounts as IonQ's usage names them."""
    return [{"amount": float(one.value), "unit": one.unit} for one in amounts]


def _money(amounts: Iterable[Money]) -> list[dict[str, object] | None]:
    return [encode.money_json(one) for one in amounts]


def _share_facts(shares: Sequence[Share]) -> list[Mapping[str, object]]:
    return [
        {
            "name": one.name or None,
            "sessions": one.sessions,
            "charged": _money(one.amounts),
            "complete": not one.at_least,
        }
        for one in shares
    ]


def _ids(records: Iterable[SessionRecord]) -> list[str]:
    return [one.id for one in records]


def _budget_facts(state: BudgetState) -> dict[str, object]:
    return {
        "budget": encode.money_json(state.budget),
        "month": f"{state.month:%Y-%m}",
        "charged": None if state.spent is None else encode.money_json(Money(state.spent, state.budget.unit)),
        "charged_according_to": "ionq" if state.from_ionq else "this_machine",
        "may_be_more": state.at_least,
    }
