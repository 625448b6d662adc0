"""The question whether a session that was found is the one whose opening was never answered."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.ledger import Question
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.plain import plain
from ionq_tui.view.session_card import steps, title
from ionq_tui.view.tone import Line

Result = TypeVar("Result")
_MOST = 5


def ask_which(app: App[Result], engine: Engine, question: Question, candidates: tuple[Session, ...]) -> None:
    """Ask, and adopt the session that is named; where it is none of them, all are left open and the question stays."""
    shown = candidates[:_MOST]

    def answered(session_id: str | None) -> None:
        for chosen in shown:
            if chosen.id == session_id:
                app.run_worker(engine.desk.adopt(question, chosen), group="adopt", description=f"adopt {chosen.id}")

    app.push_screen(_dialog(engine, shown), answered)


def _dialog(engine: Engine, shown: tuple[Session, ...]) -> Ask[str]:
    ledger, now = engine.desk.ledger.value, engine.clock.now()
    told: list[Line | str] = ["The reply was lost. Looking for it found what may be it:"]
    for one in shown:
        told += [title(one, ledger.owner(one), people=engine.people), f"  {steps(one, now, None, engine.people)}"]
    one_only = len(shown) == 1
    yes = [Choice("Yes, it is mine" if one_only else f"It is {plain(one.short, 6)}", one.id) for one in shown]
    return Ask(
        "Is this the session you just opened?" if one_only else "Which of these is the session you just opened?",
        told,
        (Choice("No, leave it open" if one_only else "None, leave them open", ""), *yes),
        "",
    )
