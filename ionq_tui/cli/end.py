"""`ionq-tui end`: end one session, or all sessions opened on this machine that are not confirmed ended."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ionq_tui.cli.common import (
    CommandError,
    changing,
    checked_id,
    document,
    find_session,
    meant,
    printed,
    say,
    tell_json,
    told_list_fault,
)
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.end_question import end_all_question, end_question
from ionq_tui.cli.listings import session_facts
from ionq_tui.cli.signals import waited
from ionq_tui.cli.unconfirmed import told_open_questions
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome
from ionq_tui.model.session import SHORT, Owner, Session
from ionq_tui.settings import Settings
from ionq_tui.view.fault import fault_words
from ionq_tui.view.result import end_result
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import end_command, show_command
from ionq_tui.wiring import patience

_NOTHING_ENDED = frozenset({400, 401, 403, 404, 422})
"""HTTP statuses with which the API itself says that it did nothing; after any other the session may still end."""
_NOT_SENT = frozenset({FaultKind.READ_ONLY, FaultKind.KEY_MISSING, FaultKind.SETTING, FaultKind.BAD_REQUEST})
"""Failures that occur before a request can have a status."""
_REFUSALS = _NOT_SENT | {FaultKind.KEY_REFUSED, FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """End one session, or all sessions of this machine; wrong usage is reported before anything is sent."""
    try:
        _check_end(args)
        changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    if args.all_here:
        return connected(settings, lambda engine: _end_all(engine, settings, args.json, args.yes))
    return connected(settings, lambda engine: _end_one(engine, settings, args))


def _check_end(args: argparse.Namespace) -> None:
    if args.all_here == bool(args.id):
        raise CommandError("give the id of one session, or --all-here", USAGE)
    if args.id:
        checked_id(args.id)
    needs_yes(args.yes, "ending cannot be undone")


async def _end_one(engine: Engine, settings: Settings, args: argparse.Namespace) -> int:
    """End the given session at once: the journal is enough, and the session list is not waited for."""
    session_id = await meant(engine, args.id)
    if not args.not_mine:
        await _check_owner(engine, session_id)
    question = "" if args.yes or engine.over(session_id) else await end_question(engine, session_id)
    if engine.over(session_id):  # maybe only the facts below the question said so
        say(f"{plain(session_id[-SHORT:])} had already ended")
        session, unended = engine.known(session_id), engine.actions.activity.value.unended
        if session is not None and session.ended and session_id in unended:
            await engine.actions.ended_elsewhere(session)
        return tell_json(session_facts(engine, await find_session(engine, session_id))) if args.json else DONE
    await confirm(args.yes, question)
    outcome = (await end_each(engine, [session_id]))[session_id]
    if isinstance(outcome, Ended) and args.json:
        return _tell_ended(engine, settings, [outcome], document(session_facts(engine, outcome.session)))
    return told_end(engine, settings, session_id, outcome)


async def _check_owner(engine: Engine, session_id: str) -> None:
    """Raise Stop before ending another user's session; a session opened on this machine needs no reply from IonQ."""
    if session_id in engine.actions.activity.value.here:
        return
    _, answer = await asyncio.gather(engine.identify(), engine.cloud.session(session_id))
    if isinstance(answer, Session):
        engine.store_session(answer)
    if (session := engine.known(session_id)) is not None:
        check_owner(engine, session, not_mine=False)
        return
    told = f": {fault_words(answer, 'session', once=True)}" if isinstance(answer, Fault) else ""
    raise CommandError(
        f"{plain(session_id, 64)} is not known on this machine, and IonQ does not report its owner{told}."
        " Nothing was sent. To end it anyway, add --not-mine"
    )


def check_owner(engine: Engine, session: Session, not_mine: bool, what: str = "end it") -> None:
    """Raise Stop before doing `what` to another user's session, unless `--not-mine` was given."""
    owner, name = engine.actions.activity.value.owner(session), plain(session.id, 64)
    if owner not in (Owner.OTHER, Owner.UNKNOWN) or not_mine:
        return
    not_yours = "was not opened on this machine or by this key"
    unknown = "was not opened on this machine, and it is not known whether you opened it elsewhere"
    told = f"{name} {not_yours if owner is Owner.OTHER else unknown}: add --not-mine to {what}"
    raise CommandError(told, USAGE)


async def end_each(engine: Engine, ids: Iterable[str], until: float | None = None) -> Mapping[str, EndOutcome | None]:
    """End sessions; after an interruption wait briefly for the results. None means no result arrived in time."""
    ends = {one: asyncio.ensure_future(engine.end(one)) for one in ids}

    def unanswered() -> None:
        for name, end in ends.items():
            if not end.done():
                say(f"{plain(name[-SHORT:])}: the end was requested; waiting for IonQ to confirm it")

    telling = asyncio.get_running_loop().call_later(_SILENT_FOR * patience(), unanswered)
    await waited(ends.values(), say, until)
    telling.cancel()
    return {name: end.result() if end.done() else None for name, end in ends.items()}


