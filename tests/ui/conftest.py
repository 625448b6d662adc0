from __future__ import annotations

import pytest

from ionq_tui.ui.quiet import Quiet
from tests.ui.fake import FakeStair
from tests.ui.hand import Hand


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """The clock of the quiet time."""
    hand = Hand()
    monkeypatch.setattr(Quiet, "clock", hand)
    return hand


@pytest.fixture
def stair() -> FakeStair:
    return FakeStair()
