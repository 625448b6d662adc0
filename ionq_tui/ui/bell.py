"""Rings once for what is the matter with a session, whichever screen is shown, and never again for the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.watch import noted
from ionq_tui.ui.terminal import notify_outside

Result = TypeVar("Result")


def ring(app: App[Result], engine: Engine, watcher: Watcher, told: Mapping[str, str]) -> None:
    """Ring for the alarms that are new, once it is known which rang before; the events keep them."""
    rung = watcher.memory.alarms_told
    new = {name: words for name, words in told.items() if name not in rung}
    if not new or not watcher.memory.recalled:
        return
    rung.update(new)
    now = engine.clock.now()
    for name, words in new.items():
        event = Event(now, EventKind.ALARM, watcher.session_id, subject=name, words=words)
        watcher.store.apply(partial(noted, event=event))
    app.bell()
    app.notify("\n".join(new.values()), severity="warning", timeout=30, markup=False)
    notify_outside(app, list(new.values())[-1])
