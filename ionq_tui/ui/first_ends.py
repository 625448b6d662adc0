"""What ends each of the user's own sessions first, kept while neither its jobs nor the time have moved on."""

from __future__ import annotations

from collections.abc import Iterable

from ionq_tui.engine.engine import Engine
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.forecast import Forecast, forecasts, runs_out

EVERY = 10
"""Seconds between two forecasts from the same snapshot: the ends of sessions come nearer."""
_MANY = 500
"""Number of jobs above which a new snapshot of a session does not change its forecast before that."""


class FirstEnds:
    """The first forecast of each session."""

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        self._engine = engine
        self._kept: dict[str, tuple[SessionSnapshot, int, Forecast | None]] = {}
        """By id, with the snapshot and the moment that it is of."""

    @property
    def moment(self) -> int:
        """The number of the present ten seconds."""
        return int(self._engine.clock.now().timestamp()) // EVERY

    def of(self, session: Session) -> Forecast | None:
        """Return what ends a session first, as far as that is known."""
        poller = self._engine.own_sessions.pollers.get(session.id)
        if poller is None or (watch := poller.store.value).session is None:
            return runs_out(session)
        moment, kept = self.moment, self._kept.get(session.id)
        if kept is None or kept[1] != moment or (kept[0] is not watch and len(watch.jobs) <= _MANY):
            first = next(iter(forecasts(watch, self._engine.clock.now())), None)
            kept = self._kept[session.id] = watch, moment, first
        return kept[2] or runs_out(session)

    def of_each(self, sessions: Iterable[Session]) -> dict[str, Forecast]:
        """Return the same for each of these sessions of which it is known, by id."""
        found = {one.id: self.of(one) for one in sessions}
        return {key: one for key, one in found.items() if one is not None}

    def forget(self) -> None:
        """Discard the forecasts of sessions that are no longer polled."""
        for gone in self._kept.keys() - self._engine.own_sessions.pollers.keys():
            del self._kept[gone]
