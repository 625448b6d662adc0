"""A session's timeline, one line per entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.job_totals import cost_is_final
from ionq_tui.model.money import totals
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.model.timeline import Moment, timeline
from ionq_tui.view.amount import counted, sums
from ionq_tui.view.end_cause import end_cause
from ionq_tui.view.event_line import event_words, timed_line
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import NOBODY
from ionq_tui.view.style import Line
from ionq_tui.view.time_text import NO_TIME, dated, rfc3339

_MANY = 500
_COMMON = frozenset({EventKind.JOB_SUBMITTED})
"""Events that the table of jobs shows better."""


def timeline_lines(
    watch: SessionSnapshot, tz: tzinfo | None, people: Mapping[str, str] = NOBODY, *, whole: bool = False
) -> list[str]:
    """Return "2026-07-22 13:20:00 CEST  28 jobs submitted" and so on, oldest first.

    `whole` lines, for programs, begin with "2026-07-22T11:20:00Z".
    """

    def time(event: Event) -> str:
        if not event.dated:
            return NO_TIME
        return rfc3339(event.at, whole=True) if whole else dated(event.at, tz, seconds=True)

    def words(moment: Moment) -> str:
        told = moment_words(moment, watch.costs, people)
        if moment.event.kind is not EventKind.ENDED or moment.event.words or watch.session is None:
            return told
        return f"{told}: {end_cause(watch.session, watch, people)}"

    return [f"{time(moment.event)}  {words(moment)}" for moment in timeline(watch)]


def happened(watch: SessionSnapshot) -> Sequence[Moment]:
    """Return what happened for the events of a screen, oldest first: the session's steps, ends of jobs, and alarms.

    Of many jobs only the events that were noticed are told: to go through all of them takes too long at each change.
    """
    if len(watch.jobs) > _MANY:
        return [Moment(event) for event in watch.events]
    return [one for one in timeline(watch) if one.event.kind not in _COMMON]


def moment_line(
    moment: Moment,
    now: datetime,
    tz: tzinfo | None,
    costs: Mapping[str, JobCost],
    people: Mapping[str, str] = NOBODY,
) -> Line:
    """Return "14:01:40  2 jobs completed, 1.30 usd"."""
    return timed_line(moment.event, moment_words(moment, costs, people), now, tz)


def moment_words(moment: Moment, costs: Mapping[str, JobCost], people: Mapping[str, str] = NOBODY) -> str:
    """Return what happened; for several jobs their number, and the total cost of those that completed."""
    if len(moment.jobs) < 2:
        return event_words(moment.event, costs, people)
    event = moment.event
    why = f": {plain(event.words, 300).strip()}" if event.words else ""
    paid = _paid(moment, costs) if event.kind is EventKind.JOB_COMPLETED else ""
    return f"{counted(len(moment.jobs), 'job')} {event.kind.value.removeprefix('job ')}{why}{paid}"


def _paid(moment: Moment, costs: Mapping[str, JobCost]) -> str:
    told = [(job, costs.get(job.id)) for job in moment.jobs if not job.dry_run]
    paid = totals(cost.cost for _, cost in told if cost is not None and not cost.dry_run and cost.cost is not None)
    at_least = "" if all(cost_is_final(job, cost) for job, cost in told) else "≥ "
    return f", {at_least}{sums(paid)}" if paid else ""
