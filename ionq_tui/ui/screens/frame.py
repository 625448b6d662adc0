"""What all screens have: a first line, a body, a last line, and commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, Static

from ionq_tui.model.connection import Connection
from ionq_tui.ui.commands import EVERYWHERE, QUIT, TABLE, Command, Commands, bindings, refusals
from ionq_tui.ui.driver import repaint
from ionq_tui.ui.widgets.lines import BottomLine, FindLine, TopLine
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.head import header
from ionq_tui.view.tone import Line

SMALLEST = (60, 16)
"""Columns and rows below which nothing useful can be shown."""


class Frame(Screen[ScreenResultType]):
    """A screen with its lines and commands, that needs no engine."""

    AUTO_FOCUS = ""
    """Nothing, where a screen names nothing: else the hidden line for finding would take every printable key."""
    OFFERS: ClassVar[Commands] = ()
    """The screen's own commands; each is an action of the same name."""
    IN_TABLE: ClassVar[Commands] = TABLE
    """What the keys of the screen's table mean; the table itself binds them."""
    UNBOUND: ClassVar[Commands] = ()
    """Commands without a key, found in the palette."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]

    def __init_subclass__(cls, **options: bool) -> None:
        """Bind the commands of the screen, beside what else it binds itself."""
        if "OFFERS" in cls.__dict__:
            own = [*bindings(cls.OFFERS), *refusals(cls.OFFERS)]
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", ()), *own]
        super().__init_subclass__(**options)

    def __init__(self, connection: Connection) -> None:
        """Take what the first line says."""
        super().__init__()
        self._connection = connection
        self._owed: dict[Callable[[], None], None] = {}
        """What is to be told, in this order, once the screen is seen again."""
        self._states: tuple[tuple[bool | None, str], ...] = ()

    def compose(self) -> ComposeResult:
        """Put the body between the lines."""
        yield TopLine()
        with Vertical(id="body"):
            yield Words(id="trouble")
            yield from self.compose_body()
        yield BottomLine((*self.OFFERS, *self.IN_TABLE), EVERYWHERE, self.label)

    def compose_body(self) -> Iterable[Widget]:
        """Yield what stands between the lines."""
        yield Static(" looking for the API key …", markup=False)

    def tell_trouble(self, told: Line) -> None:
        """Say below the first line why nothing newer is shown, as long as that is so."""
        trouble = self.query_one("#trouble", Words)
        trouble.display = bool(told)
        trouble.tell(*([told] if told else []))

    @cached_property
    def tables(self) -> tuple[Table[object], ...]:
        """The tables of the body; to be asked for once it is composed."""
        return tuple(self.query(Table))

    @property
    def commands(self) -> Commands:
        """All commands that can be given here, those of the table and of everywhere included."""
        return (*self.OFFERS, *(self.IN_TABLE if self.tables else ()), *EVERYWHERE, QUIT, *self.UNBOUND)

    def why_not(self, command: str) -> str:
        """Return why the command cannot be given now, and what to do; empty where it can."""
        return ""

    @property
    def room(self) -> int:
        """Return how many cells a line of the body has."""
        return self.app.size.width - 2

    def label(self, command: Command) -> str:
        """Return the footer's word for what the command does now."""
        return command.label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the commands that cannot be given now."""
        if action == "refuse":
            return self.check_action(str(parameters[0]), ()) is None
        if any(command.id == action for command in self.OFFERS) and self.why_not(action):
            return None
        return True

    def action_refuse(self, command: str) -> None:
        """Say in the last line why what was asked for cannot be done now."""
        self.query_one(BottomLine).say(self.why_not(command))

    def refresh_bindings(self) -> None:
        """Let the last line tell the commands anew."""
        self._states = ()
        super().refresh_bindings()

    def renew_commands(self) -> None:
        """Let the last line tell the commands anew where they differ from what this last found."""
        states = tuple((self.check_action(one.id, ()), self.label(one)) for one in self.OFFERS)
        if states != self._states:
            self.refresh_bindings()
            self._states = states

    def on_mount(self) -> None:
        """Say the first line, and then again whenever it may differ."""
        self.tick()
        self.set_interval(1.0, self.beat)

    @property
    def drawn(self) -> bool:
        """True once there is something to be read."""
        return any(line.drawn for line in self.query(TopLine))

    @property
    def seen(self) -> bool:
        """True where nothing but dialogs stands above."""
        stack = self.app.screen_stack
        return self in stack and all(isinstance(one, ModalScreen) for one in stack[stack.index(self) + 1 :])

    def on_screen_resume(self) -> None:
        """Catch up with what was not painted while another screen stood above."""
        owed, self._owed = self._owed, {}
        for tell in owed:
            tell()

    def beat(self) -> None:
        """Do what a second asks for."""
        self.heed()
        self.when_seen(self.tick)

    def when_seen(self, tell: Callable[[], None]) -> None:
        """Paint something, now or once this screen is seen again."""
        if self.seen:
            tell()
        else:
            self._owed[tell] = None

    def heed(self) -> None:
        """Do what is due each second whether this screen is seen or not."""

    def on_resize(self) -> None:
        """Say what is needed where there is too little room."""
        width, height = self.app.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-too-small")
        self.set_class(height < 24, "-low")
        self.set_class(width < 80, "-narrow")
        if not small and self.focused is None and self.is_current:
            self.call_after_refresh(self._focus_again)
        if small:
            if not self.query("#too-small"):
                self.mount(Static("", id="too-small", markup=False))
            told = f"this needs {SMALLEST[0]} columns and {SMALLEST[1]} lines, and has {width} and {height}"
            self.query_one("#too-small", Static).update(told)

    def _focus_again(self) -> None:
        """Give the focus back that what is hidden cannot keep."""
        if self.focused is None and self.AUTO_FOCUS:
            for widget in self.query(self.AUTO_FOCUS):
                widget.focus()
                return

    def tick(self) -> None:
        """Paint again what the time has changed."""
        self.query_one(TopLine).tell(*self.heading())
        for table in self.tables:
            table.tick()

    def heading(self) -> tuple[Line, Line]:
        """Return both parts of the first line."""
        told = self._connection
        source = told.source if told.key_masked or told.demo else None
        left = header(told.profile, told.key_masked, source, told.base_url, read_only=told.read_only, demo=told.demo)
        return left, ()

    # Finding

    def action_find(self) -> None:
        """Ask for the text that rows must hold to be shown."""
        if not self.query(FindLine):  # made now, since a screen is there sooner without it
            self.mount(FindLine(), before=self.query_one(BottomLine))
        line = self.query_one(FindLine)
        line.display = True
        self.set_focus(line)
        self.refresh_bindings()

    @on(Input.Changed, "FindLine")
    def _find(self, event: Input.Changed) -> None:
        for table in self.tables:
            table.find(event.value)

    @on(Input.Submitted, "FindLine")
    def _found(self) -> None:
        self._to_table(hide=not self.query_one(FindLine).value)

    def _to_table(self, *, hide: bool) -> None:
        if hide:
            line = self.query_one(FindLine)
            line.value = ""
            line.display = False
            self.refresh_bindings()
        if self.tables:
            self.tables[0].focus()

    @property
    def finding(self) -> bool:
        """True while a filter is typed or narrows the rows."""
        return any(line.display for line in self.query(FindLine))

    # Commands of everywhere

    def action_back(self) -> None:
        """Clear the filter, else go back."""
        if self.finding:
            self._to_table(hide=True)
        else:
            self.go_back()

    def action_leave(self) -> None:
        """Go back."""
        self.go_back()

    def go_back(self) -> None:
        """Go to the screen before this one; before the first there is none."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def action_refresh(self) -> None:
        """Ask now; a screen with a picture says what."""

    def action_redraw(self) -> None:
        """Paint the whole screen, whatever the terminal shows."""
        repaint(self.app)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ionq_tui.ui.screens.help import Help

        self.app.push_screen(Help(self.reachable(), self._connection))

    def action_palette(self) -> None:
        """Find a command by its name."""
        from ionq_tui.ui.dialogs.palette import Palette

        def give(command: Command | None) -> None:
            if command is not None:
                self.call_later(self.give, command)

        self.app.push_screen(Palette(self.reachable()), give)

    def reachable(self) -> tuple[tuple[Command, str, bool], ...]:
        """Return the commands of this screen, their keys as they are mapped now, and whether they can be given."""
        keys: dict[str, list[str]] = {}
        enabled: dict[str, bool] = {}
        for key, active in self.active_bindings.items():
            if active.binding.id is not None:
                keys.setdefault(active.binding.id, []).append(key)
                enabled[active.binding.id] = active.enabled
        return tuple(
            (command, ",".join(keys.get(command.id, ())), enabled.get(command.id, True))
            for command in self.commands
            if command.id in keys or not command.keys
        )

    async def give(self, command: Command) -> None:
        """Do what the command's key would do."""
        if self.check_action(command.id, ()) is None:
            self.action_refuse(command.id)
            return
        for active in self.active_bindings.values():
            if active.binding.id == command.id:
                await self.app.run_action(active.binding.action, active.node)
                return
        await self.run_action(command.id)

    async def action_quit(self) -> None:
        """Leave that to the App."""
        await self.app.action_quit()
