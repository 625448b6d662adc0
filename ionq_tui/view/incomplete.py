"""Marks for counts and sums that may be too low: "≥" before the number, and the reason beside it."""

from __future__ import annotations

from ionq_tui.model.link_state import Fresh, Refused, link_of
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted

AT_LEAST = "≥ "


def at_least(watch: SessionSnapshot) -> str:
    """Return what stands before what was charged where what is reserved stands beside it."""
    return "" if watch.spend_complete else AT_LEAST


def at_least_charged(watch: SessionSnapshot) -> str:
    """Return what stands before what was charged, alone: nothing where it is known that it is no more."""
    return "" if watch.charges_complete else AT_LEAST


def at_least_jobs(watch: SessionSnapshot) -> str:
    """Return what stands before a number of jobs: nothing where it is known that there are no more."""
    return "" if watch.whole else AT_LEAST


def hidden(watch: SessionSnapshot) -> bool:
    """Return whether IonQ refuses to list the jobs for this key."""
    return watch.jobs_fault is not None and isinstance(link_of(watch.jobs_fault), Refused)


def listing(watch: SessionSnapshot) -> bool:
    """Return whether the jobs are being listed at this moment, without a fault so far."""
    return not watch.all_listed and watch.jobs_fault is None and isinstance(watch.link, Fresh)


def jobs_missing(watch: SessionSnapshot) -> str:
    """Return why there may be more jobs than are known; empty where there are not."""
    if watch.whole:
        return ""
    if watch.ended and not watch.settled:
        heard = watch.all_listed and watch.jobs_fault is None and isinstance(watch.link, Fresh)
        return "not all jobs read: it ended just now" if heard else "not all jobs read"
    if hidden(watch):
        return "jobs not visible"
    if watch.all_listed and watch.unread:
        return f"{counted(watch.unread, 'job')} could not be read"
    if listing(watch):
        return "not all jobs listed yet"
    return "not all jobs read"


def costs_missing(watch: SessionSnapshot) -> str:
    """Return why more may be charged than is known, the jobs apart; empty where nothing is."""
    told = []
    if watch.priced_count < watch.finished_count:
        told.append(f"{watch.priced_count:,} of {counted(watch.finished_count, 'job')} priced")
    if watch.ended and watch.unfinished:
        told.append(f"{counted(len(watch.unfinished), 'job')} not finished")
    return ", ".join(told)


def missing(watch: SessionSnapshot) -> str:
    """Return why a sum may be too low: "not all jobs read", "8 of 11 jobs priced"; empty where it cannot be."""
    return ", ".join(part for part in (jobs_missing(watch), costs_missing(watch)) if part)
