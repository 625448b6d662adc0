"""Notifications about the outcomes of actions, independent of the current screen."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import Activity
from ionq_tui.model.outcome import CancelDone, CloneDone, Done, EndDone, Ended, OpenDone, Opened, UnconfirmedClosed
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.toasts import toast, withdraw
from ionq_tui.view.notice import Notice, notice_of

Result = TypeVar("Result")


def notify_of_outcomes(app: App[Result], engine: Engine) -> None:
    """Notify of each outcome from now on, unless the top screen shows it itself."""

    def tell(done: Done) -> None:
        if isinstance(app.screen, BaseScreen) and app.screen.shows_outcome(done):
            return
        if isinstance(done, CancelDone):
            from ionq_tui.ui.dialogs.cancel import show_cancel_results

            show_cancel_results(app, done.results)
        if isinstance(done, CloneDone):
            from ionq_tui.view.clone import clone_notice

            told: Notice | None = clone_notice(done, engine.clock.now(), None)
        else:
            told = notice_of(done, engine.clock.now(), None, engine.people)
        if told is not None:
            toast(app, told.text, _about(done), told.severity, told.seconds)

    def ended(activity: Activity) -> None:
        for session_id in activity.over:
            withdraw(app, _not_ended(session_id))

    def changed(activity: Activity) -> None:
        app.call_later(ended, activity)

    def heard(done: tuple[Done, ...]) -> None:
        app.call_later(tell, done[-1])

    engine.actions.done.subscribe(heard)
    engine.actions.activity.subscribe(changed)


def _about(done: Done) -> str:
    """Return what the outcome is about: a newer one about the same replaces it."""
    if isinstance(done, OpenDone):
        return done.outcome.session.id if isinstance(done.outcome, Opened) else done.token
    if isinstance(done, EndDone) and not isinstance(done.outcome, Ended):
        return _not_ended(done.session_id)
    if isinstance(done, CloneDone):
        return f"clone {done.job_id}"
    return str(done.request) if isinstance(done, UnconfirmedClosed) else done.session_id


def _not_ended(session_id: str) -> str:
    """Return the subject of attempts to end a session that did not end it: what they say is over once it has ended."""
    return f"end {session_id}"
