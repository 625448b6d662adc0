"""What is cut off at 60 and 80 columns is never what matters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.ui.dialogs.palette import Palette
from ionq_tui.ui.screens.help import Help
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.fake import FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import Stage, shows, until

LONG = "qpu.forte-enterprise-1"
ONE = session(1, backend=LONG, limits=Limits(40, 78, Money(Decimal(30), "usd")))
SIZES = [(60, 15), (80, 24), (120, 40)]


@pytest.fixture
def connector(connector: FakeConnector) -> FakeConnector:
    connector.cloud.active = {ONE.id: ONE}
    connector.journal.opened_here = {ONE.id}
    connector.journal.named = {ONE.id: "night run on H2"}
    return connector


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_is_told_by_id_backend_owner_and_label(connector: FakeConnector, size: tuple[int, int]) -> None:
    app = Stage(connector, lambda engine: SessionScreen(engine, ONE.id))
    async with app.run_test(size=size) as pilot:
        await app.engine.actions.recall()
        heading = f'{ONE.id if size[0] > 80 else ONE.short} · {LONG} · owner: you · "night'
        await until(pilot, lambda: heading in app.text())
        await until(pilot, lambda: ONE.id in app.text() and "submit jobs" in app.text())


@pytest.mark.parametrize("size", SIZES)
async def test_the_title_of_the_form_is_whole(connector: FakeConnector, hand: Hand, size: tuple[int, int]) -> None:
    app = Stage(connector, lambda engine: NewSessionScreen(engine, LONG))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: f"NEW SESSION on {LONG} · " in app.text())
        title = app.text().splitlines()[1]
        assert "…" not in title
        assert ("queue" in title) == (size[0] >= 80)
        assert ("qubits" in title) == (size[0] > 80)
        told = app.text()
        assert "NO LIMIT" in told and "Open without limits" in told
        if size == (60, 15):
            assert "pgdn: more, and the request" in told
            await pilot.press("pagedown", "pagedown")
            await until(pilot, lambda: f'{{"backend": "{LONG}"}}' in app.text())


SHORTENED = list(zip(SIZES, ("qpu.fort…-1", "qpu.forte-…-1", "qpu.forte-…-1"), strict=True))


@pytest.mark.parametrize(("size", "name"), SHORTENED)
async def test_at_home_the_number_of_a_backend_and_the_label_are_told(
    connector: FakeConnector, size: tuple[int, int], name: str
) -> None:
    app = Stage(connector, SessionsScreen)
    async with app.run_test(size=size) as pilot:
        await app.engine.actions.recall()
        await until(pilot, lambda: f"000001  {name} " in app.text() and "night run on H2" in app.text())
        assert "1 active" in app.text() and ("backends: " in app.text()) == (size[0] > 60)


@pytest.mark.parametrize("size", SIZES)
async def test_help_is_folded_beside_its_keys(connector: FakeConnector, size: tuple[int, int]) -> None:
    app = Stage(connector, SessionsScreen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "000001" in app.text())
        await pilot.press("?")
        await until(pilot, lambda: shows(app, Help) and "Choose a backend" in app.text())
        body = app.text().splitlines()[3:-1]
        assert all(one == "" or one[1] != " " or one.startswith(" " * 17) for one in body), body


@pytest.mark.parametrize("size", SIZES)
async def test_the_palette_fits(connector: FakeConnector, size: tuple[int, int]) -> None:
    app = Stage(connector, SessionsScreen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "000001" in app.text())
        await pilot.press(":")
        await until(pilot, lambda: shows(app, Palette) and "> new" in app.text())
        assert "╰" in app.text() and "type a command · enter runs it" in app.text()
        assert app.screen.max_scroll_y == 0 and app.screen.max_scroll_x == 0
