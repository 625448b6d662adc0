"""`ionq-tui events`: what happened in one session, as far as IonQ and this machine's journal know."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from ionq_tui.cli.common import CommandError, checked_id, find_session, meant, say, tell_json
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.listings import moment_facts
from ionq_tui.cli.session_reading import read_jobs
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_session, recalled
from ionq_tui.model.timeline import timeline
from ionq_tui.settings import Settings
from ionq_tui.view.timeline_text import timeline_lines

_RETRIES = 2
"""Retries of a read after a server error or a dropped connection, as in the library."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """List the events of one session."""
    try:
        checked_id(args.id)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _events(engine, args), retries=_RETRIES)


async def _events(engine: Engine, args: argparse.Namespace) -> int:
    """Print the events; what the journal knows is printed even if IonQ cannot be read, with exit code 1."""
    session_id = await meant(engine, args.id)
    try:
        watch, code = await _read(engine, args.id), DONE
    except CommandError as stop:
        say(str(stop))
        watch, code = await _recorded(engine, session_id), REFUSED
    place = engine.place()
    watch = recalled(watch, await engine.journal.events(place, session_id))
    watch = apply_costs(watch, await engine.journal.costs(place, session_id))
    if args.json:
        if code == DONE or watch.events:
            tell_json({"events": [moment_facts(moment, engine.people) for moment in timeline(watch)]})
        return code
    whole = not sys.stdout.isatty()
    for line in timeline_lines(watch, None, engine.people, whole=whole):
        print(line)
    return code


async def _recorded(engine: Engine, session_id: str) -> SessionSnapshot:
    """Return what the journal's record tells of the session: when it was opened, and when its end was confirmed."""
    for record in await engine.journal.sessions(engine.place()):
        if record.id == session_id:
            known = replace(record.as_session, ended_at=record.ended_at)
            return apply_session(EMPTY_SNAPSHOT, known, engine.clock.now())
    return EMPTY_SNAPSHOT


async def _read(engine: Engine, text: str) -> SessionSnapshot:
    """Read the session and its jobs; a session whose jobs cannot be read still has its own steps."""
    session = await find_session(engine, text)
    try:
        return await read_jobs(engine, session)
    except CommandError as stop:
        say(str(stop))
        return apply_session(EMPTY_SNAPSHOT, session, engine.clock.now())
