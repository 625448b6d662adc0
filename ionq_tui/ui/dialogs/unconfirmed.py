"""The dialog that resolves an unconfirmed session: an opening whose reply was lost."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view import dialog_text
from ionq_tui.view.result import question_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import candidate_lines
from ionq_tui.view.style import Line

Result = TypeVar("Result")
_MOST = 4
KEEP, NONE = "", "none"


def ask_question(app: App[Result], engine: Engine, question: UnconfirmedSession) -> None:
    """Adopt the session that the user selects, or close the question; no answer opens or ends a session."""
    activity, now = engine.actions.activity.value, engine.clock.now()
    shown = question.outcome.candidates[:_MOST]
    told: list[Line | str] = [question_words(question, now, None)]
    for one in shown:
        told += ["", *candidate_lines(question.request, one, activity.owner(one), now, None, engine.people)]
    choices = [Choice("Keep looking", KEEP)]
    choices += [Choice(dialog_text.it_is(plain(one.short, 6)), one.id) for one in shown]
    if question.outcome.looked_at is not None:
        choices.append(Choice(dialog_text.STOP_CHECKING, NONE))

    def answered(answer: str | None) -> None:
        if answer == NONE:
            app.run_worker(engine.actions.dismiss(question), group="adopt", description="close an unconfirmed session")
        for one in shown:
            if answer == one.id:
                app.run_worker(engine.actions.adopt(question, one), group="adopt", description=f"adopt {one.id}")

    app.push_screen(ChoiceDialog(dialog_text.UNCONFIRMED_TITLE, told, choices, KEEP), answered)
