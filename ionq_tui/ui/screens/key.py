"""The API key screen. Only the masked field holds what is typed, and it is cleared before anything is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.containers import HorizontalGroup, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Button, Input

from ionq_tui.engine.engine import Engine
from ionq_tui.model.connection import Connection
from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.ui.commands import API_KEY, Command, Commands
from ionq_tui.ui.connector import Connector
from ionq_tui.ui.paged import Paged
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.widgets.checkbox import PlainCheckbox
from ionq_tui.ui.widgets.steady_input import SteadyInput
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.fault import fault_words
from ionq_tui.view.key_card import STOPPED_LOOKING, key_title, key_trials, key_ways, owed_lines
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import all_folded

_CHECK = "check the key"
_WAY, _TRIAL = 11, 4
"""Indentation, in cells, of the ways to provide a key, and of what was tried."""


@quick_dataclass(frozen=True, slots=True)
class KeyGiven:
    """The result of the screen: an engine and its key, which is None for the demo and for browsing backends."""

    engine: Engine
    found: FoundKey | None = None


class KeyScreen(BaseScreen[KeyGiven | None], Paged):
    """Ask for a key and check it before it is used; the result None means to quit, or to keep a refused key."""

    CSS_PATH = "../styles/key.tcss"
    OFFERS: ClassVar[Commands] = API_KEY
    PAGED: ClassVar[str] = "VerticalScroll"
    AUTO_FOCUS = "#key"

    field = query_one("#key", Input)
    said = query_one("#said", TextBlock)

    def __init__(
        self,
        connector: Connector,
        missing: NoKey,
        connection: Connection,
        *,
        running: bool = False,
        refused: Fault | None = None,
        late: asyncio.Future[FoundKey | NoKey] | None = None,
    ) -> None:
        """Store why there is no key, and the connection that the header shows.

        With `running`, an app that is in use asks for another key, and `refused` says why. `late` is the search for a
        key if it is still under way.
        """
        super().__init__(connection)
        self._connector = connector
        self._missing = missing
        self._in_use = running
        self._refused = refused
        self._late = late
        self._doing = ""

    def compose_body(self) -> Iterable[Widget]:
        """Compose the field, the option to store the key, the buttons, and the ways to provide a key here."""
        refused = fault_words(self._refused) if self._refused is not None else ""
        yield TextBlock(key_title(self._connection), id="title")
        yield TextBlock(*([line(Cell(refused, Tone.BAD))] if refused else []), id="refused")
        yield TextBlock(id="owed")
        yield SteadyInput(password=True, id="key", compact=True, placeholder=self._placeholder())
        yield PlainCheckbox(Content(screen_text.KEEP_IN_KEYRING), id="keep", compact=True)
        with HorizontalGroup(id="choices"):
            yield Button("Check", id="check", classes="primary", compact=True)
            if self._in_use:
                yield Button("Back", id="back", compact=True)
            else:
                yield Button("Demo", id="demo", compact=True)
                yield Button("Browse backends", id="browse", compact=True)
            yield Button("Quit", id="quit", compact=True)
        yield TextBlock(id="said")
        with VerticalScroll():
            yield TextBlock(id="ways")

    def on_mount(self) -> None:
        """Show only the options that work."""
        self.query_one("#refused").display = self._refused is not None
        self.query_one("#owed").display = False
        self.run_worker(self._tell_owed(), group="owed", description="what may still run")
        self._offer()
        if self._refused is not None and self._refused.kind is FaultKind.SETTING:
            self.query_one("#ways").display = False  # no key would help
            self.query_one("#quit").focus()
        if self._late is not None:
            self.query_one(VerticalScroll).focus()  # in the field, q would be a character of a key
            self.run_worker(self._learn(self._late), group="late", description="what was still being looked for")

    async def _tell_owed(self) -> None:
        """Name sessions opened on this machine that may still run: they cannot be read without a key, but cost."""
        kept, openings = await self._connector.owed()
        told = owed_lines(kept, openings, datetime.now(UTC), None)
        for owed in self.query("#owed").results(TextBlock):  # empty if the screen was closed meanwhile
            owed.tell(*all_folded(told, self.room))
            owed.display = bool(told)

    def _offer(self) -> None:
        self.query_one(PlainCheckbox).display = self._missing.can_keep
        self._say_ways()

    def _say_ways(self) -> None:
        room = self.room - 2
        ways = all_folded(key_ways(self._missing, self._connection), room, _WAY)
        self.query_one("#ways", TextBlock).tell(*ways, *all_folded(key_trials(self._missing), room, _TRIAL))

    def on_resize(self) -> None:
        """Wrap lines that do not fit."""
        self._say_ways()

    async def _learn(self, late: asyncio.Future[FoundKey | NoKey]) -> None:
        """Use the result of the search, unless the user has already started to do something here."""
        await asyncio.wait({late})
        self._late = None
        self.refresh_bindings()
        if self.focused is self.query_one(VerticalScroll):
            self.field.focus()
        found = NoKey((STOPPED_LOOKING,)) if late.cancelled() else late.result()
        if isinstance(found, NoKey):
            self._missing = found
            self._offer()
        elif self.field.value or self._at_work:
            self.say(line(screen_text.key_arrived(found.source)))
        else:
            self._work(self._take_found(found), "take the key that was found")

    def _placeholder(self) -> str:
        if self._in_use:
            return screen_text.PASTE_KEY
        return screen_text.PASTE_OR_DEMO

    def say(self, told: Line) -> None:
        """Show what is going on."""
        self.said.tell(told)

    def label(self, command: Command) -> str:
        """Return the label of a command: enter does what the focus is on."""
        if command.id != "check_key":
            return super().label(command)
        if isinstance(self.focused, Button):
            return "press"
        if isinstance(self.focused, PlainCheckbox):
            return "tick or untick"
        return command.label if self.field.value.strip() or self._in_use else "start the demo"

    @on(Input.Changed, "#key")
    def _typed(self) -> None:
        self.renew_commands()

    def action_check_key(self) -> None:
        """Leave enter to what has the focus: the field may still have characters to take that were typed before it."""
        raise SkipAction

    @on(Input.Submitted, "#key")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.field.value.strip() or self._in_use:
            self._check_typed()
        elif not self._at_work:
            self._demo()

    @on(Button.Pressed, "#check")
    def _check_typed(self) -> None:
        """Clear the field first, so that only the key object holds the key from here on."""
        if self._at_work and not self.field.value.strip():
            return  # a second enter while the first is being processed
        try:
            found = FoundKey(ApiKey(self.field.value), KeySource.TYPED)
        except ValueError as error:
            self.field.value = ""
            self.say(line(Cell(str(error), Tone.BAD)))
            return
        self.field.value = ""
        keep = self._missing.can_keep and self.query_one(PlainCheckbox).value
        self.say(line(screen_text.checking_key(found.key.masked)))
        self._work(self._check(found, keep), _CHECK)

    @on(Button.Pressed, "#demo")
    def _demo(self) -> None:
        self._work(self._take_demo(), "start the demo")

    @on(Button.Pressed, "#browse")
    def _browse(self) -> None:
        self._work(self._take_browsing(), "browse the backends")

    @on(Button.Pressed, "#quit")
    async def _quit(self) -> None:
        await self.app.action_quit()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.go_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer going back only if the app is in use already, or a search can be stopped."""
        stays = not (self._in_use or self._late is not None)
        return False if action == "back" and stays else super().check_action(action, parameters)

    def go_back(self) -> None:
        """Keep a refused key, or stop waiting for a search; without either, there is nothing to go back to."""
        if self._in_use:
            self.dismiss(None)
        elif self._late is not None:
            self._late.cancel()

    def action_leave(self) -> None:
        """Go back; on the first screen, quit."""
        if self._in_use:
            self.go_back()
        else:
            self.call_later(self.app.action_quit)

    def action_focus_next(self) -> None:
        """Move the focus to the next field or button."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Move the focus to the previous field or button."""
        self.focus_previous()

    async def _take_demo(self) -> None:
        self.dismiss(KeyGiven(await self._connector.demo()))

    async def _take_browsing(self) -> None:
        self.dismiss(KeyGiven(await self._connector.browse()))

    async def _take_found(self, found: FoundKey) -> None:
        self.dismiss(KeyGiven(await self._connector.connect(found), found))

    async def _check(self, found: FoundKey, keep: bool) -> None:
        engine = await self._connector.connect(found)
        who = await engine.cloud.whoami()
        if isinstance(who, Fault):
            await engine.cloud.close()
            self.say(line(Cell(fault_words(who), Tone.BAD)))
            self.field.focus()
            return
        trouble = await self._connector.keep(found.key) if keep else ""
        if trouble:
            self.notify(screen_text.in_memory_only(trouble), severity="warning", markup=False)
        self.dismiss(KeyGiven(engine, found))

    @property
    def _at_work(self) -> bool:
        return any(worker.group == "key" and worker.is_running for worker in self.workers)

    def _work(self, work: Coroutine[None, None, None], description: str) -> None:
        """Run one task at a time: a new one replaces the last, and repeating the same one has no effect."""
        if self._at_work and description == self._doing != _CHECK:
            work.close()
            return
        self._doing = description
        self.run_worker(work, group="key", description=description, exclusive=True)
