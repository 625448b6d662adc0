"""Commands that only read: `backends`, `ls`, `show`, `jobs`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from ionq_tui.api import encode
from ionq_tui.cli.common import CommandError, find_session, heard, json_text, say, tell_json, told_list_fault
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.totals import sums_facts
from ionq_tui.engine.cost_fetcher import PER_SECOND, CostFetcher
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.store import Store
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.event import EventKind
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.job_totals import cost_is_final
from ionq_tui.model.link_state import Fault
from ionq_tui.model.mismatch import Mismatch, Value
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_costs,
    apply_jobs,
    apply_session,
    failure_words,
    recalled,
    with_unreadable_count,
)
from ionq_tui.model.spend import Spend, by_failure, by_model
from ionq_tui.model.timeline import Moment, timeline
from ionq_tui.settings import Settings
from ionq_tui.view.amount import UNKNOWN, counted, sums
from ionq_tui.view.fault import fault_words
from ionq_tui.view.home_summary import kept_words
from ionq_tui.view.incomplete import AT_LEAST
from ionq_tui.view.live_session import unread_cost
from ionq_tui.view.mismatch import mismatch_words
from ionq_tui.view.report import report
from ionq_tui.view.result import question_awaited, question_words
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    JOB_COLUMNS,
    SESSION_COLUMNS,
    backend_row,
    job_row,
    session_row,
)
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import candidate_notes
from ionq_tui.view.text_table import text_table
from ionq_tui.view.time_text import rfc3339, rfc3339_or_none
from ionq_tui.wiring import patience

_RETRIES = 2
"""Retries of a read after a server error or a dropped connection, as in the library."""
_ASKED_FOR = 30.0
"""Seconds for which a command reads costs, enough for 240 jobs."""
_NAMED_AFTER = 1.0
"""Seconds to wait for the session list before listing what the journal knows."""
_AT_ONCE = 4
"""Sessions that are read concurrently."""
_MANY = 50
"""Number of costs above which the wait is announced first."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands; transient errors are retried silently."""
    keyless = args.command == "backends"
    works: Mapping[str, Callable[[Engine], Awaitable[int]]] = {
        "backends": lambda engine: _backends(engine, args.json),
        "ls": lambda engine: _list(engine, settings, args.json, args.all),
        "jobs": lambda engine: _jobs(engine, args.id, args.json),
        "show": lambda engine: _show(engine, settings, args),
    }
    return connected(settings, works[args.command], keyless=keyless, retries=_RETRIES)


async def _backends(engine: Engine, as_json: bool) -> int:
    listed = await engine.cloud.backends()
    heard(listed)
    backends: tuple[Backend, ...] = () if isinstance(listed, Fault) else listed
    measured = await _measured(engine, backends)
    if as_json:
        return tell_json({"backends": [_backend_facts(one, measured.get(one.name)) for one in backends]})
    print(text_table(BACKEND_COLUMNS, [backend_row(one, measured.get(one.name)) for one in backends]))
    return DONE


def _backend_facts(backend: Backend, measured: Characterization | None) -> dict[str, object]:
    return {**encode.backend_json(backend), "ionq_tui": {"characterization": encode.characterization_json(measured)}}


async def _measured(engine: Engine, backends: Iterable[Backend]) -> Mapping[str, Characterization]:
    """Read the characterization of each backend; those that cannot be read are left out."""
    names = [one.name for one in backends if one.characterization_id is not None]
    told = await asyncio.gather(*map(engine.cloud.characterization, names))
    return {name: one for name, one in zip(names, told, strict=True) if isinstance(one, Characterization)}


