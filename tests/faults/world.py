"""One cell's world: a quiet cloud behind the fault server, a home of its own, and a journal in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ionq_tui.api.client import IonQClient
from ionq_tui.api.runner import Runner
from ionq_tui.journal.journal import Journal
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.session import Session
from ionq_tui.settings import Flags, load_settings
from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.wiring import PATIENCE, Wiring
from tests.faults.server import KEY, FaultServer

ROOT = Path(__file__).resolve().parents[2]
BACKEND = "qpu.forte-1"
REQUEST = OpenRequest(BACKEND, Limits(jobs=3, minutes=30))
SCALE = 0.02
"""On every pause and time-out, the server's and ours."""
TIMEOUT = 0.4


@dataclass
class World:
    """What a face acts in."""

    server: FaultServer
    home: Path
    known_here: bool = True
    """True where an earlier session told which creator id is ours."""

    @property
    def journal_path(self) -> Path:
        """Where the command line keeps its journal in this home."""
        return self.home / ".local" / "state" / "ionq-tui" / "journal.sqlite3"

    @property
    def place(self) -> Place:
        """Where our sessions are."""
        cloud, caller = self.server.cloud, hashed_id("creator", KEY)
        return Place(self.server.url, cloud.organization_id, cloud.project_id, hashed_id("key", caller))

    def remember_creator(self) -> None:
        """Write an earlier session of ours into the journal."""
        journal = Journal(self.journal_path, patience=30)
        number = journal.intent(self.place, REQUEST).now()
        earlier = Session("earlier-session-0001", status="ended", creator_id=hashed_id("creator", KEY))
        journal.opened(number, earlier).now()
        journal.ended(self.place, earlier).now()
        assert journal.close(30)

    def running_session(self) -> str:
        """Open a session of ours, before anything goes wrong."""
        from ionq_tui.simulator.store import Terms

        entry = self.server.cloud.open_session(hashed_id("creator", KEY), BACKEND, Terms(jobs=3, given=True))
        self.server.committed.append(entry.id)
        return entry.id

    def opened_here(self) -> str:
        """Open a session of ours that the journal knows."""
        session_id = self.running_session()
        journal = Journal(self.journal_path, patience=30)
        number = journal.intent(self.place, REQUEST).now()
        journal.opened(number, Session(session_id, status="created", creator_id=hashed_id("creator", KEY))).now()
        assert journal.close(30)
        return session_id

    def newest_here(self) -> SessionRecord | None:
        """Return what is on disk of the newest session opened here."""
        with closing(Journal(self.journal_path, patience=30)) as journal:
            return journal.newest_here(self.place).now()

    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""
        return {
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "IONQ_API_URL": self.server.url,
            "IONQ_API_KEY": KEY,
            PATIENCE: str(self.server.scale),
        }

    def connector(self) -> Wiring:
        """Return the wiring of a program in this world."""
        environ = self.environment()
        settings = load_settings(Flags(), environ, self.home / ".config" / "ionq-tui")
        connector = Wiring(settings, environ)
        connector._journal = Journal(self.journal_path, patience=30)
        return connector

    def client(self) -> IonQClient:
        """Return a library client whose pauses are short."""
        client = IonQClient(api_key=KEY, base_url=self.server.url, timeout=httpx.Timeout(TIMEOUT, connect=5.0))
        wiring = client.runner.config
        short = type(wiring)(wiring.base_url, wiring.auth, wiring.user_agent, wiring.timeout, TIMEOUT)
        client.runner = Runner(short, retries=2, patience=SCALE)
        return client

    def command(self, *arguments: str) -> list[str]:
        """Return the argv of a command."""
        return [sys.executable, "-m", "ionq_tui", *arguments]


@contextmanager
def world_at(home: Path, *, known_here: bool = True, scale: float = SCALE) -> Iterator[World]:
    """A fresh world."""
    cloud = SimulatedCloud(FastClock(), workload=False, colleagues=False)
    os.makedirs(home, exist_ok=True)
    with FaultServer(cloud, scale) as server:
        world = World(server, home, known_here)
        if known_here:
            world.remember_creator()
        yield world
