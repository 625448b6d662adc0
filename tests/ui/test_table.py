from __future__ import annotations

from typing import Self

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from ionq_tui.ui.widgets.table import Table
from ionq_tui.view.column import Column, Row
from ionq_tui.view.style import Cell, Tone
from tests.ui.stage import SIZES

COLUMNS: tuple[Column[int], ...] = (
    Column("NUMBER", 8, lambda number: number, "right"),
    Column("NAME", 12, lambda number: f"name {number}", grows=30),
)


class Watched(Table[int]):
    """A table that notes which lines it paints again."""

    painted: list[Region]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self.painted = [*getattr(self, "painted", []), *regions]
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Numbers(App[None]):
    """A table of numbers that counts how many rows are made."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self.many = many
        self.made = 0
        self.told: list[str] = []

    def cells(self, number: int) -> Row:
        self.made += 1
        return Cell(str(number)), Cell(f"name {number}", Tone.WARN)

    def compose(self) -> ComposeResult:
        yield Watched(COLUMNS, self.cells, text_of=str, dispensable=("NAME",))

    def on_mount(self) -> None:
        self.table.focus()
        self.fill(range(self.many))

    def fill(self, numbers: range | list[int]) -> None:
        self.table.update_rows({str(number): number for number in numbers})

    @property
    def table(self) -> Watched:
        return self.query_one(Watched)

    def on_table_chosen(self, event: Table.Chosen) -> None:
        self.told.append(event.key)

    def lines(self) -> list[str]:
        return [self.table.render_line(y).text for y in range(self.table.size.height)]


@pytest.mark.parametrize("size", SIZES)
async def test_only_what_is_seen_is_made_of_twenty_thousand_rows(size: tuple[int, int]) -> None:
    app = Numbers(20_000)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.made = 0
        await pilot.press("G")
        await pilot.pause()
        assert app.table.key == "19999"
        assert app.lines()[-1].startswith(">")
        assert app.made <= 6 * size[1]


async def test_what_has_not_changed_is_not_painted() -> None:
    app = Numbers(10)
    async with app.run_test() as pilot:
        await pilot.pause()
        app.table.painted.clear()
        app.table.tick()
        app.fill(range(10))
        assert app.table.painted == []
        app.fill([0, 1, 2, 33, 4, 5, 6, 7, 8, 9])
        assert [region.y for region in app.table.painted] == [4]


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ("j j k", "1"),
        ("down down up", "1"),
        ("G", "99"),
        ("end g", "0"),
        ("G home", "0"),
        ("pagedown", "22"),
        ("ctrl+d", "11"),
        ("ctrl+d ctrl+u", "0"),
        ("pagedown pageup", "0"),
        ("k", "0"),
    ],
)
async def test_keys_move_the_cursor(keys: str, at: str) -> None:
    app = Numbers(100)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys.split())
        assert app.table.key == at
        assert any(line.startswith(">") and f" {at} " in line for line in app.lines())


async def test_enter_and_a_double_click_choose_and_a_click_on_a_head_sorts() -> None:
    app = Numbers(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "enter")
        assert app.told == ["1"]
        await pilot.click(Table, offset=(5, 4), times=2)
        assert app.told == ["1", "3"]
        await pilot.click(Table, offset=(5, 0))
        await pilot.click(Table, offset=(5, 0))
        assert app.table.keys[0] == "9"
        assert app.table.key == "3"


async def test_marks_and_cursor_are_signs_and_not_only_colours() -> None:
    app = Numbers(3)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.table.mark("0")
        app.table.mark("2")
        assert [line[:2] for line in app.lines()[1:4]] == [">*", "  ", " *"]
        app.table.unmark()
        assert app.table.marked == ()


async def test_columns_that_can_be_spared_fold_away_where_it_is_narrow() -> None:
    app = Numbers(3)
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        assert "NAME" not in app.lines()[0]
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert "NAME" in app.lines()[0]
