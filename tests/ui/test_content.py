"""What is painted and what is not: the causes of a fast board, without times."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from ionq_tui.ui.dialogs.palette import Palette
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view.row import SessionItem
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import FakeConnector, session

MANY = 40
"""More sessions than lines, so that the caption tells where the cursor is."""


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What was made and painted since the counter was cleared."""
    count: Counter[str] = Counter()
    line, cells, rule = Table.render_line, SessionsScreen._cells, Caption.render

    def counted_line(table: Table[object], y: int) -> Strip:
        count[f"line {y} of {type(table.screen).__name__}"] += 1
        return line(table, y)

    def counted_cells(screen: SessionsScreen, item: SessionItem) -> object:
        count["cells"] += 1
        return cells(screen, item)

    def counted_rule(caption: Caption) -> object:
        count["caption"] += 1
        return rule(caption)

    monkeypatch.setattr(Table, "render_line", counted_line)
    monkeypatch.setattr(SessionsScreen, "_cells", counted_cells)
    monkeypatch.setattr(Caption, "render", counted_rule)
    return count


class Framed(Cast):
    """The app that counts what it sends to the terminal."""

    frames = 0

    def post_display_hook(self) -> None:
        self.frames += 1
        super().post_display_hook()


def home_is_painted(count: Counter[str]) -> bool:
    return any(name.endswith(" of SessionsScreen") for name in count)


async def another_session(pilot: Pilot[ExitSummary], app: Cast, connector: FakeConnector, number: int) -> None:
    """Let one session more be listed, and seconds pass."""
    active(connector, *connector.cloud.active.values(), session(number))
    app.running.session_list.poller.nudge()
    await until(pilot, lambda: session(number).id in app.running.session_list.overview.value.sessions)
    connector.clock.forward(1)
    for screen in app.screen_stack:
        if isinstance(screen, SessionsScreen | SessionScreen):
            screen.each_second()
    await pilot.pause()


async def test_below_another_screen_nothing_is_made_until_it_is_seen_again(
    connector: FakeConnector, painted: Counter[str]
) -> None:
    active(connector, *(session(number) for number in range(5)))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "STARTED" in app.text())
        painted.clear()
        for number in (101, 102, 103):
            await another_session(pilot, app, connector, number)
        assert "cells" not in painted and not home_is_painted(painted)
        assert len(app.home.table.keys) == 5
        await pilot.press("escape")
        await until(pilot, lambda: "8 active" in app.text() and "000103" in app.text())
        assert "cells" in painted and home_is_painted(painted)


async def test_below_a_dialog_it_goes_on(connector: FakeConnector, painted: Counter[str]) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(":")
        await until(pilot, lambda: app.shows(Palette))
        painted.clear()
        await another_session(pilot, app, connector, 2)
        await until(pilot, lambda: home_is_painted(painted))
        assert session(2).id in app.home.table.keys


async def test_an_arrow_key_paints_two_lines_and_the_caption_in_one_frame(
    connector: FakeConnector, painted: Counter[str]
) -> None:
    active(connector, *(session(number) for number in range(MANY)))
    app = Framed(connector)
    async with at_home(app) as pilot:
        await pilot.press("down")
        await pilot.pause()
        painted.clear()
        app.frames = 0
        await pilot.press("down")
        await pilot.pause()
        assert "row 3 of 40" in app.text()
        assert app.frames == 1
        assert painted == {"line 2 of SessionsScreen": 1, "line 3 of SessionsScreen": 1, "caption": 1}
