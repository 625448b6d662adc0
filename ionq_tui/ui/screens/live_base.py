"""The base of screens that show data polled by the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar, Protocol, TypeVar

from textual.css.query import NoMatches

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Poller
from ionq_tui.engine.store import Store
from ionq_tui.model.link_state import FaultKind, Link
from ionq_tui.model.overview import BackendOverview, Overview
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.commands import KEY, Commands
from ionq_tui.ui.messages import KeyRefused, KeyWanted
from ionq_tui.ui.running_notes import RunningNotes
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.terminal import set_title
from ionq_tui.ui.widgets.header import Header
from ionq_tui.view.fault import About, link_fault
from ionq_tui.view.header import NO_KEY, NO_SOURCE, WHOLE, freshness, header, outage
from ionq_tui.view.style import Line

Value = TypeVar("Value")


class Source(Protocol):
    """Data that the engine polls, with the state of its connection."""

    @property
    def link(self) -> Link:
        """The state of the connection."""

    @property
    def poller(self) -> Poller:
        """The poller of this data."""


class LiveBase(BaseScreen[None]):
    """A screen that shows data polled by the engine, and updates as that changes."""

    UNBOUND: ClassVar[Commands] = (KEY,)
    ABOUT: ClassVar[About] = ""
    """The subject of the screen's requests, for the texts of faults."""

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        super().__init__(engine.connection)
        self.engine = engine
        self._stops: list[Callable[[], None]] = []

    @cached_property
    def running_notes(self) -> RunningNotes | None:
        """What the header tells of running sessions; None where the screen itself tells it all."""
        return RunningNotes(self.engine)

    def listen(self, store: Store[Value], method: Callable[[Value], None]) -> None:
        """Call a method with the value now, and once per burst of changes while the screen is visible."""
        waiting = False

        def tell() -> None:
            method(store.value)
            self.show_link()
            self.renew_commands()

        def take() -> None:
            nonlocal waiting
            waiting = False
            if self.is_attached:
                self._look_for_refusal(store.value)
                self.when_visible(tell)

        def heard(_: Value) -> None:
            nonlocal waiting
            if not waiting:
                waiting = self.call_later(take)

        self._stops.append(store.subscribe(heard))
        take()

    def on_mount(self) -> None:
        """Subscribe to the identity of the API key."""
        self.listen(self.engine.session_list.identity, lambda _: self.show_link())

    def on_unmount(self) -> None:
        """Unsubscribe from all stores."""
        for stop in self._stops:
            stop()

    def tick(self) -> None:
        """Update what depends on the time, and the terminal's title."""
        super().tick()
        # Not `is_current`, which is also true of the screen below a dialog.
        if self.is_active and (title := self.window_title()):
            set_title(self.app, title)

    def window_title(self) -> str:
        """Return the terminal's title; empty keeps the present one."""
        return ""

    @property
    def source(self) -> Source:
        """The polled data whose age the header shows."""
        return self.engine.session_list

    def heading(self) -> tuple[Line, Line]:
        """Return the owner of the key and the server, and the age of the data."""
        source, now, told = self.source, self.engine.clock.now(), self.source.poller.freshness()
        # What a source has not read itself is from the list of sessions, and as late as that.
        late = told.late if told.age is not None else self.engine.session_list.poller.freshness().late or None
        right = freshness(source.link, self.answered_at(), now, None, late=late)
        return self._owner_of_key(), right

    def _owner_of_key(self, brief: int = WHOLE) -> Line:
        told, who = self.engine.connection, self.engine.session_list.identity.value
        has_key = bool(told.key_masked) or told.demo
        return header(
            told.profile,
            who.key_name if who is not None else told.key_masked,
            told.source if has_key else None,
            told.base_url,
            read_only=told.read_only,
            demo=told.demo,
            color=told.color,
            brief=brief,
        )

    def answered_at(self) -> datetime | None:
        """Return the server's time of the last good answer; None if there was none."""
        age = self.source.poller.freshness().age
        return None if age is None else self.engine.clock.now() - timedelta(seconds=age)

    def trouble(self) -> Line:
        """Return why the data is outdated; empty if it is not."""
        source = self.source
        next_try = source.poller.freshness().next_try
        again = None if next_try is None else timedelta(seconds=next_try)
        now, url = self.engine.clock.now(), self.engine.connection.base_url
        return outage(source.link, url, now, None, next_try=again, about=self.ABOUT)

    def action_refresh(self) -> None:
        """Poll the session list now."""
        self.engine.session_list.poller.nudge()

    def action_key(self) -> None:
        """Ask for another API key."""
        self.post_message(KeyWanted())

    def show_link(self) -> None:
        """Update the age of the data and the reason why it is outdated, always both together."""
        try:
            self.query_one(Header).tell(*self.heading(), *self._notes())
            self.show_trouble(self.trouble())
        except NoMatches:
            return

    def _notes(self) -> tuple[tuple[Line, ...], ...]:
        """Return what the header tells of running sessions, and the shorter forms of its left part."""
        if self.running_notes is None:
            return ()
        return self.running_notes.tell(), (self._owner_of_key(NO_SOURCE), self._owner_of_key(NO_KEY))

    def _look_for_refusal(self, value: object) -> None:
        if isinstance(value, Overview | BackendOverview | SessionSnapshot):
            fault = link_fault(value.link)
            if fault is not None and fault.kind is FaultKind.KEY_REFUSED:
                self.post_message(KeyRefused(fault))
