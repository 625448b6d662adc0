"""The user's command is told of each event once, whoever dies over it; real processes, a real command."""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site, process, wait_until

SECONDS = 4.0
"""That the command takes: longer than a program that ends waits for it."""


class Hook:
    """A slow command, and what it was told."""

    def __init__(self, home: Path) -> None:
        self.file, script, self.config = home / "told", home / "hook.py", home / "hook.toml"
        script.write_text(
            f"import sys, time\nline = sys.stdin.read()\n"
            f"with open({str(self.file)!r}, 'a') as file:\n    file.write(line)\ntime.sleep({SECONDS})\n"
        )
        command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"
        self.config.write_text(f"poll_interval = 1\non_event = {json.dumps(command)}\n")
        self.options = ("--config", str(self.config))

    @property
    def kinds(self) -> Counter[str]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return Counter(json.loads(line)["kind"] for line in lines)

    def finds_the_rest(self) -> None:
        """Start commands, two at once, until nothing is left to be told."""
        for _ in range(6):
            both = [process("ls", *self.options) for _ in range(2)]
            assert [one.finish().code for one in both] == [0, 0]
        assert set(self.kinds.values()) == {1}, self.kinds


@pytest.fixture
def hook(home: Path) -> Hook:
    return Hook(home)


def claimed(home: Path, kind: str) -> bool:
    """Somebody is to tell an event of this kind, and has not yet."""
    (path,) = home.rglob("journal.sqlite3")
    with closing(sqlite3.connect(path)) as journal:
        return bool(journal.execute("SELECT count(*) FROM told WHERE kind = ? AND done = 0", (kind,)).fetchone()[0])


def test_what_a_slow_command_was_not_told_at_the_end_is_told_later_and_once(site: Site, home: Path, hook: Hook) -> None:
    session = site.colleague()
    with process("watch", session.id, *hook.options, IONQ_TUI_PATIENCE="0.05") as watching:
        assert " session " in watching.read_line()
        wait_until(lambda: hook.kinds["opened"] == 1, "the command is told of the opening")
        with site.cloud.lock:
            site.cloud.advance()
            site.cloud.end(session, "somebody-else")
        assert watching.finish().code == 0
    assert claimed(home, "ended") and "ended" not in hook.kinds
    hook.finds_the_rest()
    assert hook.kinds["ended"] == 1


def test_killed_between_the_claim_and_the_command_another_process_tells(site: Site, home: Path, hook: Hook) -> None:
    session = site.colleague()
    with process("watch", session.id, *hook.options) as watching:
        assert " session " in watching.read_line()
        wait_until(lambda: hook.kinds["opened"] == 1, "the command is told of the opening")
        with site.cloud.lock:
            site.cloud.advance()
            site.cloud.end(session, "somebody-else")
        wait_until(lambda: claimed(home, "ended"), "the end is claimed")
        watching.popen.send_signal(signal.SIGKILL)
        assert watching.finish().code == -signal.SIGKILL
    assert "ended" not in hook.kinds
    hook.finds_the_rest()
    assert hook.kinds["ended"] == 1


def test_a_process_that_runs_on_tells_what_another_left(site: Site, home: Path, hook: Hook) -> None:
    ends, stays = site.colleague(), site.colleague()
    with process("watch", ends.id, *hook.options) as first:
        assert " session " in first.read_line()
        with site.cloud.lock:
            site.cloud.advance()
            site.cloud.end(ends, "somebody-else")
        wait_until(lambda: claimed(home, "ended"), "the end is claimed")
        first.popen.send_signal(signal.SIGKILL)
        first.finish()
    with process("watch", stays.id, *hook.options) as second:
        assert " session " in second.read_line()
        wait_until(lambda: hook.kinds["ended"] == 1, "the one that runs tells it")


def test_a_bug_in_what_nobody_waits_for_is_reported_beside_what_was_done(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: object) -> None:
        raise RuntimeError("a bug in the round")

    monkeypatch.setattr("ionq_tui.engine.own_sessions.OwnSessionsMonitor._run_turn", bug)
    told = shell("open", FORTE, "--max-jobs", "9", "--yes")
    assert told.code == 3, "whatever was done stands, so it is not called refused"
    assert "RuntimeError: a bug in the round" in told.err and "this is a bug in ionq-tui" in told.err
    assert told.out.split() == site.running
