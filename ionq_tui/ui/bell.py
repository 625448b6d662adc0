"""Rings once for what is the matter with a session, whichever screen is shown, and never again for the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.watch import Watch, noted
from ionq_tui.ui.terminal import notify_outside

Result = TypeVar("Result")


def ring(app: App[Result], engine: Engine, watcher: Watcher, told: Mapping[str, str]) -> None:
    """Ring for the alarms that are new, once it is known which rang before; the events keep them.

    For a session that is not ours it rings only where jobs of it were seen.
    """
    watch, rung = watcher.store.value, watcher.memory.alarms_told
    new = {name: words for name, words in told.items() if name not in rung}
    heeded = watch.count > 0 or engine.desk.ledger.value.ours(watch.session)
    if not new or not watcher.memory.recalled or not heeded:
        return
    rung.update(new)
    now = engine.clock.now()
    for name, words in new.items():
        event = Event(now, EventKind.ALARM, watcher.session_id, subject=name, words=words)
        watcher.store.apply(partial(noted, event=event))
    app.bell()
    toast = "\n".join(new.values())
    app.notify(toast, severity="warning", timeout=30, markup=False)
    _withdrawn_at_end(app, watcher, toast)
    notify_outside(app, list(new.values())[-1])


def _withdrawn_at_end(app: App[Result], watcher: Watcher, toast: str) -> None:
    """Take a toast back as soon as its session has ended: nothing is the matter any more."""

    def heard(watch: Watch) -> None:
        if watch.ended:
            stop()
            app.call_later(_withdraw, app, toast)

    stop = watcher.store.subscribe(heard)


def _withdraw(app: App[Result], toast: str) -> None:
    for told in [one for one in app._notifications if one.message == toast]:
        app._unnotify(told)
