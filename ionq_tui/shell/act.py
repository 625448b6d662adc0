"""Commands that cost or end something: open, end."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from uuid import uuid4

from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.limits import LimitError, Limits, read_jobs, read_minutes, read_money
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.session import Owner, Session
from ionq_tui.settings import Settings
from ionq_tui.shell.line import Stop, changing, checked_id, find_session, heard, json_text, printed, say, tell_json
from ionq_tui.shell.line import run as connected
from ionq_tui.shell.look import session_facts
from ionq_tui.shell.signals import waited
from ionq_tui.shell.unlisted import told_open_questions, unlisted_here
from ionq_tui.view.amount import limits_words
from ionq_tui.view.plain import plain
from ionq_tui.view.result import end_result, open_result
from ionq_tui.view.session_card import end_command, show_command
from ionq_tui.view.status import why_not

_NOTHING_ENDED = frozenset({400, 401, 403, 404, 422})
"""Statuses with which the API itself says that it did nothing; after any other one the end may still come."""
_NOT_SENT = frozenset({FaultKind.READ_ONLY, FaultKind.KEY_MISSING, FaultKind.BAD_REQUEST})
"""Failures before there could be a status."""
_REFUSALS = _NOT_SENT | {FaultKind.KEY_REFUSED, FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands; wrong usage is told before anything is sent."""
    try:
        if args.command == "open":
            request = requested(args)
            changing(settings)
            return connected(settings, lambda engine: _open(engine, request, args.label, args.json))
        _check_end(args)
        changing(settings)
    except Stop as stop:
        say(str(stop))
        return stop.code
    if args.all_here:
        return connected(settings, lambda engine: _end_all(engine, settings, args.json))
    return connected(settings, lambda engine: _end_one(engine, settings, args))


_OPTIONS = {"jobs": "--max-jobs", "time": "--max-time", "money": "--max-cost"}
"""The options by the field of a limit; to leave one out is advice for a form, not for a command."""


def requested(args: argparse.Namespace) -> OpenRequest:
    """Read the limits of a command line. Raises Stop for wrong usage."""
    try:
        limits = Limits(read_jobs(args.max_jobs), read_minutes(args.max_time), read_money(args.max_cost))
    except LimitError as error:
        raise Stop(f"{_OPTIONS[error.field]}: {error.why.partition('; ')[0]}", USAGE) from None
    if limits.absent and not args.no_limit:
        raise Stop("no limit given: name --max-jobs, --max-time or --max-cost, or say --no-limit", USAGE)
    if not limits.absent and args.no_limit:
        raise Stop("--no-limit contradicts the limits given", USAGE)
    if not (args.backend.isprintable() and args.label.isprintable()):
        raise Stop("the backend and the label must be printable text", USAGE)
    if not args.yes:
        raise Stop(f"it costs money: add --yes to open a session on {plain(args.backend, 60)}", USAGE)
    return OpenRequest(args.backend, limits)


async def _open(engine: Engine, request: OpenRequest, label: str, as_json: bool) -> int:
    outcome = await open_known(engine, request, label)
    if not isinstance(outcome, Opened):
        return told_not_opened(engine, outcome)
    session = outcome.session
    say(opened_words(engine, outcome))
    try:
        print(json_text(session_facts(engine, session), 2) if as_json else session.id, flush=True)
    except OSError:  # nobody reads, or the disk is full: an id that is lost is a session that is forgotten
        say(f"the id could not be printed: the session {plain(session.id, 64)} is open")
        return UNCERTAIN
    return DONE


def opened_words(engine: Engine, outcome: Opened) -> str:
    """Return what is open now, how to end it, and why this machine will not remember it, where it cannot."""
    session = outcome.session
    trouble = f"\n{engine.journal.trouble}" if engine.journal.trouble else ""
    how = " (found by looking after the reply was lost)" if outcome.adopted else ""
    return (
        f"{plain(session.short)} on {plain(session.backend, 60)} is open{how}: {limits_words(session.limits)};"
        f" end it with {_end_it(engine, session)}{trouble}"
    )


def _end_it(engine: Engine, session: Session) -> str:
    """Return the command that ends it: where nothing is kept, the next process does not know whose it is."""
    return end_command(session.id) + (" --not-mine" if engine.journal.trouble else "")


async def open_known(engine: Engine, request: OpenRequest, label: str) -> OpenOutcome:
    """Look what exists, then open; an interruption waits a little for what became of the sent request."""
    heard(await engine.home.refresh(), "sessions")
    await _check_backend(engine, request.backend)
    token = uuid4().hex
    opening = asyncio.ensure_future(engine.desk.open(token, request, label))
    if not await waited([opening], say):
        for one in engine.desk.found(token):
            say(show_command(one.id))
        raise Stop(f"a session may have been opened on {plain(request.backend, 60)}: look with ionq-tui ls", UNCERTAIN)
    return opening.result()


