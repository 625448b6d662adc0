"""What home knows of our own sessions beside the list: what is used, what is the matter, what happened meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.presence import LONG_AGO, Absence
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.session import Session
from ionq_tui.model.watch import EMPTY_WATCH, Watch
from ionq_tui.ui.bell import ring
from ionq_tui.view.alarm import alarms
from ionq_tui.view.meanwhile import meanwhile
from ionq_tui.view.moment import clock
from ionq_tui.view.skew import skew_line
from ionq_tui.view.tone import Cell, Line, Tone, line
from ionq_tui.view.used import used_cells, used_words

Result = TypeVar("Result")
_MOST = 3
"""Lines of each kind."""
_LATE = timedelta(minutes=1)
"""Numbers that are older say so."""
_OUTLOOK = 10
"""Seconds between two looks at the same picture."""


class Lookout:
    """Looks at the watchers of our sessions; a picture that did not change is measured once."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        self._engine = engine
        self._looked: dict[str, tuple[Watch, int]] = {}
        self._alarms: dict[str, dict[str, str]] = {}
        self._used: dict[str, tuple[Watch, bool, tuple[Cell, Cell]]] = {}
        self._told: dict[str, tuple[Watch, Absence, Line]] = {}
        """What happened while nobody looked, by session id, and from which picture that was read."""
        self._hook_told = False

    @property
    def watches(self) -> Mapping[str, Watch]:
        """The pictures of our sessions, by id."""
        return {key: watcher.store.value for key, watcher in self._engine.round.held.items()}

    @property
    def running(self) -> list[Session]:
        """Our sessions that are not known to have ended."""
        return [watch.session for watch in self.watches.values() if watch.session is not None and not watch.ended]

    def used(self, session_id: str) -> tuple[Cell, Cell]:
        """Return what of its jobs and its money is used, marked where that is not of now."""
        watcher = self._engine.round.held.get(session_id)
        watch = watcher.store.value if watcher is not None else EMPTY_WATCH
        late, held = self._as_of(session_id) is not None, self._used.get(session_id)
        if held is None or held[0] is not watch or held[1] is not late:
            held = self._used[session_id] = watch, late, used_cells(watch, late=late)
        return held[2]

    def used_words(self, session_id: str) -> str:
        """Return the same in a phrase, with the time of day as of which that is; empty where nothing was heard."""
        watch, as_of = self.watches.get(session_id), self._as_of(session_id)
        if watch is None:
            return ""
        return used_words(watch, clock(as_of, self._engine.clock.now(), None) if as_of is not None else "")

    def _as_of(self, session_id: str) -> datetime | None:
        """Return when its jobs were read last where that is a while ago, and they may be others by now."""
        watcher = self._engine.round.held.get(session_id)
        at = watcher.jobs_as_of if watcher is not None and not (watcher.running or watcher.told) else None
        return at if at is not None and self._engine.clock.now() - at >= _LATE else None

    def look(self, app: App[Result]) -> None:
        """Ring for what is new, unless a screen that watches the session does."""
        now = self._engine.clock.now()
        for watcher in self._engine.round.held.values():
            if not watcher.running:
                self._look_at(app, watcher, now)
        trouble = self._engine.herald.trouble
        if trouble and not self._hook_told:
            self._hook_told = True
            app.notify(trouble, severity="warning", timeout=30, markup=False)

    def _look_at(self, app: App[Result], watcher: Watcher, now: datetime) -> None:
        watch, moment = watcher.store.value, int(now.timestamp()) // _OUTLOOK
        looked = self._looked.get(watcher.session_id)
        if looked is not None and looked[0] is watch and looked[1] == moment:
            return
        self._looked[watcher.session_id] = watch, moment
        told = self._alarms[watcher.session_id] = alarms(
            watch, now, watcher.jobs_as_of, ours=self._engine.desk.ledger.value.ours(watch.session)
        )
        ring(app, self._engine, watcher, told)

    def lines(self) -> list[Line]:
        """Return what is the matter with each, and what happened while nobody looked."""
        told = [line(Cell(f"! {words}", Tone.WARN)) for words in map(self._gravest, self._alarms) if words]
        away = [one for one in map(self._meanwhile, self._engine.round.held.values()) if one]
        shown = [*told[:_MOST], *away[:_MOST]]
        if len(away) > _MOST:
            shown.append(line(f"· and {len(away) - _MOST:,} more"))
        if skew := self._skew:
            shown.append(skew)
        if self.away:
            shown[-1] = (*shown[-1], Cell("   esc: seen", Tone.DIM))
        return shown

    def _gravest(self, session_id: str) -> str:
        """Return the gravest alarm; that one of an earlier process is idle stands above the list already."""
        desk, found = self._engine.desk, dict(self._alarms[session_id])
        if session_id in desk.ledger.value.here and session_id not in desk.opened_now:
            found.pop("idle", None)
        return [*found.values()][-1] if found else ""

    @property
    def away(self) -> bool:
        """True where something is told that goes away once it is seen."""
        return bool(self._skew) or any(self._meanwhile(watcher) for watcher in self._engine.round.held.values())

    @property
    def _skew(self) -> Line:
        """That the clock here is wrong, until that is seen."""
        return () if self._engine.presence.clock_seen else skew_line(self._engine.ahead())

    def seen(self) -> None:
        """Note that all of that was seen."""
        self._engine.presence.clock_seen |= bool(self._skew)
        self._engine.presence.seen()

    def _meanwhile(self, watcher: Watcher) -> Line:
        presence, watch, now = self._engine.presence, watcher.store.value, self._engine.clock.now()
        before = watcher.memory.seen_until
        if before is None and watcher.session_id in self._engine.round.missed:
            before = LONG_AGO
        absence = presence.unseen(watcher.session_id, before)
        if absence is None:
            return ()
        held = self._told.get(watcher.session_id)
        if held is None or held[0] is not watch or held[1] != absence:
            told = meanwhile(watch, absence.since, absence.until or now, now, None)
            held = self._told[watcher.session_id] = watch, absence, told
        return held[2]
