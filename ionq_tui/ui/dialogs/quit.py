"""The question before quitting while a session opened by this process runs."""

from __future__ import annotations

from enum import Enum

from ionq_tui.engine.engine import Engine
from ionq_tui.model.outcome import Ended
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.session_card import attach_command, title
from ionq_tui.view.tone import line


class QuitAnswer(Enum):
    """What becomes of the session, and of quitting."""

    STAY = "stay"
    LEAVE = "leave"
    END = "end"


class QuitQuestion(Ask[QuitAnswer]):
    """Asks about one session."""

    def __init__(self, engine: Engine, session: Session) -> None:
        """Show which session it is about."""
        ledger = engine.desk.ledger.value
        super().__init__(
            "A session opened here is still running",
            (
                title(session, ledger.owner(session), ledger.label(session.id), engine.people, width=71),
                "",
                line("left running, it costs until it ends or is ended; to come back:"),
                line(f"  {attach_command(session.id)}"),
            ),
            (
                Choice("Stay", QuitAnswer.STAY),
                Choice("Quit, leave it running", QuitAnswer.LEAVE),
                Choice("End it, then quit", QuitAnswer.END, grave=True),
            ),
            QuitAnswer.STAY,
        )


def running_here(engine: Engine) -> tuple[Session, ...]:
    """Return the sessions that this very process opened and that are not known to have ended."""
    ledger, board = engine.desk.ledger.value, engine.home.board.value
    running = []
    for session_id in sorted(engine.desk.opened_now):
        watch = engine.watcher(session_id).store.value
        session = board.sessions.get(session_id) or watch.session or ledger.opened.get(session_id, Session(session_id))
        if not (session.ended or watch.ended or isinstance(ledger.ends.get(session_id), Ended)):
            running.append(session)
    return tuple(running)
