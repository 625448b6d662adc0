"""The ways to exit: at the user's request, by a signal, or because the terminal is lost."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from textual import on, work
from textual.driver import Driver

from ionq_tui.ui.driver_support import own_driver
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.messages import TerminalLost
from ionq_tui.ui.signal_exit import EXIT_WITHIN, SignalExit
from ionq_tui.ui.textual_internals import AppHooks, driver_of
from ionq_tui.view import screen_text

# What only exiting needs is imported inside functions: the first paint does not wait for it.
if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine

QUIT_AGAIN_WITHIN = 2.0
"""Seconds within which a second ctrl+c quits immediately."""
RESOLVE_WITHIN = 0.6
"""Seconds to wait for the reply to a request that was sent; without one, the journal keeps it as unconfirmed."""
END_WITHIN = 5.0
"""Seconds to end the sessions opened by this process, if a signal is to do that."""
RECALL_WITHIN = 0.5
"""Seconds for reading from the journal what other processes on this machine have opened meanwhile."""
ANSWERED_WITHIN = 1.0
"""Seconds to wait for the reply to a request when the user quits while it is under way."""
CLOSE_WITHIN = 3.0
"""Seconds for closing the engine when the user quits."""
SIGNAL_CLOSE_WITHIN = 0.6
"""Seconds for closing the engine after a signal, in addition to those for requests."""
_USER_SIGNALS = {signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT)}
"""Signals that a user at the terminal sends: they never end sessions."""

_log = logging.getLogger(__name__)


class Quitting(AppHooks[ExitSummary], inherit_bindings=False):
    """An app that asks before it exits while sessions are running, and exits on a signal."""

    engine: Engine | None

    def __init__(self, *, end_on_hangup: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take whether a signal also ends the sessions opened by this process, and a clock in seconds."""
        super().__init__()
        self.engine = None
        self.hangup = SignalExit(self)
        self._end_on_signal = end_on_hangup
        self._monotonic = monotonic
        self._quit_asked: float | None = None
        self._exit_task: asyncio.Task[None] | None = None
        """The task that completes pending requests before the exit."""
        self._close_by: float | None = None
        """The monotonic time by which everything must be closed after a signal; None for other exits."""
        self._ended_at_exit: tuple[str, ...] = ()
        self._exit_requested = False

    def get_driver_class(self) -> type[Driver]:
        """Return `DashboardDriver` where Textual would use the class it is derived from."""
        chosen = super().get_driver_class()
        try:
            from ionq_tui.ui.driver import DashboardDriver
        except ImportError:  # no POSIX terminals here, as on Windows
            return chosen
        return DashboardDriver if issubclass(DashboardDriver, chosen) else chosen

    def on_load(self) -> None:
        """Receive signals from now on."""
        self.hangup.runs_in(asyncio.get_running_loop())

    # At the user's request

    async def action_quit(self) -> None:
        """Ask about running sessions; a second request within two seconds quits immediately."""
        from ionq_tui.ui.dialogs.quit import QuitQuestion

        now, before = self._monotonic(), self._quit_asked
        self._quit_asked = now
        if before is not None and now - before <= QUIT_AGAIN_WITHIN:
            self._start_exit(0, RESOLVE_WITHIN)
        elif self._exit_task is None and not any(isinstance(screen, QuitQuestion) for screen in self.screen_stack):
            self._quit()

    @work(group="quit", description="quit", exclusive=True)
    async def _quit(self) -> None:
        from ionq_tui.engine.background import within
        from ionq_tui.ui.dialogs.quit import QuitAnswer, QuitQuestion

        engine = self.engine
        if engine is None:
            self.exit(await self.note_without_engine())
            return
        if engine.actions.busy:
            self.notify(screen_text.WAITING_FOR_ANSWER, timeout=10)
            await within(ANSWERED_WITHIN, engine.actions.settled())
        await within(RECALL_WITHIN, engine.recall())
        if not engine.connection.demo or engine.actions.opened_now:
            sessions = engine.unconfirmed
            if sessions or engine.actions.activity.value.unconfirmed or engine.actions.busy:
                answer = await self.push_screen_wait(QuitQuestion(engine, sessions))
                ids = tuple(one.id for one in sessions)
                if answer is QuitAnswer.STAY or (
                    answer is QuitAnswer.END and not await self._all_confirmed(engine, ids)
                ):
                    return
        self.exit(self._exit_summary())

    async def note_without_engine(self) -> ExitSummary:
        """Return what to print to the shell if there was no API key to ask IonQ with."""
        return ExitSummary()

    async def _all_confirmed(self, engine: Engine, ids: tuple[str, ...]) -> bool:
        """End these sessions, and return whether all are confirmed ended; the app reports each outcome."""
        from ionq_tui.model.outcome import Ended

        self.notify(f"ending {', '.join(one[-6:] for one in ids)} …", markup=False)
        outcomes = await asyncio.gather(*map(engine.end, ids))
        return all(isinstance(one, Ended) for one in outcomes)

    # By a signal

    @on(TerminalLost)
    def _terminal_lost(self) -> None:
        self.hangup.lost()

    @property
    def signal_received(self) -> bool:
        """Whether a signal to exit has arrived."""
        return self.hangup.signal_received

    def seconds_to_leave(self, number: int) -> float:
        """Return how many seconds the exit may take after this signal."""
        return EXIT_WITHIN + (END_WITHIN if self._ends(number) else 0.0)

    def _ends(self, number: int) -> bool:
        return (
            self._end_on_signal and number not in _USER_SIGNALS and not self._exit_requested and self._exit_task is None
        )

    def exit_on_signal(self, number: int) -> None:
        """Exit with code 128 plus the signal's number; end sessions first if that was requested."""
        ends = self._ends(number)
        if (driver := driver_of(self)) is not None:
            driver.disable_input()
        if ends:
            self.notify(screen_text.ENDING_ON_SIGNAL, timeout=60)
        self._start_exit(128 + number, END_WITHIN if ends else RESOLVE_WITHIN, ends=ends)

    def _start_exit(self, code: int, seconds: float, *, ends: bool = False) -> None:
        if self._exit_task is None and not self._exit_requested:
            self._close_by = self._monotonic() + seconds + SIGNAL_CLOSE_WITHIN
            self._exit_task = asyncio.create_task(self._complete_requests(code, seconds, ends), name="leave")

    async def _complete_requests(self, code: int, seconds: float, ends: bool) -> None:
        engine = self.engine
        if engine is not None:
            from ionq_tui.engine.background import within

            await within(seconds, self._all_ended(engine) if ends else engine.actions.settled())
        self.exit(self._exit_summary(), return_code=code)

    async def _all_ended(self, engine: Engine) -> None:
        """End what this process has opened, then sessions whose opening was still under way."""
        await asyncio.gather(self._end_running(engine), engine.actions.settled())
        await self._end_running(engine)

    async def _end_running(self, engine: Engine) -> None:
        opened_now = [one.id for one in engine.unconfirmed if one.id in engine.actions.opened_now]
        ids = tuple(one for one in opened_now if one not in self._ended_at_exit)
        self._ended_at_exit += ids
        await asyncio.gather(*map(engine.end, ids))

    def stop_output(self) -> None:
        """Discard all output to the terminal from now on."""
        if (driver := own_driver(self)) is not None:
            driver.stop_output()

    def _exit_summary(self) -> ExitSummary:
        if self.engine is None:
            return ExitSummary()
        from ionq_tui.ui.exit_summary import exit_summary

        return exit_summary(self.engine, self._ended_at_exit)

    def exit_lines(self) -> Sequence[str]:
        """Return what to print to the shell if there is no time for a regular exit."""
        return self._exit_summary().lines

    def flush(self, timeout: float) -> None:
        """Write the pending records of the journal and the log."""
        if self.engine is not None:
            self.engine.journal.close(timeout)
        for log in logging.getLogger("ionq_tui").handlers:
            log.flush()

    # Exiting

    def exit(
        self, result: ExitSummary | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Exit the app; an exception raised from now on is not a crash."""
        self._exit_requested = True
        super().exit(result, return_code, message)

    def unhandled_error(self, error: Exception) -> None:
        """Crash, except while exiting: a screen that is partly mounted by then can fail without consequences."""
        if self._exit_requested:
            _log.warning("%s while leaving", type(error).__name__)
        else:
            super().unhandled_error(error)

    async def on_unmount(self) -> None:
        """Close the engine, within a limited time."""
        self.hangup.exiting()
        if self.engine is None:
            return
        if self._close_by is None:
            await self.engine.close(CLOSE_WITHIN, answers=ANSWERED_WITHIN)
        else:
            await self.engine.close(max(0.0, self._close_by - self._monotonic()))
