from __future__ import annotations

import base64
import re

import pytest

from ionq_tui.ui.clipboard import clipboard_sequences, enclosed, passage
from ionq_tui.view.clipboard import Passage

TMUX = {"TMUX": "/tmp/tmux-0/default,1,0"}
SCREEN = {"STY": "1.pts-0.lab"}


def test_without_a_multiplexer_it_is_sent_as_it_is() -> None:
    assert list(clipboard_sequences("id", {})) == ["\x1b]52;c;aWQ=\x07"]


def test_for_tmux_it_is_sent_both_ways() -> None:
    assert list(clipboard_sequences("id", TMUX | SCREEN)) == [
        "\x1b]52;c;aWQ=\x07",
        "\x1bPtmux;\x1b\x1b]52;c;aWQ=\x07\x1b\\",
    ]


def test_for_screen_it_is_wrapped_in_pieces() -> None:
    text = "x" * 1000
    (sent,) = clipboard_sequences(text, SCREEN)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sent, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == sent
    assert all(len(piece) <= 240 for piece in pieces)
    assert "".join(pieces) == f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    assert enclosed("\x1b]9;a\x07", SCREEN) == "\x1bP\x1b]9;a\x07\x1b\\"


async def test_where_tmux_cannot_be_asked_nothing_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert await passage(TMUX | {"PATH": "/nowhere"}) is Passage.UNKNOWN
    assert await passage(SCREEN) is Passage.SCREEN
    assert await passage({}) is Passage.OPEN