async def _list(engine: Engine, settings: Settings, as_json: bool, every: bool) -> int:
    """List IonQ's sessions, and always those opened on this machine that IonQ's list does not show."""
    listing = asyncio.ensure_future(engine.session_list.refresh())
    await asyncio.wait({listing}, timeout=_NAMED_AFTER * patience())
    early = [] if listing.done() else _owed_lines(engine, awaited=True)
    for words in early:  # what this machine knows is named soon, however long the list takes
        say(words)
    fault = await listing
    if fault is not None:
        told_list_fault(fault)
    else:
        await _read_unlisted(engine)
    if every and fault is None:
        heard(await engine.session_list.read_ended(), "sessions")
    overview, activity, now = engine.session_list.overview.value, engine.actions.activity.value, engine.clock.now()
    unlisted = [one for one in engine.unconfirmed if one.id not in overview.sessions]
    if overview.unreadable:
        say(f"{counted(overview.unreadable, 'more session')} could not be read")
    if activity.trouble:
        say(activity.trouble)
    for words in _owed_lines(engine):
        if words not in early:
            say(words)
    code = DONE if fault is None else REFUSED
    if as_json:
        if fault is None or unlisted or activity.unconfirmed:
            print(json_text(_list_facts(engine, unlisted), 2))
        return code
    rows = [
        session_row(
            one,
            activity.owner(one),
            activity.label(one.id),
            now,
            None,
            unseen=one.id not in overview.sessions,
            people=engine.people,
        )
        for one in (*unlisted, *overview.sessions.values())
    ]
    if rows:
        print(text_table(SESSION_COLUMNS, rows))
    elif fault is None:
        print("no active sessions" if activity.at_rest and not overview.unreadable else "IonQ's list is empty")
    return code


def _owed_lines(engine: Engine, *, awaited: bool = False) -> list[str]:
    """Return a line for each session that is not listed and not confirmed ended, and for each unconfirmed session.

    Where the list is still `awaited`, nothing is said of what it shows or does not show.
    """
    activity, now, listed = (
        engine.actions.activity.value,
        engine.clock.now(),
        engine.session_list.overview.value.sessions,
    )
    told = [
        f"{plain(one.short)} on {plain(one.backend or '-', 60)}: not confirmed ended; waiting for IonQ's list"
        if awaited
        else kept_words(activity.unended[one.id], engine.last_seen(one.id), now, None)
        for one in engine.unconfirmed
        if one.id not in listed
    ]
    for question in activity.unconfirmed:
        told.append(question_awaited(question, now, None) if awaited else question_words(question, now, None))
        told += candidate_notes(question.request, question.outcome.candidates)
    return told


async def _read_unlisted(engine: Engine) -> None:
    """Read the sessions opened on this machine that the list does not show: they may have ended."""
    ids = [one.id for one in engine.unconfirmed if one.id not in engine.session_list.overview.value.sessions]
    for at in range(0, len(ids), _AT_ONCE):
        for answer in await asyncio.gather(*map(engine.cloud.session, ids[at : at + _AT_ONCE])):
            if isinstance(answer, Session):
                engine.store_session(answer)
                if answer.ended:
                    await engine.actions.ended_elsewhere(answer)


def _list_facts(engine: Engine, unlisted: Iterable[Session]) -> dict[str, object]:
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
                "candidates": [candidate.id for candidate in one.outcome.running],
            }
            for one in activity.unconfirmed
        ],
    }
    sessions = [session_facts(engine, one) for one in engine.session_list.overview.value.sessions.values()]
    return {"sessions": sessions, "ionq_tui": ours}


async def _jobs(engine: Engine, text: str, as_json: bool) -> int:
    watch = await _watched(engine, await find_session(engine, text))
    if as_json:
        return tell_json({"jobs": [_job_facts(job, watch.costs.get(job.id)) for job in watch.jobs.values()]})
    now = engine.clock.now()
    rows = [job_row(job, watch.costs.get(job.id), now) for job in watch.jobs.values()]
    print(text_table(JOB_COLUMNS, rows) if rows else "no jobs")
    for job in watch.jobs.values():
        if why := failure_words(job):
            print(f"job {plain(job.short)} failed: {plain(why, 400)}")
    return DONE


