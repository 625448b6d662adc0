"""What a shell gets of a dashboard that exits while sessions are open."""

from __future__ import annotations

from ionq_tui.simulator.http import Reply, Request
from tests.terminal.kit import Terminal
from tests.terminal.test_hangup import Stage, assert_told, stage
from tests.terminal.touch import focus_by_tab, rested_press

__all__ = ["stage"]


def leave(terminal: Terminal) -> None:
    """Go home, quit, and leave everything as it is."""
    terminal.keys("q").wait_for("active in the organization").keys("q")
    rested_press(focus_by_tab(terminal, "Quit, leave running"), "enter")


def test_a_session_left_running_on_purpose_is_no_failure(stage: Stage) -> None:
    terminal, session_id = stage.opened()
    leave(terminal)
    assert terminal.wait_exit() == 0
    assert_told(terminal, session_id)


def test_an_end_that_is_not_confirmed_is(stage: Stage) -> None:
    terminal, session_id = stage.opened()

    def refused(request: Request) -> Reply | None:
        return Reply(500, (), b"oops") if request.method == "POST" else None

    stage.site.instead = refused
    rested_press(terminal, "e").wait_for("Keep running")
    rested_press(focus_by_tab(terminal, "End session"), "enter").wait_for("STILL OPEN")
    leave(terminal)
    assert terminal.wait_exit() == 3
    assert f"not ended: {session_id}" in terminal.text
    assert f"  ionq-tui end {session_id} --yes" in terminal.lines
