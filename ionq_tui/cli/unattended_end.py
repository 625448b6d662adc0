"""End a session that may be unattended: retry until confirmed, and report progress each minute."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ionq_tui.cli.common import say
from ionq_tui.cli.end import what_next
from ionq_tui.cli.signals import RESOLVE_WITHIN, take_back
from ionq_tui.engine.clock import ScaledClock
from ionq_tui.engine.end_retry import end_until_confirmed
from ionq_tui.engine.engine import Engine
from ionq_tui.model.outcome import Ended, EndOutcome, StillOpen
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.result import end_result
from ionq_tui.view.sanitize import plain
from ionq_tui.view.time_text import spoken
from ionq_tui.wiring import patience

MINUTE = 60.0


class UnattendedEnd:
    """The retries of ending one session, the last result, and the progress messages."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        session: Session,
        *,
        within: float | None = None,
        seen_active: bool = False,
    ) -> None:
        """Take the session, and for how many seconds it is tried (None: until confirmed), times the patience.

        `seen_active` says that `active: true` was seen, without which `active: false` confirms nothing.
        """
        self._engine = engine
        self._settings = settings
        self._session = session
        self._within = within
        self._clock = ScaledClock(engine.clock, patience())
        self._seen_active = seen_active or session.active is True
        self._wake = asyncio.Event()
        self._confirmed: Ended | None = None
        self._last: EndOutcome | None = None
        self._tries = 0
        self._under_way = True
        self._tries_on = True
        self._until: float | None = None
        self._over = asyncio.Event()

    def seen_ended(self, session: Session) -> None:
        """Note that another read confirmed the end: one more try records it, and no further one follows."""
        self._confirmed = Ended(session)
        self._wake.set()

    async def run(self, until: float | None = None) -> EndOutcome | None:
        """Retry until confirmed, or until the given event loop time; None means that nothing is known.

        An interruption is the last of it: where a request is under way, what becomes of it is waited for a little.
        """
        self._until = until
        work = asyncio.create_task(
            end_until_confirmed(self._try, self._clock, within=self._within, tried=self._tried, wake=self._wake),
            name=f"end {self._session.id} until confirmed",
        )
        work.add_done_callback(lambda _: self._over.set())
        began = self._clock.monotonic()
        say_at = began + MINUTE
        while not work.done() and (left := self._left()) > 0:
            try:
                await self._clock.wait(self._over, min(left, max(say_at - self._clock.monotonic(), 0.0)))
            except asyncio.CancelledError:
                take_back()
                self._interrupted()
            if not work.done() and self._clock.monotonic() >= say_at:
                say_at = self._clock.monotonic() + MINUTE
                self._tell_what_it_waits_for(self._clock.monotonic() - began)
        if work.done():
            return work.result()
        work.cancel()  # what the desk has sent goes on until the line is closed
        return self._last

    def _left(self) -> float:
        """Return the remaining seconds of the scaled clock."""
        if not self._tries_on and not self._under_way:
            return 0.0
        if self._until is None:
            return float("inf")
        return (self._until - asyncio.get_running_loop().time()) / patience()

    def _interrupted(self) -> None:
        """Start no further try; a deadline that was set before takes precedence."""
        if self._until is not None:
            return
        self._tries_on = False
        if self._under_way:
            self._until = asyncio.get_running_loop().time() + RESOLVE_WITHIN * patience()
            say("interrupted: waiting for the result of the request")

    async def _try(self) -> EndOutcome:
        self._under_way = True
        self._tries += 1
        return await self._engine.actions.end(self._session.id, self._seen_active, again=True)

    def _tried(self, outcome: EndOutcome, pause: float) -> None:
        self._under_way = False
        self._last = self._confirmed or outcome
        self._tries_on = self._tries_on and self._confirmed is None
        self._seen_active = self._seen_active or (isinstance(outcome, StillOpen) and outcome.session.active is True)
        if not self._tries_on:
            self._over.set()
        elif self._tries == 1:
            say(self._words(outcome))
            if self._until is None:
                how_long = "" if self._within is None else f" for up to {spoken(timedelta(seconds=self._within))}"
                say(f"retrying{how_long} until the end is confirmed; ctrl+c stops")

    def _tell_what_it_waits_for(self, seconds: float) -> None:
        tries = "1 try" if self._tries == 1 else f"{self._tries} tries"
        why = "no answer yet" if self._last is None else self._words(self._last)
        since = spoken(timedelta(seconds=seconds))
        say(f"waiting for IonQ to confirm the end of {plain(self._session.short)} ({since}, {tries}): {why}")

    def _words(self, outcome: EndOutcome) -> str:
        now, people = self._engine.clock.now(), self._engine.people
        return end_result(outcome, now, None, people, self._session.id, once=False).text


def told_unconfirmed(engine: Engine, settings: Settings, session: Session, outcome: EndOutcome | None) -> None:
    """Report that a session is not confirmed ended, and what to do about it."""
    if outcome is None:
        say(f"the end of {plain(session.id, 64)} is not confirmed: no answer came")
    else:
        say(end_result(outcome, engine.clock.now(), None, engine.people, session.id).text)
    say(what_next(engine, session.id))
