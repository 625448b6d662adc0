"""Whether money is running that a screen does not show, for its header: from what is polled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.activity import Activity
from ionq_tui.model.overview import Overview
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.first_ends import FirstEnds
from ionq_tui.view.fault import link_fault
from ionq_tui.view.home_list import HomeList, latest, session_items
from ionq_tui.view.home_summary import doubts, running_notes
from ionq_tui.view.row import SessionItem
from ionq_tui.view.style import Line


class RunningNotes:
    """The answer, made anew only if the list, the actions or a snapshot have changed, or ten seconds have passed."""

    def __init__(self, engine: Engine, *, apart_from: str = "") -> None:
        """Store the engine, and the id of the session whose own screen this is for: the answer is about the others."""
        self._engine = engine
        self._apart_from = apart_from
        self._listed: tuple[Overview, Activity, HomeList] | None = None
        """The sessions that run, with the list and the actions that they are from."""
        self._made_from: tuple[HomeList, Sequence[SessionSnapshot], int] | None = None
        self._ends = FirstEnds(engine)
        self._notes: tuple[Line, ...] = ()

    def tell(self) -> tuple[Line, ...]:
        """Return the answer, longest first; empty without a key, which no session list can be read with."""
        connection = self._engine.connection
        if not (connection.key_masked or connection.demo):
            return ()
        now, listed = self._engine.clock.now(), self._running()
        moment = self._ends.moment
        held = [poller.store.value for poller in self._engine.own_sessions.pollers.values()]
        made = self._made_from
        if made is None or made[0] is not listed or made[2] != moment or not _same(made[1], held):
            self._made_from = listed, held, moment
            self._notes = self._made(listed, now)
        return self._notes

    def _running(self) -> HomeList:
        """Return the listed sessions that have not ended, and those of this machine that no list shows."""
        overview, activity = self._engine.session_list.overview.value, self._engine.actions.activity.value
        if self._listed is None or self._listed[0] is not overview or self._listed[1] is not activity:
            found = session_items(overview, activity, self._engine.unconfirmed, lambda one: not one.ended)
            self._listed = overview, activity, HomeList.of(found, activity)
        return self._listed[2]

    def _made(self, listed: HomeList, now: datetime) -> tuple[Line, ...]:
        overview, polled = self._engine.session_list.overview.value, self._engine.own_sessions.pollers
        activity, current = self._engine.actions.activity.value, overview.loaded and link_fault(overview.link) is None
        items = [_with(item, polled.get(item.session.id), activity) for item in listed.own_running]
        items = [item for item in items if not item.session.ended and item.session.id != self._apart_from]
        self._ends.forget()
        home = replace(listed, own_running=tuple(items))
        return running_notes(
            home,
            self._ends.of_each(item.session for item in items),
            now,
            loaded=overview.loaded,
            certain=current and not overview.unreadable and activity.at_rest,
            doubts=doubts(len(activity.unconfirmed), len(activity.opening), overview.unreadable, current=current),
            others=bool(self._apart_from),
        )


def _with(item: SessionItem, poller: SessionPoller | None, activity: Activity) -> SessionItem:
    """Return a session with what was polled of it."""
    watch = poller.store.value if poller is not None else item.watch
    return item._replace(session=latest(item.session, watch, activity), watch=watch)


def _same(some: Sequence[SessionSnapshot], others: Sequence[SessionSnapshot]) -> bool:
    """Return whether these are the same snapshots: comparing their values would take longer than the answer."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
