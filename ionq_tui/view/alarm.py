"""Alarms, each raised once: a limit that is near, and an idle session."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ionq_tui.model.money import figure
from ionq_tui.model.session import EndSource, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import money
from ionq_tui.view.incomplete import AT_LEAST
from ionq_tui.view.meter import meters
from ionq_tui.view.sanitize import plain
from ionq_tui.view.time_text import aware, month, spoken
from ionq_tui.view.urgency import LAST_MINUTES

if TYPE_CHECKING:
    from ionq_tui.model.spending import BudgetState

_PARTS = ((0.8, "80 %"), (0.95, "95 %"))
IDLE = timedelta(minutes=10)
"""Time without a waiting or running job after which a session counts as idle."""


def alarms(watch: SessionSnapshot, now: datetime, jobs_as_of: datetime | None = None, *, ours: bool) -> dict[str, str]:
    """Return the alarms by stable names, the most serious last.

    Another user's session that never started is not called idle: that is for its owner.
    `jobs_as_of` is when the jobs were last read: later activity is unknown and does not count as idle.
    """
    session = watch.session
    if session is None or watch.ended:
        return {}
    short = plain(session.short, 6)
    told: dict[str, str] = {}
    begun = session.started_at is not None or watch.count > 0
    idle = idle_for(watch, jobs_as_of or now) if ours or begun else None
    if idle is not None and idle >= IDLE:
        told["idle"] = f"{short}: no job waiting or running for {spoken(idle)}; the session is still open"
    near: list[tuple[str, str, str]] = []
    for meter in meters(watch, now):
        reached = 0.0 if meter.fraction is None else meter.fraction + meter.reserved
        if passed := [said for part, said in _PARTS if reached >= part]:
            share = meter.percent.replace("%", " %")
            left = f"{meter.left} {meter.unit}".rstrip()
            name = "cost limit" if meter.name == "cost" else meter.name
            words = f"{short}: {share} of the {name} used, {left} left"
            near.append((passed[-1], f"{meter.name} {passed[-1]}", words))
    told.update((name, words) for _, name, words in sorted(near, key=lambda one: one[0]))
    end = session.runs_out_at
    if end is not None and aware(end) - now <= LAST_MINUTES:
        told["last minutes"] = f"{short}: {_last_words(session, now)}"
    expiry = session.expires_at if session.runs_out_is_guess else None
    if expiry is not None and aware(expiry) - now <= LAST_MINUTES:
        told["last minutes of expiry"] = f"{short}: less than 5 minutes until IonQ's expiry time"
    return told


def budget_alarm(state: BudgetState) -> tuple[str, str] | None:
    """Return the name and the words of the most serious alarm of the monthly budget; None below 80 %.

    The name contains the month and the amount: another month and another budget raise it anew.
    """
    if state.spent is None:
        return None
    share = float(state.spent / state.budget.value)
    passed = [said for part, said in (*_PARTS, (1.0, "reached")) if share >= part]
    if not passed:
        return None
    of = f"{AT_LEAST if state.at_least else ''}{figure(state.spent)} of {money(state.budget)}"
    when = month(state.month)
    words = (
        f"monthly budget reached: {of} charged in {when}"
        if share >= 1
        else f"{int(share * 100)} % of the monthly budget used: {of} in {when}"
    )
    return f"budget {state.month:%Y-%m} {state.budget} {passed[-1]}", words


def _last_words(session: Session, now: datetime) -> str:
    if session.runs_out_at is not None and aware(session.runs_out_at) > now:
        return "less than 5 minutes left"
    return "the time limit is used up" if session.runs_out_source is EndSource.LIMIT else "the expiry time has passed"


def idle_for(watch: SessionSnapshot, now: datetime) -> timedelta | None:
    """Return how long no job has been waiting or running; None if one is, or if that is unknown."""
    session = watch.session
    if session is None or not watch.listed or watch.jobs_fault is not None or watch.unfinished:
        return None
    known = [job.completed_at for job in watch.counted] + [session.started_at, session.created_at]
    times = [aware(at) for at in known if at is not None]
    return now - max(times) if times else None
