from __future__ import annotations

import pytest
from textual.app import App
from textual.widgets import Button, Input

from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from tests.ui.hand import Hand


class Stage(App[None]):
    def __init__(self, typed: str = "") -> None:
        super().__init__()
        self.answers: list[str] = []
        self.typed = typed

    def on_mount(self) -> None:
        choices = [Choice("Keep running", "keep"), Choice("End session", "end", grave=True)]
        self.push_screen(
            ChoiceDialog("End [b]it[/b]?", ["one [@click=app.quit]fact"], choices, "keep", typed=self.typed), self.hear
        )

    def hear(self, answer: str | None) -> None:
        self.answers.append(answer or "none")


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_the_first_key_is_safe(hand: Hand, key: str) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.answers == ["keep"]


async def test_a_held_enter_does_not_end(hand: Hand) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        hand.now += 1
        await pilot.press("tab")
        for _ in range(40):
            hand.now += 0.03
            await pilot.press("enter")
        assert app.answers == []


async def test_after_quiet_one_enter_ends_once(hand: Hand) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("tab")
        hand.rest()
        await pilot.press("enter", "enter")
        assert app.answers == ["end"]


@pytest.mark.parametrize("keys", [("right",), ("down",), ("left",), ("up",)])
async def test_arrows_move(hand: Hand, keys: tuple[str, ...]) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        focused = app.focused
        assert isinstance(focused, Button)
        assert str(focused.label) == "End session"


async def test_a_double_click_is_no_decision(hand: Hand) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.click("#choice-1")
        assert app.answers == []
        hand.rest()
        await pilot.click("#choice-1")
        assert app.answers == ["end"]


async def test_the_typed_text_unlocks(hand: Hand) -> None:
    app = Stage(typed="9fe21c")
    async with app.run_test() as pilot:
        button = app.screen.query_one("#choice-1", Button)
        await pilot.press("tab", *"9fe21b", "enter", "enter")
        assert app.answers == []
        assert [*app.screen.query("#choice-1:disabled")] == [button]
        app.screen.query_one("#typed", Input).value = ""
        app.screen.query_one("#typed", Input).focus()
        await pilot.press(*"9fe21c", "tab")
        assert app.focused is button
        await pilot.press("enter")
        assert app.answers == []
        hand.rest()
        await pilot.press("enter")
        assert app.answers == ["end"]


async def test_an_enter_held_in_the_field_stays_there(hand: Hand) -> None:
    app = Stage(typed="9fe21c")
    async with app.run_test() as pilot:
        await pilot.press("tab", *"9fe21c")
        for pause in (0.5, 0.5, *[0.03] * 20, 0.5):  # a keyboard begins to repeat after about half a second
            hand.now += pause
            await pilot.press("enter")
        assert app.focused is app.screen.query_one("#typed")
        assert app.answers == []
        assert "tab to End session, then enter" in app.screen.query_one("#hint").render_line(0).text
        await pilot.press("tab")
        hand.rest()
        await pilot.press("enter")
        assert app.answers == ["end"]


async def test_an_enter_held_while_a_screen_above_closes_ends_nothing(hand: Hand) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("tab")
        app.push_screen(ChoiceDialog("Anything else?", [], [Choice("Close", None)], None))
        await pilot.pause()
        hand.rest()
        await pilot.press("enter")
        hand.rest()
        await pilot.press("enter")
        assert app.answers == ["keep"]


async def test_text_is_never_markup(hand: Hand) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        facts = app.screen.query_one("#facts").render_line(0).text
        assert "[@click=app.quit]fact" in facts
