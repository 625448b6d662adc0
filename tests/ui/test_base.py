from __future__ import annotations

import pytest

from ionq_tui.ui.dialogs.palette import Palette
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.help import Help
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.footer import Footer
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import FakeConnector, session
from tests.ui.stage import SIZES


@pytest.mark.parametrize("size", [(60, 15), *SIZES])
async def test_first_and_last_line_fit_and_keep_what_matters(connector: FakeConnector, size: tuple[int, int]) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app, size):
        lines = app.text().splitlines()
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert "live" in lines[0]
        assert "e end" in lines[-1]
        assert "? help" in lines[-1]
        assert "LEFT" in app.text()
        assert "SPENT" in app.text()
        assert ("LIMITS" in app.text()) == (size[0] >= 100)


async def test_too_small_it_says_what_it_needs_and_recovers(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.resize_terminal(59, 14)
        await until(pilot, lambda: "60 columns and 15 lines" in app.text())
        assert "000001" not in app.text()
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "000001" in app.text())
        await until(pilot, lambda: app.focused is app.home.table)


async def test_help_is_made_from_the_commands_of_the_screen(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app, (120, 45)) as pilot:
        await pilot.press("?")
        await until(pilot, lambda: app.shows(Help))
        await pilot.pause()
        for command in app.home.commands:
            assert command.help[:40] in app.text() or command.id == "back"
        await pilot.press("?")
        await until(pilot, lambda: app.shows(SessionsScreen))


@pytest.mark.parametrize("opener", [":", "ctrl+p"])
async def test_the_palette_gives_what_it_finds(connector: FakeConnector, opener: str) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(opener)
        await until(pilot, lambda: app.shows(Palette))
        await pilot.press(*"backends", "enter")
        await until(pilot, lambda: app.shows(BackendsScreen))


async def test_the_palette_says_why_something_cannot_be_done(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(":", *"end the selected", "enter")
        await until(pilot, lambda: app.shows(SessionsScreen))
        await until(pilot, lambda: "! no session is selected" in app.text().splitlines()[-1])


async def test_keys_can_be_remapped_everywhere_at_once(connector: FakeConnector) -> None:
    app = Cast(connector, keys={"backends": "f", "quit": "ctrl+x"})
    async with at_home(app) as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert app.shows(SessionsScreen)
        await pilot.press("f")
        await until(pilot, lambda: app.shows(BackendsScreen))
        await pilot.press("ctrl+x")
        await until(pilot, lambda: app.return_value is not None)


async def test_refreshing_asks_at_once(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        before = connector.cloud.asked.count("sessions active")
        await pilot.press("r")
        await until(pilot, lambda: connector.cloud.asked.count("sessions active") == before + 1)


async def test_a_click_on_the_last_line_gives_the_command(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.click(Footer, offset=(app.text().splitlines()[-1].index("n new"), 0))
        await until(pilot, lambda: app.shows(BackendsScreen))


async def test_the_first_line_is_painted_only_where_it_differs(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        line = app.home.query_one("Header")
        before = line._updates if hasattr(line, "_updates") else None
        told = line._told  # type: ignore[attr-defined]
        app.home.tick()
        assert line._told is told  # type: ignore[attr-defined]
        assert before is None or line._updates == before  # type: ignore[attr-defined]
        connector.clock.forward(60)
        app.home.tick()
        await pilot.pause()
        assert line._told != told  # type: ignore[attr-defined]


async def test_text_of_the_server_is_never_markup(connector: FakeConnector) -> None:
    evil = "[@click=app.bell]x[/]\x1b]52;c;AAAA\x07\u202e[red]"
    active(connector, session(1, backend=evil, status=evil))
    connector.journal.named = {session(1).id: evil}
    app = Cast(connector)
    async with at_home(app, (120, 36)):
        assert "[@click=app.bell]x" in app.text()
        assert not {"\x1b", "\x07", "\u202e"} & set(app.text())


async def test_nothing_moves_by_itself(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app):
        assert app.animation_level == "none"
