"""Spending over days as text: sums, the budget, days, shares, and what the numbers do not include."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from ionq_tui.model.link_state import Fresh
from ionq_tui.model.money import figure
from ionq_tui.model.record import SessionRecord
from ionq_tui.model.spending import (
    Amounts,
    BudgetState,
    ByDay,
    Grouping,
    OrganizationUsage,
    Period,
    Share,
    Spending,
    by_backend,
    by_group,
    by_label,
    recorded,
    reported,
    running,
    summed,
    unpriced,
)
from ionq_tui.view.amount import UNKNOWN, counted, sums, unit
from ionq_tui.view.blocks import filled
from ionq_tui.view.day_chart import LEAST_HEIGHT, OTHERS, DayBar, day_chart
from ionq_tui.view.incomplete import AT_LEAST
from ionq_tui.view.meter import Meter, tone_of
from ionq_tui.view.sanitize import cells, cut, pad, plain
from ionq_tui.view.status import NOBODY
from ionq_tui.view.style import BarPart, Cell, Line, Tone, joined, line, width_of
from ionq_tui.view.time_text import NOTHING, clock, dated, month, short_day

NOT_READ = "not read yet"
_SHARE_BAR = 12
_NAME = 36
_NAMED = 5
"""The most sessions that are named in a note."""
THIS_MACHINE = "this machine"
ORGANIZATION = "organization"
NO_BUDGET = "no monthly budget: set monthly_budget in config.toml"


def period_words(period: Period) -> str:
    """Return "24 Oct to 22 Nov 2026, 30 days in UTC"."""
    days = len(period.days)
    first = "" if days == 1 else f"{short_day(period.first)} to "
    return f"{first}{short_day(period.last)} {period.last.year}, {counted(days, 'day')} in UTC"


def organization_sum(spending: Spending, period: Period) -> str:
    """Return what IonQ reports for the organization: "412.30 usd", with "≥" where it may be more, "—" if unknown."""
    usage = spending.newest
    if usage is None:
        return UNKNOWN
    told = summed(reported(usage, period))
    return f"{'' if usage.whole else AT_LEAST}{sums(told) if told else 'nothing'}"


def machine_sum(spending: Spending, period: Period) -> str:
    """Return what this machine recorded: "120.10 usd", with "≥" where it may be more, "—" if unknown."""
    if not spending.recalled:
        return UNKNOWN
    told, loose = summed(recorded(spending.here, period)), loosely(spending, period)
    if not told:
        return UNKNOWN if loose else "nothing"
    return f"{AT_LEAST if loose else ''}{sums(told)}"


def loosely(spending: Spending, period: Period) -> bool:
    """Return True if the sessions of this machine may have cost more than is recorded."""
    return bool(spending.trouble or running(spending.here, period) or unpriced(spending.here, period))


def title_line(period: Period) -> Line:
    """Return the heading of the screen."""
    return line(Cell("USAGE", Tone.STRONG), Cell(f"  {period_words(period)}", Tone.DIM))


def sum_lines(spending: Spending, period: Period, width: int) -> list[Line]:
    """Return both sums on one line, or on two if they do not fit."""
    parts = [
        line(Cell(f"{name} ", Tone.DIM), Cell(told, Tone.STRONG))
        for name, told in (
            (ORGANIZATION, organization_sum(spending, period)),
            (THIS_MACHINE, machine_sum(spending, period)),
        )
    ]
    one = joined(parts)
    return [one] if width_of(one) <= width else parts


def budget_meter(state: BudgetState) -> Meter:
    """Measure what is charged of the monthly budget, and say by whose account."""
    named, asked = unit(state.budget.unit), state.budget.value
    if state.spent is None:
        return Meter("budget", limit=figure(asked), note=f"{named} · {month(state.month)} · {NOT_READ}", unit=named)
    account = "as IonQ reports" if state.from_ionq else "this machine only"
    besides = f" · not counted: {sums(state.others)}" if state.others else ""
    part = float(state.spent / asked)
    loose = AT_LEAST if state.at_least else ""
    left = max(Decimal(0), asked - state.spent)
    return Meter(
        "budget",
        f"{loose}{figure(state.spent)}",
        figure(asked),
        f"{'≤ ' if loose and left else ''}{figure(left)}",
        part,
        note=f"{named} · {month(state.month)} (UTC) · {account}{besides}",
        tone=tone_of(part),
        over=state.spent > asked,
        unit=named,
    )


def units(spending: Spending, period: Period) -> tuple[str, ...]:
    """Return the units of all amounts in the period, those of IonQ first."""
    usage = spending.newest
    told = summed(reported(usage, period)) if usage is not None else ()
    return tuple(dict.fromkeys(one.unit for one in (*told, *summed(recorded(spending.here, period)))))


def day_bars(spending: Spending, period: Period, name: str) -> list[DayBar]:
    """Return every day of the period in one unit."""
    usage = spending.newest
    told: ByDay = reported(usage, period) if usage is not None else {}
    ours = recorded(spending.here, period)
    return [DayBar(day, _in(ours.get(day, ()), name), _in(told.get(day, ()), name)) for day in period.days]


def _in(amounts: Amounts, name: str) -> Decimal:
    return next((one.value for one in amounts if one.unit == name), Decimal(0))


def days_title(spending: Spending, period: Period) -> str:
    """Return the title of the chart, with its legend where two kinds of columns are drawn."""
    known = units(spending, period)
    named = f", {' and '.join(unit(one) for one in known)}" if known else ""
    both = spending.newest is not None and bool(known)
    return f"By day{named}" + (f" · █ {THIS_MACHINE} {OTHERS} others" if both else f" · {THIS_MACHINE}")


def day_lines(spending: Spending, period: Period, size: tuple[int, int]) -> list[Line]:
    """Return a chart of each unit below each other in `size` cells, or why there is none."""
    known = units(spending, period)
    if not known:
        told = spending.recalled and spending.newest is not None
        return [line(Cell("nothing was charged" if told else "nothing known yet", Tone.DIM))]
    lines: list[Line] = []
    for name in known:
        head = [line(Cell(unit(name), Tone.STRONG))] if len(known) > 1 else []
        rows = max(LEAST_HEIGHT, size[1] // len(known) - len(head))
        lines += [*head, *day_chart(day_bars(spending, period, name), (size[0], rows))]
    return lines


def share_blocks(
    spending: Spending, period: Period, grouping: Grouping | None, width: int, people: Mapping[str, str] = NOBODY
) -> list[Line]:
    """Return the costs by backend and label, or as IonQ reports them by person or project."""
    if grouping is not None:
        told = shares_of(spending, grouping, period)
        if told is None:
            words = NOT_READ if isinstance(spending.link, Fresh) else "not read: IonQ's answer is missing"
            return [line(Cell(words, Tone.DIM))]
        return share_lines(told, width, people) or [line(Cell("nothing", Tone.DIM))]
    lines: list[Line] = []
    for name, shares in machine_shares(spending, period):
        found = share_lines(shares, width - 2)
        if found:
            lines += [line(Cell(name, Tone.DIM)), *((Cell("  "), *one) for one in found)]
    return lines or [line(Cell("no session was opened on this machine in these days", Tone.DIM))]


def day_rows(spending: Spending, period: Period, name: str, width: int = 24) -> list[tuple[str, str, str, str]]:
    """Return day, organization, this machine and a bar for each day, newest first; the bar is of the larger one."""
    bars = day_bars(spending, period, name)
    most = max((one.top for one in bars), default=Decimal(0))
    known = spending.newest is not None
    return [
        (
            one.day.isoformat(),
            (figure(one.all) if one.all else NOTHING) if known else UNKNOWN,
            figure(one.ours) if one.ours else NOTHING,
            filled(float(one.top / most), width) if most else "",
        )
        for one in reversed(bars)
    ]


def shares_of(spending: Spending, grouping: Grouping, period: Period) -> tuple[Share, ...] | None:
    """Return what IonQ reports by person or project; None if it was not read."""
    usage = spending.usage.get(grouping)
    return None if usage is None else by_group(usage, period)


def machine_shares(spending: Spending, period: Period) -> tuple[tuple[str, tuple[Share, ...]], ...]:
    """Return the sessions of this machine by backend and by label, each with its title."""
    return ("backend", by_backend(spending.here, period)), ("label", by_label(spending.here, period))


def share_name(share: Share, people: Mapping[str, str] = NOBODY) -> str:
    """Return the name of a share: that of the configuration for an id, else as recorded or as IonQ sent it."""
    if share.others:
        return "not named by IonQ"
    return plain(people.get(share.name, share.name), 60).strip() or "-"


def share_cost(share: Share) -> str:
    """Return "10.53 usd", with "≥" where it may be more; "—" if nothing is known."""
    return f"{AT_LEAST if share.at_least else ''}{sums(share.amounts)}" if share.amounts else UNKNOWN


def share_count(share: Share) -> str:
    """Return "3 sessions" or "120 jobs"; empty if unknown."""
    if share.sessions is not None:
        return counted(share.sessions, "session")
    return "" if share.jobs is None else counted(share.jobs, "job")


def share_lines(shares: Sequence[Share], width: int, people: Mapping[str, str] = NOBODY) -> list[Line]:
    """Return a line for each share: its name, a bar of its part of the largest in the same unit, cost and number."""
    most: dict[str, Decimal] = {}
    for amount in (one for share in shares for one in share.amounts):
        most[amount.unit] = max(most.get(amount.unit, Decimal(0)), amount.value)
    rows = [(share_name(one, people), share_cost(one), share_count(one), one) for one in shares]
    paid = max((cells(row[1]) for row in rows), default=0)
    many = max((cells(row[2]) for row in rows), default=0)
    name = min(_NAME, max((cells(row[0]) for row in rows), default=0))
    with_bar = width >= name + _SHARE_BAR + paid + many + 6
    name = max(6, min(name, width - paid - many - 4 - (_SHARE_BAR + 2 if with_bar else 0)))
    return [_share_line(row, (name, paid, many), most, with_bar=with_bar, width=width) for row in rows]


def _share_line(
    row: tuple[str, str, str, Share],
    wide: tuple[int, int, int],
    most: Mapping[str, Decimal],
    *,
    with_bar: bool,
    width: int,
) -> Line:
    name, paid, many, share = row
    parts: list[Cell] = [Cell(pad(cut(name, wide[0]), wide[0]) + "  ")]
    if with_bar:
        first = share.amounts[0] if len(share.amounts) == 1 else None
        drawn = filled(float(first.value / most[first.unit]), _SHARE_BAR) if first and most[first.unit] else ""
        blank = " " * (_SHARE_BAR - cells(drawn))
        parts += [BarPart(drawn, Tone.ACCENT), Cell(blank + "  ")] if first else [Cell(" " * (_SHARE_BAR + 2))]
    told = f"{pad(paid, wide[1], 'right')}  {pad(many, wide[2], 'right')}".rstrip(" ")
    return line(*(one for one in parts if one.text), Cell(cut(told, max(1, width - wide[0] - 2)), Tone.STRONG))


def ionq_notes(
    spending: Spending, period: Period, read_at: datetime | None, now: datetime, tz: tzinfo | None
) -> list[str]:
    """Return what is to be known about IonQ's figures: their period, their age, and what they may lack."""
    usage = spending.newest
    if usage is None:
        told = NOT_READ if isinstance(spending.link, Fresh) else "could not be read"
        return [f"IonQ's figures: {told}; the numbers are those that this machine recorded."]
    notes = [f"IonQ's figures: {_covered(usage)}; last read {clock(read_at, now, tz, zone=True)}."]
    if usage.covers_to is not None and usage.covers_to.astimezone(UTC).date() < period.last:
        notes.append(f"IonQ's figures end before today: {dated(usage.covers_to, UTC)}.")
    if not isinstance(spending.link, Fresh):
        notes.append("The last request to IonQ failed: its figures may be out of date.")
    if not usage.whole:
        notes.append("Some days or amounts of IonQ's reply could not be read: its sums may be too low.")
    if usage.converted:
        notes.append("IonQ sent sums in credits only: they may include amounts that IonQ converted.")
    notes.append("IonQ does not say how soon a finished job is included, nor if a session costs more than its jobs.")
    return notes


