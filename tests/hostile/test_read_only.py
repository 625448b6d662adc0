"""`--read-only`: every action of every screen and of the command line, and nothing but GET leaves the process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import EndUnknown, NotOpened, OpenRequest
from ionq_tui.settings import Flags, load_settings
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.commands import BACKENDS, DIALOG, EVERYWHERE, JOB, LIVE, NEW_SESSION, SESSIONS, TABLE, Command
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.wiring import Wiring
from tests.hostile.server import HostileServer
from tests.hostile.world import BACKEND, KEY, connected, environment, hostile_server
from tests.terminal.kit import Terminal, clean_environment, command

_LEAVE = {"quit", "leave", "back", "dismiss"}


async def test_the_engine_sends_nothing(tmp_path: Path) -> None:
    with hostile_server() as server:
        async with connected(server, tmp_path, read_only=True) as engine:
            assert await engine.session_list.refresh() is None
            session_id = next(iter(server.cloud.active))
            opened = await engine.actions.open("a decision", OpenRequest(BACKEND, Limits(jobs=1)), "")
            ended = await engine.actions.end(session_id, True)
            canceled = await engine.cloud.cancel_jobs(tuple(server.cloud.jobs))
        assert isinstance(opened, NotOpened)
        assert opened.fault.kind is FaultKind.READ_ONLY
        assert ended.fault is not None if isinstance(ended, EndUnknown) else True
        assert isinstance(canceled, Fault)
        assert server.changes == []


COMMANDS = (
    ("open", BACKEND, "--max-jobs", "1", "--yes"),
    ("open", BACKEND, "--no-limit", "--yes"),
    ("end", "ID", "--not-mine", "--yes"),
    ("end", "--all-here", "--yes"),
    ("run", BACKEND, "--max-jobs", "1", "--yes", "--", "true"),
    ("watch", "ID", "--end-when-idle", "1", "--not-mine", "--yes"),
    ("ls", "--all"),
    ("show", "ID"),
    ("jobs", "ID"),
    ("backends",),
    ("id",),
    ("config",),
    ("auth", "status"),
)


def test_no_command_sends_anything_that_changes(tmp_path: Path) -> None:
    with hostile_server() as server:
        session_id = next(iter(server.cloud.active))
        for words in COMMANDS:
            arguments = [{"ID": session_id}.get(word, word) for word in words]
            told = clean_environment(tmp_path, **environment(server, tmp_path))
            argv = command(arguments[0], "--read-only", *arguments[1:])
            done = subprocess.run(argv, env=told, capture_output=True, text=True, timeout=60, check=False)
            acts = words[0] in ("open", "end", "run", "watch")
            assert done.returncode == (1 if acts or words[0] == "id" else 0), (words, done.stderr)
            assert not acts or "read-only" in done.stderr
            assert server.changes == [], words


Make = Callable[[LiveBase], LiveBase]


def screens(server: HostileServer) -> dict[type[LiveBase], tuple[tuple[Command, ...], Make]]:
    """Return every screen with its commands, and how it is made from home."""
    session_id = next(iter(server.cloud.active))
    job_id = next(one.id for one in server.cloud.jobs.values() if not one.finished and one.session_id == session_id)
    return {
        SessionsScreen: (SESSIONS, lambda home: home),
        BackendsScreen: (BACKENDS, lambda home: BackendsScreen(home.engine)),
        NewSessionScreen: (NEW_SESSION, lambda home: NewSessionScreen(home.engine, BACKEND, Limits(jobs=1))),
        SessionScreen: (LIVE, lambda home: SessionScreen(home.engine, session_id)),
        JobScreen: (JOB, lambda home: JobScreen(home.engine, session_id, job_id)),
    }


@pytest.mark.parametrize("number", range(5))
async def test_no_action_of_any_screen_sends_anything_that_changes(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each action is given even where it is greyed, and every button of what it opens is pressed."""
    monkeypatch.chdir(tmp_path)  # where a report is saved
    with hostile_server() as server:
        kind, (commands, make) = list(screens(server).items())[number]
        environ = environment(server, tmp_path)
        app = DashboardApp(Wiring(load_settings(Flags(read_only=True), environ, tmp_path), environ))
        async with app.run_test(size=(120, 40)) as pilot:
            while not (isinstance(app.screen, SessionsScreen) and app.screen.engine.session_list.overview.value.loaded):
                await pilot.pause()
            home = app.screen
            session_poller = home.engine.session_poller(next(iter(server.cloud.active)))
            app.run_worker(session_poller.run())
            while not session_poller.store.value.jobs:
                await pilot.pause()
            for given in (*commands, *TABLE, *EVERYWHERE, *DIALOG):
                if given.id in _LEAVE or not hasattr(kind, f"action_{given.id}"):
                    continue
                if (shown := make(home)) is not home:
                    await app.push_screen(shown)
                    await pilot.pause()
                await shown.run_action(given.id)
                await pilot.pause()
                await press_all(pilot)
                while app.screen is not home:
                    app.pop_screen()
                    await pilot.pause()
            await home.engine.actions.settled()
        assert server.changes == []


async def press_all(pilot: Pilot[ExitSummary]) -> None:
    """Press the buttons that are on the screen, the grave ones first, greyed or not, for as long as it is there."""
    for button in reversed(list(pilot.app.screen.query(Button))):
        if button.screen is not pilot.app.screen:
            return
        button.disabled = False
        button.post_message(Button.Pressed(button))
        await pilot.pause()
        await pilot.pause()


def test_no_key_of_any_screen_sends_anything_that_changes(tmp_path: Path) -> None:
    with hostile_server() as server:
        session_id = next(iter(server.cloud.active))
        told = clean_environment(tmp_path, IONQ_API_URL=server.url, IONQ_API_KEY=KEY)
        argv = command("attach", session_id, "--read-only")
        with Terminal(argv, told, rows=30, columns=120, directory=tmp_path) as terminal:
            terminal.wait_for("READ-ONLY").wait_for("3 jobs: ")
            for key in ("e", "enter", "tab", "enter", "x", "X", "tab", "enter", "c", "y", "v", "r"):
                terminal.keys(key)
                terminal.wait_quiet(0.2)
            while "active in the organization" not in terminal.text:
                terminal.keys("esc").wait_quiet(0.2)
            for key in ("e", "tab", "enter", "n", "N", "space", "e", "w", "a"):
                terminal.keys(key)
                terminal.wait_quiet(0.2)
            assert terminal.exit_code is None
        assert server.changes == []
