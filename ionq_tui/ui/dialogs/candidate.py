"""The dialog that asks whether a session is the one whose opening got no reply."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view import dialog_text
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import candidate_lines
from ionq_tui.view.style import Line

Result = TypeVar("Result")
_MOST = 5


def ask_which(app: App[Result], engine: Engine, question: UnconfirmedSession, candidates: tuple[Session, ...]) -> None:
    """Adopt the session that the user selects. With none of them, all stay open, and the outcome stays unconfirmed."""
    shown = candidates[:_MOST]

    def answered(session_id: str | None) -> None:
        for chosen in shown:
            if chosen.id == session_id:
                app.run_worker(engine.actions.adopt(question, chosen), group="adopt", description=f"adopt {chosen.id}")

    app.push_screen(_dialog(engine, question, shown), answered)


def _dialog(engine: Engine, question: UnconfirmedSession, shown: tuple[Session, ...]) -> ChoiceDialog[str]:
    activity, now = engine.actions.activity.value, engine.clock.now()
    one_only = len(shown) == 1
    told: list[Line | str] = [dialog_text.may_be_yours("This" if one_only else "One of these")]
    for one in shown:
        told += candidate_lines(question.request, one, activity.owner(one), now, None, engine.people)
    yes = [
        Choice(dialog_text.IT_IS_MINE if one_only else dialog_text.it_is(plain(one.short, 6)), one.id) for one in shown
    ]
    return ChoiceDialog(
        dialog_text.CANDIDATE_TITLE if one_only else dialog_text.CANDIDATES_TITLE,
        told,
        (Choice(dialog_text.LEAVE_IT_OPEN if one_only else dialog_text.LEAVE_THEM_OPEN, ""), *yes),
        "",
    )
