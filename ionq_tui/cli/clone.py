"""`ionq-tui clone`: clone a job that failed or was canceled into a session."""

from __future__ import annotations

import argparse
import asyncio

from ionq_tui.api import operations
from ionq_tui.cli.common import CommandError, changing, checked_id, document, find_session, heard, printed, say
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.dry_run import print_operation
from ionq_tui.cli.end import check_owner
from ionq_tui.cli.job import checked_ids, find_jobs
from ionq_tui.cli.session_reading import read_jobs, read_session
from ionq_tui.cli.signals import waited
from ionq_tui.engine.engine import Engine
from ionq_tui.model.clone import CloneRequest, clone_events, clone_of, unconfirmed_clones
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Cloned, CloneOutcome, NotCloned
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_session, recalled
from ionq_tui.settings import Settings
from ionq_tui.view import clone as words
from ionq_tui.view.disabled_reason import not_to_be_cloned
from ionq_tui.view.sanitize import plain


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Clone a job; wrong usage is reported before anything is sent."""
    try:
        checked_ids([args.job], "")
        checked_id(args.session)
        if not args.dry_run:
            needs_yes(args.yes, "the clone of a job is billable")
            changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _clone(engine, settings, args))


async def _clone(engine: Engine, settings: Settings, args: argparse.Namespace) -> int:
    session, _ = await asyncio.gather(find_session(engine, args.session), engine.identify())
    engine.store_session(session)
    if not args.dry_run:
        check_owner(engine, session, not_mine=args.not_mine, what="clone a job into it")
    job = await _find_job(engine, args.job, session)
    watch = await _checked(engine, job, session, EMPTY_SNAPSHOT, dry_run=args.dry_run)
    if not args.dry_run and not args.yes:
        await confirm(args.yes, await _question(engine, job, watch))
        again = await engine.cloud.session(session.id)  # the question may have waited for an hour
        heard(again, "session")
        assert isinstance(again, Session)
        await _checked(engine, job, again, watch)
    request = await engine.actions.clone_request(job.id, session.id)
    if isinstance(request, Fault):
        say(words.clone_result(job.id, session.id, NotCloned(request), engine.clock.now(), None, polls=False).text)
        return REFUSED
    if args.dry_run:
        return print_operation(operations.clone_job(request), settings, as_json=args.json)
    return _told(engine, args, job, session, await _outcome(engine, request))


async def _checked(
    engine: Engine, job: Job, session: Session, before: SessionSnapshot, *, dry_run: bool = False
) -> SessionSnapshot:
    """Return the session and its stored events. Raises CommandError if the job is not to be cloned into it now."""
    watch = apply_session(before, session, engine.clock.now())
    if why := not_to_be_cloned(job, watch):
        raise CommandError(f"{why}. Nothing was sent")
    watch = recalled(watch, await engine.journal.events(engine.place(), session.id))
    if not dry_run and any(one.subject == job.id for one in unconfirmed_clones(watch.events)):
        watch = await _searched(engine, job, session, watch)
    return watch


async def _searched(engine: Engine, job: Job, session: Session, watch: SessionSnapshot) -> SessionSnapshot:
    """Look for earlier clones of a job that are not confirmed. Raises CommandError if one exists."""
    settled = recalled(await read_jobs(engine, session), watch.events)
    found = [event for event in clone_events(settled.events, job.id) if event not in watch.events]
    if found:
        await engine.journal.event(engine.place(), *found)
        ids = ", ".join(plain(clone_of(event).id, 64) for event in found)
        raise CommandError(f"an earlier clone of this job exists: {ids}. Nothing was sent")
    say(f"{words.UNCONFIRMED_BEFORE}; {words.NOT_FOUND}. Check: {_check(session)}")
    return settled


async def _find_job(engine: Engine, text: str, session: Session) -> Job:
    """Return the job with this id; a part of an id is looked up in the session."""
    found = await engine.cloud.job(text)
    if isinstance(found, Job):
        return found
    if found.status != 404:
        heard(found, "job")
    return (await find_jobs(engine, [text], session.id))[0]


async def _question(engine: Engine, job: Job, watch: SessionSnapshot) -> str:
    assert watch.session is not None
    known, cost = await asyncio.gather(read_session(engine, watch.session), engine.cloud.job_cost(job.id))
    known = recalled(known, watch.events)
    label = engine.actions.activity.value.label(watch.session.id)
    facts = words.clone_facts(job, cost, known, label, engine.clock.now())
    return "\n".join([*(f"{name:<10}{said}" for name, said in facts), f"{words.CLONE_TITLE} It is billable."])


async def _outcome(engine: Engine, request: CloneRequest) -> CloneOutcome | None:
    """Send the request; after an interruption wait briefly for its outcome, None if none arrived in time."""
    sent = asyncio.ensure_future(engine.actions.clone(request))
    return sent.result() if await waited([sent], say) else None


def _told(engine: Engine, args: argparse.Namespace, job: Job, session: Session, outcome: CloneOutcome | None) -> int:
    """Report what became of the request, and return the exit code."""
    if outcome is None:
        say(f"a clone of job {plain(job.id, 64)} may exist: no reply in time. Check: {_check(session)}")
        return UNCERTAIN
    said = words.clone_result(job.id, session.id, outcome, engine.clock.now(), None, polls=False).text
    if not isinstance(outcome, Cloned):
        certain = isinstance(outcome, NotCloned)
        say(said if certain else f"{said}. Check before you clone it again: {_check(session)}")
        return REFUSED if certain else UNCERTAIN
    say(said)
    facts = {"id": outcome.job.id, "session_id": outcome.job.session_id, "ionq_tui": {"original_id": job.id}}
    if not printed(document(facts) if args.json else outcome.job.id):
        say(f"the id could not be printed: the new job is {plain(outcome.job.id, 64)}")
        return UNCERTAIN
    return DONE if outcome.job.is_in(session.id) else UNCERTAIN


def _check(session: Session) -> str:
    return f"ionq-tui events {plain(session.id, 64)}"