async def _show(engine: Engine, settings: Settings, args: argparse.Namespace) -> int:
    session = await find_session(engine, args.id)
    watch = await _watched(engine, session)
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
        "events": [_moment_facts(moment) for moment in timeline(watch)],
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


def _moment_facts(moment: Moment) -> dict[str, object]:
    """Return one entry of the timeline; `job_ids` is present if it covers several jobs within a minute."""
    event = moment.event
    about_job = event.subject and event.kind is not EventKind.ALARM
    return {
        "at": rfc3339(event.at),
        "kind": event.kind.value,
        "job_id": event.subject if about_job else None,
        "job_ids": [job.id for job in moment.jobs] if len(moment.jobs) > 1 else None,
        "words": event.words,
    }


async def _watched(engine: Engine, session: Session) -> SessionSnapshot:
    """Read all pages of a session's jobs, and their costs."""
    now = engine.clock.now()
    watch = apply_session(EMPTY_SNAPSHOT, session, now)  # before its jobs, which may be all only where it has ended
    after: str | None = None
    cursor_guard, unread = CursorGuard(), 0
    while True:
        page = await engine.cloud.session_jobs(session.id, after=after)
        if isinstance(page, Fault):
            heard(page, "jobs")
            break
        watch = apply_jobs(watch, page.jobs, now, complete=page.next is None, began=now)
        after, unread = page.next, unread + page.unreadable
        if lost := cursor_guard.lost(page):
            raise CommandError(f"IonQ's reply cannot be used: {lost}")
        if after is None:
            break
    if unread:
        say(f"{counted(unread, 'more job')} could not be read")
        watch = with_unreadable_count(watch, unread)
    return await _priced(engine, watch)


async def _priced(engine: Engine, watch: SessionSnapshot) -> SessionSnapshot:
    """Load known costs and read missing ones, within the dashboard's request budget and for a limited time."""
    place, session_id = engine.place(), watch.session.id if watch.session else ""
    store = Store(apply_costs(watch, await engine.journal.costs(place, session_id)))
    found: dict[str, JobCost] = {}
    watch = store.value
    if (wanted := watch.finished_count - watch.priced_count + len(watch.unfinished)) > _MANY:
        say(f"reading the cost of {counted(wanted, 'job')}, {PER_SECOND} a second, for {_ASKED_FOR:g} s at most")
    try:
        left, fault = await CostFetcher(engine.cloud, engine.clock, store, found.update).once(_ASKED_FOR)
    finally:
        await engine.journal.keep_costs(place, session_id, found)
    if store.value.cost_fault is not None:
        say(unread_cost(store.value.cost_fault, once=True))
    elif fault is not None:
        say(fault_words(fault, once=True))
    if left:
        say(_part_words(store.value, kept=engine.journal.trouble is None))
    return store.value


def _part_words(watch: SessionSnapshot, *, kept: bool) -> str:
    """Return "≥ 31.20 usd (812 of 2,000 jobs priced)" and how to continue, if not every job was read."""
    if watch.priced_count == watch.finished_count:
        return "the reservations of some unfinished jobs were not read"
    known = f"{AT_LEAST}{sums(watch.charged)}" if watch.charged else UNKNOWN
    more = (
        "run it again to continue: known costs are stored"
        if kept
        else "the journal cannot be written, so the next run starts over"
    )
    return f"{known} ({watch.priced_count:,} of {counted(watch.finished_count, 'job')} priced); {more}"


def session_facts(engine: Engine, session: Session) -> dict[str, object]:
    """Return a session with the API's field names, and this program's fields under `ionq_tui`."""
    activity = engine.actions.activity.value
    ours: dict[str, object] = {
        "whose": activity.owner(session).value,
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


def _job_facts(job: Job, cost: JobCost | None) -> dict[str, object]:
    told = JobCost() if cost is None else cost
    ours = {
        "cost": encode.money_json(told.cost),
        "cost_is_final": job.finished and cost_is_final(job, cost),
        "estimated_cost": encode.money_json(told.estimate),
    }
    return {**encode.job_json(job), "ionq_tui": ours}
