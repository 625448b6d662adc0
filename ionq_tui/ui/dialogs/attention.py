"""The dialog with everything that needs a decision, and buttons for the decisions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.dialogs.unconfirmed import ask_question
from ionq_tui.view import dialog_text
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Line
from ionq_tui.view.time_text import clock

Result = TypeVar("Result")
_MOST = 4
"""The most buttons for each kind of decision."""
Act = Callable[[], object]


def ask_what_to_do(app: App[Result], engine: Engine, lines: Sequence[Line]) -> None:
    """Show the lines in full, with buttons to resolve an unconfirmed session, retry an end, or stop tracking."""
    choices: list[Choice[Act | None]] = [Choice("Close", None)]
    choices += _questions(app, engine)
    choices += _ends(app, engine)
    choices += _missing(app, engine)

    def answered(act: Act | None) -> None:
        if act is not None:
            act()

    told: list[Line | str] = []
    for one in lines:
        told += [one, ""] if one is not lines[-1] else [one]
    app.push_screen(ChoiceDialog(dialog_text.ATTENTION_TITLE, told, choices, None, id="attention"), answered)


def _questions(app: App[Result], engine: Engine) -> list[Choice[Act | None]]:
    now = engine.clock.now()
    return [
        Choice(
            f"Decide: {plain(question.request.backend, 20)} {clock(question.asked_at, now, None)}",
            partial(ask_question, app, engine, question),
        )
        for question in engine.actions.activity.value.unconfirmed[:_MOST]
    ]


def _ends(app: App[Result], engine: Engine) -> list[Choice[Act | None]]:
    activity = engine.actions.activity.value
    asked = {
        key for key, kept in activity.unended.items() if kept.end_asked_at is not None and key not in activity.ending
    }
    wanted = [one.id for one in engine.unconfirmed if one.id in asked or activity.unconfirmed_end(one.id) is not None]
    return [
        Choice(dialog_text.end_again(plain(one[-6:], 6)), partial(_run, app, engine.end, one), grave=True)
        for one in wanted[:_MOST]
    ]


def _missing(app: App[Result], engine: Engine) -> list[Choice[Act | None]]:
    """Offer to stop tracking sessions that IonQ says do not exist, which only the user may decide."""
    return [
        Choice(
            dialog_text.stop_tracking(plain(one[-6:], 6)),
            partial(_run, app, engine.forget, one),
            grave=True,
        )
        for one in engine.missing[:_MOST]
    ]


def _run(app: App[Result], act: Callable[[str], Coroutine[object, object, object]], session_id: str) -> None:
    app.run_worker(act(session_id), group="end", description=f"{act.__name__} {session_id}")
