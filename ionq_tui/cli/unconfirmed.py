"""Unconfirmed sessions, reported by every command that lists what is running."""

from __future__ import annotations

from ionq_tui.cli.common import say
from ionq_tui.engine.candidates import COMMITS_WITHIN
from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.exit_code import DONE, UNCERTAIN
from ionq_tui.view.amount import counted
from ionq_tui.view.result import question_words
from ionq_tui.view.session_card import show_command


def told_open_questions(engine: Engine) -> int:
    """Report what else may be running; return exit code 3 while a session is unconfirmed."""
    overview, now = engine.session_list.overview.value, engine.clock.now()
    if overview.unreadable:
        say(f"{counted(overview.unreadable, 'more session')} could not be read")
    code = DONE
    if engine.journal.trouble:
        say("the list of sessions opened on this machine may be incomplete")
        code = UNCERTAIN
    for question in engine.actions.activity.value.unconfirmed:
        late = question.asked_at is None or now - question.asked_at <= COMMITS_WITHIN
        unread = not overview.loaded or overview.unreadable or question.outcome.unread
        if late or unread or question.outcome.running:
            code = max(code, _told(engine, question))
    return code


def _told(engine: Engine, question: UnconfirmedSession) -> int:
    say(question_words(question, engine.clock.now(), None))
    for one in question.outcome.running:
        say(show_command(one.id))
    say("check with ionq-tui ls, then say which session it is with ionq-tui answer")
    return UNCERTAIN
