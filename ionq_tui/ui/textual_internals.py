"""The private parts of Textual that the dashboard needs, each behind a function, a property or a method to override.

No other module accesses a private name of Textual. `tests/ui/test_textual_internals.py` checks that the installed
version has each of them in the shape that is used here; pyproject.toml limits Textual to the major version that was
tested. Everything imported here is loaded by Textual itself before the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from queue import Empty, Full
from typing import Protocol, TypeVar

from rich.console import RenderableType
from textual.app import App
from textual.content import Content
from textual.driver import Driver
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

Result = TypeVar("Result")


class KeyParser(Protocol):
    """What `key_parser` returns: it turns the text that a terminal sends into messages."""

    def feed(self, data: str, /) -> Iterable[Message]:
        """Return the messages that are complete with this text."""

    def tick(self) -> Iterable[Message]:
        """Return the messages that are complete because time has passed, as an escape key pressed by itself."""


def key_parser(debug: bool) -> KeyParser:
    """Return a parser for the input of a terminal.

    Textual's input thread creates its own and takes none as a parameter. If the class is missing, no key can be read:
    the input thread fails with an ImportError, which closes the app with a report.
    """
    from textual._xterm_parser import XTermParser

    return XTermParser(debug)


def driver_of(app: App[Result]) -> Driver | None:
    """Return the app's driver, or None before it starts.

    App has no public attribute for it. If the private one is missing, starting fails with an AttributeError.
    """
    return app._driver


def withdraw_notifications(app: App[Result], message: str) -> None:
    """Remove the notifications that show this message.

    Textual can only clear all of them. If the private names are missing, the notifications stay until their timeout.
    """
    with suppress(AttributeError):
        for notification in [one for one in app._notifications if one.message == message]:
            app._unnotify(notification)


def measure_again(widget: Widget) -> None:
    """Let Textual measure a widget again after a refresh with `layout=True`.

    The size of a widget is cached under the number of its layout updates. `refresh` counts only the first of two
    updates before a layout, although the widget may have been measured between them: the second content would keep
    the size of the first. If the counter is missing, this raises an AttributeError.
    """
    widget._layout_updates += 1


def retitle(widget: Widget, title: Content) -> None:
    """Set the title in the border of a widget, and repaint only the line that shows it.

    Assigning `border_title` repaints the whole widget and all it contains, which costs more than the rest of a key
    press where the title tells the row of the cursor. If Textual keeps the title elsewhere, the old one stays.
    """
    widget._border_title = title
    x, y = widget.content_offset
    if y:  # otherwise there is no line for it
        widget.refresh(Region(-x, -y, widget.outer_size.width, 1))


def drop_cached_styles() -> None:
    """Clear the cache of background styles, so that the widgets of closed screens can be freed.

    The cache holds up to 1024 results, and with each the widget that asked for it and all that it last rendered. If
    the cache is missing or built differently, nothing happens, and memory grows until the cache is full.
    """
    with suppress(ImportError, AttributeError):
        from textual._styles_cache import StylesCache

        StylesCache.get_inner_outer.cache_clear()


def lines_of_toasts(screen: Screen[ScreenResultType]) -> int:
    """Return how many lines of a screen its notifications take.

    This is asked every second, so their widgets are searched for only while there are notifications. They have no
    public name. If the names are missing, this raises an ImportError or AttributeError.
    """
    if not screen.app._notifications:
        return 0
    from textual.widgets._toast import Toast

    return sum(toast.outer_size.height for toast in screen.query(Toast))


def keep_notifications(app: App[Result], most: int) -> None:
    """Remove the oldest notifications beyond so many.

    If the private names are missing, all stay until their timeout.
    """
    with suppress(AttributeError):
        for notification in [*app._notifications][:-most]:
            app._unnotify(notification)


class AppHooks(App[Result], inherit_bindings=False):
    """An app with public methods for what Textual's App keeps private.

    If Textual renames a method that is overridden here, the override is never called: a crash is then reported by
    Textual, with the values of local variables.
    """

    def unhandled_error(self, error: Exception) -> None:
        """Handle an exception that nobody caught: keep the first one and close the app; may be overridden."""
        super()._handle_exception(error)

    def report_crash(self) -> None:
        """Close the app with a report of the exception; may be overridden."""
        super()._fatal_error()

    @property
    def first_error(self) -> Exception | None:
        """The first unhandled exception: later ones are usually its consequences."""
        return self._exception

    @property
    def crash_reported(self) -> bool:
        """Whether something is to be printed once the terminal is restored."""
        return bool(self._exit_renderables)

    def print_at_exit(self, report: RenderableType) -> None:
        """Print this to standard error once the terminal is restored."""
        self._exit_renderables.append(report)

    def close_after_crash(self) -> None:
        """Close the app without waiting for the messages that are still queued."""
        self._close_messages_no_wait()

    def set_clipboard(self, text: str) -> None:
        """Keep a text as what the app's own inputs paste, without writing it to the terminal."""
        self._clipboard = text

    def _handle_exception(self, error: Exception) -> None:
        self.unhandled_error(error)

    def _fatal_error(self) -> None:
        self.report_crash()


