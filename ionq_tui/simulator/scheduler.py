"""Scheduled actions in simulated time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime


class Scheduler:
    """A queue of actions; `now` is the time of the running action, otherwise the time reached so far."""

    def __init__(self, now: datetime) -> None:
        """Start at `now` with an empty queue."""
        self.now = now
        self._count = 0
        self._coming: list[tuple[datetime, int, Callable[[], object]]] = []

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Schedule `act` for `moment`; actions with equal times run in the order in which they were scheduled."""
        self._count += 1
        heapq.heappush(self._coming, (moment, self._count, act))

    def run_until(self, now: datetime) -> None:
        """Run all actions due by `now`; a clock that went back has no effect."""
        while self._coming and self._coming[0][0] <= now:
            moment, _, act = heapq.heappop(self._coming)
            self.now = max(self.now, moment)
            act()
        self.now = max(self.now, now)
