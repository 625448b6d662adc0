"""Cloning a job: the facts to confirm, and what became of the request, in words that never claim more than is known."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime, tzinfo

from ionq_tui.model.clone import awaited_clones, clones_of, unconfirmed_clones
from ionq_tui.model.event import Event
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Cloned, CloneDone, CloneOutcome, CloneUnconfirmed, NotCloned
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import UNKNOWN, count, money
from ionq_tui.view.end_review import left_words
from ionq_tui.view.event_line import misplaced
from ionq_tui.view.fault import fault_words
from ionq_tui.view.notice import LONG, Notice
from ionq_tui.view.result import lost_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Fact, Line, Tone, line
from ionq_tui.view.time_text import clock

CLONE_TITLE = "Clone this job into the session?"
DO_NOT_CLONE = "Do not clone"
CLONE_BUTTON = "Clone job (billable)"
NOT_FOUND = "it was not found in this session so far; it may exist elsewhere"
NO_COST = "unknown: IonQ reports neither a cost nor an estimate of the original"
REFRESHING = "the session is read again before the job is cloned"
LOOK_FIRST = "look at the session's jobs before you clone it again"
UNCONFIRMED_BEFORE = "an earlier clone of this job is not confirmed"


def clone_facts(
    job: Job, cost: JobCost | Fault | None, watch: SessionSnapshot, label: str, now: datetime
) -> list[Fact]:
    """Return what is sent, what it may cost, and what is left; `cost` is that of the original, None if not read yet."""
    session = watch.session
    shown = plain(label, 40).strip()
    facts = [
        ("job", plain(job.id, 80)),
        ("name", plain(job.name, 60) or UNKNOWN),
        ("shots", count(job.shots) if job.shots is not None else UNKNOWN),
        ("backend", plain(job.backend, 60)),
        ("session", (plain(session.id, 80) if session is not None else UNKNOWN) + (f' "{shown}"' if shown else "")),
        ("cost", cost_estimate(job, cost)),
        ("left", left_words(watch, now)),
    ]
    if any(event.subject == job.id for event in unconfirmed_clones(watch.events)):
        facts.append(("warning", f"{UNCONFIRMED_BEFORE}: it may exist already"))
    if made := clones_of(watch.events, job.id):
        facts.append(("warning", f"this job was already cloned as {', '.join(plain(one.id, 64) for one in made)}"))
    return facts


def cost_estimate(job: Job, cost: JobCost | Fault | None) -> str:
    """Return what the clone may cost, as far as the original tells."""
    if job.dry_run:
        return "none: the original is a dry run, and so is its clone"
    if isinstance(cost, Fault):
        return f"unknown: {fault_words(cost, 'job', once=True)}"
    if cost is None:
        return "reading that of the original…"
    may = "the clone may cost more or less"
    if cost.estimate is not None:
        return f"about {money(cost.estimate)}, as estimated for the original; {may}"
    if cost.cost is not None:
        return f"{money(cost.cost)} was charged for the original; {may}"
    return NO_COST


def clone_result(
    job_id: str, session_id: str, outcome: CloneOutcome, now: datetime, tz: tzinfo | None, *, polls: bool = True
) -> Cell:
    """Return what became of the request; `polls` says that the session's jobs are read again and again."""
    job = f"job {plain(job_id[-6:])}"
    if isinstance(outcome, Cloned):
        how = " (found after the reply was lost)" if outcome.adopted else ""
        elsewhere = misplaced(outcome.job, session_id)
        said = (
            f"{job} was cloned{how}: the new job is {plain(outcome.job.id, 64)}{f'; {elsewhere}' if elsewhere else ''}"
        )
        return Cell(said, Tone.WARN if elsewhere else Tone.GOOD)
    if isinstance(outcome, CloneUnconfirmed):
        said = f"a clone of {job} may exist ({lost_words(outcome.fault)})"
        looked = (
            "IonQ's list of the session's jobs could not be read completely since then"
            if outcome.looked_at is None
            else f"not in IonQ's list as of {clock(outcome.looked_at, now, tz, seconds=True)}"
        )
        return Cell(f"{said}: {looked}{'; each new list is checked' if polls else ''}", Tone.WARN)
    return Cell(f"{job} was not cloned: {fault_words(outcome.fault, 'job', once=True)}", Tone.BAD)


def clone_notice(done: CloneDone, now: datetime, tz: tzinfo | None) -> Notice:
    """Return the notification of the outcome."""
    said = clone_result(done.job_id, done.session_id, done.outcome, now, tz)
    if isinstance(done.outcome, Cloned):
        good = said.tone is Tone.GOOD and not done.outcome.adopted
        return Notice(said.text, "information" if good else "warning", 30.0)
    return Notice(said.text, "error" if isinstance(done.outcome, NotCloned) else "warning", LONG)


def clone_lines(
    watch: SessionSnapshot, cloning: Set[str], now: datetime, tz: tzinfo | None, *, named: bool = False
) -> list[Line]:
    """Return a line for each clone of which it is not known whether it exists; `named` tells the session, too."""
    of = f"{plain(watch.session.short, 6)}: " if named and watch.session is not None else ""
    told, awaited = [], awaited_clones(watch.events, now)
    for event in unconfirmed_clones(watch.events):
        how = "each new job list is checked" if event in awaited else NOT_FOUND
        told.append(f"! {of}{_may_exist(event, cloning, how, now, tz)}")
    return [line(Cell(words, Tone.WARN)) for words in told]


def clones_left(watches: Iterable[SessionSnapshot], cloning: Set[str], now: datetime, tz: tzinfo | None) -> list[str]:
    """Return the same in words for all these sessions, for who leaves: nobody looks for the clones then."""
    return [
        f"{plain(event.session_id, 64)}: {_may_exist(event, cloning, LOOK_FIRST, now, tz)}"
        for watch in watches
        for event in unconfirmed_clones(watch.events)
    ]


def _may_exist(event: Event, cloning: Set[str], how: str, now: datetime, tz: tzinfo | None) -> str:
    job = f"job {plain(event.subject[-6:])}"
    if event.subject in cloning:
        return f"cloning {job}: no reply yet; nothing is sent again"
    return f"a clone of {job}, requested {clock(event.at, now, tz)}, may exist: {how}"
