"""What the session list screen shows of the user's own sessions: usage, alarms, and events during an absence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.engine.user_activity import LONG_AGO, Absence
from ionq_tui.model.clone import unconfirmed_clones
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.alarms import ring
from ionq_tui.ui.first_ends import FirstEnds
from ionq_tui.view.alarm import alarms
from ionq_tui.view.away_report import meanwhile
from ionq_tui.view.clock_skew import skew_line
from ionq_tui.view.forecast import outdated
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.usage import spend_spark, used_cells

Result = TypeVar("Result")
_MOST = 3
"""The most lines of each kind."""


class OwnSessions:
    """Evaluate the snapshots of the user's own sessions, each unchanged one only once."""

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        self._engine = engine
        self._evaluated: dict[str, tuple[SessionSnapshot, int]] = {}
        self._alarms: dict[str, dict[str, str]] = {}
        self._cloned: dict[str, SessionSnapshot] = {}
        """The snapshots in which it is not known whether a clone exists, by session id."""
        self.ends = FirstEnds(engine)
        self._used: dict[str, tuple[SessionSnapshot, bool, tuple[Cell, Cell]]] = {}
        self._sparks: dict[str, tuple[SessionSnapshot, int, Cell]] = {}
        self._told: dict[str, tuple[SessionSnapshot, Absence, Line]] = {}
        """The report about an absence by session id, with the snapshot and absence that it was made from."""
        self._hook_told = False

    @property
    def watches(self) -> Mapping[str, SessionSnapshot]:
        """The snapshots of the user's own sessions, by id."""
        return {key: session_poller.store.value for key, session_poller in self._engine.own_sessions.pollers.items()}

    @property
    def running(self) -> list[Session]:
        """The user's own sessions that are not known to have ended."""
        return [watch.session for watch in self.watches.values() if watch.session is not None and not watch.ended]

    def used(self, session_id: str) -> tuple[Cell, Cell]:
        """Return the used jobs and cost of a session, marked if they are outdated."""
        watch = self.watch(session_id)
        late, held = self.as_of(session_id) is not None, self._used.get(session_id)
        if held is None or held[0] is not watch or held[1] is not late:
            held = self._used[session_id] = watch, late, used_cells(watch, late=late)
        return held[2]

    def spark(self, session_id: str) -> Cell:
        """Return what was charged in the last hour as a sparkline; its parts move on every five minutes."""
        now = self._engine.clock.now()
        watch, moment = self.watch(session_id), int(now.timestamp()) // 300
        held = self._sparks.get(session_id)
        if held is None or held[0] is not watch or held[1] != moment:
            held = self._sparks[session_id] = watch, moment, spend_spark(watch, now)
        return held[2]

    def watch(self, session_id: str) -> SessionSnapshot:
        """Return the snapshot of one session, an empty one if it is not polled."""
        session_poller = self._engine.own_sessions.pollers.get(session_id)
        return session_poller.store.value if session_poller is not None else EMPTY_SNAPSHOT

    def as_of(self, session_id: str) -> datetime | None:
        """Return when the jobs were last read if that is a while ago and they may have changed since, else None."""
        session_poller = self._engine.own_sessions.pollers.get(session_id)
        at = (
            session_poller.jobs_as_of
            if session_poller is not None and not (session_poller.running or session_poller.complete)
            else None
        )
        return at if outdated(at, self._engine.clock.now()) else None

    def look(self, app: App[Result]) -> None:
        """Ring for new alarms, except for sessions with an open screen, which rings itself."""
        now = self._engine.clock.now()
        self._forget()
        for session_poller in self._engine.own_sessions.pollers.values():
            if not session_poller.running:
                self._evaluate(app, session_poller, now)
        trouble = self._engine.event_notifier.trouble
        if trouble and not self._hook_told:
            self._hook_told = True
            app.notify(trouble, severity="warning", timeout=30, markup=False)

    def _forget(self) -> None:
        """Discard what belongs to sessions that are no longer polled or listed."""
        held = self._engine.own_sessions.pollers
        self.ends.forget()
        for by_id in (self._evaluated, self._alarms, self._told, self._cloned):
            for session_id in by_id.keys() - held.keys():
                by_id.pop(session_id)
        listed = self._engine.session_list.overview.value.sessions
        for by_row in (self._used, self._sparks):
            for session_id in by_row.keys() - held.keys() - listed.keys():
                by_row.pop(session_id)

    def _evaluate(self, app: App[Result], session_poller: SessionPoller, now: datetime) -> None:
        watch, moment = session_poller.store.value, self.ends.moment
        looked = self._evaluated.get(session_poller.session_id)
        if looked is not None and looked[0] is watch and looked[1] == moment:
            return
        self._evaluated[session_poller.session_id] = watch, moment
        told = self._alarms[session_poller.session_id] = alarms(
            watch, now, session_poller.jobs_as_of, ours=self._engine.actions.activity.value.ours(watch.session)
        )
        ring(app, self._engine, session_poller, told)
        self._cloned.pop(session_poller.session_id, None)
        if unconfirmed_clones(watch.events):
            self._cloned[session_poller.session_id] = watch

    def lines(self) -> list[Line]:
        """Return the lines about clones that may exist, alarms, and events during an absence."""
        told = [line(Cell(f"! {words}", Tone.WARN)) for words in map(self._most_serious, self._alarms) if words]
        away = [one for one in map(self._absence_line, self._engine.own_sessions.pollers.values()) if one]
        shown = [*self._clone_lines()[:_MOST], *told[:_MOST], *away[:_MOST]]
        if len(away) > _MOST:
            shown.append(line(f"· and {len(away) - _MOST:,} more"))
        if skew := self._skew:
            shown.append(skew)
        if self.away:
            shown[-1] = (*shown[-1], Cell("   esc: dismiss", Tone.DIM))
        return shown

    def _clone_lines(self) -> list[Line]:
        if not self._cloned:
            return []
        from ionq_tui.view.clone import clone_lines

        cloning, now = self._engine.actions.activity.value.cloning, self._engine.clock.now()
        return [one for watch in self._cloned.values() for one in clone_lines(watch, cloning, now, None, named=True)]

    def _most_serious(self, session_id: str) -> str:
        """Return the most serious alarm, without the idle alarm of earlier sessions, which the list shows already."""
        actions, found = self._engine.actions, dict(self._alarms[session_id])
        if session_id in actions.activity.value.here and session_id not in actions.opened_now:
            found.pop("idle", None)
        return [*found.values()][-1] if found else ""

    @property
    def away(self) -> bool:
        """Whether a line is shown that `seen` removes."""
        return bool(self._skew) or any(
            self._absence_line(session_poller) for session_poller in self._engine.own_sessions.pollers.values()
        )

    @property
    def _skew(self) -> Line:
        """The line that this machine's clock is wrong, until it is acknowledged."""
        return () if self._engine.user_activity.clock_seen else skew_line(self._engine.clock_error())

    def seen(self) -> None:
        """Record that the user has seen these lines."""
        self._engine.user_activity.clock_seen |= bool(self._skew)
        self._engine.user_activity.seen()

    def _absence_line(self, session_poller: SessionPoller) -> Line:
        user_activity, watch, now = self._engine.user_activity, session_poller.store.value, self._engine.clock.now()
        before = session_poller.archive.seen_until
        if before is None and session_poller.session_id in self._engine.own_sessions.missed:
            before = LONG_AGO
        absence = user_activity.unseen(session_poller.session_id, before)
        if absence is None:
            return ()
        held = self._told.get(session_poller.session_id)
        if held is None or held[0] is not watch or held[1] != absence:
            told = meanwhile(watch, absence.since, absence.until or now, now, None)
            held = self._told[session_poller.session_id] = watch, absence, told
        return held[2]
