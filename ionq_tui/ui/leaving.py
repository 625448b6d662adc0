"""The ways out of the app: asked for, told to, or because the terminal is gone."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App
from textual.driver import Driver

from ionq_tui.ui.driver import CockpitDriver, TerminalLost
from ionq_tui.ui.exit_note import ExitNote
from ionq_tui.ui.hangup import AT_ONCE, Hangup

# What only leaving needs is loaded when it comes to that: nothing that is not painted stands before the first paint.
if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine

AGAIN_WITHIN = 2.0
"""Seconds within which a second ctrl+c quits at once."""
RESOLVE_WITHIN = 0.6
"""Seconds that a sent request still has for its answer; without one, the journal holds it as an open question."""
END_WITHIN = 5.0
"""Seconds for ending, where a hang-up ends the sessions opened here."""
CLOSE_WITHIN = 1.0
"""Seconds given to the connections for closing."""
_KEYS = {signal.SIGINT, signal.SIGQUIT}
"""What a person at the terminal sends: that ends no session."""

_log = logging.getLogger(__name__)


async def _within(seconds: float, work: Awaitable[object]) -> None:
    """Wait so long and no longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work


class Leaving(App[ExitNote], inherit_bindings=False):
    """Asks before it leaves sessions behind, and leaves when it is told to."""

    engine: Engine | None

    def __init__(self, *, end_on_hangup: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take whether sessions opened by this process are ended when it must go, and a clock."""
        super().__init__()
        self.engine = None
        self.hangup = Hangup(self)
        self._end_on_hangup = end_on_hangup
        self._monotonic = monotonic
        self._quit_asked: float | None = None
        self._going: asyncio.Task[None] | None = None
        """What is still done once it is clear that the app goes."""
        self._ended_last: tuple[str, ...] = ()

    def get_driver_class(self) -> type[Driver]:
        """Take our driver where Textual would take the one that it is made from."""
        chosen = super().get_driver_class()
        return CockpitDriver if issubclass(CockpitDriver, chosen) else chosen

    def on_load(self) -> None:
        """Be told of signals from now on."""
        self.hangup.runs_in(asyncio.get_running_loop())

    # Asked for

    async def action_quit(self) -> None:
        """Ask about sessions that run; a second time within two seconds leave at once."""
        from ionq_tui.ui.dialogs.quit import QuitQuestion

        now, before = self._monotonic(), self._quit_asked
        self._quit_asked = now
        if before is not None and now - before <= AGAIN_WITHIN:
            self._go(0, RESOLVE_WITHIN)
        elif self._going is None and not any(isinstance(screen, QuitQuestion) for screen in self.screen_stack):
            self._quit()

    @work(group="quit", description="quit", exclusive=True)
    async def _quit(self) -> None:
        from ionq_tui.ui.dialogs.quit import QuitAnswer, QuitQuestion, running_here

        engine = self.engine
        if engine is None:
            self.exit(ExitNote())
            return
        if engine.desk.busy:
            self.notify("a request is under way: waiting for its answer; ctrl+c twice leaves at once", timeout=10)
            await engine.desk.settled()
        for session in running_here(engine):
            answer = await self.push_screen_wait(QuitQuestion(engine, session))
            if answer is QuitAnswer.STAY:
                return
            if answer is QuitAnswer.END and not await self._ended(engine, session.id):
                return
        self.exit(self._farewell())

    async def _ended(self, engine: Engine, session_id: str) -> bool:
        self.notify(f"ending {session_id[-6:]} …", markup=False)
        from ionq_tui.model.outcome import Ended
        from ionq_tui.view.result import end_result

        outcome = await engine.desk.end(session_id)
        if isinstance(outcome, Ended):
            return True
        told = end_result(outcome, engine.clock.now(), None, engine.people, session_id)
        self.notify(told.text, severity="error", timeout=60, markup=False)
        return False

    # Told to

    @on(TerminalLost)
    def _terminal_lost(self) -> None:
        self.hangup.lost()

    def seconds_to_leave(self, number: int) -> float:
        """Return how long leaving may take after this signal."""
        return AT_ONCE + (END_WITHIN if self._ends(number) else 0.0)

    def _ends(self, number: int) -> bool:
        return self._end_on_hangup and number not in _KEYS and not self._exit and self._going is None

    def hang_up(self, number: int) -> None:
        """Leave with 128 and the signal's number as exit code; sessions are ended first where that was wanted."""
        ends = self._ends(number)
        if self._driver is not None:
            self._driver.disable_input()
        if ends:
            self.notify("told to leave: ending what was opened here …", timeout=60)
        self._go(128 + number, END_WITHIN if ends else RESOLVE_WITHIN, ends=ends)

    def _go(self, code: int, seconds: float, *, ends: bool = False) -> None:
        if self._going is None and not self._exit:
            self._going = asyncio.create_task(self._gone(code, seconds, ends), name="leave")

    async def _gone(self, code: int, seconds: float, ends: bool) -> None:
        engine = self.engine
        if engine is not None:
            await _within(seconds, self._all_ended(engine) if ends else engine.desk.settled())
        self.exit(self._farewell(), return_code=code)

    async def _all_ended(self, engine: Engine) -> None:
        """End what this process opened, and then what was still being opened meanwhile."""
        await asyncio.gather(self._end_running(engine), engine.desk.settled())
        await self._end_running(engine)

    async def _end_running(self, engine: Engine) -> None:
        from ionq_tui.ui.dialogs.quit import running_here

        ids = tuple(session.id for session in running_here(engine) if session.id not in self._ended_last)
        self._ended_last += ids
        await asyncio.gather(*(engine.desk.end(session_id) for session_id in ids))

    def let_go(self) -> None:
        """Paint no more: nobody sees it."""
        if isinstance(self._driver, CockpitDriver):
            self._driver.let_go()

    def _farewell(self) -> ExitNote:
        if self.engine is None:
            return ExitNote()
        from ionq_tui.ui.farewell import farewell

        return farewell(self.engine, self._ended_last)

    def last_words(self) -> Sequence[str]:
        """Return what the shell is told where there was no time for an orderly end."""
        return self._farewell().lines

    def flush(self, timeout: float) -> None:
        """Let the journal write what it still has to write."""
        if self.engine is not None:
            self.engine.journal.close(timeout)

    # The last that is done

    def _handle_exception(self, error: Exception) -> None:
        """Crash, except while going: a screen that was half made by then cannot be finished, and need not be."""
        if self._exit:
            _log.warning("%s while leaving", type(error).__name__)
        else:
            super()._handle_exception(error)

    async def on_unmount(self) -> None:
        """Close the connections and the journal, but do not wait for them long."""
        self.hangup.exiting()
        engine = self.engine
        if engine is not None:
            if self._going is None:
                await _within(CLOSE_WITHIN, engine.desk.settled())
            await _within(CLOSE_WITHIN / 2, engine.cloud.close())
            await _within(CLOSE_WITHIN, asyncio.to_thread(engine.journal.close, CLOSE_WITHIN / 2))
