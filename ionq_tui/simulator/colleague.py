"""Other people of the organisation, who open and end sessions of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from ionq_tui.simulator.book import Terms
from ionq_tui.simulator.chance import hashed_id, stream
from ionq_tui.simulator.machine import MACHINES

if TYPE_CHECKING:
    from ionq_tui.simulator.cloud import SimulatedCloud

HISTORY = timedelta(days=3)
"""How long before the origin the simulated past begins."""
_MOST_ACTIVE = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """A session that a colleague opens."""

    person: str
    backend: str
    terms: Terms
    pace: tuple[float, float] = (15.0, 40.0)
    theme: str = "vqe"
    first_job_in: float = 0
    """Seconds until its first job; 0 is at once."""
    leaves_after: float = 0
    """Minutes until the colleague ends it; 0 is never."""


def _limited(jobs: int | None = None, minutes: int | None = None, money: str | None = None) -> Terms:
    return Terms(jobs, minutes, Decimal(money) if money is not None else None, given=True)


_BEFORE: tuple[tuple[float, Visit], ...] = (
    (3060, Visit("ada", "qpu.forte-1", _limited(jobs=10), theme="ghz", leaves_after=120)),
    (1740, Visit("ben", "qpu.aria-1", _limited(minutes=20), theme="qaoa", leaves_after=120)),
    (1560, Visit("chloe", "qpu.forte-enterprise-1", _limited(jobs=40, minutes=60), theme="kernel", leaves_after=11)),
    (431, Visit("ben", "qpu.forte-1", _limited(money="5.00"), theme="qaoa", leaves_after=120)),
    (341, Visit("ada", "qpu.forte-1", Terms(), pace=(60, 240), theme="qaoa-sweep")),
    (38, Visit("ben", "qpu.forte-enterprise-1", _limited(jobs=200, minutes=120), theme="kernel")),
    (17, Visit("chloe", "qpu.aria-1", _limited(minutes=90, money="60.00"), theme="trotter")),
    (1, Visit("chloe", "qpu.forte-1", _limited(jobs=20, minutes=30), theme="ghz", first_job_in=1500)),
)
"""Minutes before the origin, and who came; the first four are over by then, one has not started."""


class Colleagues:
    """The sessions of others: those of the past three days, and a new one now and then."""

    def __init__(self, cloud: SimulatedCloud, origin: datetime, *, living: bool) -> None:
        """Act on this cloud; `living` where a workload starts the sessions."""
        self._cloud = cloud
        self._origin = origin
        self._living = living

    def arrive(self) -> None:
        """Plan those who came before the origin, and the first who comes after it."""
        for minutes, visit in _BEFORE:
            self._cloud.timeline.at(self._origin - timedelta(minutes=minutes), partial(self._open, visit))
        self._plan(self._origin, 1)

    def _plan(self, after: datetime, number: int) -> None:
        gap = stream(self._cloud.seed, "gap", number).uniform(12, 40)
        moment = after + timedelta(minutes=gap)
        self._cloud.timeline.at(moment, partial(self._come, moment, number))

    def _come(self, moment: datetime, number: int) -> None:
        random = stream(self._cloud.seed, "visit", number)
        people = {person_id(name) for name in ("ada", "ben", "chloe")}
        if sum(session.creator_id in people for session in self._cloud.active.values()) < _MOST_ACTIVE:
            usable = [
                machine.name for machine in MACHINES.values() if machine.per_shot and machine.status == "available"
            ]
            terms = random.choice((_limited(minutes=30), _limited(jobs=25, minutes=60), _limited(money="20.00")))
            visit = Visit(
                random.choice(("ada", "ben", "chloe")),
                random.choice(usable),
                terms,
                theme=random.choice(("vqe", "qaoa", "kernel", "trotter")),
                leaves_after=random.uniform(15, 55),
            )
            self._open(visit)
        self._plan(moment, number + 1)

    def _open(self, visit: Visit) -> None:
        cloud = self._cloud
        session = cloud.open_session(
            person_id(visit.person), visit.backend, visit.terms, first_job_in=visit.first_job_in
        )
        session.pace, session.theme = visit.pace, visit.theme
        if not self._living and session.started_at is None and not visit.first_job_in:
            cloud.begin(session)
        if visit.leaves_after:
            moment = cloud.now + timedelta(minutes=visit.leaves_after)
            cloud.timeline.at(moment, partial(cloud.end, session, session.creator_id))


def person_id(name: str) -> str:
    """Return the creator id of a colleague."""
    return hashed_id("colleague", name)
