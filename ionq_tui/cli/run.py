"""`ionq-tui run`: keep a session open only while one command runs."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
from asyncio.subprocess import Process
from contextlib import suppress

from ionq_tui.cli.common import CommandError, changing, say
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm
from ionq_tui.cli.limit_check import told_mismatch
from ionq_tui.cli.open import open_known, open_question, opened_words, requested, told_not_opened
from ionq_tui.cli.signals import ENDING, RESOLVE_WITHIN, TOLD, Signals
from ionq_tui.cli.unattended_end import UnattendedEnd, told_unconfirmed
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.limits import LimitError, read_minutes
from ionq_tui.model.outcome import Ended, Opened, OpenRequest
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.result import end_result
from ionq_tui.view.sanitize import plain
from ionq_tui.wiring import patience

GRACE = 2.0
"""Seconds a command has to exit after a signal, before its session is ended."""
_LEAVING = {"SIGHUP", "SIGTERM"}
_KEYS = {"SIGINT", "SIGQUIT"}
"""Signals that a terminal sends to its whole foreground process group for ctrl+c and ctrl+\\."""
_NOT_FOUND = 127
_NOT_STARTED = 126
_BY_SIGNAL = 128


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Open a session, run the command, end the session; return the command's exit code if the end is confirmed."""
    try:
        request = requested(args)
        if not args.argv:
            raise CommandError("give a command after --, such as: -- python vqe.py", USAGE)
        if shutil.which(args.argv[0]) is None:
            raise CommandError(f"no such command: {plain(args.argv[0], 200)}; nothing was opened", USAGE)
        within = _end_within(args.end_within)
        changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    signals = Signals(TOLD)
    return connected(settings, lambda engine: _run(engine, settings, args, request, within, signals), signals=signals)


def _end_within(text: str) -> float:
    """Return for how many seconds the end is retried. Raises Stop for wrong usage."""
    try:
        minutes = read_minutes(text)
    except LimitError as error:
        raise CommandError(f"--end-within: {error.why.partition('; ')[0]}", USAGE) from None
    if minutes is None:
        raise CommandError("--end-within: give a time such as 10m or 1h30m", USAGE)
    return minutes * 60.0


async def _run(
    engine: Engine,
    settings: Settings,
    args: argparse.Namespace,
    request: OpenRequest,
    within: float,
    signals: Signals,
) -> int:
    await confirm(args.yes, open_question(request))
    outcome = await open_known(engine, request, args.label)
    if not isinstance(outcome, Opened):
        return told_not_opened(engine, request, outcome)
    say(opened_words(engine, outcome))
    unwanted = told_mismatch(engine, outcome.session, strict=args.strict_limits)
    command = _Command(args.argv, outcome.session, signals)
    try:
        # A signal during the opening was meant for all of it: then the command is not even started.
        code: int | None = command.not_started() if signals.came else REFUSED if unwanted else await command.run()
    finally:
        confirmed = await _end(engine, settings, command, within, signals)
    if command.runs:
        over = "the session has ended; " if confirmed else ""
        say(f"{over}waiting for the command, process {command.pid}")
    if code is None:
        code = await command.over()
    return code if confirmed else UNCERTAIN


async def _end(engine: Engine, settings: Settings, command: _Command, within: float, signals: Signals) -> bool:
    """End the session and retry until confirmed; signals are still forwarded to a running command."""
    session = command.session

    def heed(number: signal.Signals) -> None:
        command.forward(number)
        if number.name in ENDING:
            signals.cancel(number)

    signals.heed = heed
    try:
        outcome = await UnattendedEnd(engine, settings, session, within=within).run(command.leave_by)
    finally:
        signals.heed = command.forward
    if isinstance(outcome, Ended):
        say(end_result(outcome, engine.clock.now(), None, engine.people, session.id).text)
        return True
    told_unconfirmed(engine, settings, session, outcome)
    return False


class _Command:
    """The user's command and the signals forwarded to it."""

    def __init__(self, argv: list[str], session: Session, signals: Signals) -> None:
        """Store the command, the session's id and the source of signals."""
        self.session = session
        self._argv = argv
        self._environ = {**os.environ, "IONQ_SESSION_ID": session.id}
        self._signals = signals
        self._process: Process | None = None
        self._told_to_leave = asyncio.Event()
        self.leave_by: float | None = None
        """Event loop time by which the session must be ended, set once this process was told to exit."""

    @property
    def runs(self) -> bool:
        """True while the process runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Process id, 0 if there is none."""
        return self._process.pid if self._process is not None else 0

    async def run(self) -> int | None:
        """Run it with the inherited streams; return its exit code, None if it still runs and this process must exit."""
        self._signals.heed = self.forward
        try:
            self._process = await asyncio.create_subprocess_exec(*self._argv, env=self._environ)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its arguments cannot be passed on"
            say(f"{plain(self._argv[0], 200)} cannot be started: {reason}")
            return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_STARTED
        for number in self._signals.came:
            self._send(number)  # those that came while it was being started
        over = asyncio.ensure_future(self._process.wait())
        leaving = asyncio.ensure_future(self._told_to_leave.wait())
        await asyncio.wait({over, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not over.done():
            await asyncio.wait({over}, timeout=GRACE * patience())
        leaving.cancel()
        return await self.over() if over.done() else None

    def not_started(self) -> int:
        """Return the exit code even if signals arrived first; their request to exit remains in effect."""
        for number in self._signals.came:
            self.forward(number)
        return _BY_SIGNAL + self._signals.came[0]

    async def over(self) -> int:
        """Wait for it and return its exit code as a shell would report it."""
        code = await self._process.wait() if self._process is not None else DONE
        return code if code >= 0 else _BY_SIGNAL - code

    def forward(self, number: signal.Signals) -> None:
        """Forward a signal, unless the terminal already sent it; note if this process must exit too."""
        if self._process is not None and not (number.name in _KEYS and _in_foreground()):
            self._send(number)
        if number.name in _LEAVING and self.leave_by is None:
            self.leave_by = asyncio.get_running_loop().time() + RESOLVE_WITHIN * patience()
            self._told_to_leave.set()

    def _send(self, number: signal.Signals) -> None:
        if self.runs and self._process is not None:
            with suppress(ProcessLookupError, ValueError):  # Windows can send but few
                self._process.send_signal(number)


def _in_foreground() -> bool:
    """True if the terminal's keys reach the command directly, since it shares our process group."""
    if not hasattr(os, "tcgetpgrp"):  # a console of Windows tells everyone
        return True
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
