"""Commands that only read: `backends`, `ls`, `show`, `jobs`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from ionq_tui.api import encode
from ionq_tui.cli.common import CommandError, find_session, heard, say, tell_json, told_list_fault
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.list_arguments import JOB_STATUSES, SESSION_STATUSES
from ionq_tui.cli.list_output import beside_tables, check_columns, check_status, has_status, in_order, print_list
from ionq_tui.cli.session_reading import priced, read_jobs, read_session
from ionq_tui.cli.totals import sums_facts
from ionq_tui.cli.unlisted import may_be, owed_lines, read_unlisted, uncertain
from ionq_tui.engine.engine import Engine
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.event import EventKind
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.job_totals import cost_is_final
from ionq_tui.model.link_state import Fault
from ionq_tui.model.mismatch import Mismatch, Value
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_jobs,
    apply_session,
    failure_words,
    recalled,
)
from ionq_tui.model.spend import Spend, by_failure, by_model
from ionq_tui.model.timeline import Moment, timeline
from ionq_tui.settings import Settings
from ionq_tui.view.amount import counted
from ionq_tui.view.listing import ListColumn, backend_columns, job_columns, session_columns
from ionq_tui.view.mismatch import mismatch_words
from ionq_tui.view.report import report
from ionq_tui.view.row import BackendItem, JobItem, SessionItem
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status, owner_name
from ionq_tui.view.suggestion import unknown_name
from ionq_tui.view.time_text import rfc3339, rfc3339_or_none
from ionq_tui.wiring import patience

_RETRIES = 2
"""Retries of a read after a server error or a dropped connection, as in the library."""
_NAMED_AFTER = 1.0
"""Seconds to wait for the session list before listing what the journal knows."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands; transient errors are retried silently."""
    keyless = args.command == "backends"
    works: Mapping[str, Callable[[Engine], Awaitable[int]]] = {
        "backends": lambda engine: _backends(engine, args),
        "ls": lambda engine: _list(engine, args),
        "jobs": lambda engine: _jobs(engine, args),
        "show": lambda engine: _show(engine, args),
    }
    try:
        _check_usage(args)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, works[args.command], keyless=keyless, retries=_RETRIES)


def _check_usage(args: argparse.Namespace) -> None:
    """Raise CommandError for columns that do not exist, before anything is asked."""
    now = datetime.now(UTC)
    if args.command == "backends":
        check_columns(args, backend_columns(now, None))
    elif args.command == "ls":
        check_columns(args, session_columns(now, None))
    elif args.command == "jobs":
        check_columns(args, job_columns(now, None))


async def _backends(engine: Engine, args: argparse.Namespace) -> int:
    listed = await engine.cloud.backends()
    heard(listed, "backends")
    backends: tuple[Backend, ...] = () if isinstance(listed, Fault) else listed
    measured = await _measured(engine, backends)
    columns = backend_columns(engine.clock.now(), None)
    items = in_order(args, columns, [BackendItem(one, measured.get(one.name)) for one in backends])
    if args.json:
        return tell_json({"backends": [_backend_facts(*item) for item in items]})
    print_list(args, columns, items, lambda item: item.backend.name)
    return DONE


def _backend_facts(backend: Backend, measured: Characterization | None) -> dict[str, object]:
    return {**encode.backend_json(backend), "ionq_tui": {"characterization": encode.characterization_json(measured)}}


async def _measured(engine: Engine, backends: Iterable[Backend]) -> Mapping[str, Characterization]:
    """Read the characterization of each backend; those that cannot be read are left out."""
    names = [one.name for one in backends if one.characterization_id is not None]
    told = await asyncio.gather(*map(engine.cloud.characterization, names))
    return {name: one for name, one in zip(names, told, strict=True) if isinstance(one, Characterization)}


async def _list(engine: Engine, args: argparse.Namespace) -> int:
    """List IonQ's sessions, and always those opened on this machine that IonQ's list does not show."""
    listing = asyncio.ensure_future(engine.session_list.refresh())
    await asyncio.wait({listing}, timeout=_NAMED_AFTER * patience())
    early = [] if listing.done() else owed_lines(engine, awaited=True)
    for words in early:  # what this machine knows is named soon, however long the list takes
        say(words)
    fault = await listing
    if fault is not None:
        told_list_fault(fault)
    else:
        await read_unlisted(engine)
    if (args.all or (args.status and has_status(args.status, ["ended"]))) and fault is None:
        heard(await engine.session_list.read_ended(), "sessions")
    overview, activity, now = engine.session_list.overview.value, engine.actions.activity.value, engine.clock.now()
    unlisted = [one for one in engine.unconfirmed if one.id not in overview.sessions]
    if overview.unreadable:
        say(f"{counted(overview.unreadable, 'more session')} could not be read")
    for words in owed_lines(engine):
        if words not in early:
            say(words)
    code = DONE if fault is None else REFUSED
    columns = session_columns(now, None, engine.people)
    listed = in_order(args, columns, await _asked_for(engine, args, overview.sessions.values()))
    if args.mine and (ownerless := _of_unknown_owner(engine, args, overview.sessions.values())):
        say(f"{counted(ownerless, 'session')} of an unknown owner, perhaps yours: ionq-tui ls shows them")
    if args.json:
        if fault is None or unlisted or activity.unconfirmed:
            tell_json(_list_facts(engine, [item.session for item in listed], unlisted))
        return code
    kept = in_order(args, columns, _matching(engine, args, [*unlisted, *uncertain(engine)], unseen=True))
    empty = "no active sessions" if activity.at_rest and not overview.unreadable else "IonQ's list is empty"
    empty = "no session matches" if overview.sessions and not listed else empty
    print_list(args, columns, [*kept, *listed], lambda item: item.session.id, empty=empty if fault is None else "")
    return code


