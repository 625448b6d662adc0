"""Odd keyboards, themes and sizes cost a line of words."""

from __future__ import annotations

import pytest
from textual import events
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Button

from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.filter_line import FilterLine
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import FakeConnector, session

HINT = "keys are Latin letters"


@pytest.mark.parametrize("letter", ["и", "Ω", "ש", "ㅠ"])
async def test_a_letter_of_another_layout_is_answered_with_a_hint(connector: FakeConnector, letter: str) -> None:
    app = Cast(connector)
    async with at_home(app, (60, 15)) as pilot:
        await pilot.press(letter)
        await until(pilot, lambda: HINT in app.text().splitlines()[-1])
        assert "ctrl+p" in app.text().splitlines()[-1]
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen))


@pytest.mark.parametrize("key", ["z", "é", "ø", "1", "§"])
async def test_other_keys_without_a_meaning_are_not(connector: FakeConnector, key: str) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert HINT not in app.text()


async def test_what_is_typed_into_a_field_is_no_key(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("slash", "и")
        await until(pilot, lambda: app.screen.query_one(FilterLine).value == "и")
        await pilot.pause()
        assert HINT not in app.text()


async def test_an_unknown_theme_is_said_with_those_there_are(connector: FakeConnector) -> None:
    app = DashboardApp(connector, theme="nonsense")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        (told,) = [one.message for one in app._notifications]
        assert told.startswith('theme "nonsense" is unknown, using dark')
        assert "dark, light, ansi," in told and "nord" in told
        assert app.theme == "ionq-dark"


@pytest.mark.parametrize("theme", ["", "ansi", "light"])
async def test_a_disabled_button_is_as_high_as_another(connector: FakeConnector, theme: str) -> None:
    app = DashboardApp(connector, theme=theme)
    choices = (Choice("Keep", ""), Choice("End", "end", grave=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        app.push_screen(ChoiceDialog("End it?", ["a fact"], choices, "", typed="9fe21c"))
        await until(pilot, lambda: isinstance(app.screen, ChoiceDialog) and app.screen.query(".grave"))
        await pilot.pause()
        first, grave = app.screen.query(Button)
        assert grave.disabled and not first.disabled
        assert grave.outer_size.height == first.outer_size.height == 1


async def test_no_layout_is_made_for_an_earlier_size(connector: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Size | None] = []
    refresh = Screen._refresh_layout

    def noted(screen: Screen[object], size: Size | None = None, scroll: bool = False) -> None:
        laid_out.append(size)
        refresh(screen, size, scroll)

    app = Cast(connector)
    async with at_home(app, (80, 24)) as pilot:
        monkeypatch.setattr(Screen, "_refresh_layout", noted)
        app.screen.post_message(events.Resize(Size(70, 20), Size(70, 20)))
        await until(pilot, lambda: laid_out)
        await pilot.pause()
        assert set(laid_out) <= {Size(80, 24), None}
