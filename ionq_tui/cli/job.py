"""`ionq-tui job` and `ionq-tui results`: the facts, circuit, result and shots of one job."""

from __future__ import annotations

import argparse
import asyncio
import sys

from ionq_tui.cli.common import CommandError, checked_id, find_session, say, tell_json
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.listings import job_facts
from ionq_tui.cli.session_reading import read_jobs
from ionq_tui.engine.engine import Engine
from ionq_tui.model.artifact import ArtifactContent, ArtifactKind
from ionq_tui.model.exit_code import DONE, USAGE
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link_state import Fault
from ionq_tui.settings import Settings
from ionq_tui.view.artifact_text import content_json, file_row, file_table, no_file, saved_text, shots_csv
from ionq_tui.view.fault import fault_words
from ionq_tui.view.job_card import detail_facts, run_facts
from ionq_tui.view.job_card import job_facts as facts_of
from ionq_tui.view.outcome_chart import detail_json, no_result, result_csv, result_facts, result_lines
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import words
from ionq_tui.view.text_table import text_table

_RETRIES = 2
"""Retries of a read after a server error or a dropped connection, as in the library."""
_WIDTH = 80
"""Cells of a result's bars."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands."""
    try:
        checked_ids([args.job], args.session)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    work = _job if args.command == "job" else _results
    return connected(settings, lambda engine: work(engine, args), retries=_RETRIES)


def checked_ids(jobs: list[str], session: str) -> None:
    """Raise CommandError for wrong usage if one of the texts cannot be an id."""
    for one in (*jobs, *([session] if session else [])):
        if not one.strip():
            raise CommandError("give the id of a job: this one is empty", USAGE)
        checked_id(one)


async def find_jobs(engine: Engine, ids: list[str], session: str) -> list[Job]:
    """Return the jobs, each once; parts of ids are looked up in the given session. Raises CommandError."""
    if not session:
        found = await asyncio.gather(*map(engine.cloud.job, dict.fromkeys(ids)))
        for text, answer in zip(dict.fromkeys(ids), found, strict=True):
            if isinstance(answer, Fault):
                part = "; for a part of an id, add --session ID" if answer.status == 404 else ""
                raise CommandError(f"{text}: {fault_words(answer, 'job', once=True)}{part}")
        return [one for one in found if isinstance(one, Job)]
    listed = (await read_jobs(engine, await find_session(engine, session))).jobs.values()
    return list({job.id: job for job in (_meant(text, list(listed)) for text in ids)}.values())


def _meant(text: str, jobs: list[Job]) -> Job:
    """Return the job that has this id or part of one."""
    found = [job for job in jobs if job.id == text] or [
        job for job in jobs if job.id.startswith(text) or job.id.endswith(text)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"{text}: no job of this session begins or ends with it")
    ids = ", ".join(plain(job.id, 64) for job in found[:10]) + (", …" if len(found) > 10 else "")
    raise CommandError(f"{text!r} is not unique: {ids}", USAGE)


async def _job(engine: Engine, args: argparse.Namespace) -> int:
    if args.circuit:
        return await _file(engine, args, ArtifactKind.CIRCUIT)
    (job,) = await find_jobs(engine, [args.job], args.session)
    _, detail, cost = await asyncio.gather(
        engine.identify(), engine.cloud.job_detail(job.id), engine.cloud.job_cost(job.id)
    )
    if isinstance(detail, Fault):
        say(f"its settings could not be read: {fault_words(detail, 'job', once=True)}")
    if isinstance(cost, Fault):
        say(f"its cost could not be read: {fault_words(cost, 'job', once=True)}")
    known = detail if isinstance(detail, JobDetail) else None
    paid = cost if isinstance(cost, JobCost) else None
    if args.json:
        return tell_json({**job_facts(job, paid), **detail_json(known)})
    facts = facts_of(job, paid, None, None, engine.people)
    facts += run_facts(job, known)
    facts += detail_facts(known) if known is not None else []
    for name, text in facts:
        print(f"{name:<12}{text}")
    return DONE


async def _results(engine: Engine, args: argparse.Namespace) -> int:
    if args.shots:
        return await _file(engine, args, ArtifactKind.SHOTS)
    (job,) = await find_jobs(engine, [args.job], args.session)
    details = engine.job_details(job.id)
    await details.ask(job)
    found = details.findings.value
    if found.shares is None or isinstance(found.shares, Fault):
        raise CommandError(no_result(job, found.known, found.shares))
    if args.json:
        return tell_json(result_facts(job, found.known, found.shares))
    if args.csv or not sys.stdout.isatty():
        sys.stdout.write(result_csv(job, found.known, found.shares))
        return DONE
    for one in result_lines(job, found.known, found.shares, _WIDTH):
        print(words(one))
    return DONE


async def _file(engine: Engine, args: argparse.Namespace, kind: ArtifactKind) -> int:
    """Print a file of a job: a table on a terminal; elsewhere CSV of shots, or the file as IonQ has it."""
    (job,) = await find_jobs(engine, [args.job], args.session)
    detail = await engine.cloud.job_detail(job.id)
    if isinstance(detail, Fault):
        raise CommandError(f"its files could not be read: {fault_words(detail, 'job', once=True)}")
    found = next((one for one in detail.of_kind(kind) if one.readable), None)
    if found is None:
        raise CommandError(no_file(job, detail, kind))
    content = await engine.cloud.artifact(job.id, found)
    if isinstance(content, Fault):
        raise CommandError(f"the {kind} could not be read: {fault_words(content, 'file', once=True)}")
    if args.json:
        return tell_json(content_json(job, content))
    if kind is ArtifactKind.SHOTS and args.csv and content.shots is None:
        raise CommandError(f"the shots have the form {plain(found.format, 60)}, which cannot be CSV; try --json")
    sys.stdout.write(_printed(content, detail.qubits, table=sys.stdout.isatty() and not getattr(args, "csv", False)))
    return DONE


def _printed(content: ArtifactContent, qubits: int | None, *, table: bool) -> str:
    if table:
        shown = file_table(content, qubits)
        return text_table(shown.columns, map(file_row, shown.rows)) + "\n"
    return saved_text(content) if content.shots is None else shots_csv(content.shots, qubits)
