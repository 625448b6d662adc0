from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ionq_tui.journal import fallback
from ionq_tui.journal.database import Database
from ionq_tui.journal.file import File
from ionq_tui.journal.journal import Journal
from ionq_tui.journal.schema import STEPS
from ionq_tui.model.session import Session
from tests.unit.journal.given import NOON, PLACE, REQUEST, SESSION, journal_at
from tests.unit.journal.kept import here, running_here


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal.db"


def opened(journal: Journal, session: Session = SESSION, label: str = "") -> None:
    journal.opened(journal.intent(PLACE, REQUEST, label).now(), session).now()


def said(journal: Journal) -> str:
    """What is wrong; asked anew each time, for it changes."""
    return journal.trouble or ""


def in_file(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as look:
        return {session_id for (session_id,) in look.execute("SELECT id FROM session WHERE here = 1")}


def test_folder_and_file_are_private_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        with journal_at(path) as journal:
            opened(journal)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_made_private(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.touch(mode=0o644)
    with journal_at(path) as journal:
        opened(journal)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_symbolic_link_leads_to_keeps_its_mode(path: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "journal").touch(mode=0o640)
    path.parent.mkdir(mode=0o700)
    path.symlink_to(shared / "journal")
    with journal_at(path) as journal:
        opened(journal)
    assert in_file(path) == {SESSION.id}
    assert stat.S_IMODE((shared / "journal").stat().st_mode) == 0o640
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    (tmp_path / "linked").symlink_to(shared)
    with journal_at(tmp_path / "linked" / "other") as journal:
        opened(journal)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "other").stat().st_mode) == 0o600
    (tmp_path / "to-nothing").symlink_to(shared / "new")
    with journal_at(tmp_path / "to-nothing") as journal:
        opened(journal)
    assert stat.S_IMODE((shared / "new").stat().st_mode) == 0o600


def test_nothing_is_touched_before_it_is_needed(path: Path) -> None:
    with journal_at(path) as journal:
        assert not said(journal)
    assert not path.parent.exists()


def test_every_write_is_synced_and_rolls_back(path: Path) -> None:
    file = File(path)
    connection = file.database(1)._connection
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    file.close()


async def test_locked_it_says_so_and_catches_up_when_it_is_free(path: Path) -> None:
    with journal_at(path) as before:
        opened(before, Session("before"))
    journal = Journal(path, patience=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        number = await journal.intent(PLACE, REQUEST)
        assert said(journal)
        assert journal.flush(30) is False
        assert "locked by another process" in said(journal)
        await journal.opened(number, SESSION)
        assert here(await journal.sessions(PLACE)) == {SESSION.id}
        other.execute("ROLLBACK")
    assert journal.flush(30)
    assert here(await journal.sessions(PLACE)) == {"before", SESSION.id}
    assert not said(journal)
    assert in_file(path) == {"before", SESSION.id}
    assert journal.close()


def test_where_no_file_can_be_it_says_so_and_here_stays_right(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with journal_at(tmp_path / "file" / "journal.db") as journal:
        opened(journal)
        assert "cannot be used (" in said(journal)
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}
        assert journal.creators(PLACE).now() == {"creator-1"}
        assert journal.flush() is False


def test_a_file_that_cannot_be_written_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_at(path) as journal:
        opened(journal, Session("before"))
    _connections(monkeypatch, lambda connection: connection.execute("PRAGMA query_only = ON"))
    with journal_at(path) as journal:
        assert here(journal.sessions(PLACE).now()) == {"before"}
        assert not said(journal)
        opened(journal)
        assert "cannot be written" in said(journal)
        assert here(journal.sessions(PLACE).now()) == {"before", SESSION.id}
    assert in_file(path) == {"before"}


def test_a_full_disk_is_said_and_here_stays_right(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_at(path) as journal:
        opened(journal, Session("before"))
    # the smallest that SQLite grants is the size that the file has
    _connections(monkeypatch, lambda connection: connection.execute("PRAGMA max_page_count = 1"))
    with journal_at(path) as journal:
        for number in range(8):
            opened(journal, Session(f"session-{number}"), label="x" * 4000)
        assert "the disk is full" in said(journal)
        assert here(journal.sessions(PLACE).now()) == {"before", *(f"session-{number}" for number in range(8))}
        assert "before" in in_file(path)


def _connections(monkeypatch: pytest.MonkeyPatch, prepare: Callable[[sqlite3.Connection], object]) -> None:
    real = File._open

    def open_and_prepare(file: File, wait: float) -> None:
        real(file, wait)
        assert file._connection is not None
        prepare(file._connection)

    monkeypatch.setattr(File, "_open", open_and_prepare)


def _set_aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))


