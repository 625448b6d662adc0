"""A quiet cloud behind the hostile server, and the product in front of it, wired as it is for people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.journal.journal import Journal
from ionq_tui.model.key import FoundKey
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.settings import Flags, load_settings
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.store import Order, SessionEntry, Terms
from ionq_tui.wiring import PATIENCE, Wiring
from tests.hostile.server import HostileServer

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-for-the-hostile-server-9876"
BACKEND = "qpu.forte-1"
SCALE = 0.03
"""On our pauses and time-outs."""
CALLER = hashed_id("creator", KEY)


@contextmanager
def hostile_server(now: datetime | None = None, *, age: float = 25) -> Iterator[HostileServer]:
    """A cloud whose time stands still, so that what differs was made to differ; with three sessions of ours.

    They are `age` seconds old.
    """
    clock = StoppedClock() if now is None else StoppedClock(now)
    cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    for number in range(3):
        session_with_jobs(cloud, minutes=60 + number)
    clock.advance(age)
    with cloud.lock:
        cloud.advance()
    with HostileServer(cloud) as server:
        yield server


def session_with_jobs(cloud: SimulatedCloud, minutes: int = 60, jobs: int = 3) -> SessionEntry:
    """Open a session with all limits and some jobs in it: one that failed, others that wait or ran."""
    with cloud.lock:
        cloud.advance()
        terms = Terms(jobs=9, minutes=minutes, money=Decimal("30.50"), given=True)
        entry = cloud.open_session(CALLER, BACKEND, terms)
        for number in range(jobs):
            failure = ("PreflightError", "calibration drifted") if number == 0 else None
            cloud.submit(CALLER, Order(BACKEND, name=f"job-{number}", session_id=entry.id), failure)
    return entry


def environment(server: HostileServer, home: Path, **more: str) -> dict[str, str]:
    """Return what a process of ours is told."""
    return {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "IONQ_API_URL": server.url,
        "IONQ_API_KEY": KEY,
        PATIENCE: str(SCALE),
        **more,
    }


@asynccontextmanager
async def connected(
    server: HostileServer, home: Path, *, read_only: bool = False, interval: float = 5.0
) -> AsyncIterator[Engine]:
    """The engine as the wiring builds it."""
    environ = environment(server, home)
    settings = load_settings(Flags(read_only=read_only), environ, home / "none")
    connector = Wiring(replace(settings, poll_interval=interval), environ)
    connector._journal = Journal(home / "journal.sqlite3", patience=30)
    found = await connector.find_key()
    assert isinstance(found, FoundKey)
    engine = await connector.connect(found)
    try:
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def watching(engine: Engine, session_id: str) -> AsyncIterator[Looker]:
    """A session that is watched as its screen does it."""
    session_poller = engine.session_poller(session_id)
    polling = asyncio.create_task(session_poller.run())
    try:
        yield Looker(session_poller)
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


class Looker:
    """Asks for one more reading, and waits for it."""

    def __init__(self, session_poller: SessionPoller) -> None:
        self.session_poller = session_poller

    async def until(self, holds: Callable[[SessionSnapshot], bool]) -> SessionSnapshot:
        """Look again until it holds, or until it is clear that it never will; then return the picture all the same."""
        for _ in range(60):
            if holds(await self.look()):
                break
        return self.session_poller.store.value

    async def look(self) -> SessionSnapshot:
        """Return the picture after one more reading."""
        async with asyncio.timeout(20):
            await self.session_poller.poller.asked().wait()
        return self.session_poller.store.value
