"""Run a flow against a script: no network, no waiting, every step recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from ionq_tui.api.errors import IonQError
from ionq_tui.api.flows import Flow, Result, Sleep
from ionq_tui.api.operations import Operation
from tests.unit.api.given import NOW

R = TypeVar("R")

Said = object
"""Result of an operation: an IonQError, or the value."""


class Script:
    """Answers a flow's operations in order. The last answer to a path is used for all further requests."""

    def __init__(self, *said: Said, takes: float = 0.25, date: Callable[[int], datetime | None] | None = None) -> None:
        """Take the answers, the seconds each takes, and the `Date` of the n-th (by default the true one)."""
        self._said = list(said)
        self._takes = takes
        self._date = date
        self.clock = 100.0
        self.sent: list[str] = []
        self.slept: list[float] = []

    def play(self, flow: Flow[R]) -> R:
        """Run the flow to its end and return its outcome."""
        answer: Result[object] = Result(None, None, 0.0, 0.0)
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    self.slept.append(step.seconds)
                    self.clock += step.seconds
                else:
                    answer = self._answer(step.operation)
                step = flow.send(answer)
        except StopIteration as end:
            result: R = end.value
            return result

    def _answer(self, operation: Operation[object]) -> Result[object]:
        number = len(self.sent)
        query = "&".join("=".join(pair) for pair in operation.query)
        self.sent.append(f"{operation.method} {operation.path}" + (f"?{query}" if query else ""))
        said = self._said[min(number, len(self._said) - 1)]
        sent_at = self.clock
        self.clock += self._takes
        date = NOW + timedelta(seconds=int(self.clock - 100.0)) if self._date is None else self._date(number)
        if isinstance(said, IonQError):
            return Result(None, said, sent_at, self.clock, date)
        return Result(said, None, sent_at, self.clock, date)
