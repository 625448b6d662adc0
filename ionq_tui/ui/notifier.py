"""Notifications about the outcomes of actions, independent of the current screen."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.model.outcome import CancelDone, Done
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.view.notice import notice_of

Result = TypeVar("Result")


def notify_of_outcomes(app: App[Result], engine: Engine) -> None:
    """Notify of each outcome from now on, unless the top screen shows it itself."""

    def tell(done: Done) -> None:
        if isinstance(app.screen, BaseScreen) and app.screen.shows_outcome(done):
            return
        if isinstance(done, CancelDone):
            from ionq_tui.ui.dialogs.cancel import show_cancel_results

            show_cancel_results(app, done.results)
        if (told := notice_of(done, engine.clock.now(), None, engine.people)) is not None:
            app.notify(told.text, severity=told.severity, timeout=told.seconds, markup=False)

    def heard(done: tuple[Done, ...]) -> None:
        app.call_later(tell, done[-1])

    engine.actions.done.subscribe(heard)
