"""The base of all screens: a header, a body, a footer, and commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, Static

from ionq_tui.model.connection import Connection
from ionq_tui.ui.commands import COLUMNS, EVERYWHERE, QUIT, TABLE, THEME, Command, Commands, bindings, refusals
from ionq_tui.ui.driver_support import repaint
from ionq_tui.ui.messages import HelpWanted, SearchGivenUp
from ionq_tui.ui.terminal_size import SMALLEST, Density, density
from ionq_tui.ui.textual_internals import TerminalScreen, lines_of_toasts
from ionq_tui.ui.widgets.blank import Blank, BlankVertical
from ionq_tui.ui.widgets.footer import Footer
from ionq_tui.ui.widgets.header import Header
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.header import header
from ionq_tui.view.style import Line

if TYPE_CHECKING:
    from ionq_tui.model.outcome import Done

_FILTER = "FilterLine"
"""Selects the filter input, whose module is imported when it is first opened."""


class BaseScreen(Blank, TerminalScreen[ScreenResultType]):
    """A screen with a header, footer and commands, which needs no engine."""

    AUTO_FOCUS = ""
    """Empty by default: Textual would focus the hidden filter line, which takes every printable key."""
    shows_budget: ClassVar[bool] = False
    """Whether this screen shows the monthly budget itself, so that no notification is needed."""
    IS_HOME: ClassVar[bool] = False
    """Whether this is the screen that the others lead back to."""
    OFFERS: ClassVar[Commands] = ()
    """The screen's own commands; each runs the action of the same name."""
    IN_TABLE: ClassVar[Commands] = TABLE
    """The commands of the screen's table, which binds them itself."""
    UNBOUND: ClassVar[Commands] = ()
    """Commands without a key, offered in the palette."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]

    def __init_subclass__(cls, **options: bool) -> None:
        """Add bindings for the commands of the screen to those it defines."""
        if "OFFERS" in cls.__dict__:
            own = [*bindings(cls.OFFERS), *refusals(cls.OFFERS)]
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", ()), *own]
        super().__init_subclass__(**options)

    def __init__(self, connection: Connection) -> None:
        """Store the connection that the header shows."""
        super().__init__()
        self._connection = connection
        self._owed: dict[Callable[[], None], None] = {}
        """Updates to run, in this order, once the screen is visible again."""
        self._states: tuple[tuple[bool | None, str], ...] = ()
        self._lines_for_toasts = 0

    def compose(self) -> ComposeResult:
        """Compose the header, body and footer, in the layout that stays: none of it is styled or painted twice."""
        if self._classed():
            self.app.stylesheet.apply(self)
        yield Header()
        with BlankVertical(id="body"):
            yield TextBlock(id="trouble")
            yield from self.compose_body()
        yield Footer((*self.OFFERS, *self.IN_TABLE), EVERYWHERE, self.label)

    def compose_body(self) -> Iterable[Widget]:
        """Yield the widgets between header and footer."""
        yield Static(screen_text.LOOKING_FOR_KEY, markup=False)

    def show_trouble(self, told: Line) -> None:
        """Show below the header why the data is outdated; an empty line hides it."""
        trouble = self.query_one("#trouble", TextBlock)
        trouble.display = bool(told)
        trouble.tell(*([told] if told else []))

    @cached_property
    def tables(self) -> tuple[Table[object], ...]:
        """The tables of the body; available once it is composed."""
        return tuple(self.query(Table))

    @property
    def commands(self) -> Commands:
        """All commands of this screen, including those of its table and the global ones."""
        in_table = (*self.IN_TABLE, COLUMNS) if self.tables else ()
        return (*self.OFFERS, *in_table, *EVERYWHERE, QUIT, THEME, *self.UNBOUND)

    def why_not(self, command: str) -> str:
        """Return why the command is disabled and how to enable it, or an empty string if it is enabled."""
        return ""

    @property
    def room(self) -> int:
        """The width of a line of the body, in cells."""
        return self.app.size.width - 2

    @property
    def density(self) -> Density:
        """The layout for the present size of the terminal; the classes `-roomy` and `-wide` follow it."""
        return density(*self.app.size)

    def shows_outcome(self, done: Done) -> bool:
        """Return whether this screen shows this outcome itself, so that no notification is needed."""
        return False

    def shows_alarms(self, session_id: str) -> bool:
        """Return whether this screen shows the alarms of a session itself, so that no notification is needed."""
        return False

    def _withdraw_shown(self) -> None:
        """Remove the notifications of alarms that this screen shows itself."""
        if "ionq_tui.ui.toasts" in sys.modules:
            from ionq_tui.ui.toasts import ALARM, subjects, withdraw

            for about in subjects(self.app):
                if about.startswith(ALARM) and self.shows_alarms(about.removeprefix(ALARM)):
                    withdraw(self.app, about)

    def make_room(self) -> None:
        """Keep the lines free on which notifications are shown: they cover nothing of the body."""
        lines = lines_of_toasts(self)
        if lines != self._lines_for_toasts:
            self._lines_for_toasts = lines
            self.query_one("#body").styles.padding = (0, 0, lines, 0)

    def label(self, command: Command) -> str:
        """Return the current label of a command in the footer."""
        return command.label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the commands that cannot run now."""
        if action == "find" and self.tables and not any(table.display for table in self.tables):
            return False
        if action == "refuse":
            return self.check_action(str(parameters[0]), ()) is None
        if any(command.id == action for command in self.OFFERS) and self.why_not(action):
            return None
        return True

    def action_refuse(self, command: str) -> None:
        """Show in the footer why a command is disabled."""
        self.hint(self.why_not(command))

    def hint(self, words: str) -> None:
        """Show a message in the footer for a few seconds."""
        self.query_one(Footer).say(words)

    def refresh_bindings(self) -> None:
        """Update the footer."""
        self._states = ()
        super().refresh_bindings()

    def renew_commands(self) -> None:
        """Update the footer if a command's state or label has changed since the last call."""
        states = tuple((self.check_action(one.id, ()), self.label(one)) for one in self.OFFERS)
        if states != self._states:
            self.refresh_bindings()
            self._states = states

    def on_mount(self) -> None:
        """Show the header, and update it every second."""
        self.tick()
        self.set_interval(1.0, self.each_second)

    @property
    def drawn(self) -> bool:
        """Whether text has been painted."""
        return any(line.drawn for line in self.query(Header))

    @property
    def seen(self) -> bool:
        """Whether at most dialogs are above this screen."""
        stack = self.app.screen_stack
        return self in stack and all(isinstance(one, ModalScreen) for one in stack[stack.index(self) + 1 :])

    def on_screen_suspend(self) -> None:
        """Hide the keys, which do nothing below a dialog."""
        self.query_one(Footer).refresh()

    def on_screen_resume(self) -> None:
        """Run the updates that were postponed while another screen covered this one."""
        self.query_one(Footer).refresh()
        self._withdraw_shown()
        owed, self._owed = self._owed, {}
        for tell in owed:
            tell()

    def each_second(self) -> None:
        """Run what is due every second."""
        self.tick_always()
        self.make_room()
        self.when_visible(self.tick)

    def when_visible(self, tell: Callable[[], None]) -> None:
        """Run an update now, or once this screen is visible again."""
        if self.seen:
            tell()
        else:
            self._owed[tell] = None

    def tick_always(self) -> None:
        """Run what is due every second even while this screen is covered."""

    def _classed(self) -> bool:
        """Set the classes for the size of the terminal; return whether that changed any. Nothing is styled by this."""
        (width, height), before = self.app.size, self.classes
        for name, holds in (
            ("-too-small", self._too_small),
            ("-low", height < 24),
            ("-narrow", width < 80),
            ("-roomy", self.density >= Density.ROOMY),
            ("-wide", self.density >= Density.WIDE),
        ):
            self.set_class(holds, name, update=False)
        return self.classes != before

    @property
    def _too_small(self) -> bool:
        return self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]

    def on_resize(self) -> None:
        """Adapt to the size, and show the required size if the terminal is too small."""
        if self._classed():
            self.update_node_styles()
        small, (width, height) = self._too_small, self.app.size
        if not small and self.focused is None and self.is_current:
            self.call_after_refresh(self._focus_again)
        if small:
            if not self.query("#too-small"):
                self.mount(Static("", id="too-small", markup=False))
            told = screen_text.too_small(SMALLEST[0], SMALLEST[1], width, height)
            self.query_one("#too-small", Static).update(told)

    def _focus_again(self) -> None:
        """Restore the focus, which hidden widgets lose."""
        if self.focused is None and self.AUTO_FOCUS:
            for widget in self.query(self.AUTO_FOCUS):
                widget.focus()
                return

    def tick(self) -> None:
        """Update what depends on the time."""
        self.show_link()
        for table in self.tables:
            table.tick()

    def show_link(self) -> None:
        """Update the header and what belongs to it."""
        self.query_one(Header).tell(*self.heading())

    def heading(self) -> tuple[Line, Line]:
        """Return the left and right part of the header."""
        told = self._connection
        source = told.source if told.key_masked or told.demo else None
        left = header(
            told.profile,
            told.key_masked,
            source,
            told.base_url,
            read_only=told.read_only,
            demo=told.demo,
            color=told.color,
        )
        return left, ()

    # Filtering

    def action_find(self) -> None:
        """Show the filter line."""
        if not self.query(_FILTER):  # created on first use, so that screens are shown sooner
            from ionq_tui.ui.widgets.filter_line import FilterLine

            self.mount(FilterLine(), before=self.query_one(Footer))
        line = self.query_one(_FILTER, Input)
        line.display = True
        self.set_focus(line)
        self.refresh_bindings()

    @on(Input.Changed, _FILTER)
    def _find(self, event: Input.Changed) -> None:
        for table in self.tables:
            table.find(event.value)

    @on(Input.Submitted, _FILTER)
    def _found(self) -> None:
        searched = any(table.display for table in self.tables)  # it may have gone meanwhile, as an empty one does
        self._to_table(hide=not (searched and self.query_one(_FILTER, Input).value))

    def _to_table(self, *, hide: bool) -> None:
        if hide:
            line = self.query_one(_FILTER, Input)
            line.value = ""
            line.display = False
            self.refresh_bindings()
        if self.tables:
            self.tables[0].focus()

    @property
    def finding(self) -> bool:
        """Whether the filter line is open or a filter is active."""
        return any(line.display for line in self.query(_FILTER))

    # Global commands

    def action_back(self) -> None:
        """Clear the filter if there is one, else go back."""
        if self.finding:
            self._to_table(hide=True)
        else:
            self.go_back()

    def action_leave(self) -> None:
        """Do as esc does: clear the filter or go back. On the first screen, shown while a key is looked for, quit."""
        if self.finding:
            self.action_back()
        elif len(self.app.screen_stack) > 1:
            self.go_back()
        else:
            self.call_later(self.app.action_quit)

    def go_back(self) -> None:
        """Go to the previous screen; on the first one, stop waiting for a key."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        else:
            self.post_message(SearchGivenUp())

    def action_refresh(self) -> None:
        """Poll now; screens with data override this."""

    def action_redraw(self) -> None:
        """Repaint the whole screen."""
        repaint(self.app)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        self.post_message(HelpWanted(self.reachable(), self._connection))

    def action_palette(self) -> None:
        """Open the palette."""
        from ionq_tui.ui.dialogs.palette import Palette

        def give(command: Command | None) -> None:
            if command is not None:
                self.call_later(self.give, command)

        self.app.push_screen(Palette(self.reachable()), give)

    def open_screen(self, screen: Screen[None]) -> None:
        """Show a screen above this one, unless one like it is there: a key that is held down asks for it many times."""
        if type(self.app.screen) is not type(screen):
            self.app.push_screen(screen)

    def go_home(self) -> None:
        """Close the screens above the session list."""
        while not is_home(self.app.screen):
            self.app.pop_screen()

    def action_theme(self) -> None:
        """Choose the theme."""
        from ionq_tui.ui.dialogs.themes import Themes

        self.app.push_screen(Themes())

    def action_columns(self) -> None:
        """Choose the columns of the table, and its order."""
        from ionq_tui.ui.dialogs.columns import Columns

        if self.tables:
            self.app.push_screen(Columns(self.tables[0]))

    def reachable(self) -> tuple[tuple[Command, str, bool], ...]:
        """Return the commands of this screen, each with its current keys and whether it is enabled."""
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
        """Run a command as its key would."""
        if self.check_action(command.id, ()) is None:
            self.action_refuse(command.id)
            return
        for active in self.active_bindings.values():
            if active.binding.id == command.id:
                await self.app.run_action(active.binding.action, active.node)
                return
        await self.run_action(command.id)

    async def action_quit(self) -> None:
        """Quit through the app."""
        await self.app.action_quit()


def is_home(screen: object) -> bool:
    """Return whether this is the session list."""
    return isinstance(screen, BaseScreen) and screen.IS_HOME
