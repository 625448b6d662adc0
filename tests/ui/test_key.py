from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Button, Input

from ionq_tui.model.key import NoKey
from ionq_tui.model.key_source import KeyWays
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.screens.key import KeyScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.checkbox import PlainCheckbox
from tests.ui.cast import Cast, Hands, active, at_home, until
from tests.ui.fake import REFUSED, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES

SECRET = "sk-canary-5f0c-7777"
NONE = NoKey(("the keyring is locked",))


async def type_key(pilot: Hands, app: Cast) -> None:
    await until(pilot, lambda: app.shows(KeyScreen))
    field = app.screen.query_one("#key", Input)
    field.focus()
    field.value = SECRET
    await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_key_it_says_what_works_here(size: tuple[int, int]) -> None:
    app = Cast(FakeConnector(NONE))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.pause()
        for told in ("export IONQ_API_KEY", "key_command", "memory only", "the keyring is locked", "Browse backends"):
            assert told in app.text()
        assert not app.screen.query_one(PlainCheckbox).display
        assert app.focused is app.screen.query_one("#key")


async def test_it_paints_before_it_asks_for_the_key() -> None:
    connector = FakeConnector()
    asked = asyncio.Event()
    go_on = asyncio.Event()
    find = connector.find_key

    async def find_slowly() -> object:
        asked.set()
        await go_on.wait()
        return await find()

    connector.find_key = find_slowly  # type: ignore[assignment, method-assign]
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, asked.is_set)
        assert type(app.screen) is BaseScreen
        assert "lab-b" in app.text()
        go_on.set()
        await until(pilot, lambda: app.shows(SessionsScreen))


async def test_enter_on_the_empty_field_starts_the_demo() -> None:
    connector = FakeConnector(NONE)
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionsScreen))
        await pilot.pause()
        assert connector.calls == ["find_key", "demo"]
        assert "DEMO" in app.text()


async def test_the_footer_says_what_enter_does_where_the_focus_is() -> None:
    app = Cast(FakeConnector(NoKey(ways=KeyWays(keyring_usable=True))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        for keys, told in (((), "start the demo"), (("x",), "check"), (("tab",), "tick"), (("tab",), "press")):
            await pilot.press(*keys)
            await until(pilot, lambda told=told: f"enter {told}" in app.text())
            assert "tab next field" in app.text()


async def test_a_key_and_enter_that_come_at_once_are_one_check_of_the_whole_key() -> None:
    connector = FakeConnector(NONE)
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.pause()
        for key in (*"canary7", "enter"):
            app.simulate_key(key)
        await until(pilot, lambda: "whoami" in connector.cloud.asked)
        assert connector.calls == ["find_key", "connect"]
        assert [found.key.reveal() for found in connector.connected] == ["canary7"]


@pytest.mark.parametrize("behind", [" ", "x"])
async def test_what_is_typed_right_behind_tab_is_not_typed_into_the_field(behind: str) -> None:
    app = Cast(FakeConnector(NoKey(ways=KeyWays(keyring_usable=True))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.pause()
        field, tick = app.screen.query_one("#key", Input), app.screen.query_one(PlainCheckbox)
        app.simulate_key("a")
        app.simulate_key("tab")
        app.simulate_key("space" if behind == " " else behind)
        await until(pilot, lambda: app.focused is tick and field.value == "a")
        await pilot.pause()
        assert field.value == "a"
        assert tick.value == (behind == " ")


async def test_a_second_enter_while_the_key_is_checked_does_nothing_and_nothing_on_the_next_screen() -> None:
    connector = FakeConnector(NONE)
    active(connector, session(1))
    connector.cloud.gate = asyncio.Event()
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_key(pilot, app)
        await until(pilot, lambda: "whoami" in connector.cloud.asked)
        await pilot.press("enter", "enter")
        assert app.shows(KeyScreen)
        assert "checking " in app.text()
        assert connector.calls == ["find_key", "connect"]
        connector.cloud.gate.set()
        await until(pilot, lambda: app.shows(SessionsScreen) and "000001" in app.text())
        assert connector.calls == ["find_key", "connect"]


async def test_a_held_enter_chooses_nothing_at_home_and_a_deliberate_one_does(hand: Hand) -> None:
    connector = FakeConnector(NONE)
    active(connector, session(1))
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_key(pilot, app)
        await until(pilot, lambda: app.shows(SessionsScreen) and "> 000001" in app.text())
        for _ in range(40):
            hand.now += 0.03
            await pilot.press("enter")
        assert app.shows(SessionsScreen)
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen))


async def test_another_key_for_a_running_window_leaves_no_enter_behind(hand: Hand) -> None:
    connector = FakeConnector()
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(":", *"api key", "enter")
        await type_key(pilot, app)
        await until(pilot, lambda: app.shows(SessionsScreen))
        await pilot.press("enter")
        await pilot.pause()
        assert app.shows(SessionsScreen)
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen))


