"""A world whose journal knows something that must never be forgotten, written there by the product itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from ionq_tui.model.exit_code import DONE, UNCERTAIN
from ionq_tui.wiring import PATIENCE
from tests.faults.fault import PROXY_PAGE, Fault, Operation, Stage
from tests.faults.forked import command
from tests.faults.reads import Reads
from tests.faults.server import Arrival
from tests.faults.world import BACKEND, World, world_at

_TIMED_OUT = 11.5
"""Seconds after which a hanging reading was given up by its time-out of 12 s; a closing window gives it up sooner."""


class Knows(Enum):
    """What the journal knows."""

    RUNNING = "a running session"
    UNCONFIRMED = "an unconfirmed open"
    END_ASKED = "an end asked for, not confirmed"
    SEVERAL = "two sessions, an open"
    """Two that run, and an unconfirmed open besides."""


@dataclass
class Prepared:
    """Worlds that begin alike, one after the other, on one server."""

    world: World
    knows: Knows
    ids: tuple[str, ...]
    """The sessions that run and that the journal knows."""
    lost: str
    """The session of an unconfirmed open, of which nobody was told; empty where there is none."""
    _begun: int = 0

    @property
    def session_id(self) -> str:
        """The first session that runs, known or not."""
        return (*self.ids, self.lost)[0]

    @property
    def short(self) -> str:
        """Its last six characters."""
        return self.session_id[-6:]

    def anew(self, reads: Reads, *, below_a_form: bool = False) -> World:
        """Return the world as it was, with a home of its own, where readings fail from now on."""
        server = self.world.server
        server.disarm()
        server.come_back()
        server.drop_lines()
        with server.cloud.lock:
            for entry in server.cloud.sessions.values():
                entry.ended_at = entry.ender_id = None
                server.cloud.active[entry.id] = entry
        server.log.clear()
        self._begun += 1
        home = self.world.home.with_name(f"home-{self._begun}")
        shutil.copytree(self.world.home, home)
        (reads.begin_below_a_form if below_a_form else reads.begin)(server)
        return replace(self.world, home=home)

    def ends_posted(self, since: float) -> list[Arrival]:
        """Return the first request since then to end each of the sessions, where one came in."""
        ends = [one for one in list(self.world.server.log) if one.operation is Operation.END and one.at >= since]
        first = (next((one for one in ends if f"/sessions/{name}/" in one.path), None) for name in self.ids)
        return [one for one in first if one is not None]

    def all_posted(self, since: float) -> bool:
        """True where each of the sessions was asked to end since then."""
        return len(self.ends_posted(since)) == len(self.ids)

    def gave_up_a_reading(self, since: float, before: float) -> bool:
        """True where a reading ended by its time-out between the two; a dialog that closes ends its own sooner."""
        gets = [one for one in list(self.world.server.log) if one.method == "GET" and one.over_at is not None]
        return any(since <= one.over_at < before and one.over_at - one.at >= _TIMED_OUT for one in gets if one.over_at)


@contextmanager
def prepared(home: Path, knows: Knows, scale: float) -> Iterator[Prepared]:
    """Open a session from the command line, and lose what is to be lost."""
    with world_at(home / "first", known_here=False, scale=scale) as world:
        opened = {Knows.UNCONFIRMED: 0, Knows.SEVERAL: 2}.get(knows, 1)
        for _ in range(opened):
            _do(world, Operation.OPEN, DONE, *_OPEN)
        if knows in (Knows.UNCONFIRMED, Knows.SEVERAL):
            world.server.arm(Operation.OPEN, Fault("reply lost, looking fails", Stage.NO_REPLY, blind=True))
            _do(world, Operation.OPEN, UNCERTAIN, *_OPEN)
        ids = tuple(world.server.committed[:opened])
        if knows is Knows.END_ASKED:
            world.server.arm(Operation.END, Fault("503", status=503, body=PROXY_PAGE, carried_out=False))
            _do(world, Operation.END, UNCERTAIN, "end", ids[0], "--yes")
        yield Prepared(world, knows, ids, "".join(world.server.committed[opened:]))


def _do(world: World, operation: Operation, code: int, *arguments: str) -> None:
    """Run a command that hurries, since some fail on purpose; again where it was too hasty to send anything."""
    before = world.server.reached[operation]
    for _ in range(_TRIES):
        done = command(arguments, {**world.environment(), PATIENCE: _HURRIED}, world.home)
        if world.server.reached[operation] > before:
            break
    assert done.code == code, done.err


_OPEN = ("open", BACKEND, "--max-jobs", "3", "--yes")
_TRIES = 10
_HURRIED = "0.03"
