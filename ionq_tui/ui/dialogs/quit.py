"""The dialog before quitting while sessions opened on this machine are not confirmed ended."""

from __future__ import annotations

from enum import Enum

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_facts import session_facts
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view import dialog_text
from ionq_tui.view.amount import counted
from ionq_tui.view.clone import clones_left
from ionq_tui.view.end_review import left_running
from ionq_tui.view.result import question_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import title
from ionq_tui.view.style import Line, line


class QuitAnswer(Enum):
    """The answers: stay, quit and leave the sessions running, or end them and quit."""

    STAY = "stay"
    LEAVE = "leave"
    END = "end"


class QuitQuestion(ChoiceDialog[QuitAnswer]):
    """Name every session opened on this machine that is not confirmed ended; ending several requires typing an id."""

    hang = 4

    def __init__(self, engine: Engine, sessions: tuple[Session, ...]) -> None:
        """Build the question from these sessions and the unconfirmed openings."""
        activity, now = engine.actions.activity.value, engine.clock.now()
        told: list[Line | str] = []
        for one in sessions:
            kept = activity.unended.get(one.id)
            asked = kept.end_asked_at if kept is not None else None
            told.append(title(one, activity.owner(one), activity.label(one.id), engine.people, width=71))
            told.append(left_running(session_facts(engine, one).watch, asked, now, None))
        told += [line(question_words(one, now, None)) for one in activity.unconfirmed]
        told += [line(dialog_text.opening_on(plain(one.request.backend, 60))) for one in activity.opening.values()]
        told += [line(words) for words in clones_left(engine.snapshots, activity.cloning, now, None)]
        told += ["", line(dialog_text.LEFT_RUNNING)]
        several = len(sessions) > 1
        choices = [Choice("Stay", QuitAnswer.STAY), Choice(dialog_text.QUIT_LEAVE_RUNNING, QuitAnswer.LEAVE)]
        if sessions:
            what = f"End {len(sessions)}, then quit" if several else dialog_text.END_THEN_QUIT
            choices.append(Choice(what, QuitAnswer.END, grave=True))
        super().__init__(
            _title(len(sessions), len(activity.unconfirmed)),
            told,
            choices,
            QuitAnswer.STAY,
            typed=plain(sessions[0].short, 6) if several else "",
        )


def _title(sessions: int, questions: int) -> str:
    told = [dialog_text.may_be_running(counted(sessions, "session"))] if sessions else []
    told += [counted(questions, "unconfirmed session")] if questions else []
    return f"Quit? {', '.join(told)}"