async def test_the_field_is_empty_before_anything_is_asked_and_the_key_is_nowhere_to_be_seen() -> None:
    connector = FakeConnector(NONE)
    connector.cloud.gate = asyncio.Event()
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_key(pilot, app)
        await until(pilot, lambda: "whoami" in connector.cloud.asked)
        await pilot.pause()
        assert app.screen.query_one("#key", Input).value == ""
        assert SECRET not in app.text()
        assert "••••7777" in app.text()
        connector.cloud.gate.set()
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert connector.kept == []
        assert app.running.connection.source == "typed"


async def test_typing_shows_dots_only() -> None:
    app = Cast(FakeConnector(NONE))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.press(*"qxwv")
        await pilot.pause()
        assert "qxwv" not in app.text()
        assert "••••" in app.text()


async def test_a_wrong_key_gets_the_words_of_the_fault_and_another_chance() -> None:
    connector = FakeConnector(NONE)
    connector.cloud.who = REFUSED
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_key(pilot, app)
        await until(pilot, lambda: "IonQ refused this API key" in app.text())
        assert app.shows(KeyScreen)
        assert connector.cloud.closed


async def test_a_text_that_cannot_be_a_key_is_not_sent_and_not_repeated() -> None:
    connector = FakeConnector(NONE)
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        app.screen.query_one("#key", Input).value = "two words"
        await pilot.press("enter")
        await until(pilot, lambda: "contains a space" in app.text())
        assert "two words" not in app.text()
        assert connector.calls == ["find_key"]


@pytest.mark.parametrize("trouble", ["", "the keyring is locked"])
async def test_a_key_is_kept_only_where_that_is_asked_for(trouble: str) -> None:
    connector = FakeConnector(NoKey(ways=KeyWays(keyring_usable=True)))
    connector.keep_trouble = trouble
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.press("tab", "space")
        await pilot.pause()
        assert "▐X▌" in app.text()
        await type_key(pilot, app)
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert connector.kept == ["••••7777"]
        if trouble:
            await until(pilot, lambda: "memory only" in app.toasts())
        await pilot.pause()
        assert ("memory only" in app.toasts()) == bool(trouble)


async def test_browsing_needs_no_key() -> None:
    connector = FakeConnector(NONE)
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        app.screen.query_one("#browse", Button).press()
        await until(pilot, lambda: app.shows(SessionsScreen))
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen) and "qpu.forte-1" in app.text())
        assert "no key" in app.text()
        await pilot.press("enter")
        await until(pilot, lambda: "needs an API key" in app.toasts())
        assert app.shows(BackendsScreen)


async def test_the_quit_button_quits() -> None:
    app = Cast(FakeConnector(NONE))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(KeyScreen))
        app.screen.query_one("#quit", Button).press()
        await until(pilot, lambda: app.return_value is not None)


async def test_a_refused_key_brings_the_key_screen_once_and_dialogs_stay() -> None:
    connector = FakeConnector()
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await pilot.pause()
        dialog = app.screen
        connector.cloud.fault = REFUSED
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: app.shows(KeyScreen))
        assert dialog in app.screen_stack
        app.running.backend_list.poller.nudge()
        connector.cloud.offered = REFUSED
        await pilot.pause()
        assert sum(isinstance(screen, KeyScreen) for screen in app.screen_stack) == 1
        connector.cloud.fault = None
        await type_key(pilot, app)
        await until(pilot, lambda: app.screen is dialog)
        assert connector.renewed == ["••••7777"]
        assert "open" not in " ".join(connector.cloud.asked)


async def test_a_refused_key_can_be_left_be_and_given_later_from_the_palette() -> None:
    connector = FakeConnector()
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.fault = REFUSED
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: app.shows(KeyScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        app.running.session_list.poller.nudge()
        await pilot.pause()
        assert app.shows(SessionsScreen)
        await pilot.press(":", *"api key", "enter")
        await until(pilot, lambda: app.shows(KeyScreen))
