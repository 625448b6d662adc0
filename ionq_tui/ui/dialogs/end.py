"""The question before a session is ended, and the ending of what it showed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.outcome import Ended, EndOutcome
from ionq_tui.model.session import Session
from ionq_tui.model.watch import Watch, asked_to_end
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.ending import end_facts, needs_typing
from ionq_tui.view.plain import pad, plain
from ionq_tui.view.result import end_result
from ionq_tui.view.tone import Cell, Fact, Line, Tone, line

Result = TypeVar("Result")
_NAME = 12
NONE: tuple[str, ...] = ()
"""The answer that ends nothing."""


class EndSession(Ask[tuple[str, ...]]):
    """Shows what will end and answers with the ids it showed, or with none; never held up by old data."""

    def __init__(self, engine: Engine, sessions: tuple[Session, ...]) -> None:
        """Take the sessions as they are shown now; their ids are what will be ended."""
        self._engine = engine
        self._shown = sessions
        ledger = engine.desk.ledger.value
        several = len(sessions) > 1
        self.hang = 4 if several else _NAME
        typed = needs_typing([ledger.owner(one) for one in sessions], len(sessions))
        super().__init__(
            f"End {len(sessions)} sessions?" if several else "End this session?",
            (),
            (
                Choice("Keep running", NONE),
                Choice(
                    f"End {len(sessions)} sessions" if several else "End session",
                    tuple(one.id for one in sessions),
                    grave=True,
                ),
            ),
            NONE,
            typed=plain(sessions[0].short, 6) if typed else "",
            id="end-session",
        )
        self._lines = self._told()

    def on_mount(self) -> None:
        """Refresh the facts while they are read."""
        for session in self._shown:
            watcher = self._engine.watcher(session.id)
            if watcher.running:
                watcher.poller.nudge()
            else:
                self.run_worker(watcher.run(), group=f"facts-{session.id}", description=f"facts of {session.id}")
        self.set_interval(1.0, self.renew, name="age of the facts")

    def renew(self) -> None:
        """Tell the facts as of now."""
        self._lines = self._told()
        self.facts.tell(*self._folded())

    def _told(self) -> tuple[Line | str, ...]:
        told: list[Line | str] = []
        for session in self._shown:
            facts = self._facts(session)
            told += _brief(facts) if len(self._shown) > 1 else _whole(facts)
        return tuple(told)

    def _facts(self, session: Session) -> list[Fact]:
        ledger = self._engine.desk.ledger.value
        watch = self._engine.watcher(session.id).store.value
        known = watch if watch.session is not None else replace(watch, session=session)
        now = self._engine.clock.now()
        heard = self._heard(watch, session, now)
        owner, label = ledger.owner(session), ledger.label(session.id)
        return end_facts(known, owner, label, heard, now, None, self._engine.people)

    def _heard(self, watch: Watch, session: Session, now: datetime) -> datetime | None:
        """Tell when these facts were last heard: from the session itself, else from the list it stood in."""
        poller = self._engine.watcher(session.id).poller if watch.session is not None else self._engine.home.poller
        age = poller.freshness().age
        return None if age is None else now - timedelta(seconds=age)


def _whole(facts: list[Fact]) -> list[Line | str]:
    return [_fact(name, said) for name, said in facts]


def _fact(name: str, said: str) -> Line:
    loud = name == "unfinished" and not said.startswith("no jobs")
    return line(Cell(pad(name, _NAME), Tone.DIM), Cell(said, Tone.WARN if loud else Tone.PLAIN))


def _brief(facts: list[Fact]) -> list[Line | str]:
    """Tell one of several sessions in three lines."""
    held = dict(facts)
    return [
        line(Cell(held.get("session", ""), Tone.STRONG), f" · {held.get('backend', '')} · {held.get('whose', '')}"),
        f"  unfinished: {held.get('unfinished', '')}",
        f"  cost: {held.get('cost', '')} · left: {held.get('left', '')} · {held.get('known', '')}",
    ]


def ask_to_end(app: App[Result], engine: Engine, sessions: tuple[Session, ...], *, tell_ended: bool = True) -> None:
    """Ask, and end what was shown where that is the answer; what became of it is told wherever the user is by then.

    A screen that shows the end itself needs no `tell_ended`.
    """

    def answered(ids: tuple[str, ...] | None) -> None:
        if ids:
            app.run_worker(_end_and_tell(app, engine, ids, tell_ended), group="end", description=f"end {' '.join(ids)}")

    app.push_screen(EndSession(engine, sessions), answered)


async def _end_and_tell(app: App[Result], engine: Engine, ids: tuple[str, ...], tell_ended: bool) -> None:
    for session_id, outcome in (await end_sessions(engine, ids)).items():
        ended = isinstance(outcome, Ended)
        if ended and not tell_ended:
            continue
        said = end_result(outcome, engine.clock.now(), None, engine.people, session_id)
        app.notify(said.text, severity="information" if ended else "error", timeout=10 if ended else 60, markup=False)


async def end_sessions(engine: Engine, ids: tuple[str, ...]) -> Mapping[str, EndOutcome]:
    """End each; one that fails never stops the others."""
    outcomes = await asyncio.gather(*(_end(engine, session_id) for session_id in ids))
    engine.home.poller.nudge()
    return dict(zip(ids, outcomes, strict=True))


async def _end(engine: Engine, session_id: str) -> EndOutcome:
    watcher = engine.watcher(session_id)
    watcher.store.apply(lambda watch: asked_to_end(watch, True))
    try:
        return await engine.desk.end(session_id, _seen_active(engine, session_id))
    finally:
        watcher.store.apply(lambda watch: asked_to_end(watch, False))
        watcher.poller.nudge()


def _seen_active(engine: Engine, session_id: str) -> bool:
    listed = engine.home.board.value.sessions.get(session_id)
    return engine.watcher(session_id).store.value.seen_active or (listed is not None and listed.active is True)
