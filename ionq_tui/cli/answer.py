"""`ionq-tui answer`: record which session was opened by a request whose reply was lost, or that none was."""

from __future__ import annotations

import argparse

from ionq_tui.cli.common import CommandError, checked_id, meant, say, told_list_fault
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.link_state import Fault
from ionq_tui.settings import Settings
from ionq_tui.view.fault import fault_words
from ionq_tui.view.result import question_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import candidate_notes


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Resolve one unconfirmed session, or list all of them."""
    try:
        if args.id:
            checked_id(args.id)
        if args.id and args.none:
            raise CommandError("give the id of the session, or --none", USAGE)
        if args.id or args.none:
            needs_yes(args.yes, "an answer cannot be undone")
        if args.question and not (args.id or args.none):
            raise CommandError("give the id of the session, or --none", USAGE)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _answer(engine, args))


async def _answer(engine: Engine, args: argparse.Namespace) -> int:
    await engine.recall()
    fault = await engine.session_list.refresh()
    if fault is not None:
        told_list_fault(fault)
    if not (args.id or args.none):
        return _listed(engine)
    question = _meant(engine, args.question)
    if args.none:
        await confirm(args.yes, f"No session was opened on {plain(question.request.backend, 60)} by this request?")
        await engine.actions.dismiss(question)
        print(f"closed: {question_name(question)} on {plain(question.request.backend, 60)}")
        return DONE
    session_id = await meant(engine, args.id)
    session = next((one for one in question.outcome.candidates if one.id == session_id), None)
    if session is None:
        heard = await engine.cloud.session(session_id)
        if isinstance(heard, Fault):
            say(f"{plain(session_id, 64)}: {fault_words(heard, 'session', once=True)}")
            return REFUSED
        session = heard
    if session.id in question.known.ids:
        say(f"{plain(session.id, 64)} existed before this request: it cannot be the session opened by it")
        return REFUSED
    for words in candidate_notes(question.request, [session]):
        say(words)
    await confirm(args.yes, f"Session {plain(session.id, 64)} was opened by this request?")
    await engine.actions.adopt(question, session)
    print(session.id)
    return DONE


def _listed(engine: Engine) -> int:
    """List the unconfirmed sessions and how to resolve each; return exit code 3 while there is one."""
    unconfirmed = engine.actions.activity.value.unconfirmed
    for question in unconfirmed:
        name = question_name(question)
        print(f"{name}  {question_words(question, engine.clock.now(), None)}")
        for one in question.outcome.candidates:
            for words in candidate_notes(question.request, [one]):
                say(words)
            say(f"if it is this one: ionq-tui answer --question {name} {plain(one.id, 64)} --yes")
        say(f"if it is none of them: ionq-tui answer --question {name} --none --yes")
    if not unconfirmed:
        say("no unconfirmed sessions")
    return UNCERTAIN if unconfirmed else DONE


def _meant(engine: Engine, name: str) -> UnconfirmedSession:
    """Return the unconfirmed session of that name; the name may be omitted if there is only one."""
    unconfirmed = engine.actions.activity.value.unconfirmed
    found = [one for one in unconfirmed if not name or question_name(one) == name]
    if len(found) == 1:
        return found[0]
    if not unconfirmed:
        raise CommandError("no unconfirmed sessions")
    names = ", ".join(map(question_name, unconfirmed))
    raise CommandError(f"which one? give --question with one of: {names}", USAGE)


def question_name(question: UnconfirmedSession) -> str:
    """Return a short, stable name of an unconfirmed session."""
    number = question.token.rpartition(" ")[2]
    return f"{int(number):x}"[-6:] if number.isdecimal() else number[-6:]
