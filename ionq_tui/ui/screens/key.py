"""The API key screen: the masked field alone holds what is typed, and it is empty before anything is awaited."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Button, Input

from ionq_tui.engine.engine import Engine
from ionq_tui.model.connection import Connection
from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.link import Fault
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.screens.frame import Frame
from ionq_tui.ui.stair import Stair
from ionq_tui.ui.widgets.tick import Tick
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fault import fault_words
from ionq_tui.view.fold import all_folded
from ionq_tui.view.key_card import key_title, key_trials, key_ways
from ionq_tui.view.tone import Cell, Line, Tone, line

_CHECK = "check the key"
_WAY, _TRIAL = 11, 4
"""Cells before the words of a way to give a key, and of what was tried."""


@dataclass(frozen=True, slots=True)
class KeyGiven:
    """What came of the screen: an engine, and the key it has, None for the demo and for browsing."""

    engine: Engine
    found: FoundKey | None = None


class KeyScreen(Frame[KeyGiven | None]):
    """Asks for a key, and proves it before it is used; the answer None is to quit, or to leave a refused key be."""

    CSS_PATH = "../styles/key.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG[1:])]
    AUTO_FOCUS = "#key"

    field = query_one("#key", Input)
    said = query_one("#said", Words)

    def __init__(
        self,
        stair: Stair,
        missing: NoKey,
        connection: Connection,
        *,
        running: bool = False,
        refused: Fault | None = None,
        late: Awaitable[FoundKey | NoKey] | None = None,
    ) -> None:
        """Take why there is no key; `running` where a window that works asks for another, `refused` says why.

        `late` is the search for a key, where it may still be going on.
        """
        super().__init__(connection)
        self._stair = stair
        self._missing = missing
        self._in_use = running
        self._refused = refused
        self._late = late
        self._doing = ""

    def compose_body(self) -> Iterable[Widget]:
        """The field, whether to keep it, the buttons, and what works on this machine."""
        refused = fault_words(self._refused) if self._refused is not None else ""
        yield Words(key_title(self._connection), id="title")
        yield Words(*([line(Cell(refused, Tone.BAD))] if refused else []), id="refused")
        yield Input(password=True, id="key", compact=True, placeholder=self._placeholder())
        yield Tick(Content("keep it in this machine's keyring"), id="keep", compact=True)
        with HorizontalGroup(id="choices"):
            yield Button("Check", id="check", compact=True)
            if self._in_use:
                yield Button("Back", id="back", compact=True)
            else:
                yield Button("Demo", id="demo", compact=True)
                yield Button("Browse backends", id="browse", compact=True)
            yield Button("Quit", id="quit", compact=True)
        yield Words(id="said")
        with VerticalScroll():
            yield Words(id="ways")

    def on_mount(self) -> None:
        """Offer only what works."""
        self.query_one("#refused").display = self._refused is not None
        self._offer()
        if self._late is not None:
            self.run_worker(self._learn(self._late), group="late", description="what was still being looked for")

    def _offer(self) -> None:
        self.query_one(Tick).display = self._missing.can_keep
        self._say_ways()

    def _say_ways(self) -> None:
        room = self.room - 2
        ways = all_folded(key_ways(self._missing, self._connection), room, _WAY)
        self.query_one("#ways", Words).tell(*ways, *all_folded(key_trials(self._missing), room, _TRIAL))

    def on_resize(self) -> None:
        """Fold what does not fit below itself."""
        self._say_ways()

    async def _learn(self, late: Awaitable[FoundKey | NoKey]) -> None:
        """Take over what the search came to, unless somebody is already doing something here."""
        found = await late
        if isinstance(found, NoKey):
            self._missing = found
            self._offer()
        elif self.field.value or self._at_work:
            self.say(line(f"a key came meanwhile ({found.source}): it is used when ionq-tui is started again"))
        else:
            self._work(self._take_found(found), "take the key that was found")

    def _placeholder(self) -> str:
        if self._in_use:
            return "paste the key; it stands until this window is closed"
        return "paste the key; enter on the empty field: the demo"

    def say(self, told: Line) -> None:
        """Tell what is going on."""
        self.said.tell(told)

    @on(Input.Submitted, "#key")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.field.value.strip() or self._in_use:
            self._check_typed()
        elif not self._at_work:
            self._demo()

    @on(Button.Pressed, "#check")
    def _check_typed(self) -> None:
        """Empty the field first, so that from here on nothing but the key object holds the key."""
        if self._at_work and not self.field.value.strip():
            return  # a second Enter, while the answer to the first is awaited
        try:
            found = FoundKey(ApiKey(self.field.value), "typed")
        except ValueError as error:
            self.field.value = ""
            self.say(line(Cell(str(error), Tone.BAD)))
            return
        self.field.value = ""
        keep = self._missing.can_keep and self.query_one(Tick).value
        self.say(line(f"asking IonQ about {found.key.masked} …"))
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
        """There is a way back only into a window that is in use."""
        return False if action == "back" and not self._in_use else super().check_action(action, parameters)

    def go_back(self) -> None:
        """Leave a refused key be; where there never was one there is nothing to go back to."""
        if self._in_use:
            self.dismiss(None)

    def action_focus_next(self) -> None:
        """Go to the next field or button."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the field or button before."""
        self.focus_previous()

    async def _take_demo(self) -> None:
        self.dismiss(KeyGiven(await self._stair.demo()))

    async def _take_browsing(self) -> None:
        self.dismiss(KeyGiven(await self._stair.browse()))

    async def _take_found(self, found: FoundKey) -> None:
        self.dismiss(KeyGiven(await self._stair.connect(found), found))

    async def _check(self, found: FoundKey, keep: bool) -> None:
        engine = await self._stair.connect(found)
        who = await engine.cloud.whoami()
        if isinstance(who, Fault):
            await engine.cloud.close()
            self.say(line(Cell(fault_words(who), Tone.BAD)))
            self.field.focus()
            return
        trouble = await self._stair.keep(found.key) if keep else ""
        if trouble:
            self.notify(f"the key is in memory only: {trouble}", severity="warning", markup=False)
        self.dismiss(KeyGiven(engine, found))

    @property
    def _at_work(self) -> bool:
        return any(worker.group == "key" and worker.is_running for worker in self.workers)

    def _work(self, work: Coroutine[None, None, None], description: str) -> None:
        """Do one thing at a time: the newest wish counts, and the same once more is no wish."""
        if self._at_work and description == self._doing != _CHECK:
            work.close()
            return
        self._doing = description
        self.run_worker(work, group="key", description=description, exclusive=True)
