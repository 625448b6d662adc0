"""Cost estimates for jobs, requested once per backend and kind of job, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from ionq_tui.engine.ports import Clock, Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.link_state import Fault

RETRY_AFTER = 60.0
"""Seconds before a failed estimate is requested again automatically."""

Estimates = Mapping[tuple[str, Circuit], Estimate | Fault]


class Estimator:
    """Request and keep cost estimates; all screens share one example circuit."""

    def __init__(self, cloud: Cloud, clock: Clock) -> None:
        """Take the API and the clock."""
        self.circuit: Store[Circuit] = Store(Circuit())
        self.estimates: Store[Estimates] = Store(MappingProxyType({}))
        self._cloud = cloud
        self._clock = clock
        self._retry_at: dict[tuple[str, Circuit], float] = {}
        """Monotonic time from which an estimate may be requested again; infinite while in progress or once answered."""

    def of(self, backend: str) -> Estimate | Fault | None:
        """Return the estimate of the current circuit on a backend; None if not requested, or still in progress."""
        return self.estimates.value.get((backend, self.circuit.value))

    async def ask(self, backend: str) -> None:
        """Request the estimate of the current circuit on a backend, unless it is known, in progress or just failed."""
        key = backend, self.circuit.value
        if self._retry_at.get(key, 0.0) > self._clock.monotonic():
            return
        self._retry_at[key] = float("inf")
        try:
            reply = await self._cloud.estimate(*key)
        except asyncio.CancelledError:
            del self._retry_at[key]  # canceled because the screen was closed
            raise
        if isinstance(reply, Fault):
            self._retry_at[key] = self._clock.monotonic() + RETRY_AFTER
        self.estimates.apply(lambda known: MappingProxyType({**known, key: reply}))

    def forget_faults(self) -> None:
        """Allow failed estimates to be requested again at once."""
        self.estimates.apply(
            lambda known: MappingProxyType({key: reply for key, reply in known.items() if isinstance(reply, Estimate)})
        )
        self._retry_at = {
            key: at for key, at in self._retry_at.items() if key in self.estimates.value or at == float("inf")
        }

    @property
    def units(self) -> frozenset[str]:
        """The units of the estimates received so far."""
        costs = (reply.cost for reply in self.estimates.value.values() if isinstance(reply, Estimate))
        return frozenset(cost.unit for cost in costs if cost is not None)