async def _asked_for(engine: Engine, args: argparse.Namespace, sessions: Iterable[Session]) -> list[SessionItem]:
    """Return the sessions that match; raise CommandError if none does because there is no such backend."""
    items = list(sessions)
    check_status(args.status, [one.status for one in items], SESSION_STATUSES)
    if args.backend and not any(one.backend == args.backend for one in items):
        offered = await engine.cloud.backends()
        if not isinstance(offered, Fault) and args.backend not in {one.name for one in offered}:
            raise CommandError(unknown_name("backend", args.backend, [one.name for one in offered]))
    return _matching(engine, args, items)


def _matching(
    engine: Engine, args: argparse.Namespace, sessions: Iterable[Session], *, unseen: bool = False
) -> list[SessionItem]:
    activity = engine.actions.activity.value
    return [
        SessionItem(one, activity.owner(one), activity.label(one.id), unseen=unseen)
        for one in sessions
        if (not args.backend or one.backend == args.backend or (unseen and one.backend is None))
        and (not args.mine or activity.ours(one) or (unseen and one.creator_id is None))
        and has_status(args.status, may_be(one) if unseen else [one.status])
    ]


def _of_unknown_owner(engine: Engine, args: argparse.Namespace, sessions: Iterable[Session]) -> int:
    """Return how many sessions `--mine` leaves out without being certain, of those that are asked for otherwise."""
    every = argparse.Namespace(**{**vars(args), "mine": False})
    return sum(item.owner is Owner.UNKNOWN for item in _matching(engine, every, sessions))


def _list_facts(engine: Engine, listed: Iterable[Session], unlisted: Iterable[Session]) -> dict[str, object]:
    """Return the list with the API's field names, and under `ionq_tui` the sessions that it does not show."""
    activity = engine.actions.activity.value
    ours = {
        "not_confirmed_ended": [
            {"id": one.id, "backend": one.backend, "last_seen": rfc3339_or_none(engine.last_seen(one.id))}
            for one in unlisted
        ],
        "unconfirmed": [
            {
                "backend": one.request.backend,
                "asked_at": rfc3339_or_none(one.asked_at),
                "candidates": [*(candidate.id for candidate in one.outcome.running), *one.outcome.unread],
            }
            for one in activity.unconfirmed
        ],
    }
    return {"sessions": [session_facts(engine, one) for one in listed], "ionq_tui": ours}


async def _jobs(engine: Engine, args: argparse.Namespace) -> int:
    session = await find_session(engine, args.id)
    columns = job_columns(engine.clock.now(), None, engine.people)
    items = await _chosen_jobs(engine, args, columns, session)
    if args.json:
        return tell_json({"jobs": [job_facts(*item) for item in items]})
    print_list(args, columns, items, lambda item: item.job.id, empty="no job matches" if args.status else "no jobs")
    if not (args.csv or args.quiet or args.columns):
        for job, _ in items:
            if why := failure_words(job):
                print(f"job {plain(job.short)} failed: {plain(why, 400)}", file=beside_tables())
    return DONE


async def _chosen_jobs(
    engine: Engine, args: argparse.Namespace, columns: Sequence[ListColumn[JobItem]], session: Session
) -> list[JobItem]:
    """Read the jobs that are asked for, and the costs of no others."""

    def matching(watch: SessionSnapshot) -> list[Job]:
        return [job for job in watch.jobs.values() if has_status(args.status, _status_words(job))]

    def enough(watch: SessionSnapshot) -> bool:
        return bool(args.limit) and not args.sort and len(matching(watch)) >= args.limit

    watch = await read_jobs(engine, session, enough)
    check_status(args.status, [word for job in watch.jobs.values() for word in _status_words(job)], JOB_STATUSES)
    jobs = matching(watch)
    if args.sort.removeprefix("-") not in _OF_COST:
        jobs = [item.job for item in in_order(args, columns, map(JobItem, jobs))][: args.limit or None]
        if args.quiet:
            return [JobItem(job) for job in jobs]
    if len(jobs) < len(watch.jobs):
        now = engine.clock.now()
        watch = apply_jobs(apply_session(EMPTY_SNAPSHOT, session, now), tuple(jobs), now, complete=True, began=now)
    watch = await priced(engine, watch)
    items = [JobItem(job, watch.costs.get(job.id)) for job in jobs]
    return in_order(args, columns, items)[: args.limit or None]


