"""`ionq-tui cancel`: cancel jobs and confirm that they are canceled."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence

from ionq_tui.cli.common import CommandError, changing, document, printed, say
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.end import certainly_refused
from ionq_tui.cli.job import checked_ids, find_jobs
from ionq_tui.cli.signals import waited
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.job import FINISHED, Job
from ionq_tui.model.link_state import Fault
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.amount import UNKNOWN, counted
from ionq_tui.view.dialog_text import MAY_BE_CHARGED, not_canceled
from ionq_tui.view.fault import fault_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status, person

CANCELED = "canceled"


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Cancel jobs; wrong usage is reported before anything is sent."""
    try:
        checked_ids(args.jobs, args.session)
        needs_yes(args.yes, "canceling cannot be undone")
        changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _cancel(engine, args))


async def _cancel(engine: Engine, args: argparse.Namespace) -> int:
    jobs = await find_jobs(engine, args.jobs, args.session)
    wanted = [job for job in jobs if not job.finished]
    if wanted:
        if not args.not_mine:
            await _know_owners(engine, wanted)
            _check_owner(engine, wanted)
        await confirm(args.yes, _question(engine, wanted))
    results: dict[str, str | Fault | None] = {job.id: job.status for job in jobs if job.finished}
    results |= await _canceled(engine, wanted)
    # What may cost something is said first: that the rest cannot be written must not hide it.
    code = max((_told(key, result) for key, result in results.items()), default=DONE)
    facts = [{"id": key, "status": one if isinstance(one, str) else None} for key, one in results.items()]
    canceled = [f"{plain(key, 64)} canceled" for key, result in results.items() if result == CANCELED]
    words = document({"jobs": facts}) if args.json else "\n".join(canceled)
    if words and not printed(words):
        for one in canceled:
            say(one)
        say("the output could not be written")
        return code or REFUSED
    return code


async def _know_owners(engine: Engine, jobs: Sequence[Job]) -> None:
    """Learn who this key is, and whose the sessions of the jobs are, unless this machine knows."""
    here = engine.actions.activity.value.here
    sessions = {job.session_id for job in jobs if job.session_id is not None} - here
    answers = await asyncio.gather(*map(engine.cloud.session, sessions), engine.identify())
    for answer in answers:
        if isinstance(answer, Session):
            engine.store_session(answer)


def _check_owner(engine: Engine, jobs: Sequence[Job]) -> None:
    """Raise CommandError before canceling another user's job, which is in no session of yours either."""
    activity = engine.actions.activity.value
    for job in jobs:
        # Whose a job is, is told as of a session: by who sent it, or by its session.
        sent = Session(job.session_id or "", creator_id=job.submitter_id)
        listed = engine.known(job.session_id) if job.session_id else None
        if not activity.ours(sent) and not activity.ours(listed):
            raise CommandError(
                f"{plain(job.id, 64)} was not sent by this key, and its session is not yours: add --not-mine to cancel"
                " it. Nothing was sent",
                USAGE,
            )


def _question(engine: Engine, jobs: Sequence[Job]) -> str:
    told = [
        "  ".join(
            (
                plain(job.id, 64),
                plain(job.name, 40),
                job_status(job.status).text,
                f"on {plain(job.backend, 60)}",
                f"in session {plain(job.session_id, 64)}" if job.session_id else "in no session",
                f"sent by {person(job.submitter_id, engine.people) if job.submitter_id else UNKNOWN}",
            )
        )
        for job in jobs
    ]
    told += [MAY_BE_CHARGED] if any(job.running for job in jobs) else []
    return "\n".join([*told, f"Cancel {counted(len(jobs), 'job')}?"])


async def _canceled(engine: Engine, jobs: list[Job]) -> Mapping[str, str | Fault | None]:
    """Cancel the jobs of each session with one request; None means that no result arrived in time."""
    sessions: dict[str, list[str]] = {}
    for job in jobs:
        sessions.setdefault(job.session_id or "", []).append(job.id)
    sent = {key: asyncio.ensure_future(engine.actions.cancel(key, tuple(ids))) for key, ids in sessions.items()}
    await waited(sent.values(), say)
    results: dict[str, str | Fault | None] = {job.id: None for job in jobs}
    for one in sent.values():
        results |= one.result() if one.done() else {}
    return results


def _told(job_id: str, result: str | Fault | None) -> int:
    """Report why one job is not known to be canceled, and return the exit code."""
    if result == CANCELED:
        return DONE
    name, check = f"job {plain(job_id, 64)}", f". Check: ionq-tui job {plain(job_id, 64)}"
    if isinstance(result, Fault):
        refused = certainly_refused(result)
        say(f"{name}: {not_canceled(fault_words(result, 'job', once=True))}{'' if refused else check}")
        return REFUSED if refused else UNCERTAIN
    if result in FINISHED:
        say(f"{name}: not canceled: it is {job_status(str(result)).text}")
        return REFUSED
    told = "no reply in time" if result is None else f"IonQ says it is {job_status(result).text}"
    say(f"{name}: {not_canceled(told)}{check}")
    return UNCERTAIN
