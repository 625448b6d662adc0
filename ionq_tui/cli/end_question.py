"""The question of `ionq-tui end` on a terminal: the facts of the End dialog, in lines."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable, Sequence

from ionq_tui.cli.common import text_width
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_facts import session_facts
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.link_state import Fresh
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.end_review import CANNOT_BE_UNDONE, end_facts, in_brief, running_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import words
from ionq_tui.view.wrap import wrapped
from ionq_tui.wiring import patience

WITHIN = 3.0
"""Seconds for which the facts are read; what is not known by then is told as unknown."""
_NAME = 12
"""Cells of the name of a fact."""
_MOST = 5
"""Sessions of which the facts are read and told, if there are several."""

_log = logging.getLogger("ionq_tui.command")
_log.addHandler(logging.NullHandler())  # without a log file nothing is printed


async def end_question(engine: Engine, session_id: str) -> str:
    """Return the question whether to end a session, below the facts about it that can be read in time."""
    await _read(engine, [session_id])
    session = _known(engine, session_id)
    facts = session_facts(engine, session)
    activity, now = engine.actions.activity.value, engine.clock.now()
    owner, label, as_of = activity.owner(session), activity.label(session.id), facts.jobs_as_of
    told = end_facts(facts.watch, owner, label, facts.received_at, now, None, engine.people, jobs_as_of=as_of)
    at = next((at for at, (name, _) in enumerate(told) if name == "unfinished"), len(told) - 1)
    told.insert(at + 1, ("running", running_words(facts.watch)))
    width = text_width(sys.stderr)
    lines = [f"{name:<{_NAME}}{text}" for name, text in told]
    if width is not None:
        lines = [part for one in lines for part in wrapped(one, width, _NAME)]
    return "\n".join([*lines, f"End session {plain(session_id, 64)}? {CANNOT_BE_UNDONE}"])


async def end_all_question(engine: Engine, ids: Sequence[str]) -> str:
    """Return the question whether to end all sessions of this machine, below a few facts about those that it knows."""
    shown = ids[:_MOST]
    await _read(engine, shown)
    activity, now, lines = engine.actions.activity.value, engine.clock.now(), list[str]()
    for session in (_known(engine, one) for one in shown):
        facts = session_facts(engine, session)
        owner, label, as_of = activity.owner(session), activity.label(session.id), facts.jobs_as_of
        told = end_facts(facts.watch, owner, label, facts.received_at, now, None, engine.people, jobs_as_of=as_of)
        lines += map(words, in_brief(told))
    lines += [f"and {len(ids) - _MOST:,} more"] if len(ids) > _MOST else []
    return "\n".join([*lines, f"End every session that was opened on this machine? {CANNOT_BE_UNDONE}"])


def _known(engine: Engine, session_id: str) -> Session:
    return engine.known(session_id) or Session(session_id)


async def _read(engine: Engine, ids: Iterable[str]) -> None:
    """Read the sessions, their jobs and costs until all is known, one cannot be read, or the time is over."""
    readings = [asyncio.create_task(_read_one(engine.session_poller(one)), name=f"facts of {one}") for one in ids]
    if not readings:
        return
    try:
        await asyncio.wait(readings, timeout=WITHIN * patience())
    finally:
        for one in readings:
            one.cancel()
        await asyncio.wait(readings)


async def _read_one(session_poller: SessionPoller) -> None:
    """Poll one session until nothing more can be learned; a bug in that must not keep the session from being ended."""
    known = asyncio.Event()
    stop = session_poller.store.subscribe(lambda watch: known.set() if _is_known(watch) else None)
    polling = asyncio.create_task(session_poller.run(), name=f"facts of {session_poller.session_id}")
    polling.add_done_callback(lambda _: known.set())
    try:
        await known.wait()
    finally:
        stop()
        polling.cancel()
        await asyncio.wait({polling})
        if not polling.cancelled() and (bug := polling.exception()) is not None:
            _log.error("the facts of %s could not be read", session_poller.session_id, exc_info=bug)


def _is_known(watch: SessionSnapshot) -> bool:
    """Return True if all is known, or if the session or its jobs cannot be read."""
    if watch.jobs_fault is not None or not isinstance(watch.link, Fresh):
        return True
    reserved = all(job.dry_run or job.id in watch.costs for job in watch.unfinished)
    return watch.charges_complete and reserved
