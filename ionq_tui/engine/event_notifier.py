"""Report new events to the user's command, once per machine even if several processes see them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from ionq_tui.engine.background import Run
from ionq_tui.engine.ports import Clock, Journal
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.record import Place
from ionq_tui.model.timestamp import timestamp

_JUST_NOW = timedelta(minutes=2)
"""Events that happened up to this long before the start are still reported, since they may be seen late."""
LOOK_EVERY = 30.0
"""Seconds between two checks for events that a terminated process left unreported."""
_MOST_TAKEN = 50
"""Maximum number of such events taken over at once, so that the command is not flooded."""


class EventCommand(Protocol):
    """Passes facts about an event to a command without waiting for it."""

    trouble: str

    def tell(self, facts: Mapping[str, object], delivered: Callable[[], object]) -> bool:
        """Pass on these facts; return False if they were rejected.

        `delivered` is called, in any thread, once they were delivered or failed. If the program ends before that,
        another process reports the same event.
        """

    def settle(self, seconds: float) -> bool:
        """Wait up to `seconds` until everything is delivered; return whether it is."""


class EventNotifier:
    """Report each event once; events from before the start appear on the screens only.

    An event is claimed in the journal, reported, and then marked there as reported. If a process ends between the claim
    and the report, another process takes the event over.
    """

    def __init__(
        self,
        command: EventCommand | None,
        about: Callable[[str], Mapping[str, object]],
        people: Callable[[], Mapping[str, str]],
        journal: Journal,
        place: Callable[[], Place],
        clock: Clock,
        run: Run,
    ) -> None:
        """Take the command, callables for further facts about a session and for names by user id, ports and runner.

        Only events from now on are reported. "Now" is fixed at the first call, when the server's time is known.
        """
        self._command = command
        self._about = about
        self._people = people
        self._journal = journal
        self._place = place
        self._clock = clock
        self._run = run
        self._under_way: asyncio.Task[None] | None = None
        self._since: datetime | None = None
        self._look_at = 0.0

    @property
    def trouble(self) -> str:
        """Why the command could not be run; empty if it works."""
        return self._command.trouble if self._command is not None else ""

    def look(self) -> None:
        """Check for unreported events of other processes, at most once per interval; the place must be known."""
        self._begin()
        now = self._clock.monotonic()
        if self._command is not None and now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self._next(self._take_over, self._command)

    def _begin(self) -> datetime:
        """Return the time from which events are reported."""
        if self._since is None:
            self._since = self._clock.now() - _JUST_NOW
        return self._since

    def tell(self, event: Event) -> None:
        """Report an event after the earlier ones, if it is new and no other process reports it."""
        if self._command is None or event.at < self._begin():
            return
        place = self._place()
        # Hand the claim to the journal first: an event that is written there but not claimed is reported by no process.
        first = self._journal.claim_event(place, event)

        async def tell(command: EventCommand) -> None:
            if await first:
                self._pass_on(command, place, event)

        self._next(tell, self._command)

    async def tell_first(self, event: Event) -> bool:
        """Report an event that belongs to no session; return False if a process of this machine has or will."""
        place = self._place()
        if not await self._journal.claim_event(place, event):
            return False
        if self._command is None:
            self._journal.mark_reported(place, event)
        else:
            self._pass_on(self._command, place, event)
        return True

    async def settled(self, seconds: float) -> None:
        """Wait up to `seconds` until all events are reported; another process takes over the rest."""
        if self._command is None:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if self._under_way is not None:
            await asyncio.wait({self._under_way}, timeout=seconds)
        await asyncio.to_thread(self._command.settle, max(0.0, until - loop.time()))

    def _next(self, work: Callable[[EventCommand], Awaitable[None]], command: EventCommand) -> None:
        """Run the work after the work that was queued before."""
        before = self._under_way

        async def after() -> None:
            if before is not None:
                await asyncio.wait({before})
            await work(command)

        self._under_way = self._run(after(), "on_event")

    async def _take_over(self, command: EventCommand) -> None:
        """Report the events that terminated processes left unreported."""
        place = self._place()
        for event in await self._journal.take_over(place, _MOST_TAKEN):
            self._pass_on(command, place, event)

    def _pass_on(self, command: EventCommand, place: Place, event: Event) -> None:
        about_job = event.subject and event.kind is not EventKind.ALARM
        facts = {
            "at": timestamp(event.at),
            "kind": event.kind.value,
            "session_id": event.session_id,
            "job_id": event.subject if about_job else None,
            "words": event.details(self._people()),
            **self._about(event.session_id),
        }
        if not command.tell(facts, lambda: self._journal.mark_reported(place, event)):
            self._journal.release_event(place, event)
