"""Read the jobs of a session and their costs, page by page, for commands that read once."""

from __future__ import annotations

from collections.abc import Callable

from ionq_tui.cli.common import CommandError, heard, say
from ionq_tui.engine.cost_fetcher import PER_SECOND, CostFetcher
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_archive import date_costs
from ionq_tui.engine.store import Store
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.job import JobCost
from ionq_tui.model.link_state import Fault
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_costs,
    apply_jobs,
    apply_session,
    with_unreadable_count,
)
from ionq_tui.view.amount import UNKNOWN, counted, sums
from ionq_tui.view.fault import fault_words
from ionq_tui.view.incomplete import AT_LEAST
from ionq_tui.view.live_session import unread_cost

_ASKED_FOR = 30.0
"""Seconds for which a command reads costs, enough for 240 jobs."""
_MANY = 50
"""Number of costs above which the wait is announced first."""


async def read_session(engine: Engine, session: Session) -> SessionSnapshot:
    """Read all jobs of a session, and their costs."""
    return await priced(engine, await read_jobs(engine, session))


async def read_jobs(
    engine: Engine, session: Session, enough: Callable[[SessionSnapshot], bool] = lambda _: False
) -> SessionSnapshot:
    """Read the pages of a session's jobs, until all are read or they are `enough`."""
    now = engine.clock.now()
    watch = apply_session(EMPTY_SNAPSHOT, session, now)  # before its jobs, which may be all only where it has ended
    after: str | None = None
    cursor_guard, unread = CursorGuard(), 0
    while True:
        page = await engine.cloud.session_jobs(session.id, after=after)
        if isinstance(page, Fault):
            heard(page, "jobs")
            break
        watch = apply_jobs(watch, page.jobs, now, complete=page.next is None, began=now)
        after, unread = page.next, unread + page.unreadable
        if lost := cursor_guard.lost(page):
            raise CommandError(f"IonQ's reply cannot be used: {lost}")
        if after is None or enough(watch):
            break
    if unread:
        say(f"{counted(unread, 'more job')} could not be read")
        watch = with_unreadable_count(watch, unread)
    return watch


async def priced(engine: Engine, watch: SessionSnapshot) -> SessionSnapshot:
    """Load known costs and read missing ones, within the dashboard's request budget and for a limited time."""
    place, session_id = engine.place(), watch.session.id if watch.session else ""
    store = Store(apply_costs(watch, await engine.journal.costs(place, session_id)))
    found: dict[str, JobCost] = {}
    watch = store.value
    if (wanted := watch.finished_count - watch.priced_count + len(watch.unfinished)) > _MANY:
        say(f"reading the cost of {counted(wanted, 'job')}, {PER_SECOND} a second, for {_ASKED_FOR:g} s at most")
    try:
        left, fault = await CostFetcher(engine.cloud, engine.clock, store, found.update).once(_ASKED_FOR)
    finally:
        await engine.journal.keep_costs(place, session_id, found)
        await date_costs(engine.journal, place, store.value)
    if store.value.cost_fault is not None:
        say(unread_cost(store.value.cost_fault, once=True))
    elif fault is not None:
        say(fault_words(fault, once=True))
    if left:
        say(_part_words(store.value, kept=engine.journal.trouble is None))
    return store.value


def _part_words(watch: SessionSnapshot, *, kept: bool) -> str:
    """Return "≥ 31.20 usd (812 of 2,000 jobs priced)" and how to continue, if not every job was read."""
    if watch.priced_count == watch.finished_count:
        return "the reservations of some unfinished jobs were not read"
    known = f"{AT_LEAST}{sums(watch.charged)}" if watch.charged else UNKNOWN
    more = (
        "run it again to continue: known costs are stored"
        if kept
        else "the journal cannot be written, so the next run starts over"
    )
    return f"{known} ({watch.priced_count:,} of {counted(watch.finished_count, 'job')} priced); {more}"