def test_what_is_no_journal_is_kept_aside_and_a_fresh_one_begun(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but somebody's " * 500)
    with journal_at(path) as journal:
        opened(journal)
        assert "was damaged" in said(journal)
        (aside,) = _set_aside(path)
        assert str(aside) in said(journal)
        assert aside.read_bytes().startswith(b"not a database")
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}
    assert in_file(path) == {SESSION.id}


def test_damage_inside_is_found_when_it_is_read_and_what_was_done_here_is_written_again(path: Path) -> None:
    with journal_at(path) as journal:
        opened(journal, label="x" * 9000)
        content = path.read_bytes()
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (len(content) - 4096))
        with journal_at(path) as other:
            assert here(other.sessions(PLACE).now()) == frozenset()
            assert "was damaged" in said(other)
        # the first journal sees that its file was replaced by the other
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}
        assert not said(journal)
    assert len(_set_aside(path)) == 1
    assert in_file(path) == {SESSION.id}


def test_a_file_that_was_removed_is_begun_again(path: Path) -> None:
    with journal_at(path) as journal:
        opened(journal)
        path.unlink()
        journal.end_asked(PLACE, SESSION.id).now()
        assert not said(journal)
        assert in_file(path) == {SESSION.id}


def test_a_file_of_a_newer_version_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute("PRAGMA journal_mode = WAL")
        newer.execute("CREATE TABLE session (words TEXT)")
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with journal_at(path) as journal:
        opened(journal)
        assert "newer version" in said(journal)
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}
    assert path.read_bytes() == before


async def test_a_disk_that_hangs_blocks_neither_the_loop_nor_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_at(path) as before:
        opened(before, Session("before"))
    journal = Journal(path, patience=30)
    assert here(await journal.sessions(PLACE)) == {"before"}
    monkeypatch.setattr(journal._database, "_patience", 0.05)
    go = threading.Event()
    real = File.database

    def hanging(file: File, wait: float) -> Database:
        go.wait()
        return real(file, wait)

    monkeypatch.setattr(File, "database", hanging)
    number = await journal.intent(PLACE, REQUEST)
    assert "does not answer" in said(journal)
    await journal.opened(number, SESSION)
    assert here(await journal.sessions(PLACE)) == {"before", SESSION.id}
    go.set()
    assert journal.flush(30)
    assert not said(journal)
    assert in_file(path) == {"before", SESSION.id}
    assert journal.close(30)


async def test_a_wait_that_is_cancelled_does_not_cancel_the_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    real = File.database

    def hanging(file: File, wait: float) -> Database:
        go.wait()
        return real(file, wait)

    monkeypatch.setattr(File, "database", hanging)
    with journal_at(path) as journal:
        writing = asyncio.ensure_future(journal.intent(PLACE, REQUEST, "calibration"))
        await asyncio.sleep(0)
        writing.cancel()  # the loop still turns, though the disk does not answer
        with pytest.raises(asyncio.CancelledError):
            await writing
        go.set()
        assert journal.flush(30)
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("SELECT label FROM intent").fetchall() == [("calibration",)]


def test_a_change_that_can_never_be_written_holds_up_no_other(path: Path) -> None:
    with journal_at(path) as journal:
        journal._database.write(lambda database: database._put("session", {"id": None}), vital=False).now()
        opened(journal)
        assert not said(journal)
    assert in_file(path) == {SESSION.id}


def test_however_much_waits_for_the_disk_what_was_opened_is_not_dropped(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "_MAX_PENDING", 3)
    with journal_at(path) as before:
        opened(before, Session("before"))
    with (
        journal_at(path, patience=0.1) as journal,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        opened(journal)
        for number in range(6):
            journal.queue_sample("qpu.forte-1", NOON, float(number), str(number)).now()
        assert journal.flush(30) is False
        assert "locked" in said(journal)
        other.execute("ROLLBACK")
        assert journal.flush(30)
        assert not said(journal)
    assert in_file(path) == {"before", SESSION.id}
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("SELECT base_url FROM queue_sample ORDER BY 1").fetchall() == [("3",), ("4",), ("5",)]


def test_rows_that_somebody_edited_are_read_as_far_as_they_can_be(path: Path) -> None:
    with journal_at(path) as journal:
        opened(journal)
        journal.uncertain(journal.intent(PLACE, REQUEST, asked_at=NOON).now(), ["a"]).now()
    with closing(sqlite3.connect(path)) as edit:
        edit.execute("UPDATE session SET opened_at = 'yesterday', limit_money = 'much', limit_unit = 'usd'")
        edit.execute("UPDATE intent SET candidates = '{', known_ids = '[1, null]', asked_at = '', state = 'odd'")
        edit.commit()
    with journal_at(path) as journal:
        (kept,) = running_here(journal.sessions(PLACE).now())
        assert (kept.opened_at, kept.limits.money) == (None, None)
        assert {question.candidates for question in journal.unconfirmed_intents(PLACE).now()} == {()}
        assert not said(journal)
