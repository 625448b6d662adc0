"""Commands that cost or end something: open, end."""

from __future__ import annotations

import argparse
import asyncio
from uuid import uuid4

from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.limits import LimitError, Limits, read_jobs, read_minutes, read_money
from ionq_tui.model.link import Fault
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.session import Owner, Session
from ionq_tui.settings import Settings
from ionq_tui.shell.line import Stop, checked_id, find_session, heard, say, tell_json
from ionq_tui.shell.line import run as connected
from ionq_tui.shell.look import session_facts
from ionq_tui.view.amount import limits_words
from ionq_tui.view.plain import plain
from ionq_tui.view.result import end_result, open_result
from ionq_tui.view.status import why_not

RESOLVE_WITHIN = 5.0
"""Seconds an interrupted command still waits to learn what became of a sent request."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands; wrong usage is told before anything is sent."""
    try:
        if args.command == "open":
            request = requested(args)
            return connected(settings, lambda engine: _open(engine, request, args.label, args.json))
        _check_end(args)
    except Stop as stop:
        say(str(stop))
        return stop.code
    if args.all_here:
        return connected(settings, lambda engine: _end_all(engine, settings))
    return connected(settings, lambda engine: _end_one(engine, settings, args))


def requested(args: argparse.Namespace) -> OpenRequest:
    """Read the limits of a command line. Raises Stop for wrong usage."""
    try:
        limits = Limits(read_jobs(args.max_jobs), read_minutes(args.max_time), read_money(args.max_cost))
    except LimitError as error:
        raise Stop(str(error), USAGE) from None
    if limits.absent and not args.no_limit:
        raise Stop("no limit given: name --max-jobs, --max-time or --max-cost, or say --no-limit", USAGE)
    if not limits.absent and args.no_limit:
        raise Stop("--no-limit contradicts the limits given", USAGE)
    if not args.yes:
        raise Stop(f"it costs money: add --yes to open a session on {plain(args.backend, 60)}", USAGE)
    return OpenRequest(args.backend, limits)


async def _open(engine: Engine, request: OpenRequest, label: str, as_json: bool) -> int:
    outcome = await open_known(engine, request, label)
    if not isinstance(outcome, Opened):
        return told_not_opened(engine, outcome)
    say(
        f"{plain(outcome.session.backend, 60)}: {limits_words(outcome.session.limits)}; end it with"
        f" ionq-tui end {outcome.session.short} --yes"
    )
    if as_json:
        return tell_json(session_facts(engine, outcome.session))
    print(outcome.session.id)
    return DONE


async def open_known(engine: Engine, request: OpenRequest, label: str) -> OpenOutcome:
    """Look what exists, then open; an interruption waits a little for what became of the sent request."""
    heard(await engine.home.refresh(), "sessions")
    await _check_backend(engine, request.backend)
    token = uuid4().hex
    try:
        return await engine.desk.open(token, request, label)
    except asyncio.CancelledError:
        _go_on()
        say("interrupted: waiting for what became of the request")
        try:
            async with asyncio.timeout(RESOLVE_WITHIN):
                return await engine.desk.open(token, request, label)
        except TimeoutError:
            raise Stop("a session may have been opened: look with ionq-tui ls", UNCERTAIN) from None


def told_not_opened(engine: Engine, outcome: OpenOutcome) -> int:
    """Say why there is no session for certain; returns the exit code."""
    say(open_result(outcome, engine.clock.now(), None).text)
    if isinstance(outcome, NotOpened):
        return REFUSED
    for one in () if isinstance(outcome, Opened) else outcome.candidates:
        say(f"ionq-tui show {plain(one.id, 64)}")
    say("look with ionq-tui ls before you open another")
    return UNCERTAIN


async def _check_backend(engine: Engine, name: str) -> None:
    listed = await engine.cloud.backends()
    if isinstance(listed, Fault):
        return
    offered = next((one for one in listed if one.name == name), None)
    if offered is None:
        names = ", ".join(plain(one.name, 60) for one in listed if one.available)
        raise Stop(f"unknown backend {plain(name, 60)!r}: there are {names}")
    reason = why_not(offered)
    if reason is not None:
        raise Stop(f"{plain(name, 60)} cannot be chosen: {reason}")


def _check_end(args: argparse.Namespace) -> None:
    if args.all_here == bool(args.id):
        raise Stop("name one session, or say --all-here", USAGE)
    if args.id:
        checked_id(args.id)
    if not args.yes:
        raise Stop("it cannot be undone: add --yes to end it", USAGE)


async def _end_one(engine: Engine, settings: Settings, args: argparse.Namespace) -> int:
    session = await find_session(engine, args.id)
    owner = engine.desk.ledger.value.owner(session)
    if session.ended:
        say(f"{plain(session.short)} had ended already")
        return tell_json(session_facts(engine, session)) if args.json else DONE
    if owner in (Owner.OTHER, Owner.UNKNOWN) and not args.not_mine:
        raise Stop(f"{plain(session.id, 64)} was not opened here or by this key: add --not-mine to end it", USAGE)
    outcome = await ended(engine, session)
    if isinstance(outcome, Ended) and args.json:
        return tell_json(session_facts(engine, outcome.session))
    return _told_end(engine, settings, session, outcome)


async def ended(engine: Engine, session: Session) -> EndOutcome:
    """End a session; an interruption waits a little for what became of the sent request."""
    seen = session.active is True
    try:
        return await engine.desk.end(session.id, seen)
    except asyncio.CancelledError:
        _go_on()
        say("interrupted: waiting for what became of the request")
        try:
            async with asyncio.timeout(RESOLVE_WITHIN):
                return await engine.desk.end(session.id, seen)
        except TimeoutError:
            raise Stop(f"the end is not proved: look with ionq-tui show {session.id}", UNCERTAIN) from None


async def _end_all(engine: Engine, settings: Settings) -> int:
    """End every session opened here that still runs; one failure never stops the others."""
    heard(await engine.home.refresh(), "sessions")
    ledger = engine.desk.ledger.value
    running = [one for one in engine.home.board.value.sessions.values() if one.id in ledger.here and not one.ended]
    if not running:
        say("nothing opened here is running")
        return DONE
    outcomes = await asyncio.gather(*(ended(engine, one) for one in running))
    told = zip(running, outcomes, strict=True)
    return max(_told_end(engine, settings, one, outcome) for one, outcome in told)


def _told_end(engine: Engine, settings: Settings, session: Session, outcome: EndOutcome) -> int:
    words = end_result(outcome, engine.clock.now(), None, settings.people, session.id).text
    if isinstance(outcome, Ended):
        print(words)
        return DONE
    say(words)
    say(f"look with ionq-tui show {plain(session.id, 64)}, and try again")
    return UNCERTAIN


def _go_on() -> None:
    """Take back the cancellation, so that this task can still wait."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
