"""Commands that only look: backends, ls, show, jobs."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Mapping

from ionq_tui.api import wire
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.pricer import PER_SECOND, Pricer
from ionq_tui.engine.store import Store
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.event import EventKind
from ionq_tui.model.exit_code import DONE
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link import Fault
from ionq_tui.model.session import Session
from ionq_tui.model.spend import Spend, by_failure, by_model
from ionq_tui.model.tally import cost_is_final
from ionq_tui.model.timeline import Moment, timeline
from ionq_tui.model.trail import Trail
from ionq_tui.model.watch import EMPTY_WATCH, Watch, heard_costs, heard_jobs, heard_session, heard_unread, recalled
from ionq_tui.settings import Settings
from ionq_tui.shell.line import Stop, find_session, heard, say, tell_json
from ionq_tui.shell.line import run as connected
from ionq_tui.view.amount import UNKNOWN, counted, sums
from ionq_tui.view.fault import fault_words
from ionq_tui.view.moment import rfc3339
from ionq_tui.view.report import report
from ionq_tui.view.result import open_result
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    JOB_COLUMNS,
    SESSION_COLUMNS,
    backend_row,
    job_row,
    session_row,
)
from ionq_tui.view.text_table import text_table

_ASKED_FOR = 30.0
"""Seconds for which a command asks for costs: 300 of them."""
_MANY = 50
"""Costs that take so long to ask that it is said before."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands."""
    if args.command == "backends":
        return connected(settings, lambda engine: _backends(engine, args.json), keyless=True)
    if args.command == "ls":
        return connected(settings, lambda engine: _list(engine, settings, args.json, args.all))
    if args.command == "jobs":
        return connected(settings, lambda engine: _jobs(engine, args.id, args.json))
    return connected(settings, lambda engine: _show(engine, settings, args))


async def _backends(engine: Engine, as_json: bool) -> int:
    listed = await engine.cloud.backends()
    heard(listed)
    backends: tuple[Backend, ...] = () if isinstance(listed, Fault) else listed
    if as_json:
        return tell_json({"backends": [wire.backend_json(one) for one in backends]})
    measured = await _measured(engine, backends)
    print(text_table(BACKEND_COLUMNS, [backend_row(one, measured.get(one.name)) for one in backends]))
    return DONE


async def _measured(engine: Engine, backends: Iterable[Backend]) -> Mapping[str, Characterization]:
    """Read what was measured of each backend; what cannot be read just now is left out."""
    names = [one.name for one in backends if one.characterization_id is not None]
    told = await asyncio.gather(*map(engine.cloud.characterization, names))
    return {name: one for name, one in zip(names, told, strict=True) if isinstance(one, Characterization)}


async def _list(engine: Engine, settings: Settings, as_json: bool, every: bool) -> int:
    heard(await engine.home.refresh(), "sessions")
    if every:
        heard(await engine.home.read_ended(), "sessions")
    board, ledger, now = engine.home.board.value, engine.desk.ledger.value, engine.clock.now()
    sessions = list(board.sessions.values())
    if board.unreadable:
        say(f"{counted(board.unreadable, 'more session')} could not be read")
    for question in ledger.questions:
        say(open_result(question.outcome, now, None).text)
    if as_json:
        return tell_json({"sessions": [session_facts(engine, one) for one in sessions]})
    rows = [
        session_row(one, ledger.owner(one), ledger.label(one.id), now, None, people=settings.people) for one in sessions
    ]
    print(text_table(SESSION_COLUMNS, rows) if rows else "no active sessions")
    return DONE


async def _jobs(engine: Engine, text: str, as_json: bool) -> int:
    watch = await _watched(engine, await find_session(engine, text))
    if as_json:
        return tell_json({"jobs": [_job_facts(job, watch.costs.get(job.id)) for job in watch.jobs.values()]})
    now = engine.clock.now()
    rows = [job_row(job, watch.costs.get(job.id), now) for job in watch.jobs.values()]
    print(text_table(JOB_COLUMNS, rows) if rows else "no jobs")
    return DONE


async def _show(engine: Engine, settings: Settings, args: argparse.Namespace) -> int:
    session = await find_session(engine, args.id)
    watch = await _watched(engine, session)
    kept = await engine.journal.events(engine.place(), session.id)
    watch = recalled(watch, kept)
    if args.json:
        return tell_json(_report_facts(engine, session, watch))
    ledger, now = engine.desk.ledger.value, engine.clock.now()
    owner, label = ledger.owner(session), ledger.label(session.id)
    print(report(watch, owner, label, now, None, settings.people, markdown=args.markdown))
    return DONE


