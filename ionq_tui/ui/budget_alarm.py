"""The terminal bell and a notification when the monthly budget is nearly or fully spent: once each per machine."""

from __future__ import annotations

from typing import TypeVar
from weakref import WeakSet

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.spending_reader import SpendingReader
from ionq_tui.model.event import Event, EventKind
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.terminal import notify_outside
from ionq_tui.ui.toasts import toast
from ionq_tui.view.alarm import budget_alarm

Result = TypeVar("Result")
_SUBJECT = "monthly budget"
_watched: WeakSet[SpendingReader] = WeakSet()


def watch_budget(app: App[Result], engine: Engine) -> None:
    """Read the spending from now on until the app exits, and tell when it nears the budget."""
    reader = engine.spending
    if reader in _watched:
        return
    _watched.add(reader)
    rung: set[str] = set()

    async def ring() -> None:
        state = reader.budget_state
        told = budget_alarm(state) if state is not None else None
        if told is None or told[0] in rung:
            return
        name, words = told
        rung.add(name)
        subject = f"{engine.connection.profile}: {name}"  # each profile has an organization and a budget of its own
        if await engine.event_notifier.tell_first(Event(engine.clock.now(), EventKind.ALARM, "", subject, words)):
            app.bell()
            if not (isinstance(app.screen, BaseScreen) and app.screen.shows_budget):
                toast(app, words, _SUBJECT, "warning", 30)
            notify_outside(app, words)

    def start() -> None:
        app.run_worker(ring(), group="budget", description="an alarm of the budget")

    def heard(_: object) -> None:
        app.call_later(start)

    reader.store.subscribe(heard)
    app.run_worker(reader.run(), group="poll", description="the spending of this month")
