"""The app: paints first, then looks for a key, and holds what outlives the screens."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from ionq_tui.ui.commands import KEY, QUIT, bindings
from ionq_tui.ui.driver import CockpitDriver
from ionq_tui.ui.exit_note import ExitNote
from ionq_tui.ui.heap import collect_as_usual, collect_later, collect_seldom, drop_pictures
from ionq_tui.ui.leaving import Leaving
from ionq_tui.ui.messages import KeyRefused, KeyWanted
from ionq_tui.ui.screens.frame import Frame
from ionq_tui.ui.theme import OURS, theme_name

# What the first paint does not need is loaded after it: nobody waits long for something to see.
if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine
    from ionq_tui.model.ledger import Ledger
    from ionq_tui.model.link import Fault
    from ionq_tui.ui.stair import Stair

_STYLES = Path(__file__).parent / "styles"
_FIRST_STYLES = ("cockpit.tcss", "sessions.tcss")
FOUND_WITHIN = 2.5
"""Seconds after which the key screen comes up even where keyring or key command have not answered."""
FIRST_LIST_WITHIN = 0.15
"""Seconds after which home is shown without a list; painted once with it, it is there sooner than painted twice."""
LISTED_AFTER = 0.1
"""Seconds in which home is painted."""
STARTED_AFTER = 1.5
"""Seconds after the first paint at which what a start needs is loaded."""
_NO_KEYS: Mapping[str, str] = MappingProxyType({})


async def _first_list(engine: Engine) -> None:
    """Return when the sessions were listed, or when that failed."""
    heard = asyncio.Event()
    stop = engine.home.board.subscribe(lambda _: heard.set())
    try:
        if not engine.home.board.value.loaded:
            await heard.wait()
    finally:
        stop()


class CockpitApp(Leaving, inherit_bindings=False):
    """The dashboard; Textual's own ways to quit are left out, since a running session asks first."""

    TITLE = "ionq-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings([QUIT], priority=True)]
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        _STYLES / "cockpit.tcss",
        _STYLES / "sessions.tcss",
    ]
    """Home's own are read with the rest: what comes with a later screen has every style read again."""

    def __init__(
        self,
        stair: Stair,
        *,
        attach: str = "",
        start_demo: bool = False,
        keys: Mapping[str, str] = _NO_KEYS,
        theme: str = "",
        end_on_hangup: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the stair, what to begin with, remapped keys, the theme's name, and what a hang-up means."""
        super().__init__(end_on_hangup=end_on_hangup, monotonic=monotonic)
        self.animation_level = "none"
        for ours in OURS:
            self.register_theme(ours)
        # The usual one is no change of theme, for which every style would be read twice before the first paint.
        self.set_reactive(App.theme, theme_name(""))
        self.stylesheet.set_variables(self.get_css_variables())
        if (wanted := theme_name(theme)) in self.available_themes:
            self.theme = wanted
        self._stair = stair
        self._attach_to = attach
        self._start_demo = start_demo
        self._begun = False
        self._refusal_told = False
        """True once the key screen came up by itself, until another key is given."""
        self._told: set[str] = set()
        """Ids of sessions of which it was told that they were opened."""
        self.set_keymap(dict(keys))

    # Start

    def get_default_screen(self) -> Screen[None]:
        """Show something before anything is asked."""
        return Frame(self._stair.connection)

    def on_mount(self) -> None:
        """Ask for a key once something is painted."""
        self.call_after_refresh(self._begin)

    def post_display_hook(self) -> None:
        """Begin as soon as something is to be read; the next refresh would come a sixtieth of a second later."""
        if not self._begun and isinstance(self.screen, Frame) and self.screen.drawn:
            self.call_later(self._begin)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        collect_later()
        self.set_timer(STARTED_AFTER, collect_as_usual)
        self.run_worker(self._start(), group="start", description="find a key")

    async def _start(self) -> None:
        from ionq_tui.model.key import FoundKey, NoKey

        if self._start_demo:
            await self._enter(await self._stair.demo())
            return
        finding = asyncio.ensure_future(self._stair.find_key())
        try:
            await asyncio.wait({finding}, timeout=FOUND_WITHIN)
            found = finding.result() if finding.done() else None
            if isinstance(found, FoundKey):
                await self._enter(await self._stair.connect(found))
                return
            from ionq_tui.ui.screens.key import KeyScreen
            from ionq_tui.view.key_card import STILL_LOOKING

            found = found or NoKey((STILL_LOOKING,))
            screen = KeyScreen(self._stair, found, self._stair.connection, late=finding)
            given = await self.push_screen_wait(screen)
        finally:
            finding.cancel()
        if given is None:
            self.exit(ExitNote())
        else:
            await self._enter(given.engine, hasty=True)

    async def _enter(self, engine: Engine, *, hasty: bool = False) -> None:
        """Show home, with the first list where that comes soon, and poll for as long as the app lives.

        With `hasty` an Enter led here that may be held.
        """
        from ionq_tui.ui.screens.sessions import SessionsScreen

        self.engine = engine
        engine.desk.ledger.subscribe(self._tell_of_openings)
        self.run_worker(engine.home.run(), group="poll", description="the organisation's sessions")
        self.run_worker(engine.yard.run(), group="poll", description="the backends")
        with suppress(TimeoutError):
            await asyncio.wait_for(_first_list(engine), FIRST_LIST_WITHIN)
        home = SessionsScreen(engine)
        if hasty:
            home.await_quiet()
        self.push_screen(home)
        self.set_timer(LISTED_AFTER, collect_seldom)
        if self._attach_to:
            self.run_worker(self._view(engine, self._attach_to), group="attach", description="attach")

    async def _view(self, engine: Engine, text: str) -> None:
        from ionq_tui.ui.dialogs.attach import resolved
        from ionq_tui.ui.screens.session import SessionScreen

        await _first_list(engine)
        session_id, why = await resolved(engine, text)
        if session_id:
            await engine.journal.attached(engine.place(), session_id)
            self.push_screen(SessionScreen(engine, session_id))
        else:
            self.notify(why, severity="error", timeout=60, markup=False)

    def _tell_of_openings(self, ledger: Ledger) -> None:
        """Tell of a session that was opened while its form was left; the form itself tells of its own."""
        engine = self.engine
        fresh = [] if engine is None else sorted(engine.desk.opened_now - self._told)
        if not fresh:
            return
        from ionq_tui.ui.screens.new_session import NewSessionScreen

        self._told |= set(fresh)
        if isinstance(self.screen, NewSessionScreen):
            return
        for session_id in fresh:
            self.notify(f"opened: {session_id}", timeout=30, markup=False)

    # A refused key

    @on(KeyRefused)
    def _key_refused(self, event: KeyRefused) -> None:
        """Ask for another key, once; what is open stays below and sends nothing."""
        if not self._refusal_told:
            self._refusal_told = True
            self._ask_another(event.fault)

    @on(KeyWanted)
    def _key_wanted(self) -> None:
        """Ask for another key, since somebody wants to give one."""
        self._ask_another(None)

    def _ask_another(self, refused: Fault | None) -> None:
        from ionq_tui.ui.screens.key import KeyScreen

        asked = any(isinstance(screen, KeyScreen) for screen in self.screen_stack)
        if self.engine is not None and not asked:
            self.run_worker(self._renew(self.engine, refused), group="key", description="another key")

    async def _renew(self, engine: Engine, refused: Fault | None) -> None:
        from ionq_tui.model.key import NoKey
        from ionq_tui.ui.screens.key import KeyScreen
        from ionq_tui.ui.screens.sessions import SessionsScreen
        from ionq_tui.view.fault import fault_says

        screen = KeyScreen(self._stair, NoKey(), engine.connection, running=True, refused=refused)
        given = await self.push_screen_wait(screen)
        if given is None or given.found is None:
            if refused is not None:
                told = f'{fault_says(refused)}: the palette (:) has the command "{KEY.label}"'
                self.notify(told, severity="error", timeout=20, markup=False)
            return
        for below in self.screen_stack:
            if isinstance(below, SessionsScreen):
                below.await_quiet()
        await given.engine.cloud.close()
        await self._stair.renew(engine, given.found)
        self._refusal_told = False
        engine.home.poller.nudge()
        engine.yard.poller.nudge()

    # Who is there

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there, whatever becomes of the key."""
        if self.engine is not None and isinstance(event, events.Key | events.MouseDown):
            self.engine.presence.key()
        await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top, with all that it painted."""
        closed = super().pop_screen()
        drop_pictures()
        return closed

    # What the terminal gets

    def on_resize(self, event: events.Resize) -> None:
        """Know no more what it shows."""
        if isinstance(self._driver, CockpitDriver):
            self._driver.thrift.fit(*event.size)

    def copy_to_clipboard(self, text: str) -> None:
        """Send it by OSC 52, and inside tmux also in the form that tmux passes on."""
        super().copy_to_clipboard(text)
        if os.environ.get("TMUX") and self._driver is not None:
            from ionq_tui.ui.dialogs.copy import wrapped_for_tmux

            self._driver.write(wrapped_for_tmux(text))

    # A crash

    def _fatal_error(self) -> None:
        """Report a crash without the values of variables, among which a key may be; the first one is the cause."""
        if not self._exit_renderables:
            from ionq_tui.view.crash import crash_report

            error = self._exception or RuntimeError("no reason is known")
            typed = [field.value for screen in self.screen_stack for field in screen.query(Input) if field.password]
            cause = error.error if isinstance(error, WorkerFailed) else error
            self._exit_renderables.append(Text("\n".join(crash_report(cause, typed, self.last_words()))))
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """Report an error that would draw itself like any other."""
        if self._exception is None:
            super().panic(*renderables)
        else:
            self._fatal_error()
