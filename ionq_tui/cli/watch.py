"""`ionq-tui watch`: print one line per change until the session ends; optionally end it when idle."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress
from datetime import timedelta

from ionq_tui.cli.common import CommandError, changing, checked_id, find_session, meant, printed, say
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.end import check_owner, what_next
from ionq_tui.cli.session_changes import changes
from ionq_tui.cli.totals import sums_line
from ionq_tui.cli.unattended_end import MINUTE, UnattendedEnd, told_unconfirmed
from ionq_tui.engine.clock import ScaledClock
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.limits import LimitError, read_minutes
from ionq_tui.model.link_state import Fault, FaultKind, Fresh, Link, Refused
from ionq_tui.model.outcome import Ended
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_session
from ionq_tui.settings import Settings
from ionq_tui.view.fault import About, fault_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.time_text import spoken
from ionq_tui.wiring import patience

_LOOK_EVERY = 1.0
_LAST_READING = 30.0
"""Seconds allowed for one more read."""
_SUMS_WITHIN = 15.0
"""Seconds to wait for the last jobs and costs of an ended session."""
_REFUSED_FOR = 600.0
"""Seconds after which a refusal no longer counts as transient: gateways and keys do get restored."""
_HIDDEN = {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Watch one session."""
    try:
        checked_id(args.id)
        idle = _idle(args)
        if idle is not None:
            changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    return connected(settings, lambda engine: _watch(engine, settings, args, idle))


def _idle(args: argparse.Namespace) -> float | None:
    """Return after how many seconds without a job the session is ended."""
    try:
        minutes = read_minutes(args.end_when_idle)
    except LimitError:
        wrong = plain(args.end_when_idle, 40)
        raise CommandError(
            f"--end-when-idle: {wrong!r} is not a time such as 15m, 1h30m or 90 (minutes)", USAGE
        ) from None
    if minutes is not None:
        needs_yes(args.yes, "ending cannot be undone, and the session is ended when idle")
    return None if minutes is None else minutes * 60.0


async def _watch(engine: Engine, settings: Settings, args: argparse.Namespace, idle: float | None) -> int:
    session = await _found(engine, args.id, guarded=idle is not None)
    if idle is not None and not session.ended:
        check_owner(engine, session, args.not_mine)
        await confirm(args.yes, f"End session {plain(session.id, 64)} once it is idle for {idle / 60:g} minutes?")
    course = _Course(engine, settings, session, args.json, idle)
    polling = asyncio.create_task(course.session_poller.run(), name=f"watch {session.id}")
    try:
        return await course.run(polling)
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


async def _found(engine: Engine, text: str, *, guarded: bool) -> Session:
    """Return the session; one opened on this machine is watched even if it cannot be read now."""
    try:
        return await find_session(engine, text)
    except CommandError:
        known = engine.known(await meant(engine, text)) if guarded else None
        if known is None or known.id not in engine.actions.activity.value.here:
            raise
        return known


