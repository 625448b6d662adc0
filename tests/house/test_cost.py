"""What keeps the program light: causes, not times, which `make bench` measures."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path

import httpx
import pytest

from ionq_tui.api import reply_cache
from ionq_tui.api.cloud import HttpCloud
from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.api.operations import Operation
from ionq_tui.api.reply import value_of
from ionq_tui.model.key import ApiKey
from ionq_tui.model.overview import Overview
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.simulator.bulk_data import many_sessions
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from ionq_tui.wiring import Wiring
from tests.bench.server import world
from tests.house.source import ROOT
from tests.terminal.kit import Terminal, clean_environment, command
from tests.unit.engine.clock import NOON, ManualClock

# click comes with the tools of the tests alone, and where it is installed others load it.
_UNTIL = """
import json, os, sys
sys.modules["click"] = None
sys.stdin.isatty = sys.stdout.isatty = lambda: True
from functools import partialmethod
from ionq_tui.cli import main as cli
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.signal_exit import SignalExit

def tell(app):
    print(json.dumps(sorted(sys.modules)), file=sys.__stdout__, flush=True)
    app.exit()

def drawn(app):
    if any(table.keys for table in app.screen.query("#sessions")):
        tell(app)

if os.environ["UNTIL"] == "painted":
    DashboardApp._begin = tell
else:
    shown = DashboardApp.post_display_hook
    DashboardApp.post_display_hook = lambda app: (shown(app), drawn(app))
SignalExit.watch = lambda self: None
DashboardApp.run = partialmethod(DashboardApp.run, headless=True, size=(120, 40))
cli.main([])
"""


def _loaded(until: str, home: Path, **more: str) -> frozenset[str]:
    environment = clean_environment(home, UNTIL=until, **more)
    done = subprocess.run(
        [sys.executable, "-c", _UNTIL], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout.splitlines()[0]))


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules that are loaded when something is painted for the first time."""
    return _loaded("painted", tmp_path_factory.mktemp("painted"))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules that are loaded when the first sessions are painted, for a key of the environment."""
    cloud, _ = world(sessions=3, jobs=5)
    with Server(partial(respond, cloud)) as server:
        home = tmp_path_factory.mktemp("listed")
        return _loaded("listed", home, IONQ_API_KEY="key-of-a-test", IONQ_API_URL=server.url)


def _of(package: str, loaded: frozenset[str]) -> set[str]:
    return {name for name in loaded if f"{name}.".startswith(f"{package}.")} - {"click"}


@pytest.mark.parametrize(
    "package",
    ["httpx", "httpcore", "anyio", "keyring", "sqlite3", "_hashlib", "http", "email", "click", "rich.traceback"],
)
def test_the_first_paint_waits_for_no_package_that_it_does_not_need(painted: frozenset[str], package: str) -> None:
    assert not _of(package, painted)


def test_the_first_paint_waits_for_a_few_of_our_modules(painted: frozenset[str]) -> None:
    rooms = {name.split(".")[1] for name in painted if name.startswith("ionq_tui.")}
    assert rooms <= {"cli", "wiring", "settings", "terminal", "model", "view", "ui"}
    screens = {name for name in painted if name.startswith(("ionq_tui.ui.screens.", "ionq_tui.ui.dialogs."))}
    assert screens == {"ionq_tui.ui.screens.base"}
    assert len([name for name in painted if name.startswith("ionq_tui.")]) <= 50


@pytest.mark.parametrize(
    "package",
    [
        *(
            "argparse",
            "gettext",
            "click",
            "keyring",
            "ionq_tui.cli.common",
            "ionq_tui.cli.arguments",
            "ionq_tui.simulator",
        ),
        *("ionq_tui.credentials.keyring_store", "ionq_tui.credentials.key_command", "ionq_tui.engine.event_hook"),
        *("ionq_tui.ui.dialogs", "ionq_tui.ui.screens.session"),
    ],
)
def test_the_first_list_waits_for_nothing_that_it_does_not_need(listed: frozenset[str], package: str) -> None:
    assert {"httpx", "ionq_tui.ui.screens.sessions"} <= listed
    assert not _of(package, listed)


TICKS = 4
MOST = 300 * TICKS
"""A minute may pass meanwhile, which changes a line and the title; a picture takes thousands of bytes."""


@pytest.fixture
def unchanging(tmp_path: Path) -> Iterator[tuple[Terminal, threading.Semaphore]]:
    """The live screen of a session in which nothing happens, and what is released with each reading of it."""
    cloud, session = world(sessions=3, jobs=5)
    readings = threading.Semaphore(0)

    def note(request: Request, _: Reply) -> None:
        if request.path.endswith(f"/sessions/{session.id}/jobs"):
            readings.release()

    with Server(partial(respond, cloud), on_request=note) as server:
        environment = clean_environment(tmp_path / "home", IONQ_API_KEY="key-of-a-test", IONQ_API_URL=server.url)
        config = Path(environment["XDG_CONFIG_HOME"]) / "ionq-tui" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("poll_interval = 1\n")
        with Terminal(command("attach", session.id), environment, rows=40, columns=120) as terminal:
            yield terminal.wait_for("all 5 finished priced"), readings


@pytest.mark.xdist_group("terminal")
def test_a_tick_that_brings_nothing_new_writes_next_to_nothing(
    unchanging: tuple[Terminal, threading.Semaphore],
) -> None:
    terminal, readings = unchanging
    terminal.wait_quiet(1.0)
    before = len(terminal.raw)
    while readings.acquire(blocking=False):
        pass
    for _ in range(TICKS):
        assert readings.acquire(timeout=20)
    assert len(terminal.raw) - before <= MOST


@pytest.mark.xdist_group("terminal")
def test_a_key_in_a_table_writes_two_rows_and_no_more(unchanging: tuple[Terminal, threading.Semaphore]) -> None:
    terminal, _ = unchanging
    terminal.wait_quiet(1.0)
    before = len(terminal.raw)
    row = next(number for number, line in enumerate(terminal.lines) if " > " in line[:4] or line.startswith(">"))
    terminal.keys("down").wait_for(lambda shown: ">" in shown.lines[row + 1][:4])
    assert len(terminal.raw) - before <= 1000


class Search(MetaPathFinder):
    """Notes which modules were searched for, and finds none."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        self.names.append(name)


