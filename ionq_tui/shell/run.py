"""`ionq-tui run`: a session for as long as one command runs, and no longer."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
from asyncio.subprocess import Process
from contextlib import suppress

from ionq_tui.compose import patience
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, UNCERTAIN, USAGE
from ionq_tui.model.outcome import Ended, Opened, OpenRequest
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.shell.act import end_each, open_known, opened_words, requested, told_end, told_not_opened
from ionq_tui.shell.line import Stop, changing, say
from ionq_tui.shell.line import run as connected
from ionq_tui.shell.signals import RESOLVE_WITHIN, TOLD, Signals
from ionq_tui.view.plain import plain
from ionq_tui.view.result import end_result

GRACE = 2.0
"""Seconds that a command has for ending by itself after it was told to, before its session is ended."""
_LEAVING = {"SIGHUP", "SIGTERM"}
_KEYS = {"SIGINT", "SIGQUIT"}
"""What a terminal sends for ctrl+c and ctrl+\\ to everyone in its foreground group."""
_NOT_FOUND = 127
_NOT_STARTED = 126
_BY_SIGNAL = 128


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Open, run the command, end; returns the command's code unless the end is not proved."""
    try:
        request = requested(args)
        if not args.argv:
            raise Stop("name a command after --, such as: -- python vqe.py", USAGE)
        if shutil.which(args.argv[0]) is None:
            raise Stop(f"no such command: {plain(args.argv[0], 200)}; nothing was opened", USAGE)
        changing(settings)
    except Stop as stop:
        say(str(stop))
        return stop.code
    signals = Signals(TOLD)
    return connected(settings, lambda engine: _run(engine, settings, args, request, signals), signals=signals)


async def _run(
    engine: Engine, settings: Settings, args: argparse.Namespace, request: OpenRequest, signals: Signals
) -> int:
    outcome = await open_known(engine, request, args.label)
    if not isinstance(outcome, Opened):
        return told_not_opened(engine, outcome)
    say(opened_words(engine, outcome))
    command = _Command(args.argv, outcome.session, signals)
    try:
        # A signal during the opening was meant for all of it: then the command is not even started.
        code: int | None = _BY_SIGNAL + signals.came[0] if signals.came else await command.run()
    finally:
        proved = await _end(engine, settings, command, signals)
    if command.runs:
        over = "the session is over; " if proved == DONE else ""
        say(f"{over}waiting for the command, process {command.pid}")
    if code is None:
        code = await command.over()
    return code if proved == DONE else UNCERTAIN


async def _end(engine: Engine, settings: Settings, command: _Command, signals: Signals) -> int:
    """End the session, whoever interrupts; a command that still runs goes on being told of signals."""
    session = command.session

    def heed(number: signal.Signals) -> None:
        command.forward(number)
        signals.cancel(number)

    signals.heed = heed
    try:
        outcome = (await end_each(engine, [session], command.leave_by))[session.id]
    finally:
        signals.heed = command.forward
    if isinstance(outcome, Ended):
        say(end_result(outcome, engine.clock.now(), None, settings.people, session.id).text)
        return DONE
    told_end(engine, settings, session, outcome)
    return UNCERTAIN


class _Command:
    """The command, and what it is told."""

    def __init__(self, argv: list[str], session: Session, signals: Signals) -> None:
        """Take what to start, for which session, and where signals come from."""
        self.session = session
        self._argv = argv
        self._environ = {**os.environ, "IONQ_SESSION_ID": session.id}
        self._signals = signals
        self._process: Process | None = None
        self._told_to_leave = asyncio.Event()
        self.leave_by: float | None = None
        """The loop's time by which the session must have been ended, once we were told to go."""

    @property
    def runs(self) -> bool:
        """True while it runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process, 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    async def run(self) -> int | None:
        """Run it with our own input and output; returns its code, None where it still runs but we must go."""
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

    async def over(self) -> int:
        """Return its code once it has ended, as a shell would tell it."""
        code = await self._process.wait() if self._process is not None else DONE
        return code if code >= 0 else _BY_SIGNAL - code

    def forward(self, number: signal.Signals) -> None:
        """Tell the command, unless the terminal has told it; note where we are to go ourselves."""
        if self._process is not None and not (number.name in _KEYS and _in_foreground()):
            self._send(number)
        if number.name in _LEAVING and self.leave_by is None:
            self.leave_by = asyncio.get_running_loop().time() + RESOLVE_WITHIN * patience()
            self._told_to_leave.set()

    def _send(self, number: signal.Signals) -> None:
        if self.runs and self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


def _in_foreground() -> bool:
    """True where the terminal's own keys reach the command without us, since it is in our group: not twice."""
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
