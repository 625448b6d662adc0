"""Sessions opened here that no list shows, and openings of unknown outcome: `end --all-here` misses none of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ionq_tui.compose import patience
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, UNCERTAIN
from ionq_tui.model.ledger import Question
from ionq_tui.model.link import Fault
from ionq_tui.model.session import Session
from ionq_tui.shell.line import say
from ionq_tui.shell.signals import waited
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_words
from ionq_tui.view.plain import plain
from ionq_tui.view.result import open_result
from ionq_tui.view.session_card import show_command

_AT_ONCE = 4
_READ_WITHIN = 20.0
"""Seconds that reading them may still take once the listed ones were ended, times the patience."""
_COMMITS_WITHIN = timedelta(minutes=10)
"""A request that was lost may be carried out late, but not later than this; from then on a list would show it."""


async def unlisted_here(engine: Engine) -> Unlisted:
    """Begin to read the sessions opened here whose end is not known and that the list does not show."""
    listed = engine.home.board.value.sessions
    kept = await engine.journal.running_here(engine.place())
    return Unlisted(engine, [one.id for one in kept if one.id not in listed])


class Unlisted:
    """Readings under way, so that none of them holds up the end of what is known to run."""

    def __init__(self, engine: Engine, ids: list[str]) -> None:
        """Start to read each of them."""
        self._engine = engine
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._readings = {one: asyncio.ensure_future(self._read(one)) for one in ids}

    async def read(self) -> tuple[list[Session], int]:
        """Return those that run and the exit code of the reading; what could not be read is said."""
        until = asyncio.get_running_loop().time() + _READ_WITHIN * patience()
        await waited(self._readings.values(), say, until)
        running: list[Session] = []
        code = DONE
        for session_id, reading in self._readings.items():
            answer = reading.result() if reading.done() else None
            if not isinstance(answer, Session):
                why = fault_words(answer, "session", once=True) if answer is not None else "no reply in time"
                say(f"{plain(session_id, 64)} was opened here, and whether it runs is not known: {why}")
                say(f"look with {show_command(session_id)}")
                code = UNCERTAIN
                reading.cancel()
            elif not answer.ended:
                running.append(answer)
        return running, code

    async def _read(self, session_id: str) -> Session | Fault:
        async with self._turn:
            answer = await self._engine.cloud.session(session_id)
        if isinstance(answer, Session) and answer.ended:
            await self._engine.journal.ended(self._engine.place(), answer)
        return answer


def told_open_questions(engine: Engine) -> int:
    """Say what may run besides; returns the exit code, that of uncertainty where an opening may yet have come true."""
    board, now = engine.home.board.value, engine.clock.now()
    if board.unreadable:
        say(f"{counted(board.unreadable, 'more session')} could not be read")
    code = DONE
    if engine.journal.trouble:
        say(f"the journal: {engine.journal.trouble}; what was opened here is not surely known")
        code = UNCERTAIN
    for question in engine.desk.ledger.value.questions:
        late = question.asked_at is None or now - question.asked_at <= _COMMITS_WITHIN
        if late or board.unreadable or question.outcome.candidates:
            code = max(code, _told(engine, question))
    return code


def _told(engine: Engine, question: Question) -> int:
    say(open_result(question.outcome, engine.clock.now(), None).text)
    for one in question.outcome.candidates:
        say(show_command(one.id))
    say("look with ionq-tui ls")
    return UNCERTAIN
