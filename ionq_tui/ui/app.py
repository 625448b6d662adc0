"""The dashboard's app: it paints first, then looks for an API key, and holds what outlives the screens."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.console import RenderableType
from rich.text import Text
from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input
from textual.worker import WorkerFailed

from ionq_tui.ui.commands import KEY, QUIT, bindings
from ionq_tui.ui.driver_support import own_driver
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.gc_tuning import collect_as_usual, collect_later, collect_seldom, drop_rendered
from ionq_tui.ui.messages import HelpWanted, KeyRefused, KeyWanted, SearchGivenUp
from ionq_tui.ui.quitting import Quitting
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.textual_internals import driver_of, keep_notifications
from ionq_tui.ui.theme import OURS, theme_name, theme_names
from ionq_tui.view import screen_text
from ionq_tui.view.time_zone import zone_trouble

# What the first paint does not need is imported later, inside functions, so that the first paint comes sooner.
if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine
    from ionq_tui.model.link_state import Fault
    from ionq_tui.ui.choices import Kept
    from ionq_tui.ui.connector import Connector

_log = logging.getLogger("ionq_tui.dashboard")
_log.addHandler(logging.NullHandler())  # without a log file, a message would also be printed to standard error
_STYLES = Path(__file__).parent / "styles"
_FIRST_STYLES = ("base.tcss", "sessions.tcss")
FOUND_WITHIN = 2.5
"""Seconds after which the key screen is shown even if the keyring or key command has not responded."""
FIRST_LIST_WITHIN = 0.15
"""Seconds to wait for the first session list: painting the list screen once with it is faster than painting twice."""
LISTED_AFTER = 0.1
"""Seconds in which the session list is painted, before garbage collection starts."""
STARTED_AFTER = 1.5
"""Seconds after the first paint at which everything that the start needs is loaded."""
TMUX_DRAWS = 0.15
"""Seconds after a paint in which tmux 3.7 drops what is for the clipboard: until it has drawn a synchronized update."""
_MOST_TOASTS = 3
_NO_KEYS: Mapping[str, str] = MappingProxyType({})


async def _first_data(engine: Engine) -> None:
    """Wait until the journal is read, and the sessions are listed or the request has failed."""
    heard = asyncio.Event()
    stops = [
        store.subscribe(lambda _: heard.set()) for store in (engine.session_list.overview, engine.actions.activity)
    ]
    try:
        while not (engine.actions.activity.value.recalled and engine.session_list.overview.value.heard):
            await heard.wait()
            heard.clear()
    finally:
        for stop in stops:
            stop()


class DashboardApp(Quitting, inherit_bindings=False):
    """The dashboard, without Textual's own key bindings for quitting: running sessions require a question first."""

    TITLE = "ionq-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings([QUIT], priority=True)]
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        _STYLES / "base.tcss",
        _STYLES / "sessions.tcss",
    ]
    """The session list's styles are included because a stylesheet added later causes all styles to be parsed again."""

    def __init__(
        self,
        connector: Connector,
        *,
        attach: str = "",
        start_demo: bool = False,
        keys: Mapping[str, str] = _NO_KEYS,
        theme: str = "",
        kept: Kept | None = None,
        end_on_hangup: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up the app; nothing is read or sent yet.

        Args:
            connector: Finds API keys and builds engines.
            attach: A session to show first, by its id or a part of it.
            start_demo: Start on the simulated cloud, without looking for a key.
            keys: Remapped keys, by command id.
            theme: The name of a theme; empty for the default.
            kept: What the user chose earlier on the screens, and how choices are kept; None keeps them nowhere.
            end_on_hangup: End the sessions opened by this process when a signal other than ctrl+c ends it.
            monotonic: The clock that a second ctrl+c is measured by, in seconds.
        """
        super().__init__(end_on_hangup=end_on_hangup, monotonic=monotonic)
        self.animation_level = "none"
        for ours in OURS:
            self.register_theme(ours)
        # Set without a change event, which would parse all styles a second time before the first paint.
        self.set_reactive(App.theme, theme_name(""))
        self.stylesheet.set_variables(self.get_css_variables())
        self.kept = kept
        self._unknown_theme = ""
        """The requested theme if there is none of that name, else empty."""
        if (wanted := theme_name(theme)) in self.available_themes:
            if wanted in BUILTIN_THEMES:
                from ionq_tui.ui.contrast import readable  # some of Textual's themes have texts that are hard to read

                self.register_theme(readable(BUILTIN_THEMES[wanted]))
            self.theme = wanted
        else:
            self._unknown_theme = theme
        self._connector = connector
        self._attach_to = attach
        self._start_demo = start_demo
        self._begun = False
        self._given_up = asyncio.Event()
        """Set once the search for a key has finished, or the user stops waiting for it."""
        self._refusal_told = False
        """Whether the key screen was shown because of a refused key; reset once another key is given."""
        self.set_keymap(dict(keys))

    # Start

    def get_default_screen(self) -> Screen[None]:
        """Return a screen that can be painted before anything is read or requested."""
        return BaseScreen(self._connector.connection)

    def on_mount(self) -> None:
        """Look for a key after the first paint."""
        self.call_after_refresh(self._begin)

    def post_display_hook(self) -> None:
        """Start as soon as text is on the screen; the next refresh would come a sixtieth of a second later."""
        if not self._begun and isinstance(self.screen, BaseScreen) and self.screen.drawn:
            self.call_later(self._begin)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        collect_later()
        self.set_timer(STARTED_AFTER, collect_as_usual)
        self.run_worker(self._start(), group="start", description="find a key")
        if self._unknown_theme:
            from ionq_tui.view.environment_notice import unknown_theme

            self._warn(unknown_theme(self._unknown_theme, theme_names(self.available_themes)))
        if told := zone_trouble():
            self._warn(told)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notification on lines that the screen leaves free, and only a few at once."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)
        self.call_after_refresh(self._make_room)

    def _make_room(self) -> None:
        keep_notifications(self, _MOST_TOASTS)
        if isinstance(self.screen, BaseScreen):
            self.screen.call_after_refresh(self.screen.make_room)

    def _warn(self, words: str) -> None:
        """Show a warning about the environment."""
        self.notify(words, severity="warning", timeout=20, markup=False)

    async def _start(self) -> None:
        from ionq_tui.model.key import FoundKey, NoKey

        if self._start_demo:
            await self._enter(await self._connector.demo())
            return
        finding = asyncio.ensure_future(self._connector.find_key())
        try:
            finding.add_done_callback(lambda _: self._given_up.set())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._given_up.wait(), FOUND_WITHIN)
            found = finding.result() if finding.done() else None
            unusable = await self._connector.unusable() if isinstance(found, FoundKey) else None
            if isinstance(found, FoundKey) and unusable is None:
                await self._enter(await self._connector.connect(found))
                return
            from ionq_tui.ui.screens.key import KeyScreen
            from ionq_tui.view.key_card import STILL_LOOKING

            if isinstance(found, FoundKey):  # there is a key, but the environment keeps requests from being sent
                shown = replace(self._connector.connection, key_masked=found.key.masked, source=found.source)
                screen = KeyScreen(self._connector, NoKey(), shown, refused=unusable)
            else:
                missing = found or NoKey((STILL_LOOKING,))
                late = None if finding.done() else finding
                screen = KeyScreen(self._connector, missing, self._connector.connection, late=late)
            given = await self.push_screen_wait(screen)
        finally:
            finding.cancel()
        if given is None:
            self.exit(await self.note_without_engine())
        else:
            await self._enter(given.engine, hasty=True)

    async def _enter(self, engine: Engine, *, hasty: bool = False) -> None:
        """Show the session list, with data if that arrives soon, and poll until the app exits.

        `hasty` says that the user pressed enter to get here, and may still hold the key.
        """
        from ionq_tui.ui.notifier import notify_of_outcomes
        from ionq_tui.ui.screens.sessions import SessionsScreen

        self.engine = engine
        engine.repeats_ends = True
        notify_of_outcomes(self, engine)
        self.run_worker(engine.recall(), group="poll", description="the journal")
        self.run_worker(engine.crashed(), group="crash", description="a bug in a background task")
        self.run_worker(engine.session_list.run(), group="poll", description="the session list")
        self.run_worker(engine.backend_list.run(), group="poll", description="the backends")
        with suppress(TimeoutError):
            await asyncio.wait_for(_first_data(engine), FIRST_LIST_WITHIN)
        home = SessionsScreen(engine)
        if hasty:
            home.await_quiet()
        self.push_screen(home)
        self.set_timer(LISTED_AFTER, collect_seldom)
        if engine.budget is not None:
            self.set_timer(STARTED_AFTER, lambda: self._watch_budget(engine))
        if self._attach_to:
            self.run_worker(self._view(engine, self._attach_to), group="attach", description="attach")

    def _watch_budget(self, engine: Engine) -> None:
        from ionq_tui.ui.budget_alarm import watch_budget

        watch_budget(self, engine)

    async def _view(self, engine: Engine, text: str) -> None:
        """Show the session that `text` identifies; a complete id, or one known here, needs no session list."""
        from ionq_tui.ui.dialogs.attach import resolved
        from ionq_tui.ui.screens.session import SessionScreen

        session_id, why = await resolved(engine, text)
        if session_id:
            self.push_screen(SessionScreen(engine, session_id))
            await engine.journal.attached(engine.place(), session_id)
        else:
            self.notify(why, severity="error", timeout=60, markup=False)

    async def note_without_engine(self) -> ExitSummary:
        """Summarize the sessions opened on this machine that may still run; this needs no API key."""
        from ionq_tui.ui.exit_summary import without_key

        return without_key(*await self._connector.owed())

    # A refused key

    @on(KeyRefused)
    def _key_refused(self, event: KeyRefused) -> None:
        """Ask for another key, once. The open screens stay below and send nothing."""
        if not self._refusal_told:
            self._refusal_told = True
            self._ask_another(event.fault)

    @on(SearchGivenUp)
    def _search_given_up(self) -> None:
        """Show the key screen immediately."""
        self._given_up.set()

    @on(HelpWanted)
    def _help_wanted(self, event: HelpWanted) -> None:
        """Show the keys of the requesting screen."""
        from ionq_tui.ui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(event.offers, event.connection))

    @on(KeyWanted)
    def _key_wanted(self) -> None:
        """Ask for another key at the user's request."""
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

        screen = KeyScreen(self._connector, NoKey(), engine.connection, running=True, refused=refused)
        given = await self.push_screen_wait(screen)
        if given is None or given.found is None:
            if refused is not None:
                told = screen_text.another_key(fault_says(refused), KEY.label)
                self.notify(told, severity="error", timeout=20, markup=False)
            return
        for below in self.screen_stack:
            if isinstance(below, SessionsScreen):
                below.await_quiet()
        await given.engine.cloud.close()
        await self._connector.renew(engine, given.found)
        self._refusal_told = False
        engine.session_list.poller.nudge()
        engine.backend_list.poller.nudge()

    # User activity

    async def on_event(self, event: events.Event) -> None:
        """Record user activity for every key and mouse click, whether or not it has an effect."""
        if self.engine is not None and isinstance(event, events.Key | events.MouseDown):
            self.engine.user_activity.key()
        await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """Show a hint for a non-Latin letter, which no command is bound to."""
        letter = event.character or ""
        if isinstance(self.screen, BaseScreen) and not letter.isascii() and letter.isalpha():
            from ionq_tui.view.environment_notice import latin_keys_hint

            if hint := latin_keys_hint(letter):
                self.screen.hint(hint)

    def pop_screen(self) -> AwaitComplete:
        """Close the top screen and release what it rendered."""
        closed = super().pop_screen()
        drop_rendered()
        return closed

    # The terminal

    def on_resize(self, event: events.Resize) -> None:
        """Tell the driver the new size, and that the terminal's content is no longer known."""
        if (driver := own_driver(self)) is not None:
            driver.fit(*event.size)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text by OSC 52, wrapped for tmux or GNU screen if needed."""
        from ionq_tui.ui.clipboard import clipboard_sequences

        def send() -> None:
            if (driver := driver_of(self)) is not None:
                for sequence in clipboard_sequences(text, os.environ):
                    driver.write(sequence)

        self.set_clipboard(text)
        if os.environ.get("TMUX"):
            self.set_timer(TMUX_DRAWS, send)
        else:
            send()

    # A crash

    def report_crash(self) -> None:
        """Report the first unhandled error, without the values of variables, which may contain an API key."""
        if not self.crash_reported:
            from ionq_tui.view.crash import crash_report

            error = self.first_error or RuntimeError("no reason given")
            typed = [field.value for screen in self.screen_stack for field in screen.query(Input) if field.password]
            cause = error.error if isinstance(error, WorkerFailed) else error
            report = "\n".join(crash_report(cause, typed, self.exit_lines()))
            _log.error("%s", report)
            self.print_at_exit(Text(report))
        self.close_after_crash()

    def panic(self, *renderables: RenderableType) -> None:
        """Report an error that has a `__rich__` method like any other."""
        if self.first_error is None:
            super().panic(*renderables)
        else:
            self.report_crash()
