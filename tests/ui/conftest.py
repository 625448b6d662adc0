from __future__ import annotations

import pytest

from ionq_tui.ui.key_guard import KeyGuard
from tests.ui.fake import FakeConnector
from tests.ui.hand import Hand


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """The clock of the quiet time."""
    hand = Hand()
    monkeypatch.setattr(KeyGuard, "clock", hand)
    return hand


@pytest.fixture
def connector() -> FakeConnector:
    return FakeConnector()
