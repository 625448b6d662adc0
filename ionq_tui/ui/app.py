"""The app: paints first, then looks for a key, and holds what outlives the screens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen

from ionq_tui.engine.engine import Engine
from ionq_tui.model.key import NoKey
from ionq_tui.ui.commands import QUIT, bindings
from ionq_tui.ui.screens.cockpit import Frame
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.stair import Stair

_STYLES = Path(__file__).parent / "styles"


@dataclass(frozen=True, slots=True)
class ExitNote:
    """What the shell is told after the app: sessions left running, and how to come back to them."""

    lines: tuple[str, ...] = ()


class CockpitApp(App[ExitNote], inherit_bindings=False):
    """The dashboard; Textual's own ways to quit are replaced, since a running session asks first."""

    TITLE = "ionq-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings([QUIT], priority=True)]
    CSS_PATH: ClassVar = [*sorted(_STYLES.glob("*.tcss"))]

    def __init__(
        self,
        stair: Stair,
        *,
        attach: str = "",
        start_demo: bool = False,
        keys: Mapping[str, str] = {},  # noqa: B006
        theme: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the stair, and what to begin with."""
        super().__init__()
        self.animation_level = "none"
        self.engine: Engine | None = None
        self._stair = stair
        self._attach_to = attach
        self._start_demo = start_demo
        self._monotonic = monotonic
        self.set_keymap(dict(keys))

    def get_default_screen(self) -> Screen[None]:
        """Show something before anything is asked."""
        return Frame(self._stair.connection)

    def on_mount(self) -> None:
        """Ask for a key once something is painted."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._start(), group="start", description="find a key")

    async def _start(self) -> None:
        if self._start_demo:
            self._enter(await self._stair.demo())
            return
        found = await self._stair.find_key()
        if isinstance(found, NoKey):
            self._enter(await self._stair.browse())
        else:
            self._enter(await self._stair.connect(found))

    def _enter(self, engine: Engine) -> None:
        self.engine = engine
        self.run_worker(engine.home.run(), group="poll", description="the organisation's sessions")
        self.run_worker(engine.yard.run(), group="poll", description="the backends")
        self.switch_screen(SessionsScreen(engine))
