"""What ends each of the user's own sessions first, kept while neither its jobs nor the time have moved on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ionq_tui.engine.engine import Engine
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.forecast import Forecast, forecasts, runs_out

_EVERY = 10
"""Seconds between two forecasts from the same snapshot: the ends of sessions come nearer."""
MANY = 500
"""Number of jobs above which a new snapshot of a session does not change its forecast before that, nor its table."""


def moment_of(now: datetime) -> int:
    """Return the number of the present ten seconds."""
    return int(now.timestamp()) // _EVERY


def hold(made_from: tuple[SessionSnapshot, int] | None, watch: SessionSnapshot, moment: int) -> bool:
    """Return whether forecasts made from a snapshot at a moment hold for this snapshot at that moment."""
    if made_from is None or made_from[1] != moment:
        return False
    before, same = made_from[0].session, watch.session
    many = len(watch.jobs) > MANY and before is not None and same is not None and before.id == same.id
    return many or made_from[0] is watch


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
        return moment_of(self._engine.clock.now())

    def of(self, session: Session) -> Forecast | None:
        """Return what ends a session first, as far as that is known."""
        poller = self._engine.own_sessions.pollers.get(session.id)
        if poller is None or (watch := poller.store.value).session is None or watch.ended:
            return runs_out(session)
        moment, kept = self.moment, self._kept.get(session.id)
        if kept is None or not hold(kept[:2], watch, moment):
            first = next(iter(forecasts(watch, self._engine.clock.now(), poller.jobs_as_of)), None)
            kept = self._kept[session.id] = watch, moment, first
        return kept[2] or runs_out(session)

    def of_each(self, sessions: Iterable[Session]) -> dict[str, Forecast]:
        """Return the same for each of these sessions of which it is known, by id."""
        found = {one.id: self.of(one) for one in sessions}
        return {key: one for key, one in found.items() if one is not None}

    def forget(self) -> None:
        """Discard the forecasts of sessions that have ended or are no longer polled."""
        pollers = self._engine.own_sessions.pollers
        for session_id in [one for one in self._kept if one not in pollers or pollers[one].store.value.ended]:
            del self._kept[session_id]
