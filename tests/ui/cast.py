"""The whole app on a fake connector, and how to wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from ionq_tui.engine.engine import Engine
from ionq_tui.model.session import Session
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.fake import FakeConnector

Hands = Pilot[ExitSummary]


class Cast(DashboardApp):
    """The app with a clock for its own keys that a test moves."""

    def __init__(
        self,
        connector: FakeConnector,
        *,
        attach: str = "",
        start_demo: bool = False,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.seconds = 0.0
        super().__init__(
            connector, attach=attach, start_demo=start_demo, keys=keys or {}, monotonic=lambda: self.seconds
        )

    @property
    def running(self) -> Engine:
        assert self.engine is not None
        return self.engine

    @property
    def home(self) -> SessionsScreen:
        return next(screen for screen in self.screen_stack if isinstance(screen, SessionsScreen))

    def shows(self, kind: type[object]) -> bool:
        return isinstance(self.screen, kind)

    def toasts(self) -> str:
        """All that was told in passing and still stands."""
        return "\n".join(one.message for one in self._notifications)

    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


@asynccontextmanager
async def at_home(app: Cast, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hands]:
    """Run the app until its first list of sessions is shown."""
    async with app.run_test(size=size) as pilot:
        await until(
            pilot,
            lambda: app.shows(SessionsScreen) and app.running.session_list.poller.freshness().next_try is not None,
        )
        await until(pilot, lambda: app.running.backend_list.fleet.value.loaded)
        await pilot.pause()
        yield pilot


async def until(pilot: Hands, condition: object) -> None:
    """Let the app work until something is so."""
    assert callable(condition)
    for _ in range(60):
        if condition():
            return
        await pilot.pause()
    assert condition(), f"never came to be on {pilot.app.screen}"


def active(connector: FakeConnector, *sessions: Session) -> None:
    """Let the server list these."""
    connector.cloud.active = {one.id: one for one in sessions}
