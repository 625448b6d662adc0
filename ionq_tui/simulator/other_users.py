"""Other users of the organization, who open and end their own sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.ports import Cloud
from ionq_tui.simulator.random_stream import hashed_id, stream
from ionq_tui.simulator.store import Terms

HISTORY = timedelta(days=3)
"""Length of the simulated past before the origin."""
_MOST_ACTIVE = 4


@quick_dataclass(frozen=True, slots=True)
class Visit:
    """A session opened by another user."""

    person: str
    backend: str
    terms: Terms
    pace: tuple[float, float] = (15.0, 40.0)
    theme: str = "vqe"
    first_job_in: float = 0
    """Seconds until its first job; 0 is the default delay."""
    leaves_after: float = 0
    """Minutes until the user ends it; 0 is never."""


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
"""Past visits by minutes before the origin; the first four have ended by then, and one has not started."""


class OtherUsers:
    """Sessions of other users: those of the past three days, and new ones from time to time."""

    def __init__(self, cloud: Cloud, origin: datetime, *, has_workload: bool) -> None:
        """Take the cloud; `has_workload` is True if a workload submits jobs, which starts the sessions."""
        self._cloud = cloud
        self._origin = origin
        self._living = has_workload

    def arrive(self) -> None:
        """Schedule the past visits and the first one after the origin."""
        for minutes, visit in _BEFORE:
            self._cloud.scheduler.at(self._origin - timedelta(minutes=minutes), partial(self._open, visit))
        self._plan(self._origin, 1)

    def _plan(self, after: datetime, number: int) -> None:
        gap = stream(self._cloud.seed, "gap", number).uniform(12, 40)
        moment = after + timedelta(minutes=gap)
        self._cloud.scheduler.at(moment, partial(self._come, moment, number))

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
            cloud.scheduler.at(moment, partial(cloud.end, session, session.creator_id))


def person_id(name: str) -> str:
    """Return the creator id of a user."""
    return hashed_id("colleague", name)
