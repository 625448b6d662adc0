"""What the live screen says between the meters and the jobs, and the order of its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from ionq_tui.model.job import Job
from ionq_tui.model.outcome import Ended, EndOutcome
from ionq_tui.model.watch import Watch
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_of, fault_words
from ionq_tui.view.moment import aware
from ionq_tui.view.result import end_result
from ionq_tui.view.row import family
from ionq_tui.view.session_card import spend_lines
from ionq_tui.view.status import NOBODY
from ionq_tui.view.tone import Cell, Line, Tone, line

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def outcome_lines(
    watch: Watch,
    outcome: EndOutcome | None,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    ending: bool = False,
) -> list[Line]:
    """Return why nothing newer is to be seen, what became of ending, and why jobs are hidden; mostly nothing."""
    told: list[Line] = []
    if (fault := fault_of(watch.link)) is not None:
        told.append(line(Cell(f"! {fault_words(fault, 'session')}", Tone.WARN)))
    if watch.ended:
        told.append(_final(watch))
    elif ending:
        told.append(line(Cell("! ending… asked for, and not proved yet", Tone.WARN)))
    elif outcome is not None and not isinstance(outcome, Ended):
        said = end_result(outcome, now, tz, people, watch.session.id if watch.session else "")
        told.append(line(Cell(f"! {said.text}", said.tone)))
    if watch.jobs_fault is not None:
        told.append(line(Cell(f"! {fault_words(watch.jobs_fault, 'jobs')}", Tone.WARN)))
    return told


def _final(watch: Watch) -> Line:
    """Tell the last numbers, and what proves the end where it is not the status."""
    numbers = ", ".join((counted(watch.count, "job"), *spend_lines(watch)))
    proof = "" if watch.session is None or watch.session.ended else ": IonQ says that it is active no longer"
    return line(Cell(f"ENDED{proof}", Tone.STRONG), f" · {numbers}")


def newest_first(jobs: Mapping[str, Job]) -> list[Job]:
    """Return the jobs as they were sent, the newest first, each followed by its parts."""
    ordered = sorted(jobs.values(), key=sent_at, reverse=True)
    return family({job.id: job for job in ordered})


def sent_at(job: Job) -> datetime:
    """Return when it was sent, or a moment long ago."""
    return aware(job.submitted_at) if job.submitted_at is not None else _LONG_AGO
