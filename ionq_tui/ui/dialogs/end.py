"""The dialog that confirms ending sessions."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_facts import session_facts
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view import dialog_text
from ionq_tui.view.end_review import NO_UNFINISHED, end_facts, in_brief, needs_typing
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.style import Cell, Fact, Line, Tone, line

Result = TypeVar("Result")
_NAME = 12
NONE: tuple[str, ...] = ()
"""The answer that ends nothing."""


class EndSession(ChoiceDialog[tuple[str, ...]]):
    """Show the sessions to be ended, and answer with their ids, or with none; outdated data does not prevent this."""

    def __init__(self, engine: Engine, sessions: tuple[Session, ...]) -> None:
        """Store the sessions as they are shown now; exactly these will be ended."""
        self._engine = engine
        self._shown = sessions
        activity = engine.actions.activity.value
        # Determined once: an owner learned later must not change whether the id has to be typed.
        self._owners = {one.id: activity.owner(one) for one in sessions}
        several = len(sessions) > 1
        self.hang = 4 if several else _NAME
        typed = needs_typing(self._owners.values(), len(sessions))
        super().__init__(
            dialog_text.end_title(len(sessions)),
            (),
            (
                Choice(dialog_text.KEEP_RUNNING, NONE),
                Choice(
                    dialog_text.end_label(len(sessions)),
                    tuple(one.id for one in sessions),
                    grave=True,
                ),
            ),
            NONE,
            typed=plain(sessions[0].short, 6) if typed else "",
            id="end-session",
        )
        self._lines = self._fact_lines()

    def on_mount(self) -> None:
        """Refresh the facts while they are read: of one session all of them again and again, of several a few once."""
        for session in self._shown:
            session_poller = self._engine.session_poller(session.id)
            if session_poller.running:
                session_poller.poller.nudge()
                continue
            reading = session_poller.read_once() if len(self._shown) > 1 else session_poller.run()
            self.run_worker(reading, group=f"facts-{session.id}", description=f"facts of {session.id}")
        self.set_interval(1.0, self.renew, name="age of the facts")

    def renew(self) -> None:
        """Update the facts."""
        self._lines = self._fact_lines()
        self.facts.tell(*self._wrapped())

    def _fact_lines(self) -> tuple[Line | str, ...]:
        told: list[Line | str] = []
        for session in self._shown:
            facts = self._facts(session)
            told += in_brief(facts) if len(self._shown) > 1 else _whole(facts)
        return tuple(told)

    def _facts(self, session: Session) -> list[Fact]:
        known, label = session_facts(self._engine, session), self._engine.actions.activity.value.label(session.id)
        owner, now, people = self._owners[session.id], self._engine.clock.now(), self._engine.people
        as_of = known.jobs_as_of
        return end_facts(known.watch, owner, label, known.received_at, now, None, people, jobs_as_of=as_of)


def _whole(facts: list[Fact]) -> list[Line | str]:
    return [_fact(name, said) for name, said in facts]


def _fact(name: str, said: str) -> Line:
    loud = name == "unfinished" and said != NO_UNFINISHED
    return line(Cell(pad(name, _NAME), Tone.DIM), Cell(said, Tone.WARN if loud else Tone.PLAIN))


def ask_to_end(app: App[Result], engine: Engine, sessions: tuple[Session, ...]) -> None:
    """End sessions after a confirmation; the app notifies of each outcome."""

    def answered(ids: tuple[str, ...] | None) -> None:
        for session_id in ids or ():
            app.run_worker(engine.end(session_id), group="end", description=f"end {session_id}")

    app.push_screen(EndSession(engine, sessions), answered)
