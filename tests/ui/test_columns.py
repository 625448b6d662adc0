"""Tables whose columns the user has chosen, under the mouse and the keys; and tables that keep nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ionq_tui.ui.dialogs.columns import Columns
from ionq_tui.ui.dialogs.palette import Palette
from ionq_tui.ui.widgets.table import Table
from tests.ui.cast import Cast, at_home, until
from tests.ui.fake import FakeConnector, session

Noted = list[tuple[str, str, str | list[str]]]


class Keeping(Cast):
    """An app with choices of earlier, which notes what is to be kept."""

    def __init__(
        self, connector: FakeConnector, columns: Mapping[str, Sequence[str]], noted: Noted, trouble: str = ""
    ) -> None:
        super().__init__(connector)

        def keep(table: str, name: str, value: str | list[str]) -> str:
            noted.append((table, name, value))
            return trouble

        self.kept = (columns, {}, keep)


@pytest.fixture
def many(connector: FakeConnector) -> FakeConnector:
    connector.cloud.active = {one.id: one for one in map(session, range(1, 31))}
    return connector


async def test_a_head_sorts_by_its_own_column_where_columns_before_it_are_hidden(many: FakeConnector) -> None:
    noted: Noted = []
    app = Keeping(many, {"sessions": ["STATUS", "LEFT"]}, noted)
    async with at_home(app) as pilot:
        head = next(one for one in app.text().splitlines() if "LEFT" in one)
        assert "BACKEND" not in head and "OWNER" not in head and "ID" in head
        for name in ("LEFT", "STATUS", "ID"):
            await pilot.click(Table, offset=(head.index(name), 0))
            assert noted.pop() == ("sort", "sessions", name)
        await pilot.click(Table, offset=(head.index("ID"), 0))
        assert noted == [("sort", "sessions", "-ID")] and app.home.table.keys[0] == session(30).id


async def test_the_key_for_sorting_passes_over_hidden_columns(many: FakeConnector) -> None:
    noted: Noted = []
    app = Keeping(many, {"sessions": ["LEFT"]}, noted)
    async with at_home(app) as pilot:
        await pilot.press("s", "s", "s")
        assert noted == [("sort", "sessions", order) for order in ("ID", "LEFT", "")]


async def test_the_order_of_a_table_in_a_dialog_is_not_kept(many: FakeConnector) -> None:
    noted: Noted = []
    app = Keeping(many, {}, noted)
    async with at_home(app) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: app.shows(Palette) and "COMMAND" in app.text())
        await pilot.click("#offers", offset=(4, 0))
        assert app.screen.query_one("#offers", Table).sort == "COMMAND"
        await pilot.press(*"columns", "enter")
        await until(pilot, lambda: app.shows(Columns) and "always" in app.text())
        await pilot.press("S")
        await pilot.click("#choices", offset=(4, 0))
        assert noted == []
        await pilot.press("s")
        assert len(noted) == 1 and noted[0][:2] == ("sort", "sessions"), "that of the table below is"


async def test_a_choice_that_cannot_be_kept_is_told_and_made(many: FakeConnector) -> None:
    app = Keeping(many, {}, [], "not kept in config.toml: Read-only file system")
    async with at_home(app) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "not kept in config.toml" in app.toasts())
        assert "by ID" in app.text()


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 55)])
async def test_every_column_can_be_hidden_and_shown_again_but_the_one_that_names_the_rows(
    many: FakeConnector, size: tuple[int, int]
) -> None:
    noted: Noted = []
    app = Keeping(many, {}, noted)
    async with at_home(app, size) as pilot:
        table = app.home.table
        await pilot.press("colon", *"columns", "enter")
        await until(pilot, lambda: app.shows(Columns) and "always" in app.text())
        for _ in table.column_names:
            await pilot.press("space", "down")
        assert table.shown_columns == ("ID",) and noted[-1] == ("columns", "sessions", ["ID"])
        assert f"> {table.column_names[-1]} " in app.text(), "the cursor is in view"
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(type(app.home)) and "000001" in app.text() and "STATUS" not in app.text())
        await pilot.press("j", "s", "S", "slash", *"0003", "enter")
        assert {*table.keys} == {session(3).id, session(30).id}
        await pilot.press("escape", "colon", *"columns", "enter")
        await until(pilot, lambda: app.shows(Columns) and "always" in app.text())
        await pilot.press("j", "enter")
        assert table.shown_columns == table.column_names[:2]


async def test_a_column_that_is_wanted_and_has_no_room_is_not_said_to_be_shown(many: FakeConnector) -> None:
    app = Keeping(many, {}, [])
    async with at_home(app) as pilot:
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        table = app.home.table
        head = next(line for line in app.text().splitlines() if "STATUS" in line)
        await pilot.press("colon")
        await until(pilot, lambda: app.shows(Palette) and "COMMAND" in app.text())
        await pilot.press(*"columns", "enter")
        await until(pilot, lambda: app.shows(Columns) and "no room" in app.text())
        said = {line.strip(" │>"): "no room" not in line for line in app.text().splitlines() if "│" in line}
        told = {name: shown for name in table.column_names[1:] for line, shown in said.items() if line.startswith(name)}
        assert told == {name: name in head for name in table.column_names[1:]}
