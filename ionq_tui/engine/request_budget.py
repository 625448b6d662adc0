"""Limit the requests of this process, in flight and per second."""

from __future__ import annotations

import asyncio
from bisect import insort
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType

from ionq_tui.engine.ports import Clock
from ionq_tui.model.priority import Priority

PER_SECOND = 8.0
"""Average requests per second."""
BURST = 10
"""Requests that may be sent at once after a pause; together with the rate, at most 50 reads in any 5 s."""
IN_FLIGHT = 8
"""Maximum number of requests in flight."""
ROOM = {
    Priority.CHANGE: IN_FLIGHT,
    Priority.CONFIRM: IN_FLIGHT - 1,
    Priority.POLL: IN_FLIGHT - 2,
    Priority.PAGE: IN_FLIGHT - 3,
    Priority.DETAIL: IN_FLIGHT - 4,
}
"""A request is sent only while fewer than this many are in flight, so slots stay free for more urgent ones."""
CHANGE_WAITS = 1.0
"""Maximum seconds that a change waits for a free slot; then it is sent regardless."""
_EACH = 1 / PER_SECOND
_AHEAD = (BURST - 1) / PER_SECOND
_UNTIL_WOKEN = 3600.0


class RequestBudget:
    """Grant requests their turn: at once if the limits allow it, otherwise by priority.

    A change never waits for the rate limit. It still counts, so reads wait longer after many changes.
    """

    def __init__(self, clock: Clock) -> None:
        """Take the clock that measures the rate."""
        self._clock = clock
        self._in_flight = 0
        self._full_at = clock.monotonic()
        """When a full burst is available again; each request postpones this by 1 / PER_SECOND seconds."""
        self._waiting: list[_Waiter] = []
        self._numbers = count()

    def turn(self, priority: Priority) -> Turn:
        """Return a context manager to enter before sending a request and to exit once its reply is read."""
        return Turn(self, priority)

    async def _enter(self, priority: Priority) -> None:
        if not self._waiting and self._may_go(priority):
            self._take()
            return
        waiter = _Waiter(priority, next(self._numbers))
        insort(self._waiting, waiter)
        try:
            await self._wait(waiter)
        except BaseException:
            self._give_up(waiter)
            raise

    async def _wait(self, waiter: _Waiter) -> None:
        """Wait until the turn is granted; a change that waits too long for a slot proceeds without one."""
        until = self._clock.monotonic() + CHANGE_WAITS
        self._serve()
        while not waiter.granted:
            waiter.news.clear()
            await self._clock.wait(waiter.news, self._pause(waiter, until))
            late = waiter.priority is Priority.CHANGE and self._clock.monotonic() >= until
            if late and not waiter.granted:
                self._grant(waiter)
            self._serve()

    def _pause(self, waiter: _Waiter, until: float) -> float:
        """Return the seconds until the waiter checks again by itself; only the first in line waits for the rate."""
        now = self._clock.monotonic()
        if waiter.priority is Priority.CHANGE:
            return max(0.0, until - now)
        if waiter is self._waiting[0] and self._has_place(waiter.priority):
            return max(0.0, self._due - now)
        return _UNTIL_WOKEN

    def _serve(self) -> None:
        """Grant turns in order as the limits allow, and wake the first remaining waiter so that it sets its timer."""
        while self._waiting:
            first = self._waiting[0]
            if not self._may_go(first.priority):
                first.news.set()
                return
            self._grant(first)

    def _grant(self, waiter: _Waiter) -> None:
        self._waiting.remove(waiter)
        self._take()
        waiter.granted = True
        waiter.news.set()

    def _give_up(self, waiter: _Waiter) -> None:
        """Leave the queue, or return a turn that was granted and not used."""
        if waiter.granted:
            self._full_at -= _EACH
            self._leave()
        else:
            self._waiting.remove(waiter)
            self._serve()

    def _leave(self) -> None:
        self._in_flight -= 1
        self._serve()

    def _take(self) -> None:
        self._in_flight += 1
        self._full_at = max(self._full_at, self._clock.monotonic()) + _EACH

    def _has_place(self, priority: Priority) -> bool:
        return self._in_flight < ROOM[priority]

    def _may_go(self, priority: Priority) -> bool:
        in_time = priority is Priority.CHANGE or self._clock.monotonic() >= self._due
        return in_time and self._has_place(priority)

    @property
    def _due(self) -> float:
        """The time from which the next read may be sent."""
        return self._full_at - _AHEAD


class Turn:
    """One request's turn; it occupies a slot in flight while it is entered."""

    __slots__ = ("_budget", "_priority")

    def __init__(self, budget: RequestBudget, priority: Priority) -> None:
        """Take the budget and the priority of the request."""
        self._budget = budget
        self._priority = priority

    async def __aenter__(self) -> None:
        """Wait for the turn."""
        await self._budget._enter(self._priority)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Free the slot."""
        self._budget._leave()


@dataclass(order=True, slots=True)
class _Waiter:
    """A waiting request, ordered by priority, then by arrival."""

    priority: Priority
    number: int
    granted: bool = field(default=False, compare=False)
    news: asyncio.Event = field(default_factory=asyncio.Event, compare=False)
    """Set when the turn was granted, or when the waiter must compute its wait again."""
