"""A journal that is looked at stays as it is, to the byte."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from ionq_tui.journal.inspection import NEWEST, Inspection, inspect
from tests.unit.journal.given import PLACE, REQUEST, journal_at


def test_a_journal_and_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "journal.sqlite3"
    with journal_at(path) as journal:
        journal.intent(PLACE, REQUEST).now()
        assert inspect(path, 1) == Inspection(NEWEST)  # also while a process has it open
    before = path.read_bytes()
    assert inspect(path, 1) == Inspection(NEWEST) and not inspect(path, 1).older
    assert path.read_bytes() == before
    empty = tmp_path / "empty"
    empty.touch()
    assert inspect(empty, 1) == Inspection(0) and inspect(empty, 1).older
    assert empty.read_bytes() == b"" and sorted(os.listdir(tmp_path)) == ["empty", "kept"]


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    assert inspect(tmp_path / "none", 0.1).trouble == "cannot be opened"
    assert os.listdir(tmp_path) == []


def test_a_page_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journal_at(path) as journal:
        journal.intent(PLACE, REQUEST).now()
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    path.write_bytes(data)
    assert inspect(path, 1).trouble == "is damaged"


def test_a_change_that_was_interrupted(tmp_path: Path) -> None:
    """What a killed process leaves is told, and left for the next start to revert."""
    path = tmp_path / "journal"
    with journal_at(path) as journal:
        journal.ready().now()
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA cache_spill = 1")
    writing.execute("PRAGMA cache_size = 1")
    writing.execute("BEGIN IMMEDIATE")
    for number in range(2_000):  # more than the cache holds, so that pages are written before the commit
        writing.execute("INSERT INTO queue_sample VALUES ('u', 'b', ?, 1.0)", (f"{number:0100}",))
    left = tmp_path / "left"
    left.mkdir()
    for name in ("journal", "journal-journal"):
        shutil.copy(tmp_path / name, left / name)
    writing.close()
    before = {path.name: path.read_bytes() for path in left.iterdir()}
    found = inspect(left / "journal", 1)
    assert found.unfinished and not found.trouble
    assert {path.name: path.read_bytes() for path in left.iterdir()} == before
