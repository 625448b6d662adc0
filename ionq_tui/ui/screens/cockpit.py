"""A screen that shows what an engine hears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar, TypeVar

from textual.css.query import NoMatches

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.engine.store import Store
from ionq_tui.model.board import Board, Fleet
from ionq_tui.model.link import FaultKind
from ionq_tui.model.watch import Watch
from ionq_tui.ui.commands import KEY, Commands
from ionq_tui.ui.messages import KeyRefused, KeyWanted
from ionq_tui.ui.screens.frame import Frame
from ionq_tui.ui.terminal import entitle
from ionq_tui.ui.widgets.lines import TopLine
from ionq_tui.view.fault import About, fault_of
from ionq_tui.view.head import freshness, header, outage
from ionq_tui.view.tone import Line

Value = TypeVar("Value")


class Cockpit(Frame[None]):
    """A screen that shows what an engine hears."""

    UNBOUND: ClassVar[Commands] = (KEY,)
    ABOUT: ClassVar[About] = ""
    """What the screen's requests are about, for the words of faults."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        super().__init__(engine.connection)
        self.engine = engine
        self._stops: list[Callable[[], None]] = []

    def listen(self, store: Store[Value], method: Callable[[Value], None]) -> None:
        """Call the method with the value now and, while the screen is seen, once for every burst of changes."""
        waiting = False

        def tell() -> None:
            self._say_heading()
            method(store.value)
            self.renew_commands()

        def take() -> None:
            nonlocal waiting
            waiting = False
            if self.is_attached:
                self._look_for_refusal(store.value)
                self.when_seen(tell)

        def heard(_: Value) -> None:
            nonlocal waiting
            if not waiting:
                waiting = self.call_later(take)

        self._stops.append(store.subscribe(heard))
        take()

    def on_mount(self) -> None:
        """Hear who the key is."""
        self.listen(self.engine.home.identity, lambda _: self._say_heading())

    def on_unmount(self) -> None:
        """Hear no more."""
        for stop in self._stops:
            stop()

    def tick(self) -> None:
        """Paint again what the time has changed, and give the terminal its title."""
        super().tick()
        # Not `is_current`, which is true of the screen below, too.
        if self.is_active and (title := self.window_title()):
            entitle(self.app, title)

    def window_title(self) -> str:
        """Return the terminal's title; empty leaves the one it has."""
        return ""

    def freshness(self) -> Freshness | None:
        """Return how old the picture of this screen is; None where it shows none."""
        return self.engine.home.poller.freshness()

    def heading(self) -> tuple[Line, Line]:
        """Return whose key speaks to which server, and how old the picture is."""
        told, who = self.engine.connection, self.engine.home.identity.value
        has_key = bool(told.key_masked) or told.demo
        left = header(
            told.profile,
            who.key_name if who is not None else told.key_masked,
            told.source if has_key else None,
            told.base_url,
            read_only=told.read_only,
            demo=told.demo,
        )
        fresh, now = self.freshness(), self.engine.clock.now()
        if fresh is None:
            return left, ()
        heard = None if fresh.age is None else now - timedelta(seconds=fresh.age)
        return left, freshness(fresh.link, heard, now, None, late=fresh.late)

    def trouble(self) -> Line:
        """Return why nothing newer is shown; empty where all is well."""
        fresh = self.freshness()
        if fresh is None:
            return ()
        again = None if fresh.next_try is None else timedelta(seconds=fresh.next_try)
        now, url = self.engine.clock.now(), self.engine.connection.base_url
        return outage(fresh.link, url, now, None, next_try=again, about=self.ABOUT)

    def action_refresh(self) -> None:
        """Ask for the sessions now."""
        self.engine.home.poller.nudge()

    def action_key(self) -> None:
        """Give another key."""
        self.post_message(KeyWanted())

    def _say_heading(self) -> None:
        try:
            self.query_one(TopLine).tell(*self.heading())
            self.tell_trouble(self.trouble())
        except NoMatches:
            return

    def _look_for_refusal(self, value: object) -> None:
        if isinstance(value, Board | Fleet | Watch):
            fault = fault_of(value.link)
            if fault is not None and fault.kind is FaultKind.KEY_REFUSED:
                self.post_message(KeyRefused(fault))
