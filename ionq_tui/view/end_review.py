"""Facts of the End dialog: what will end, its owner, unfinished jobs, cost, and the age of the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.link_state import Fresh
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import UNKNOWN, counted
from ionq_tui.view.forecast import forecasts
from ionq_tui.view.incomplete import at_least_jobs, jobs_missing
from ionq_tui.view.live_session import status_line
from ionq_tui.view.meter import meters
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import cost_words
from ionq_tui.view.status import NOBODY, owner_words
from ionq_tui.view.style import Cell, Fact, Line, Tone, line, words
from ionq_tui.view.time_text import ago, clock

_BECOMES = "IonQ does not say what becomes of them"
NO_UNFINISHED = "none"
"""Shown if no job is waiting or running for certain. "none known: …" is less certain and stays a warning."""


CANNOT_BE_UNDONE = "It cannot be undone."
_SHOWN = 10


def needs_typing(owners: Collection[Owner], count: int = 1) -> bool:
    """Return True if the last six characters of the id must be typed: not certainly yours, or several at once."""
    return count != 1 or not owners or any(owner not in {Owner.HERE, Owner.YOU} for owner in owners)


def end_facts(
    watch: SessionSnapshot,
    owner: Owner,
    label: str,
    heard: datetime | None,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    jobs_as_of: datetime | None = None,
) -> list[Fact]:
    """Return the facts of one session; `heard` is when it was last updated, `jobs_as_of` when its jobs were last read.

    What decides comes first: where not all of them can be seen, the others are scrolled to.
    """
    session = watch.session
    if session is None:
        return [("session", "no data yet"), ("data", UNKNOWN)]
    shown = plain(label, 60).strip()
    return [
        ("session", plain(session.id, 80) + (f' "{shown}"' if shown else "")),
        ("backend", plain(session.backend, 60)),
        ("owner", owner_words(owner, session.creator_id, people)),
        ("unfinished", unfinished_words(watch, people) + (f"; {_BECOMES}" if watch.unfinished else "")),
        ("cost", cost_words(watch)),
        ("left", left_words(watch, now)),
        ("status", words(status_line(watch, forecasts(watch, now, jobs_as_of), now, tz, people))),
        ("data", f"updated {ago(heard, now)}" if heard is not None else "not confirmed by IonQ"),
    ]


def left_words(watch: SessionSnapshot, now: datetime) -> str:
    """Return what is left of the limits of a session."""
    left = [f"{meter.name} {meter.left} {meter.unit}".rstrip() for meter in meters(watch, now) if meter.left != UNKNOWN]
    unlimited = watch.session is not None and watch.session.limits.absent
    return ", ".join(left) if left else "NO LIMIT" if unlimited else UNKNOWN


def unfinished_words(watch: SessionSnapshot, people: Mapping[str, str] = NOBODY) -> str:
    """Return how many jobs are waiting or running, and from how many people."""
    if watch.jobs_fault is not None:
        return "unknown: the jobs could not be read"
    jobs = watch.unfinished
    if not jobs:
        if watch.all_listed and watch.unread:
            return f"unknown: {counted(watch.unread, 'job')} could not be read"
        if not watch.all_listed:
            heard = isinstance(watch.link, Fresh)
            return "unknown: still loading jobs" if heard else "unknown: the jobs could not be read"
        return NO_UNFINISHED if watch.whole else f"none known: {jobs_missing(watch)}"
    told = [f"{sum(job.running for job in jobs):,} running", f"{sum(job.waiting for job in jobs):,} waiting"]
    odd = sum(not job.running and not job.waiting for job in jobs)
    if odd:
        told.append(f"{odd:,} with another status")
    return f"{at_least_jobs(watch)}{counted(len(jobs), 'job')} ({', '.join(told)}){_of_people(watch, people)}"


def running_words(watch: SessionSnapshot) -> str:
    """Return the short ids of the running jobs; "none" only if that is certain."""
    running = [plain(job.short, 6) for job in watch.unfinished if job.running]
    if not running:
        return NO_UNFINISHED if watch.whole else UNKNOWN
    more = f" and {len(running) - _SHOWN:,} more" if len(running) > _SHOWN else ""
    return ", ".join(running[:_SHOWN]) + more


def _of_people(watch: SessionSnapshot, people: Mapping[str, str]) -> str:
    ids = {job.submitter_id for job in watch.unfinished}
    names = sorted(plain(people.get(who, who[:8]), 24) for who in ids if who is not None)
    if not names:
        return ", from unknown people"
    of = f", from {len(names):,} {'person' if len(names) == 1 else 'people'}: {', '.join(names[:3])}"
    return of + (", …" if len(names) > 3 else "") + (" and unknown people" if None in ids else "")


def left_running(watch: SessionSnapshot, end_asked_at: datetime | None, now: datetime, tz: tzinfo | None) -> Line:
    """Return what a session that is left running costs so far and has left, and that its end was requested."""
    told = line(f"    cost: {cost_words(watch)} · left: {left_words(watch, now)}")
    if end_asked_at is None:
        return told
    return (*told, Cell(f" · end requested {clock(end_asked_at, now, tz)}, not confirmed", Tone.WARN))


def in_brief(facts: Collection[Fact]) -> list[Line]:
    """Return three lines about one of several sessions."""
    held = dict(facts)
    return [
        line(
            Cell(held.get("session", ""), Tone.STRONG), f" · {held.get('backend', '')} · owner: {held.get('owner', '')}"
        ),
        line(f"  unfinished: {held.get('unfinished', '')}"),
        line(f"  cost: {held.get('cost', '')} · left: {held.get('left', '')} · {held.get('data', '')}"),
    ]
