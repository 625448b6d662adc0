"""The terminal bell and notifications for alarms of a session: once per alarm, whatever the current screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.snapshot import SessionSnapshot, noted
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.terminal import notify_outside
from ionq_tui.ui.toasts import alarm_about, toast, withdraw

Result = TypeVar("Result")


def ring(app: App[Result], engine: Engine, session_poller: SessionPoller, told: Mapping[str, str]) -> None:
    """Ring for new alarms, once the journal has told which rang before, and record them as events.

    For a session that this machine did not open, ring only if some of its jobs were seen.
    """
    watch, rung = session_poller.store.value, session_poller.archive.alarms_raised
    new = {name: words for name, words in told.items() if name not in rung}
    heeded = watch.count > 0 or engine.actions.activity.value.ours(watch.session)
    if not new or not session_poller.archive.recalled or not heeded:
        return
    rung.update(new)
    now = engine.clock.now()
    for name, words in new.items():
        event = Event(now, EventKind.ALARM, session_poller.session_id, subject=name, words=words)
        session_poller.store.apply(partial(noted, event=event))
    app.bell()
    if not (isinstance(app.screen, BaseScreen) and app.screen.shows_alarms(session_poller.session_id)):
        about = alarm_about(session_poller.session_id)
        toast(app, "\n".join(new.values()), about, "warning", 30)
        _withdrawn_at_end(app, session_poller, about)
    notify_outside(app, list(new.values())[-1])


def _withdrawn_at_end(app: App[Result], session_poller: SessionPoller, about: str) -> None:
    """Remove a notification when its session has ended, since the alarm no longer applies."""

    def heard(watch: SessionSnapshot) -> None:
        if watch.ended:
            stop()
            app.call_later(_withdraw, app, about)

    stop = session_poller.store.subscribe(heard)


def _withdraw(app: App[Result], about: str) -> None:
    withdraw(app, about)
