"""Whether money is running, for the header of the screens that do not show it: from what is polled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import Activity
from ionq_tui.model.overview import Overview
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.fault import link_fault
from ionq_tui.view.forecast import Forecast, forecasts, runs_out
from ionq_tui.view.home_list import HomeList
from ionq_tui.view.home_summary import doubts, running_notes
from ionq_tui.view.row import SessionItem
from ionq_tui.view.style import Line

_EVERY = 10
"""Seconds between two answers from the same data: the ends of sessions come nearer."""
_MANY = 500
"""Number of jobs above which a new snapshot of a session does not change its end before that."""


class RunningNotes:
    """The answer, made anew only if the list, the actions or a snapshot have changed, or ten seconds have passed."""

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        self._engine = engine
        self._listed: tuple[Overview, Activity, HomeList] | None = None
        """The sessions that run, with the list and the actions that they are from."""
        self._made_from: tuple[HomeList, Sequence[SessionSnapshot], int] | None = None
        self._ends: dict[str, tuple[SessionSnapshot | None, int, Forecast | None]] = {}
        """What ends a session first, by id, with the snapshot and the moment that it is of."""
        self._notes: tuple[Line, ...] = ()

    def tell(self) -> tuple[Line, ...]:
        """Return the answer, longest first; empty without a key, which no session list can be read with."""
        connection = self._engine.connection
        if not (connection.key_masked or connection.demo):
            return ()
        now, listed = self._engine.clock.now(), self._running()
        moment = int(now.timestamp()) // _EVERY
        held = [poller.store.value for poller in self._engine.own_sessions.pollers.values()]
        made = self._made_from
        if made is None or made[0] is not listed or made[2] != moment or not _same(made[1], held):
            self._made_from = listed, held, moment
            self._notes = self._made(listed, now, moment)
        return self._notes

    def _running(self) -> HomeList:
        """Return the listed sessions that have not ended, and those of this machine that no list shows."""
        overview, activity = self._engine.session_list.overview.value, self._engine.actions.activity.value
        if self._listed is None or self._listed[0] is not overview or self._listed[1] is not activity:
            found = [SessionItem(one, activity.owner(one)) for one in overview.sessions.values() if not one.ended]
            unseen = [one for one in self._engine.unconfirmed if one.id not in overview.sessions]
            found += [SessionItem(one, activity.owner(one), unseen=True) for one in unseen]
            self._listed = overview, activity, HomeList.of(found, activity)
        return self._listed[2]

    def _made(self, listed: HomeList, now: datetime, moment: int) -> tuple[Line, ...]:
        overview, polled = self._engine.session_list.overview.value, self._engine.own_sessions.pollers
        items = []
        for item in listed.own_running:
            poller = polled.get(item.session.id)
            if poller is None:
                items.append(item)
            elif not poller.store.value.ended:
                items.append(item._replace(watch=poller.store.value))
        ends = {item.session.id: end for item in items if (end := self._end(item, now, moment)) is not None}
        for gone in self._ends.keys() - {item.session.id for item in items}:
            del self._ends[gone]
        activity, current = self._engine.actions.activity.value, overview.loaded and link_fault(overview.link) is None
        home = replace(listed, own_running=tuple(items))
        return running_notes(
            home,
            ends,
            now,
            loaded=overview.loaded,
            certain=current and not overview.unreadable and activity.at_rest,
            doubts=doubts(len(activity.unconfirmed), len(activity.opening), overview.unreadable, current=current),
        )

    def _end(self, item: SessionItem, now: datetime, moment: int) -> Forecast | None:
        watch = item.watch
        if watch is None or watch.session is None:
            return runs_out(item.session)
        held = self._ends.get(item.session.id)
        if held is None or held[1] != moment or (held[0] is not watch and len(watch.jobs) <= _MANY):
            first = next(iter(forecasts(watch, now)), None)
            held = self._ends[item.session.id] = watch, moment, first
        return held[2] or runs_out(item.session)


def _same(some: Sequence[SessionSnapshot], others: Sequence[SessionSnapshot]) -> bool:
    """Return whether these are the same snapshots: comparing their values would take longer than the answer."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
