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
from ionq_tui.cli.session_reading import read_session
from ionq_tui.cli.signals import waited
from ionq_tui.engine.engine import Engine
from ionq_tui.model.clone import Cloned, CloneOutcome, NotCloned, new_request, unconfirmed_clones
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_session
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
    watch = apply_session(EMPTY_SNAPSHOT, session, engine.clock.now())
    if why := not_to_be_cloned(job, watch):
        raise CommandError(f"{why}. Nothing was sent")
    if args.dry_run:
        metadata = await engine.cloud.job_metadata(job.id)
        heard(metadata, "job")
        assert not isinstance(metadata, Fault)
        sent = operations.clone_job(new_request(job.id, session.id, metadata))
        return print_operation(sent, settings, as_json=args.json)
    events = await engine.journal.events(engine.place(), session.id)
    if any(one.subject == job.id for one in unconfirmed_clones(events)):
        say(f"{words.UNCONFIRMED_BEFORE}. Check: {_check(session)}")
    if not args.yes:
        await confirm(args.yes, await _question(engine, job, watch))
    return _told(engine, args, job, session, await _outcome(engine, job, session))


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
    label = engine.actions.activity.value.label(watch.session.id)
    facts = words.clone_facts(job, cost, known, label, engine.clock.now())
    return "\n".join([*(f"{name:<10}{said}" for name, said in facts), f"{words.CLONE_TITLE} It is billable."])


async def _outcome(engine: Engine, job: Job, session: Session) -> CloneOutcome | None:
    """Send the request; after an interruption wait briefly for its outcome, None if none arrived in time."""
    sent = asyncio.ensure_future(engine.actions.clone(job.id, session.id))
    return sent.result() if await waited([sent], say) else None


def _told(engine: Engine, args: argparse.Namespace, job: Job, session: Session, outcome: CloneOutcome | None) -> int:
    """Report what became of the request, and return the exit code."""
    if engine.journal.trouble:
        say(engine.journal.trouble)
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
    return DONE


def _check(session: Session) -> str:
    return f"ionq-tui jobs {plain(session.id, 64)}"
