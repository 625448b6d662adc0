"""The terminal's title tells what is left, in tmux too, and is taken back at the end."""

from __future__ import annotations

from collections.abc import Callable

from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import command
from tests.terminal.tmux import Tmux


def test_it_is_written_where_it_changes_and_taken_back(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(command("--demo")).wait_for("active in the organization")
    terminal.wait_for(lambda t: t.title.startswith("forte-1 "))
    terminal.wait_quiet()
    assert terminal.raw.count(b"\x1b[22;2t") == 1 and terminal.raw.count(b"\x1b]2;forte-1 ") in {
        1,
        2,
    }  # a minute may pass
    assert terminal.keys("q").wait_exit() == 0
    assert terminal.raw.count(b"\x1b]2;\x07\x1b[23;2t") == 1
    assert terminal.raw.index(b"\x1b[23;2t") < terminal.raw.index(b"\x1b[?1049l")


def test_tmux_shows_it(tmux: Callable[[], Tmux]) -> None:
    pane = tmux().start(command("--demo")).wait_for("active in the organization")
    pane.wait_for(lambda t: t.show("#{pane_title}").startswith("forte-1 "))
