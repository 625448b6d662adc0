from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ionq_tui.journal.file import read_only
from ionq_tui.journal.journal import Journal


@pytest.mark.parametrize(
    "name", ["plain", "a b", "50%25", "what?mode=rwc", "a#b", "größe", os.fsdecode(b"\xff")], ids=ascii
)
def test_a_file_in_a_folder_of_any_name_is_read_and_not_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    journal = Journal(folder / "journal.sqlite3", patience=30)
    journal.queue_sample("qpu.forte-1", datetime(2026, 11, 27, tzinfo=UTC), 5.0, "https://api.example/v0.4").now()
    journal.close()
    with closing(read_only(folder / "journal.sqlite3", 1.0)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
        with pytest.raises(Exception, match="readonly"):
            connection.execute("CREATE TABLE x (y)")