def _report_facts(engine: Engine, session: Session, watch: Watch) -> dict[str, object]:
    """Return the session in the API's names, and under `ionq_tui` what its jobs add up to and what happened."""
    facts = session_facts(engine, session)
    ours = {
        "jobs": {"total": watch.count, **watch.by_status},
        "money": {
            "charged": [wire.money_json(amount) for amount in watch.charged],
            "reserved": [wire.money_json(amount) for amount in watch.reserved],
            "jobs_priced": watch.priced_count,
            "jobs_finished": watch.finished_count,
        },
        "charged_for": {
            "job_models": [
                {"type": kind or None, "cost_model": model or None, **_spend_facts(spend)}
                for (kind, model), spend in by_model(watch).items()
            ],
            "failures": [{"code": code or None, **_spend_facts(spend)} for code, spend in by_failure(watch).items()],
        },
        "failures": [wire.job_json(job) for job in watch.counted if job.failed],
        "events": [_moment_facts(moment) for moment in timeline(watch)],
    }
    known = facts["ionq_tui"]
    return {**facts, "ionq_tui": {**(known if isinstance(known, dict) else {}), **ours}}


def _spend_facts(spend: Spend) -> dict[str, object]:
    return {
        "jobs": spend.jobs,
        "jobs_finished": spend.finished,
        "jobs_priced": spend.priced,
        "charged": [wire.money_json(amount) for amount in spend.charged],
    }


def _moment_facts(moment: Moment) -> dict[str, object]:
    """Return one moment of the timeline; `job_ids` are given where it happened to several jobs within a minute."""
    event = moment.event
    about_job = event.subject and event.kind is not EventKind.ALARM
    return {
        "at": rfc3339(event.at),
        "kind": event.kind.value,
        "job_id": event.subject if about_job else None,
        "job_ids": [job.id for job in moment.jobs] if len(moment.jobs) > 1 else None,
        "words": event.words,
    }


async def _watched(engine: Engine, session: Session) -> Watch:
    """Read a session's jobs, all pages, and what they cost."""
    now = engine.clock.now()
    watch = heard_session(EMPTY_WATCH, session, now)
    after: str | None = None
    trail, unread = Trail(), 0
    while True:
        page = await engine.cloud.session_jobs(session.id, after=after)
        if isinstance(page, Fault):
            heard(page, "jobs")
            break
        watch = heard_jobs(watch, page.jobs, now, complete=page.next is None)
        after, unread = page.next, unread + page.unreadable
        if lost := trail.lost(page):
            raise Stop(f"IonQ's reply cannot be used: {lost}")
        if after is None:
            break
    if unread:
        say(f"{counted(unread, 'more job')} could not be read")
        watch = heard_unread(watch, unread)
    return await _priced(engine, watch)


async def _priced(engine: Engine, watch: Watch) -> Watch:
    """Recall what jobs cost and ask for what is missing, within the budget of the dashboard and for a while only."""
    place, session_id = engine.place(), watch.session.id if watch.session else ""
    store = Store(heard_costs(watch, await engine.journal.costs(place, session_id)))
    found: dict[str, JobCost] = {}
    watch = store.value
    if (wanted := watch.finished_count - watch.priced_count + len(watch.unfinished)) > _MANY:
        say(f"asking what {counted(wanted, 'job')} cost, {PER_SECOND} a second, for {_ASKED_FOR:g} s at most")
    try:
        left, fault = await Pricer(engine.cloud, engine.clock, store, found.update).once(_ASKED_FOR)
    finally:
        await engine.journal.keep_costs(place, session_id, found)
    if fault is not None:
        say(fault_words(fault, once=True))
    if left:
        say(_part_words(store.value, kept=engine.journal.trouble is None))
    return store.value


def _part_words(watch: Watch, *, kept: bool) -> str:
    """Return "≥ 31.20 usd (812 of 2,000 jobs priced)" and how to go on, where not every job was asked about."""
    if watch.priced_count == watch.finished_count:
        return "not every unfinished job was asked what it reserves"
    known = f"≥ {sums(watch.charged)}" if watch.charged else UNKNOWN
    more = "run it again to go on: what is known is kept" if kept else "nothing can be kept here, to go on from"
    return f"{known} ({watch.priced_count:,} of {counted(watch.finished_count, 'job')} priced); {more}"


def session_facts(engine: Engine, session: Session) -> dict[str, object]:
    """Return a session in the API's own names, with what is ours under `ionq_tui`."""
    ledger = engine.desk.ledger.value
    ours = {"whose": ledger.owner(session).value, "label": ledger.label(session.id), "short_id": session.short}
    return {**wire.session_json(session), "ionq_tui": ours}


def _job_facts(job: Job, cost: JobCost | None) -> dict[str, object]:
    told = JobCost() if cost is None else cost
    ours = {
        "cost": wire.money_json(told.cost),
        "cost_is_final": job.finished and cost_is_final(job, cost),
        "estimated_cost": wire.money_json(told.estimate),
    }
    return {**wire.job_json(job), "ionq_tui": ours}