async def test_a_request_searches_the_disk_for_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud, session = world(sessions=1, jobs=1)
    with Server(partial(respond, cloud)) as server:
        runner = dashboard_runner(server.url, ApiKey("key-of-a-test"))
        asked = HttpCloud(runner)
        assert isinstance(await asked.session(session.id), Session)
        search = Search()
        monkeypatch.setattr(sys, "meta_path", [search, *sys.meta_path])
        assert isinstance(await asked.session(session.id), Session)
        await asked.close()
    assert search.names == []


async def test_the_same_list_heard_again_is_neither_read_nor_told(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(operation: Operation[object], response: httpx.Response) -> object:
        read.append(operation.path)
        return value_of(operation, response)

    monkeypatch.setattr(reply_cache, "value_of", counted)
    clock = StoppedClock(NOON)
    cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    many_sessions(cloud, 50)
    engine = await Wiring(Settings(), {}).demo_on(cloud, ManualClock(clock.advance))
    told: list[Overview] = []
    engine.session_list.overview.subscribe(told.append)
    await engine.session_list.refresh()
    assert read.count("/sessions") == 1 and len(told) == 1
    for _ in range(3):
        await engine.session_list.refresh()
    assert read.count("/sessions") == 1 and len(told) == 1
    cloud.end(next(iter(cloud.active.values())), None)
    await engine.session_list.refresh()
    assert read.count("/sessions") == 2 and len(told) == 2
    await engine.close()
