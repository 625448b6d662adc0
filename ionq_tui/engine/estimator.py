"""What jobs would cost: asked once for a backend and a kind of job, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.link import Fault

AGAIN = 60.0
"""Seconds before a question that failed is asked again by itself."""

Told = Mapping[tuple[str, Circuit], Estimate | Fault]


class Estimator:
    """Asks for estimates; the circuit that people think in is the same on every screen."""

    def __init__(self, cloud: Cloud, clock: Clock) -> None:
        """Take the cloud and the clock."""
        self.circuit: Store[Circuit] = Store(Circuit())
        self.told: Store[Told] = Store(MappingProxyType({}))
        self._cloud = cloud
        self._clock = clock
        self._again: dict[tuple[str, Circuit], float] = {}
        """When a question may be asked again; for ever where it is under way or answered."""

    def of(self, backend: str) -> Estimate | Fault | None:
        """Return what is known of the present circuit on a backend, None where it was not asked or is being asked."""
        return self.told.value.get((backend, self.circuit.value))

    async def ask(self, backend: str) -> None:
        """Ask for the present circuit on a backend, unless that was answered, is under way, or failed just now."""
        question = backend, self.circuit.value
        if self._again.get(question, 0.0) > self._clock.monotonic():
            return
        self._again[question] = float("inf")
        try:
            heard = await self._cloud.estimate(*question)
        except asyncio.CancelledError:
            del self._again[question]  # by a screen that was left
            raise
        if isinstance(heard, Fault):
            self._again[question] = self._clock.monotonic() + AGAIN
        self.told.apply(lambda told: MappingProxyType({**told, question: heard}))

    def forget_faults(self) -> None:
        """Let what failed be asked again at once."""
        self.told.apply(
            lambda told: MappingProxyType({key: heard for key, heard in told.items() if isinstance(heard, Estimate)})
        )
        self._again = {key: at for key, at in self._again.items() if key in self.told.value or at == float("inf")}

    @property
    def units(self) -> frozenset[str]:
        """The units in which estimates were told."""
        costs = (heard.cost for heard in self.told.value.values() if isinstance(heard, Estimate))
        return frozenset(cost.unit for cost in costs if cost is not None)
