"""The End dialog: what will end, whose, what is unfinished, what it cost, and how sure all that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.session import Owner
from ionq_tui.model.watch import Watch
from ionq_tui.view.amount import UNKNOWN, counted
from ionq_tui.view.meter import meters
from ionq_tui.view.moment import ago
from ionq_tui.view.plain import plain
from ionq_tui.view.session_card import spend_lines, steps
from ionq_tui.view.status import NOBODY, owner_words, session_status_loud
from ionq_tui.view.tone import Fact


def needs_typing(owners: Collection[Owner], count: int = 1) -> bool:
    """Return True where the last six characters are typed: not surely ours, or several at once."""
    return count != 1 or not owners or any(owner not in {Owner.HERE, Owner.YOU} for owner in owners)


def end_facts(
    watch: Watch,
    owner: Owner,
    label: str,
    heard: datetime | None,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
) -> list[Fact]:
    """Return the facts of one session; `heard` is when the picture was last fresh, in the server's time."""
    session = watch.session
    if session is None:
        return [("session", "nothing is known of it yet"), ("known", UNKNOWN)]
    shown = plain(label, 60).strip()
    status = session_status_loud(session, seen_active=watch.seen_active).text
    left = [f"{meter.name} {meter.left} {meter.unit}".rstrip() for meter in meters(watch, now) if meter.left != UNKNOWN]
    return [
        ("session", plain(session.id, 80) + (f' "{shown}"' if shown else "")),
        ("backend", plain(session.backend, 60)),
        ("whose", owner_words(owner, session.creator_id, people)),
        ("status", f"{status}: {steps(session, now, tz, people)}"),
        ("unfinished", unfinished_words(watch, people)),
        ("cost", ", ".join(spend_lines(watch))),
        ("left", ", ".join(left) if left else "NO LIMIT" if session.limits.absent else UNKNOWN),
        ("known", f"heard {ago(heard, now)}" if heard is not None else "these facts were never confirmed"),
    ]


def unfinished_words(watch: Watch, people: Mapping[str, str] = NOBODY) -> str:
    """Return how many jobs wait or run, and of how many people."""
    if watch.jobs_fault is not None:
        return "unknown: the jobs are not visible"
    jobs = watch.unfinished
    at_least = "" if watch.whole else "≥ "
    if not jobs:
        if watch.all_listed and watch.unread:
            return f"unknown: {counted(watch.unread, 'job')} could not be read"
        return "none" if watch.all_listed else "unknown: jobs are being listed"
    told = [f"{sum(job.running for job in jobs):,} running", f"{sum(job.waiting for job in jobs):,} waiting"]
    odd = sum(not job.running and not job.waiting for job in jobs)
    if odd:
        told.append(f"{odd:,} of another status")
    return f"{at_least}{counted(len(jobs), 'job')} ({', '.join(told)}){_of_people(watch, people)}"


def _of_people(watch: Watch, people: Mapping[str, str]) -> str:
    ids = {job.submitter_id for job in watch.unfinished}
    names = sorted(plain(people.get(who, who[:8]), 24) for who in ids if who is not None)
    if not names:
        return ", of unknown people"
    of = f", of {len(names):,} {'person' if len(names) == 1 else 'people'}: {', '.join(names[:3])}"
    return of + (", …" if len(names) > 3 else "") + (" and unknown ones" if None in ids else "")
