"""What sessions of this machine were charged, by day."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.journal.journal import Journal
from ionq_tui.journal.schema import STEPS, migrate, version_of
from ionq_tui.model.job import JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.record import Place
from ionq_tui.model.spending import SessionCharges
from tests.unit.journal.given import NOON, PLACE, REQUEST, SESSION, journal_at

VERSION_1 = Path(__file__).with_name("version_1.sql")
TODAY, YESTERDAY = NOON.date(), NOON.date() - timedelta(days=1)
MONTH = NOON - timedelta(days=30)
USD, CREDIT = Money(Decimal("0.10"), "usd"), Money(Decimal(3), "credit")


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    with journal_at(Path(":memory:") if request.param == "memory" else tmp_path / "journal") as made:
        yield made


async def opened(journal: Journal, name: str, place: Place = PLACE) -> None:
    session = replace(SESSION, id=name, created_at=NOON - timedelta(hours=1), organization_id=place.organization_id)
    await journal.opened(await journal.intent(place, REQUEST, "scan"), session)


def days(one: SessionCharges) -> dict[date | None, tuple[Money, ...]]:
    return dict(one.days)


async def test_charges_are_summed_by_session_day_and_unit(journal: Journal) -> None:
    await opened(journal, "a")
    await opened(journal, "b")
    costs = {name: JobCost(cost=USD) for name in ("j1", "j2", "j3")}
    await journal.keep_costs(PLACE, "a", {**costs, "j4": JobCost(cost=CREDIT), "dry": JobCost(dry_run=True)})
    times = {"j1": NOON, "j2": NOON, "j3": NOON - timedelta(days=1), "j4": NOON, "unknown": NOON}
    await journal.date_costs(PLACE, "a", times, complete=False)
    a, b = await journal.charges(PLACE, MONTH)
    assert (a.record.id, a.record.label, a.record.priced) == ("a", "scan", False)
    assert days(a) == {TODAY: (CREDIT, Money(Decimal("0.20"), "usd")), YESTERDAY: (USD,)}
    assert (b.record.id, b.days) == ("b", ())


async def test_old_charges_and_parts_of_jobs_are_left_out_and_those_without_a_time_are_not(journal: Journal) -> None:
    await opened(journal, "a")
    await journal.keep_costs(PLACE, "a", {name: JobCost(cost=USD) for name in ("old", "part", "undated")})
    await journal.date_costs(PLACE, "a", {"old": MONTH - timedelta(days=1), "part": NOON}, ["part"], complete=False)
    (a,) = await journal.charges(PLACE, MONTH)
    assert days(a) == {None: (USD,)}


async def test_a_time_stands_and_a_cost_that_changes_keeps_it(journal: Journal) -> None:
    await opened(journal, "a")
    await journal.keep_costs(PLACE, "a", {"j": JobCost(cost=USD)})
    await journal.date_costs(PLACE, "a", {"j": NOON}, complete=False)
    await journal.date_costs(PLACE, "a", {"j": NOON + timedelta(days=4)}, complete=False)
    await journal.keep_costs(PLACE, "a", {"j": JobCost(cost=CREDIT)})
    (a,) = await journal.charges(PLACE, MONTH)
    assert days(a) == {TODAY: (CREDIT,)}


async def test_only_an_ended_session_that_is_recorded_becomes_complete(journal: Journal) -> None:
    await opened(journal, "a")
    for name in ("a", "of a colleague"):
        await journal.date_costs(PLACE, name, {}, complete=True)
    (a,) = await journal.charges(PLACE, MONTH)
    assert a.record.priced
    assert [one.id for one in await journal.sessions(PLACE)] == ["a"]


async def test_sessions_that_were_only_viewed_and_other_places_are_not_included(journal: Journal) -> None:
    await opened(journal, "a")
    await opened(journal, "elsewhere", Place(PLACE.base_url, "org-2", "project-2", "key-2"))
    await journal.attached(PLACE, "viewed")
    await journal.keep_costs(PLACE, "viewed", {"j": JobCost(cost=USD)})
    assert [one.record.id for one in await journal.charges(PLACE, MONTH)] == ["a"]


async def test_what_the_disk_refuses_is_known_all_along(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    with journal_at(tmp_path / "journal") as journal:
        await opened(journal, "a")
        await journal.keep_costs(PLACE, "a", {"j": JobCost(cost=USD)})
        await journal.date_costs(PLACE, "a", {"j": NOON}, complete=True)
        (a,) = await journal.charges(PLACE, MONTH)
        assert journal.trouble and days(a) == {TODAY: (USD,)} and a.record.priced


def test_a_journal_of_version_4_keeps_its_costs(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript(VERSION_1.read_text())
        migrate(old, STEPS[:4])
        assert version_of(old) == 4
    with journal_at(path) as journal:
        (kept,) = journal.charges(PLACE, datetime(2026, 1, 1, tzinfo=UTC)).now()
        assert days(kept) == {None: (USD,)} and kept.undated and not kept.record.priced
        assert journal.trouble is None


async def test_a_journal_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with journal_at(path) as journal:
        assert await journal.charges(PLACE, MONTH) == ()
        assert journal.trouble is not None and "newer version" in journal.trouble
    assert path.read_bytes() == before
