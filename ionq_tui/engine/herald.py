"""Tells the user's command of what happens from now on, once on this machine however many processes see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.stamp import stamp

_JUST_NOW = timedelta(minutes=2)
"""An event may be heard of a little later than it happened."""
_LAST_WORDS = 1.0
"""Seconds that the command is given before the program ends; it may go on for itself."""


class Teller(Protocol):
    """Runs a command with facts, and waits for nothing."""

    trouble: str

    def tell(self, facts: Mapping[str, object]) -> None:
        """Tell these facts."""

    def settle(self, seconds: float) -> bool:
        """Wait until all is told, at most so long; returns whether it is."""


class Herald:
    """Passes on each event once; what happened before the program was started is told by the screens alone."""

    def __init__(
        self,
        teller: Teller | None,
        about: Callable[[str], Mapping[str, object]],
        first: Callable[[Event], Awaitable[bool]],
    ) -> None:
        """Take who is told, if anybody, what else is known of a session, and whether nobody else has told an event."""
        self._teller = teller
        self._about = about
        self._first = first
        self._under_way: asyncio.Task[None] | None = None
        self._began: datetime | None = None

    @property
    def trouble(self) -> str:
        """Why nobody could be told; empty where all is well."""
        return self._teller.trouble if self._teller is not None else ""

    def begin(self, now: datetime) -> None:
        """Note from when on events are told."""
        if self._began is None:
            self._began = now

    def tell(self, event: Event) -> None:
        """Tell of an event behind what goes on, one after the other, where it happened since and nobody else does."""
        if self._teller is None or self._began is None or event.at < self._began - _JUST_NOW:
            return
        self._under_way = asyncio.create_task(self._tell(self._teller, event, self._under_way), name="on_event")

    async def settled(self) -> None:
        """Wait a moment until all is told that was to be: what is left then is told by nobody."""
        if self._under_way is not None and self._teller is not None:
            await asyncio.wait({self._under_way})
            await asyncio.to_thread(self._teller.settle, _LAST_WORDS)

    async def _tell(self, teller: Teller, event: Event, before: asyncio.Task[None] | None) -> None:
        first = await self._first(event)
        if before is not None:
            await asyncio.wait({before})
        if not first:
            return
        about_job = event.subject and event.kind is not EventKind.ALARM
        teller.tell(
            {
                "at": stamp(event.at),
                "kind": event.kind.value,
                "session_id": event.session_id,
                "job_id": event.subject if about_job else None,
                "words": event.words,
                **self._about(event.session_id),
            }
        )
