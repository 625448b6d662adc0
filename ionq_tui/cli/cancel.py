"""`ionq-tui cancel`: cancel jobs and confirm that they are canceled."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping

from ionq_tui.cli.common import CommandError, changing, say, tell_json
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.end import certainly_refused
from ionq_tui.cli.job import checked_ids, find_jobs
from ionq_tui.cli.signals import waited
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.model.job import FINISHED, Job
from ionq_tui.model.link_state import Fault
from ionq_tui.settings import Settings
from ionq_tui.view.amount import counted
from ionq_tui.view.dialog_text import MAY_BE_CHARGED, not_canceled
from ionq_tui.view.fault import fault_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status

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
        await confirm(args.yes, _question(wanted))
    results: dict[str, str | Fault | None] = {job.id: job.status for job in jobs if job.finished}
    results |= await _canceled(engine, wanted)
    if args.json:
        facts = [{"id": key, "status": one if isinstance(one, str) else None} for key, one in results.items()]
        tell_json({"jobs": facts})
    return max([_told(key, result, silent=args.json) for key, result in results.items()], default=DONE)


def _question(jobs: list[Job]) -> str:
    told = [f"{plain(job.short)}  {plain(job.name, 40)}  {job_status(job.status).text}" for job in jobs]
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


def _told(job_id: str, result: str | Fault | None, *, silent: bool) -> int:
    """Report the result of one job and return the exit code."""
    if result == CANCELED:
        if not silent:
            print(f"{plain(job_id, 64)} canceled")
        return DONE
    name = f"job {plain(job_id, 64)}"
    if isinstance(result, Fault):
        say(f"{name}: {not_canceled(fault_words(result, 'job', once=True))}")
        return REFUSED if certainly_refused(result) else UNCERTAIN
    if result in FINISHED:
        say(f"{name}: not canceled: it is {job_status(str(result)).text}")
        return REFUSED
    told = "no reply in time" if result is None else f"IonQ says it is {job_status(result).text}"
    say(f"{name}: {not_canceled(told)}. Check: ionq-tui job {plain(job_id, 64)}")
    return UNCERTAIN
