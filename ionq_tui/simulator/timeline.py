"""What is going to happen, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime


class Timeline:
    """Acts that wait for their moment; `now` is the moment of the act that runs, then the time that was reached."""

    def __init__(self, now: datetime) -> None:
        """Begin at `now` with nothing to come."""
        self.now = now
        self._count = 0
        self._coming: list[tuple[datetime, int, Callable[[], object]]] = []

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Let `act` run at `moment`; of two at the same moment the first said runs first."""
        self._count += 1
        heapq.heappush(self._coming, (moment, self._count, act))

    def run_until(self, now: datetime) -> None:
        """Run everything that is due by `now`; a clock that went back changes nothing."""
        while self._coming and self._coming[0][0] <= now:
            moment, _, act = heapq.heappop(self._coming)
            self.now = max(self.now, moment)
            act()
        self.now = max(self.now, now)
