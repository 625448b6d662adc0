from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.journal.schema import STEPS, NewerFile, migrate, version_of
from ionq_tui.model.event import EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from tests.unit.journal.given import PLACE, journal_at
from tests.unit.journal.kept import running_here

VERSION_1 = Path(__file__).with_name("version_1.sql")


@pytest.fixture
def archive() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def test_a_journal_of_version_1_is_read_today(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1.read_text())
        assert version_of(old) == 1
    with journal_at(path) as journal:
        (kept,) = running_here(journal.sessions(PLACE).now())
        assert (kept.id, kept.label, kept.limits) == (
            "session-abcdef",
            "calibration",
            Limits(12, 60, Money(Decimal("30.50"), "usd")),
        )
        assert kept.opened_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
        (question,) = journal.unconfirmed_intents(PLACE).now()
        assert (question.known_ids, question.candidates) == (frozenset({"older"}), ("maybe",))
        assert journal.creators(PLACE).now() == {"creator-1"}
        (event,) = journal.events(PLACE).now()
        assert event.kind is EventKind.STARTED
        assert journal.costs(PLACE, kept.id).now() == {"job-1": JobCost(cost=Money(Decimal("0.10"), "usd"))}
        assert journal.claim_event(PLACE, event).now() and not journal.claim_event(PLACE, event).now()
        assert journal.trouble is None
    with closing(sqlite3.connect(path)) as now:
        assert version_of(now) == len(STEPS)


def test_each_step_is_made_once(archive: sqlite3.Connection) -> None:
    migrate(archive)
    archive.execute("INSERT INTO queue_sample VALUES ('', 'qpu.forte-1', '2026', 1)")
    migrate(archive)
    later = (*STEPS, ("ALTER TABLE queue_sample ADD COLUMN unit TEXT",))
    migrate(archive, later)
    assert version_of(archive) == len(later)
    assert archive.execute("SELECT backend, unit FROM queue_sample").fetchall() == [("qpu.forte-1", None)]


def test_a_step_that_fails_leaves_the_file_as_it_was(archive: sqlite3.Connection) -> None:
    migrate(archive)
    with pytest.raises(sqlite3.OperationalError):
        migrate(archive, (*STEPS, ("CREATE TABLE half (a)", "CREATE TABLE half (b)")))
    assert version_of(archive) == len(STEPS)
    assert archive.execute("SELECT * FROM sqlite_master WHERE name = 'half'").fetchall() == []


def test_a_later_version_is_refused(archive: sqlite3.Connection) -> None:
    archive.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(NewerFile):
        migrate(archive)


def test_no_column_is_for_the_api_key(archive: sqlite3.Connection) -> None:
    migrate(archive)
    names = {
        name
        for (table,) in archive.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (_, name, *_) in archive.execute(f"PRAGMA table_info({table})").fetchall()
    }
    assert {name for name in names if "key" in name} == {"key_id"}
