"""The question that an opening left, whose reply nobody saw: which session is it, if any?"""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.ledger import Question
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.plain import plain
from ionq_tui.view.result import open_result
from ionq_tui.view.session_card import steps, title
from ionq_tui.view.tone import Line

Result = TypeVar("Result")
_MOST = 4
KEEP, NONE = "", "none"


def ask_question(app: App[Result], engine: Engine, question: Question) -> None:
    """Ask; adopt the session that is named, or close the question; nothing is opened or ended by any answer."""
    ledger, now = engine.desk.ledger.value, engine.clock.now()
    shown = question.outcome.candidates[:_MOST]
    told: list[Line | str] = [
        f"On {plain(question.request.backend, 60)}: {open_result(question.outcome, now, None).text}"
    ]
    for one in shown:
        told += ["", title(one, ledger.owner(one), people=engine.people), f"  {steps(one, now, None, engine.people)}"]
    choices = [Choice("Keep looking", KEEP)]
    choices += [Choice(f"It is {plain(one.short, 6)}", one.id) for one in shown]
    if question.outcome.looked_at is not None:
        choices.append(Choice("None: close the question", NONE))

    def answered(answer: str | None) -> None:
        if answer == NONE:
            app.run_worker(engine.desk.dismiss(question), group="adopt", description="close a question")
        for one in shown:
            if answer == one.id:
                app.run_worker(engine.desk.adopt(question, one), group="adopt", description=f"adopt {one.id}")

    app.push_screen(Ask("Was a session opened?", told, choices, KEEP), answered)