def _covered(usage: OrganizationUsage) -> str:
    if usage.covers_from is None or usage.covers_to is None:
        return "IonQ does not say which period they cover"
    return f"{dated(usage.covers_from, UTC)} to {dated(usage.covers_to, UTC)}"


def machine_notes(spending: Spending, period: Period) -> list[str]:
    """Return what is to be known about the figures of this machine: what they do not include, and may lack."""
    notes = [
        "This machine: sessions opened with its journal. It includes neither sessions opened on another machine"
        " nor jobs outside of sessions."
    ]
    if still := running(spending.here, period):
        notes.append(f"Still open, so their cost may grow: {_named(still)}.")
    if unknown := unpriced(spending.here, period):
        notes.append(
            f"Not all costs known yet: {_named(unknown)}. Read them with ionq-tui show ID, or by viewing the session."
        )
    if any(one.undated and one.concerns(period) for one in spending.here):
        notes.append("Costs without a recorded day count on the day their session ended, else was opened.")
    if spending.trouble:
        notes.append(plain(spending.trouble, 300))
    return notes


def grouping_note(grouping: Grouping | None) -> str:
    """Return what a grouping does not tell."""
    if grouping is None:
        return "IonQ reports neither backends nor labels: these are sessions of this machine only."
    who = "people" if grouping is Grouping.PERSON else "projects"
    return f"IonQ names only the five {who} with the highest cost of a day."


def _named(records: Sequence[SessionRecord]) -> str:
    ids = ", ".join(plain(one.id[-6:], 6) for one in records[-_NAMED:])
    return f"{counted(len(records), 'session')} ({ids}{', …' if len(records) > _NAMED else ''})"
