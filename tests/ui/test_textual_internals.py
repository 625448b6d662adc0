"""The private names of Textual that the dashboard uses exist in the installed version, and are used in one module."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.app import App
from textual.content import Content
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from ionq_tui.ui.textual_internals import (
    AppHooks,
    DriverHooks,
    TerminalScreen,
    driver_of,
    drop_cached_styles,
    key_parser,
    measure_again,
    retitle,
    withdraw_notifications,
)
from tests.house.source import imported, modules, tree

HOME = Path("ionq_tui/ui/textual_internals.py")
INSTALLED = f"Textual {version('textual')}"

METHODS: dict[tuple[type, str], list[str]] = {
    (App, "_unnotify"): ["self", "notification", "refresh"],
    (App, "_handle_exception"): ["self", "error"],
    (App, "_fatal_error"): ["self"],
    (App, "_close_messages_no_wait"): ["self"],
    (Screen, "_screen_resized"): ["self", "size"],
    (LinuxDriver, "_get_terminal_size"): ["self"],
    (LinuxDriver, "_sigtstp_application"): ["self", "_"],
    (LinuxDriver, "_sigcont_application"): ["self", "_"],
    (LinuxDriver, "_enable_bracketed_paste"): ["self"],
    (LinuxDriver, "_disable_line_wrap"): ["self"],
    (LinuxDriver, "_enable_mouse_support"): ["self"],
    (LinuxDriver, "_enable_in_band_window_resize"): ["self"],
}
"""Private methods that are called or overridden, with their parameters."""

ATTRIBUTES: dict[type, list[str]] = {
    App: ["_driver", "_notifications", "_clipboard", "_exception", "_exit_renderables"],
    Widget: ["_border_title", "_layout_updates"],
    LinuxDriver: ["_app", "_loop", "_debug", "_file", "_writer_thread", "_in_band_window_resize"],
    WriterThread: ["_queue"],
}
"""Private attributes of instances, by the class whose constructor sets them."""

CALLERS = {
    "_handle_exception": "textual.app",
    "_fatal_error": "textual.app",
    "_screen_resized": "textual.screen",
    "_get_terminal_size": "textual.drivers.linux_driver",
    "_sigtstp_application": "textual.drivers.linux_driver",
    "_sigcont_application": "textual.drivers.linux_driver",
}
"""Methods that are overridden, with a module of Textual that must use them: otherwise the override has no effect."""

NAMES = {name for _, name in METHODS} | {name for names in ATTRIBUTES.values() for name in names}


def broken(name: str) -> str:
    return f"{INSTALLED} has no {name} of the expected shape: adapt {HOME}"


@pytest.mark.parametrize(("owner", "name"), METHODS, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_private_method_is_there_with_its_parameters(owner: type, name: str) -> None:
    method = inspect.getattr_static(owner, name, None)
    assert inspect.isfunction(method), broken(f"{owner.__name__}.{name}")
    assert list(inspect.signature(method).parameters) == METHODS[owner, name], broken(f"{owner.__name__}.{name}")


@pytest.mark.parametrize("name", CALLERS)
def test_textual_calls_what_is_overridden(name: str) -> None:
    source = inspect.getsource(import_module(CALLERS[name]))
    assert re.search(rf"\.{name}\b", source), f"{INSTALLED} calls {name} no more in {CALLERS[name]}: adapt {HOME}"


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in ATTRIBUTES.items() for name in names])
def test_a_private_attribute_is_set_by_its_constructor(owner: type, name: str) -> None:
    bases = [base for base in owner.__mro__ if base.__module__.startswith("textual.") and "__init__" in vars(base)]
    written = "".join(inspect.getsource(vars(base)["__init__"]) for base in bases)
    assert re.search(rf"\bself\.{name}\b[^=\n]*=", written), broken(f"{owner.__name__}.{name}")


def test_the_cache_of_styles_can_be_cleared() -> None:
    from textual._styles_cache import StylesCache

    cache = getattr(StylesCache, "get_inner_outer", None)
    assert callable(getattr(cache, "cache_clear", None)), broken("StylesCache.get_inner_outer.cache_clear")
    drop_cached_styles()
    assert cache is not None and cache.cache_info().currsize == 0


def test_a_cache_that_is_missing_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual._styles_cache", None)
    drop_cached_styles()


def test_the_parser_turns_text_into_keys() -> None:
    parser = key_parser(False)
    keys = [getattr(message, "key", "") for message in (*parser.feed("a\x1b[B"), *parser.tick())]
    assert keys == ["a", "down"], broken("_xterm_parser.XTermParser")


class Crashing(AppHooks[None]):
    """An app whose crash is reported by the hooks."""

    def report_crash(self) -> None:
        if not self.crash_reported:
            self.print_at_exit(f"report of {self.first_error!r}")
        self.close_after_crash()


async def test_the_hooks_of_an_app_do_what_they_say() -> None:
    app = Crashing()
    assert driver_of(app) is None
    async with app.run_test() as pilot:
        assert driver_of(app) is not None, broken("App._driver")
        app.set_clipboard("text")
        assert app.clipboard == "text", broken("App._clipboard")
        for message in ("stays", "goes"):
            app.notify(message)
        await pilot.pause()
        withdraw_notifications(app, "goes")
        assert [one.message for one in app._notifications] == ["stays"], broken("App._notifications or _unnotify")
        block = Static("one line")
        await app.mount(block)
        before = block._layout_updates
        measure_again(block)
        assert block._layout_updates == before + 1
        block.styles.border = ("round", "white")
        await pilot.pause()
        retitle(block, Content("a title"))
        await pilot.pause()
        assert "a title" in app.export_screenshot().replace("&#160;", " "), broken("Widget._border_title")


async def test_a_crash_is_reported_by_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    app, printed = Crashing(), list[object]()
    monkeypatch.setattr(app, "_print_error_renderables", lambda: printed.extend(app._exit_renderables))
    error = ValueError("of a test")
    with pytest.raises(ValueError, match="of a test"):
        async with app.run_test():
            app.call_later(app.unhandled_error, error)
    assert printed == [f"report of {error!r}"], broken("App._fatal_error or App._exit_renderables")


def test_the_hooks_override_what_textual_calls() -> None:
    for hooks in (AppHooks, TerminalScreen, DriverHooks):
        ours = {name for name in vars(hooks) if name in CALLERS}
        assert ours, f"{hooks.__name__} overrides nothing"
        base = hooks.__mro__[1]
        assert all(hasattr(base, name) for name in ours), broken(f"{base.__name__}: {sorted(ours)}")


def private_names(path: Path) -> set[str]:
    """Return the private names of Textual that a module accesses, overrides or imports."""
    found = {
        name
        for name in imported(path)
        if name.startswith(("textual.", "rich.")) and any(part.startswith("_") for part in name.split("."))
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in NAMES:
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in NAMES:
            found.add(node.name)
        elif isinstance(node, ast.Constant) and node.value in NAMES:
            found.add(str(node.value))
    return found


def uses_textual(path: Path) -> bool:
    return any(name.startswith(("textual", "ionq_tui.ui")) for name in imported(path))


def test_no_other_module_uses_a_private_name_of_textual() -> None:
    found = {
        str(path): names for path in modules() if path != HOME and uses_textual(path) and (names := private_names(path))
    }
    assert found == {}, f"put it behind a function of {HOME}"


def test_every_private_name_that_is_used_is_checked() -> None:
    defined = {node.name for node in ast.walk(tree(HOME)) if isinstance(node, ast.FunctionDef)}
    accessed = {node.attr for node in ast.walk(tree(HOME)) if isinstance(node, ast.Attribute)}
    private = {name for name in defined | accessed if re.match(r"_[a-z]", name)}
    assert private == NAMES
