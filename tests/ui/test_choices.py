"""The theme, the columns and the order of a table are chosen on the screen, and are there again at the next start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from textual import events
from textual.theme import BUILTIN_THEMES

from ionq_tui.ui.contrast import FIELD, LEAST, LEAST_OF_FIELD, can_be_read, contrasts, readable
from ionq_tui.ui.dialogs.columns import Columns
from ionq_tui.ui.dialogs.palette import Palette
from ionq_tui.ui.dialogs.themes import Themes, offered
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.theme import DARK, LIGHT, OURS
from tests.ui.cast import Cast, at_home, until
from tests.ui.fake import FakeConnector, session

THEMES = (*OURS, *map(readable, BUILTIN_THEMES.values()))
Kept = list[tuple[str, str, str | list[str]]]


class Keeping(Cast):
    """An app that notes what is kept."""

    def __init__(
        self,
        connector: FakeConnector,
        columns: Mapping[str, Sequence[str]] | None = None,
        sort: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(connector)
        self.noted: Kept = []
        self.kept = (columns or {}, sort or {}, self._note)

    def _note(self, table: str, name: str, value: str | list[str]) -> str:
        self.noted.append((table, name, value))
        return ""


@pytest.fixture
def many(connector: FakeConnector) -> FakeConnector:
    connector.cloud.active = {one.id: one for one in map(session, range(1, 31))}
    return connector


async def chosen(app: Cast, pilot: object, word: str) -> None:
    await pilot.press("colon", *word, "enter")  # type: ignore[attr-defined]


async def test_a_theme_is_previewed_kept_or_given_up(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await chosen(app, pilot, "theme")
        await until(pilot, lambda: app.shows(Themes) and "> dark" in app.text())
        await pilot.press("down")
        await until(pilot, lambda: app.theme == LIGHT.name)
        assert "qpu.forte-1" in app.text(), "the screen below is the preview"
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen) and app.theme == DARK.name)
        assert app.noted == []
        await chosen(app, pilot, "theme")
        await until(pilot, lambda: app.shows(Themes) and "> dark" in app.text())
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.shows(SessionsScreen) and app.theme == LIGHT.name)
        assert app.noted == [("", "theme", "light")]


async def test_keys_pressed_in_a_burst_leave_the_theme_before(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await chosen(app, pilot, "theme")
        await until(pilot, lambda: app.shows(Themes) and "> dark" in app.text())
        for key in ("down", "down", "down", "q"):
            app.simulate_key(key)
        await until(pilot, lambda: app.shows(SessionsScreen))
        for _ in range(5):
            await pilot.pause()
        assert app.theme == DARK.name


@pytest.mark.parametrize("word", ["theme", "columns"])
async def test_a_dialog_that_is_closed_while_it_opens_ends_nothing(many: FakeConnector, word: str) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await pilot.press("colon", *word)
        for key in ("enter", "escape", "escape"):
            app.simulate_key(key)
        for _ in range(10):
            await pilot.pause()
        assert app.is_running


def test_every_text_of_every_offered_theme_can_be_read() -> None:
    names = list(offered(THEMES))
    assert names[:2] == [one.name for one in OURS] and len(names) >= 18
    for theme in THEMES:
        if theme.name in names:
            told = contrasts(theme)
            assert theme.name.startswith("ansi") or {"field", "on error", "warning button", "text-muted"} <= told.keys()
            for kind, value in told.items():
                small = kind in {"field", "error button", "warning button"}
                assert value >= (LEAST_OF_FIELD if small else LEAST), (theme.name, kind, value)


def test_a_theme_that_cannot_be_read_is_not_offered() -> None:
    assert not can_be_read(BUILTIN_THEMES["nord"]) and can_be_read(readable(BUILTIN_THEMES["nord"]))
    assert {one for one in BUILTIN_THEMES if not can_be_read(readable(BUILTIN_THEMES[one]))} == (
        BUILTIN_THEMES.keys() - offered(THEMES).keys()
    )


async def test_the_fields_have_the_background_that_is_measured(many: FakeConnector) -> None:
    assert FIELD == 0.16
    app = Keeping(many)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await pilot.pause()
        field = app.screen.query("Input").first()
        app.screen.set_focus(None)
        await pilot.pause()
        assert field.styles.background.a == FIELD


async def test_columns_are_hidden_shown_and_kept(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await chosen(app, pilot, "columns")
        await until(pilot, lambda: app.shows(Columns))
        await pilot.press("enter")
        assert app.noted == [], "the first column names the rows and stays"
        await pilot.press("down", "enter")
        names = [one for one in app.home.table.column_names if one != "BACKEND"]
        assert app.noted == [("columns", "sessions", names)]
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen) and "BACKEND" not in app.text())
    again = Keeping(many, {"sessions": names})
    async with at_home(again):
        assert "BACKEND" not in again.text() and "STATUS" in again.text()


@pytest.mark.parametrize("size", [(60, 15), (200, 55)])
async def test_with_the_first_column_alone_it_still_works(many: FakeConnector, size: tuple[int, int]) -> None:
    app = Keeping(many, {"sessions": ["no such column"]}, {"sessions": "-NOTHING"})
    async with at_home(app, size) as pilot:
        assert "000030" in app.text() or "000001" in app.text()
        await chosen(app, pilot, "columns")
        await until(pilot, lambda: app.shows(Columns) and "always" in app.text())


async def test_the_order_is_kept_and_there_at_the_next_start(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await pilot.press("s")
        await pilot.press("S")
        assert app.noted == [("sort", "sessions", "ID"), ("sort", "sessions", "-ID")]
    again = Keeping(many, sort={"sessions": "-ID"})
    async with at_home(again):
        assert again.home.table.keys[0] == session(30).id and "by ID, reversed" in again.text()


async def test_the_wheel_moves_the_cursor_and_a_head_sorts(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        table = app.home.table
        for kind, wanted in ((events.MouseScrollDown, 4), (events.MouseScrollDown, 7), (events.MouseScrollUp, 4)):
            table.post_message(kind(table, 5, 5, 0, 0, 0, False, False, False, 5, 5))
            await pilot.pause()
            assert f"> {session(wanted).short}" in app.text()
        head = next(one for one in app.text().splitlines() if "LEFT" in one)
        await pilot.click(type(table), offset=(head.index("LEFT"), 0))
        assert app.noted == [("sort", "sessions", "LEFT")]
        await pilot.click(type(table), offset=(head.index("LEFT"), 0))
        assert app.noted[-1] == ("sort", "sessions", "-LEFT")


async def test_a_palette_without_hits_says_so(many: FakeConnector) -> None:
    app = Keeping(many)
    async with at_home(app) as pilot:
        await pilot.press("colon", *"zzz")
        await until(pilot, lambda: app.shows(Palette) and 'no command matches "zzz"' in app.text())
        await pilot.press("enter")
        assert app.shows(Palette), "nothing is run"
        await pilot.press(*["backspace"] * 3)
        await until(pilot, lambda: "no command" not in app.text() and "> " in app.text())