class _Course:
    """The state of watching one session: its last snapshot, and since when it is idle."""

    def __init__(self, engine: Engine, settings: Settings, session: Session, as_json: bool, idle: float | None) -> None:
        self.session_poller: SessionPoller = engine.session_poller(session.id)
        self._engine = engine
        self._settings = settings
        self._session = session
        self._as_json = as_json
        self._idle = idle
        self._before = EMPTY_SNAPSHOT
        self._clock = ScaledClock(engine.clock, patience())
        self._busy_at = self._clock.monotonic()
        self._refusal = _Refusal(engine, session)
        self._ending: UnattendedEnd | None = None
        self._changed = asyncio.Event()
        self._unwritten: OSError | None = None
        """Why the output cannot be written; kept here, since whoever publishes a change is not to blame for it."""
        self.session_poller.store.subscribe(self._take)

    async def run(self, polling: asyncio.Task[None]) -> int:
        """Print changes until the session ends."""
        while True:
            watch = self.session_poller.store.value
            if self._unwritten is not None:
                raise self._unwritten
            if polling.done():
                polling.result()
            if watch.ended:
                await self._tell_sums(polling)
                return DONE
            if self._idle is None and isinstance(watch.link, Refused):
                raise CommandError(fault_words(watch.link.fault, "session", once=True))
            if self._idle is not None:
                self._refusal.look(watch)
            if self._idle is not None and await self._idles(polling):
                return await self._end(polling)
            await self._engine.clock.wait(self._changed, _LOOK_EVERY)
            self._changed.clear()

    async def _end(self, polling: asyncio.Task[None]) -> int:
        say(f"no job waiting or running for {(self._idle or 0) / 60:g} minutes: ending it")
        watch = self.session_poller.store.value
        session = watch.session or self._session
        self._ending = UnattendedEnd(self._engine, self._settings, session, seen_active=watch.seen_active)
        outcome = await self._ending.run()
        if isinstance(outcome, Ended):
            ended, now = outcome.session, self._engine.clock.now()
            self.session_poller.store.apply(lambda watch: apply_session(watch, ended, now))
            await self._tell_sums(polling)
            return DONE
        told_unconfirmed(self._engine, self._settings, session, outcome)
        return UNCERTAIN

    async def _idles(self, polling: asyncio.Task[None]) -> bool:
        """True if a fresh read shows no job, and none was seen for the whole idle time."""
        if not (self._well_heard() and self._quiet_for_long()):
            return False  # asking now would not wait as long as a server that is in trouble is given
        await self._read_once_more(polling)
        return self._well_heard() and not self.session_poller.store.value.ended and self._quiet_for_long()

    def _well_heard(self) -> bool:
        watch = self.session_poller.store.value
        return isinstance(watch.link, Fresh) and watch.listed and watch.jobs_fault is None

    def _quiet_for_long(self) -> bool:
        now = self._clock.monotonic()
        if (
            self.session_poller.store.value.unfinished
        ):  # a picture that stays the same is not told, so it is looked at here
            self._busy_at = now
        return now - self._busy_at >= (self._idle or 0)

    async def _read_once_more(self, polling: asyncio.Task[None]) -> None:
        """Wait for one more complete read."""
        answered = asyncio.ensure_future(self.session_poller.poller.asked().wait())
        await asyncio.wait({answered, polling}, timeout=_LAST_READING, return_when=asyncio.FIRST_COMPLETED)
        answered.cancel()

    async def _tell_sums(self, polling: asyncio.Task[None]) -> None:
        """Print the totals of its jobs once they and their costs are read, or after a time limit."""
        until = self._clock.monotonic() + _SUMS_WITHIN
        self.session_poller.poller.nudge()
        while not (self.session_poller.complete or polling.done()) and (left := until - self._clock.monotonic()) > 0:
            await self._clock.wait(self._changed, min(left, _LOOK_EVERY))
            self._changed.clear()
        if polling.done():
            polling.result()
        self._print(sums_line(self.session_poller.store.value, self._engine.clock.now(), as_json=self._as_json))

    def _take(self, watch: SessionSnapshot) -> None:
        before, self._before = self._before, watch
        if watch.jobs is not before.jobs:
            self._busy_at = self._clock.monotonic()
        self._tell_link(before.link, watch.link)
        try:
            for change in changes(before, watch, self._engine.clock.now()):
                self._print((change.json if self._as_json else change.line)(self._engine.people))
        except OSError as error:
            self._unwritten = error
        if watch.session is not None and watch.ended and self._ending is not None:
            self._ending.seen_ended(watch.session)
        self._changed.set()

    def _print(self, words: str) -> None:
        """Print a line; a session that is to be ended is ended whether or not somebody reads this."""
        if self._idle is None:
            print(words, flush=True)
        else:
            printed(words)

    def _tell_link(self, before: Link, now: Link) -> None:
        if isinstance(before, Fresh) and not isinstance(now, Fresh | Refused):
            say(fault_words(now.fault, "session"))
        elif isinstance(now, Fresh) and not isinstance(before, Fresh):
            say("connection restored")


class _Refusal:
    """A refusal that hides whether a session is idle; it may be transient, so it is tolerated for a while."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self._engine = engine
        self._session = session
        self._since: float | None = None
        self._say_at = 0.0

    def look(self, watch: SessionSnapshot) -> None:
        """Report the refusal each minute. Raises Stop if it lasts."""
        refused = _refused(watch)
        if refused is None:
            self._since = None
            return
        now, words = self._engine.clock.monotonic(), fault_words(*refused)
        if self._since is None:
            self._since = self._say_at = now
        if now - self._since >= _REFUSED_FOR:
            minutes = spoken(timedelta(seconds=_REFUSED_FOR))
            raise CommandError(
                f"for {minutes} it was unknown whether the session is idle, and it was not ended: {words}\n"
                f"{what_next(self._engine, self._session.id)}",
                REFUSED,
            )
        if now >= self._say_at:
            self._say_at = now + MINUTE
            say(f"it is unknown whether the session is idle, and it is not ended: {words}")


def _refused(watch: SessionSnapshot) -> tuple[Fault, About] | None:
    """Return the refusal of the session or of its jobs, if there is one."""
    if isinstance(watch.link, Refused):
        return watch.link.fault, "session"
    if watch.jobs_fault is not None and watch.jobs_fault.kind in _HIDDEN:
        return watch.jobs_fault, "jobs"
    return None