def told_not_opened(engine: Engine, outcome: OpenOutcome) -> int:
    """Say why there is no session for certain; returns the exit code."""
    say(open_result(outcome, engine.clock.now(), None).text)
    if isinstance(outcome, NotOpened):
        return REFUSED
    for one in () if isinstance(outcome, Opened) else outcome.candidates:
        say(show_command(one.id))
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
    if session.ended:
        say(f"{plain(session.short)} had ended already")
        return tell_json(session_facts(engine, session)) if args.json else DONE
    check_owner(engine, session, args.not_mine)
    outcome = (await end_each(engine, [session]))[session.id]
    if isinstance(outcome, Ended) and args.json:
        return _tell_ended(engine, settings, [outcome], json_text(session_facts(engine, outcome.session), 2))
    return told_end(engine, settings, session, outcome)


def check_owner(engine: Engine, session: Session, not_mine: bool) -> None:
    """Stop before ending what is not ours, unless that was said."""
    if engine.desk.ledger.value.owner(session) in (Owner.OTHER, Owner.UNKNOWN) and not not_mine:
        raise Stop(f"{plain(session.id, 64)} was not opened here or by this key: add --not-mine to end it", USAGE)


async def end_each(
    engine: Engine, sessions: Sequence[Session], until: float | None = None
) -> Mapping[str, EndOutcome | None]:
    """End sessions; an interruption waits a little for what became of the requests. None is not known in time."""
    ends = {one.id: asyncio.ensure_future(engine.desk.end(one.id, one.active is True)) for one in sessions}
    await waited(ends.values(), say, until)
    return {name: end.result() if end.done() else None for name, end in ends.items()}


async def _end_all(engine: Engine, settings: Settings, as_json: bool) -> int:
    """End every session opened here that still runs, listed or not; one failure never stops the others."""
    heard(await engine.home.refresh(), "sessions")
    ledger, listed = engine.desk.ledger.value, engine.home.board.value.sessions
    running = [one for one in listed.values() if one.id in ledger.here and not one.ended]
    unlisted = await unlisted_here(engine)
    outcomes = dict(await end_each(engine, running))
    found, unread = await unlisted.read()
    outcomes |= await end_each(engine, found)
    running += found
    over = [one for one in outcomes.values() if isinstance(one, Ended)]
    facts = [session_facts(engine, one.session) for one in over] if as_json else []
    _tell_ended(engine, settings, over, json_text({"sessions": facts}, 2) if as_json else "")
    others = [one for one in running if not isinstance(outcomes[one.id], Ended)]
    codes = [told_end(engine, settings, one, outcomes[one.id]) for one in others]
    codes += [unread, told_open_questions(engine)]
    if not running and max(codes) == DONE:
        say("nothing opened here is running")
    return max(codes)


def _tell_ended(engine: Engine, settings: Settings, over: Sequence[Ended], facts: str = "") -> int:
    """Print the proofs, or facts instead; they are said where standard output is lost, for it is done all the same."""
    now = engine.clock.now()
    proofs = [end_result(one, now, None, settings.people, one.session.id).text for one in over]
    words = facts or "\n".join(proofs)
    if words and not printed(words):
        for proof in proofs:
            say(f"{proof}; standard output cannot be written")
    return DONE


def told_end(engine: Engine, settings: Settings, session: Session, outcome: EndOutcome | None) -> int:
    """Say what became of a request to end; returns the exit code."""
    if isinstance(outcome, Ended):
        return _tell_ended(engine, settings, [outcome])
    if outcome is None:
        say(f"the end of {plain(session.id, 64)} is not proved")
    else:
        say(end_result(outcome, engine.clock.now(), None, settings.people, session.id).text)
    if outcome is not None and outcome.fault is not None and _refused(outcome.fault):
        return REFUSED
    say(f"look with {show_command(session.id)}, and try again: {_end_it(engine, session)}")
    return UNCERTAIN


def _refused(fault: Fault) -> bool:
    """True where a request to end certainly did nothing: it was not sent, or the API said so in its own form."""
    if fault.status is None:
        return fault.kind in _NOT_SENT
    # Without a reason of the API's the words are the status alone: that was somebody in between.
    return fault.kind in _REFUSALS and fault.status in _NOTHING_ENDED and fault.words != f"HTTP {fault.status}"
