"""A bare app for one screen on the fake cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from ionq_tui.engine.engine import Engine
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.messages import HelpWanted
from ionq_tui.ui.notifier import notify_of_outcomes
from ionq_tui.ui.screens.help import Help
from tests.ui.fake import FakeConnector
from tests.ui.hand import Hand

SIZES = [(80, 24), (120, 36)]


class Stage(App[None]):
    """Shows a screen over an empty one; the home poller runs as in the real app."""

    CSS_PATH = DashboardApp.CSS_PATH

    def __init__(self, connector: FakeConnector, made: Callable[[Engine], Screen[None]]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.connector = connector
        self.engine = connector.engine("keyring", "••••1234")
        self.made = made

    def on_mount(self) -> None:
        notify_of_outcomes(self, self.engine)
        self.run_worker(self.engine.session_list.run(), group="home", description="home")
        self.run_worker(self.engine.backend_list.run(), group="backends", description="backends")
        self.push_screen(self.made(self.engine))

    @on(HelpWanted)
    def _help_wanted(self, event: HelpWanted) -> None:
        self.push_screen(Help(event.offers, event.connection))

    def text(self) -> str:
        """What the screen shows, line by line."""
        lines = self.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines)


def shows(app: Stage, kind: type[object]) -> bool:
    """Tell whether a screen of this kind is on top."""
    return isinstance(app.screen, kind)


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until something is so."""
    for _ in range(60):
        if condition():
            return
        await pilot.pause()
    assert condition(), f"never came to be; the screen shows:\n{pilot.app.screen}"


async def deliberate(pilot: Pilot[None], hand: Hand, keys: Iterable[str]) -> None:
    """Press keys with quiet before each."""
    for key in keys:
        hand.rest()
        await pilot.press(key)