def _status_words(job: Job) -> tuple[str, str]:
    """Return the status in the API's word and in ours."""
    return job.status, job_status(job.status).text


_OF_COST = ("cost", "reserved", "unit")
"""Columns by which jobs can be sorted only once the costs of all are read."""


async def _show(engine: Engine, args: argparse.Namespace) -> int:
    session = await find_session(engine, args.id)
    watch = await read_session(engine, session)
    kept = await engine.journal.events(engine.place(), session.id)
    watch = recalled(watch, kept)
    if args.json:
        return tell_json(_report_facts(engine, session, watch))
    activity, now = engine.actions.activity.value, engine.clock.now()
    if not session.ended and (mismatch := activity.mismatch(session)) is not None:
        say(f"warning: {mismatch_words(mismatch)}")
    owner, label = activity.owner(session), activity.label(session.id)
    print(report(watch, owner, label, now, None, engine.people, markdown=args.markdown))
    return DONE


def _report_facts(engine: Engine, session: Session, watch: SessionSnapshot) -> dict[str, object]:
    """Return the session with the API's field names, and under `ionq_tui` the totals of its jobs and its events."""
    facts = session_facts(engine, session)
    ours = {
        **sums_facts(watch),
        "charged_for": {
            "job_models": [
                {"type": kind or None, "cost_model": model or None, **_spend_facts(spend)}
                for (kind, model), spend in by_model(watch).items()
            ],
            "failures": [{"code": code or None, **_spend_facts(spend)} for code, spend in by_failure(watch).items()],
        },
        "failures": [encode.job_json(job) for job in watch.counted if job.failed],
        "events": [moment_facts(moment, engine.people) for moment in timeline(watch)],
    }
    known = facts["ionq_tui"]
    return {**facts, "ionq_tui": {**(known if isinstance(known, dict) else {}), **ours}}


def _spend_facts(spend: Spend) -> dict[str, object]:
    return {
        "jobs": spend.jobs,
        "jobs_finished": spend.finished,
        "jobs_priced": spend.priced,
        "charged": [encode.money_json(amount) for amount in spend.charged],
    }


def moment_facts(moment: Moment, people: Mapping[str, str]) -> dict[str, object]:
    """Return one entry of the timeline; `job_ids` is present if it covers several jobs within a minute."""
    event = moment.event
    about_job = event.subject and event.kind is not EventKind.ALARM
    return {
        "at": rfc3339(event.at) if event.dated else None,
        "kind": event.kind.value,
        "job_id": event.subject if about_job else None,
        "job_ids": [job.id for job in moment.jobs] if len(moment.jobs) > 1 else None,
        "words": event.details(people),
    }


def session_facts(engine: Engine, session: Session) -> dict[str, object]:
    """Return a session with the API's field names, and this program's fields under `ionq_tui`."""
    activity = engine.actions.activity.value
    owner = activity.owner(session)
    ours: dict[str, object] = {
        "owner": owner_name(owner, session.creator_id, engine.people),
        "opened_on_this_machine": owner is Owner.HERE,
        "label": activity.label(session.id),
        "short_id": session.short,
    }
    if (mismatch := activity.mismatch(session)) is not None:
        ours["limit_mismatch"] = mismatch_facts(mismatch)
    return {**encode.session_json(session), "ionq_tui": {**ours, **encode.ends_json(session, engine.clock.now())}}


_API_NAMES = {"jobs": "job_count_limit", "time": "duration_limit_min", "cost": "cost_limit"}


def mismatch_facts(mismatch: Mismatch) -> dict[str, object]:
    """Return requested and given limits by the API's names; `how` says what null means: absent, unknown or added."""
    return {
        _API_NAMES.get(one.name, one.name): {
            "how": one.kind.value,
            "asked": _json_of(one.asked),
            "given": _json_of(one.given),
        }
        for one in mismatch.differences
    }


def _json_of(value: Value | None) -> object:
    return encode.money_json(value) if isinstance(value, Money) else value


def job_facts(job: Job, cost: JobCost | None) -> dict[str, object]:
    """Return a job with the API's field names, and what it cost under `ionq_tui`."""
    told = JobCost() if cost is None else cost
    ours = {
        "cost": encode.money_json(told.cost),
        "cost_is_final": job.finished and cost_is_final(job, cost),
        "estimated_cost": encode.money_json(told.estimate),
    }
    return {**encode.job_json(job), "ionq_tui": ours}
