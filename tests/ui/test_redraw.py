from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App
from textual.screen import ModalScreen

from ionq_tui.ui.dialogs import dialog
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import FakeConnector, session


@pytest.mark.parametrize("opener", [":", "o", "c", "e", "bi"])
async def test_a_dialog_is_painted_anew_too(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch, opener: Sequence[str]
) -> None:
    painted: list[App[object]] = []
    monkeypatch.setattr(dialog, "repaint", painted.append)
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        for key in opener:
            below = app.screen
            await pilot.press(key)
            await until(pilot, lambda below=below: app.screen is not below)
        shown = app.screen
        assert isinstance(shown, ModalScreen)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: bool(painted))
        assert app.screen is shown
