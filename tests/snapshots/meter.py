"""The head of the live screen for every kind of limit and price; `python -m tests.snapshots.meter` writes it anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import apply_costs
from ionq_tui.ui.screens.session import SessionScreen
from tests.snapshots.scene import stop_the_zone
from tests.support.amounts import credit, usd
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage

METERS = Path(__file__).parent / "meters.txt"
SIZES = ((80, 24), (60, 16))
_STOOD = 4
"""Looks between which nothing may differ before a picture is taken."""
_HEAD = 10
"""Lines of the screen above its jobs, at most."""


ALL = Limits(40, 79, usd("30"))
CREATED = {"status": "created", "started_at": None, "expires_at": None}


@dataclass(frozen=True)
class Case:
    """A session, and what its jobs cost: one job a minute, the last one still runs."""

    limits: Limits
    costs: tuple[Money | None, ...] = (usd("0.65"),)
    """By turns, of the jobs."""
    jobs: int = 12
    unreadable: int = 0
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return session(1, **{"limits": self.limits, **self.more})

    def told(self) -> Iterator[tuple[Job, JobCost]]:
        for number in range(self.jobs):
            sent = NOW - timedelta(minutes=number + 1)
            running = number == 0
            job = Job(
                f"job-{number:06}",
                "started" if running else "completed",
                session_id=self.session.id,
                submitted_at=sent,
                started_at=sent,
                completed_at=None if running else sent + timedelta(seconds=14),
            )
            cost = self.costs[number % len(self.costs)]
            yield job, JobCost(cost=None if running else cost, estimate=cost if running else None)


CASES = {
    "no limit": Case(NO_LIMITS),
    "a limit of jobs": Case(Limits(jobs=40)),
    "limits of time and money": Case(Limits(minutes=79, money=usd("30"))),
    "all limits": Case(ALL),
    "all limits, nothing sent": Case(ALL, jobs=0),
    "all limits, not started": Case(ALL, jobs=0, more=CREATED),
    "no limit, not started": Case(NO_LIMITS, jobs=0, more=CREATED),
    "over the limits of jobs and money": Case(Limits(10, 79, usd("5"))),
    "over with what is reserved": Case(Limits(40, 79, usd("7.50"))),
    "credit": Case(Limits(40, 79, credit("500")), (credit("12.5"),)),
    "usd and credit, limited in usd": Case(ALL, (usd("0.65"), credit("12.5"))),
    "credit, limited in usd": Case(ALL, (credit("12.5"),)),
    "usd and credit, no limit": Case(NO_LIMITS, (usd("0.65"), credit("12.5"))),
    "no cost known": Case(ALL, (None,)),
    "every third cost unknown": Case(ALL, (usd("0.65"), usd("0.65"), None)),
    "jobs that could not be read": Case(ALL, unreadable=3),
    "large numbers": Case(Limits(20_000, 4_000, usd("123456.78")), (usd("9876.54"),)),
    "no readable expiry time": Case(ALL, more={"expires_at": None}),
    "asked 90 minutes, expires_at in 24 h": Case(Limits(minutes=90), more={"expires_at": NOW + timedelta(hours=24)}),
    "asked 90 minutes and over, expires_at in 24 h": Case(
        Limits(minutes=90),
        more={"started_at": NOW - timedelta(minutes=90), "expires_at": NOW + timedelta(hours=24)},
    ),
    "asked 90 minutes, expires_at in 38 min": Case(
        Limits(minutes=90), more={"expires_at": NOW + timedelta(minutes=38)}
    ),
    "asked 90 minutes, not started, expires_at in 24 h": Case(
        Limits(minutes=90), jobs=0, more={**CREATED, "expires_at": NOW + timedelta(hours=24)}
    ),
    "no limit, not started, expires_at in 24 h": Case(
        NO_LIMITS, jobs=0, more={**CREATED, "expires_at": NOW + timedelta(hours=24)}
    ),
    "five minutes left": Case(ALL, more={"expires_at": NOW + timedelta(minutes=4, seconds=30)}),
}


async def head(case: Case, size: tuple[int, int]) -> list[str]:
    """Return the lines of the screen above its jobs."""
    connector = FakeConnector()
    one = case.session
    connector.cloud.active = {one.id: one}
    connector.cloud.unreadable_jobs = case.unreadable
    told = [*case.told()]
    connector.cloud.jobs = {job.id: job for job, _ in told}
    app = Stage(connector, lambda engine: SessionScreen(engine, one.id))
    before: list[str] = []
    async with app.run_test(size=size) as pilot:
        store, stood = app.engine.session_poller(one.id).store, 0
        store.apply(lambda watch: apply_costs(watch, {job.id: cost for job, cost in told}))
        for _ in range(60):
            await pilot.pause()
            lines = app.text().splitlines()[1:_HEAD]
            stood = stood + 1 if lines == before and store.value.all_listed else 0
            before = lines
            if stood == _STOOD:
                break
    return lines


async def taken() -> str:
    """Return the heads of all cases in all sizes."""
    told = []
    for name, case in CASES.items():
        for size in SIZES:
            told += [f"# {name}, {size[0]} columns", *await head(case, size), ""]
    return "\n".join(told)


def differing(said: str, held: str) -> list[str]:
    """Return the names of the parts that differ."""
    ours, theirs = (dict(_parts(text)) for text in (said, held))
    return [name for name in ours | theirs if ours.get(name) != theirs.get(name)]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("# ")[1:]:
        name, _, lines = part.partition("\n")
        yield name, lines


if __name__ == "__main__":
    stop_the_zone()
    METERS.write_text(asyncio.run(taken()), encoding="utf-8")