_SILENT_FOR = 5.0
"""Seconds after which it is said that a request has no answer so far."""
LISTED_WITHIN = 1.0
"""Seconds to wait for the session list, which identifies the organization, before ending all sessions."""
_MORE_WITHIN = 5.0
"""Further seconds the list may take, to find other sessions that were opened on this machine."""


async def _end_all(engine: Engine, settings: Settings, as_json: bool, yes: bool) -> int:
    """End every session of this machine that is not confirmed ended; one failure does not delay the others."""
    await confirm(yes, "" if yes else await end_all_question(engine, _opened_here(engine)))
    listing = asyncio.ensure_future(engine.session_list.refresh())
    await asyncio.wait({listing}, timeout=LISTED_WITHIN * patience())
    outcomes: dict[str, EndOutcome | None] = {}
    codes = [await _end_more(engine, settings, outcomes, as_json)]
    await asyncio.wait({listing}, timeout=_MORE_WITHIN * patience())
    fault = listing.result() if listing.done() else Fault(FaultKind.TIMEOUT, "no reply in time")
    listing.cancel()
    codes.append(await _end_more(engine, settings, outcomes, as_json))
    if as_json:
        over = [one for one in outcomes.values() if isinstance(one, Ended)]
        facts = [session_facts(engine, one.session) for one in over]
        _tell_ended(engine, settings, over, document({"sessions": facts}))
    if fault is not None:
        told_list_fault(fault)
    codes.append(told_open_questions(engine))
    if not outcomes and max(codes) == DONE:
        whose = "" if fault is None else f" with profile {plain(engine.connection.profile, 60)}"
        say(f"no session opened on this machine{whose} is running, according to its journal")
        if engine.place().anonymous:
            say("IonQ did not report the owner of the key: sessions opened with another profile are unknown")
            return UNCERTAIN
    return max(codes)


async def _end_more(engine: Engine, settings: Settings, outcomes: dict[str, EndOutcome | None], as_json: bool) -> int:
    """End the sessions opened on this machine that have no outcome yet, report each, and return the exit code."""
    ended = await end_each(engine, [one for one in _opened_here(engine) if one not in outcomes])
    outcomes |= ended
    over = [one for one in ended.values() if isinstance(one, Ended)]
    if not as_json:
        _tell_ended(engine, settings, over)
    return max([told_end(engine, settings, key, one) for key, one in ended.items() if one not in over], default=DONE)


def _opened_here(engine: Engine) -> list[str]:
    return [key for key, kept in engine.actions.activity.value.unended.items() if kept.here and not engine.over(key)]


def _tell_ended(engine: Engine, settings: Settings, over: Sequence[Ended], facts: str = "") -> int:
    """Print the confirmations or JSON; on standard error if standard output is lost, since the sessions did end."""
    now = engine.clock.now()
    proofs = [end_result(one, now, None, engine.people, one.session.id).text for one in over]
    words = facts or "\n".join(proofs)
    if words and not printed(words):
        for proof in proofs:
            say(f"{proof}; standard output cannot be written")
    return DONE


def told_end(engine: Engine, settings: Settings, session_id: str, outcome: EndOutcome | None) -> int:
    """Report the result of a request to end and return the exit code."""
    if isinstance(outcome, Ended):
        return _tell_ended(engine, settings, [outcome])
    if outcome is None:
        say(f"the end of {plain(session_id, 64)} is not confirmed")
    else:
        say(end_result(outcome, engine.clock.now(), None, engine.people, session_id).text)
    if outcome is not None and outcome.fault is not None and certainly_refused(outcome.fault):
        say(f"{plain(session_id, 64)} was not ended")
        return REFUSED
    say(what_next(engine, session_id))
    return UNCERTAIN


def end_it(engine: Engine, session_id: str) -> str:
    """Return the command that ends it; without a journal the next process does not know the owner."""
    return end_command(session_id) + (" --not-mine" if engine.journal.trouble else "")


def what_next(engine: Engine, session_id: str) -> str:
    """Return the commands to check and to retry for a session that is not confirmed ended."""
    return f"check: {show_command(session_id)}. Retry: {end_it(engine, session_id)}"


def certainly_refused(fault: Fault) -> bool:
    """True if a request certainly had no effect: it was not sent, or the API itself refused it."""
    if fault.status is None:
        return fault.kind in _NOT_SENT
    return fault.kind in _REFUSALS and fault.status in _NOTHING_ENDED and fault.well_formed