class TerminalScreen(Screen[ScreenResultType]):
    """A screen that is always laid out in the current size of the terminal, not in the size of an earlier event.

    Each layout in a new size sends the screen another resize event with that size. If two sizes are queued at once,
    as when a window is resized while the app is busy, the events would alternate endlessly, each with a new layout.
    If Textual renames the method, the override is never called, and that can happen again.
    """

    def _screen_resized(self, size: Size) -> None:
        super()._screen_resized(self.app.size)


try:
    from textual.drivers.linux_driver import LinuxDriver
except ImportError:  # no POSIX terminals, as on Windows: `ionq_tui.ui.driver` cannot be imported either
    pass
else:

    class DriverHooks(LinuxDriver):
        """Textual's driver for POSIX terminals, with public methods for what it keeps private.

        `textual.drivers` is not documented. If the class or one of its attributes is missing, starting fails with an
        ImportError or AttributeError. If Textual renames a method that is overridden here, its own is used instead.
        """

        def detect_size(self) -> tuple[int, int]:
            """Return the columns and rows of the terminal; may be overridden."""
            return super()._get_terminal_size()

        def stop_requested(self) -> None:
            """Handle SIGTSTP, inside the signal handler; may be overridden."""
            super()._sigtstp_application()

        def continued(self) -> None:
            """Handle SIGCONT, inside the signal handler; may be overridden."""
            super()._sigcont_application()

        @property
        def dashboard(self) -> App[object]:
            """The app that draws with this driver."""
            return self._app

        @property
        def event_loop(self) -> asyncio.AbstractEventLoop:
            """The loop of the app."""
            return self._loop

        @property
        def debugging(self) -> bool:
            """Whether Textual was asked to log what the terminal sends."""
            return self._debug

        @property
        def output(self) -> TextIOWrapper | None:
            """The file that is written to: standard error, unless it is replaced before the start."""
            return self._file

        @output.setter
        def output(self, file: TextIOWrapper | None) -> None:
            self._file = file

        def discard_output(self) -> None:
            """Empty the queue to the thread that writes, so that nobody waits for room in it; for any thread."""
            if self._writer_thread is not None:
                with suppress(Empty):
                    while True:
                        self._writer_thread._queue.get_nowait()

        def finish_output(self, seconds: float) -> None:
            """Stop the thread that writes once all is written, or leave it after `seconds` if the terminal blocks."""
            if self._writer_thread is not None and self._writer_thread.is_alive():
                with suppress(Full):
                    self._writer_thread._queue.put(None, timeout=seconds)
                    self._writer_thread.join(seconds)

        def enable_modes(self) -> None:
            """Set the modes of the terminal that Textual sets when it starts: bracketed paste, no line wrap, mouse."""
            self._enable_bracketed_paste()
            self._disable_line_wrap()
            self._enable_mouse_support()
            if self._in_band_window_resize:
                self._enable_in_band_window_resize()

        def _get_terminal_size(self) -> tuple[int, int]:
            return self.detect_size()

        def _sigtstp_application(self, *_: object) -> None:
            self.stop_requested()

        def _sigcont_application(self, *_: object) -> None:
            self.continued()
