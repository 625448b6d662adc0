"""`--log FILE` of a dashboard on a real terminal."""

from __future__ import annotations

import re
import signal
import stat
from pathlib import Path

import pytest

from tests.terminal.kit import Terminal, command, on_live_screen
from tests.terminal.test_hangup import KEY, Stage, at_form, open_by_key, stage
from tests.terminal.touch import focus_by_tab, rested_press

__all__ = ["stage"]


def opened_and_logged(stage: Stage, log: Path) -> tuple[Terminal, str]:
    terminal = at_form(stage.start(*command("--log", str(log))))
    open_by_key(terminal)
    terminal.wait_for(on_live_screen)
    (session_id,) = stage.site.running
    return terminal, session_id


def assert_told(log: Path, *patterns: str) -> None:
    """These lines are in it, in this order."""
    text = log.read_text()
    assert KEY not in text and "uthorization" not in text and "job_count_limit" not in text
    place = 0
    for pattern in patterns:
        found = re.search(pattern, text[place:])
        assert found is not None, (pattern, text)
        place += found.end()


def test_it_tells_what_a_window_asked_and_did(stage: Stage) -> None:
    log = stage.home / "log"
    terminal, session_id = opened_and_logged(stage, log)
    terminal.keys("e").wait_for("Keep running")
    focus_by_tab(terminal, "End session")
    rested_press(terminal, "enter")
    terminal.wait_for(lambda _: not stage.site.running).wait_for("ENDED")
    terminal.keys("ctrl+c")
    assert terminal.wait_exit() == 0
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert_told(
        log,
        r"INFO    ionq_tui\.command ionq-tui \S+, dashboard, profile default, http://127\.0\.0\.1",
        r"DEBUG   ionq_tui\.request GET /v0\.4/sessions 200 \d+ ms request \S+",
        r"INFO    ionq_tui\.action open: requested on qpu\.forte-1, 10j",
        r"ionq_tui\.request POST /v0\.4/sessions 201 \d+ ms",
        rf"open: qpu\.forte-1: opened {session_id}",
        rf"INFO    ionq_tui\.action end: requested for {session_id}",
        rf"ionq_tui\.request POST /v0\.4/sessions/{session_id}/end 200 \d+ ms",
        rf"end: {session_id}: confirmed ended",
        r"exit code 0\n$",
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_is_whole_where_the_window_was_told_to_leave(stage: Stage, number: signal.Signals) -> None:
    log = stage.home / "log"
    terminal, session_id = opened_and_logged(stage, log)
    assert terminal.signal(number).wait_exit() == 128 + number
    assert_told(log, rf"open: qpu\.forte-1: opened {session_id}\n")
