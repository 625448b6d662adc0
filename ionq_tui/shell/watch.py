"""`ionq-tui watch`: one line per change until the session has ended; ends it when nobody uses it, if asked to."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.exit_code import DONE, USAGE
from ionq_tui.model.limits import LimitError, read_minutes
from ionq_tui.model.link import FaultKind, Fresh, Link, Refused
from ionq_tui.model.outcome import Ended
from ionq_tui.model.session import Session
from ionq_tui.model.watch import EMPTY_WATCH, Watch, heard_session
from ionq_tui.settings import Settings
from ionq_tui.shell.act import check_owner, end_each, told_end
from ionq_tui.shell.change import changes
from ionq_tui.shell.line import Stop, changing, checked_id, find_session, say
from ionq_tui.shell.line import run as connected
from ionq_tui.view.fault import fault_words

_LOOK_EVERY = 1.0
_LAST_READING = 30.0
"""Seconds that the last reading of an ended session's jobs may take."""
_HIDDEN = {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Watch one session."""
    try:
        checked_id(args.id)
        idle = _idle(args)
        if idle is not None:
            changing(settings)
    except Stop as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _watch(engine, settings, args, idle))


def _idle(args: argparse.Namespace) -> float | None:
    """Return the seconds without a job after which the session is to be ended."""
    try:
        minutes = read_minutes(args.end_when_idle)
    except LimitError as error:
        raise Stop(f"--end-when-idle: {error}", USAGE) from None
    if minutes is not None and not args.yes:
        raise Stop("ending cannot be undone: add --yes to have it ended when idle", USAGE)
    return None if minutes is None else minutes * 60.0


async def _watch(engine: Engine, settings: Settings, args: argparse.Namespace, idle: float | None) -> int:
    session = await find_session(engine, args.id)
    if idle is not None and not session.ended:
        check_owner(engine, session, args.not_mine)
    course = _Course(engine, settings, session, args.json, idle)
    polling = asyncio.create_task(course.watcher.run(), name=f"watch {session.id}")
    try:
        return await course.run(polling)
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


class _Course:
    """One session's course as it is told: what was last known, and since when nothing happens."""

    def __init__(self, engine: Engine, settings: Settings, session: Session, as_json: bool, idle: float | None) -> None:
        self.watcher: Watcher = engine.watcher(session.id)
        self._engine = engine
        self._settings = settings
        self._session = session
        self._as_json = as_json
        self._idle = idle
        self._before = EMPTY_WATCH
        self._busy_at = engine.clock.monotonic()
        self._changed = asyncio.Event()
        self.watcher.store.subscribe(self._take)

    async def run(self, polling: asyncio.Task[None]) -> int:
        """Tell until it ended."""
        while True:
            watch = self.watcher.store.value
            if polling.done():
                polling.result()
            if watch.ended:
                await self._read_once_more(polling)
                return DONE
            if isinstance(watch.link, Refused):
                raise Stop(fault_words(watch.link.fault, "session", once=True))
            if self._idle is not None and await self._idles(polling):
                return await self._end()
            await self._engine.clock.wait(self._changed, _LOOK_EVERY)
            self._changed.clear()

    async def _end(self) -> int:
        say(f"no job waited or ran for {(self._idle or 0) / 60:g} minutes: ending it")
        session = self.watcher.store.value.session or self._session
        outcome = (await end_each(self._engine, [session]))[session.id]
        if isinstance(outcome, Ended):
            ended, now = outcome.session, self._engine.clock.now()
            self.watcher.store.apply(lambda watch: heard_session(watch, ended, now))
            return DONE
        return told_end(self._engine, self._settings, session, outcome)

    async def _idles(self, polling: asyncio.Task[None]) -> bool:
        """True where a reading made just now shows no job, and none showed one for long enough."""
        fault = self.watcher.store.value.jobs_fault
        if fault is not None and fault.kind in _HIDDEN:
            raise Stop(
                f"it cannot be told when it is idle, and it was not ended: {fault_words(fault, 'jobs', once=True)}"
            )
        if not self._quiet_for_long():
            return False
        await self._read_once_more(polling)
        watch = self.watcher.store.value
        heard = isinstance(watch.link, Fresh) and watch.all_listed and watch.jobs_fault is None
        return heard and not watch.ended and self._quiet_for_long()

    def _quiet_for_long(self) -> bool:
        now = self._engine.clock.monotonic()
        if self.watcher.store.value.unfinished:  # a picture that stays the same is not told, so it is looked at here
            self._busy_at = now
        return now - self._busy_at >= (self._idle or 0)

    async def _read_once_more(self, polling: asyncio.Task[None]) -> None:
        """Wait for one more whole reading; there is none where the polling has ended."""
        answered = asyncio.ensure_future(self.watcher.poller.asked().wait())
        await asyncio.wait({answered, polling}, timeout=_LAST_READING, return_when=asyncio.FIRST_COMPLETED)
        answered.cancel()

    def _take(self, watch: Watch) -> None:
        before, self._before = self._before, watch
        if watch.jobs is not before.jobs:
            self._busy_at = self._engine.clock.monotonic()
        self._tell_link(before.link, watch.link)
        for change in changes(before, watch, self._engine.clock.now()):
            print(change.json() if self._as_json else change.line(self._settings.people), flush=True)
        self._changed.set()

    def _tell_link(self, before: Link, now: Link) -> None:
        if isinstance(before, Fresh) and not isinstance(now, Fresh | Refused):
            say(fault_words(now.fault, "session"))
        elif isinstance(now, Fresh) and not isinstance(before, Fresh):
            say("heard again")
