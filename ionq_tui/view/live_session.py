"""What the live screen says between the meters and the jobs, and the order of its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Ended, EndOutcome
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.fault import fault_words, link_fault, own_words
from ionq_tui.view.forecast import Forecast, end_sentence
from ionq_tui.view.result import end_result
from ionq_tui.view.row import family
from ionq_tui.view.session_card import steps
from ionq_tui.view.status import NOBODY, session_status_loud
from ionq_tui.view.style import Cell, Line, Tone, line, width_of
from ionq_tui.view.time_text import aware, clock

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def status_line(
    watch: SessionSnapshot,
    told: Sequence[Forecast],
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    width: int = 80,
    ending: bool = False,
    with_receipt: bool = False,
) -> Line:
    """Return "STARTED 13:22 · ends about 14:19, when the 40 jobs are used", or how it went if it has ended.

    A receipt below it tells when and by whom or what it was ended; then that is left out.
    """
    session = watch.session
    if session is None:
        return ()
    status = session_status_loud(session, ending=ending, seen_active=watch.seen_active)
    if session.ended or watch.ended or ending:
        return line(status, "   ", steps(session, now, tz, people, end=ending or not with_receipt))
    since = session.started_at or session.created_at
    first = line(status, f" {clock(since, now, tz)}" if since is not None else "", Cell(" · ", Tone.DIM))
    sentence = end_sentence(watch, told, now, tz, width - width_of(first))
    return (*first, *sentence) if sentence else first[:-1]


def outcome_lines(
    watch: SessionSnapshot,
    outcome: EndOutcome | None,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    ending: bool = False,
    again: datetime | None = None,
) -> list[Line]:
    """Return what became of ending, why jobs are hidden, and why their cost is unknown; mostly nothing.

    That the session itself cannot be read is told above the screen (`header.outage`), and a fault that it has in common
    with its jobs is not told again. `again` is when an end that is not confirmed is asked for again.
    """
    told: list[Line] = []
    if ending and not watch.ended:
        told.append(line(Cell("! ending… requested, not confirmed yet", Tone.WARN)))
    elif outcome is not None and not watch.ended and not isinstance(outcome, Ended):
        said = end_result(outcome, now, tz, people, watch.session.id if watch.session else "")
        when = (
            f"next retry {clock(again, now, tz, seconds=True)}; retry now: e" if again is not None else "retry: press e"
        )
        told.append(line(Cell(f"! {said.text}", said.tone), f" · {when}"))
    if watch.jobs_fault is not None and not _told_already(watch.jobs_fault, watch):
        told.append(line(Cell(f"! {fault_words(watch.jobs_fault, 'jobs')}", Tone.WARN)))
    if watch.cost_fault is not None and not _told_already(watch.cost_fault, watch):
        told.append(line(Cell(f"! {unread_cost(watch.cost_fault)}", Tone.WARN)))
    return told


def _told_already(fault: Fault, watch: SessionSnapshot) -> bool:
    """Return whether the session itself cannot be read for the same reason."""
    known = link_fault(watch.link)
    return known is not None and (known.kind, own_words(known)) == (fault.kind, own_words(fault))


def unread_cost(fault: Fault, *, once: bool = False) -> str:
    """Return that what some jobs cost is unknown, and why; `once` where it is not asked again by itself."""
    return f"the cost of some jobs is unknown: {fault_words(fault, once=once)}"


def newest_first(jobs: Mapping[str, Job]) -> list[Job]:
    """Return the jobs as they were sent, the newest first, each followed by its parts."""
    ordered = sorted(jobs.values(), key=sent_at, reverse=True)
    return family({job.id: job for job in ordered})


def sent_at(job: Job) -> datetime:
    """Return when it was sent, or a moment long ago."""
    return aware(job.submitted_at) if job.submitted_at is not None else _LONG_AGO
