"""Standard streams that are closed, as some schedulers and services leave them."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.site import ROOT, Site

OPEN = ("open", "qpu.forte-1", "--max-jobs", "3", "--yes")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_nothing_is_written_into_the_journal_but_by_the_journal(site: Site, closed: str) -> None:
    argv = shlex.join([sys.executable, "-m", "ionq_tui", *OPEN])
    done = subprocess.run(["sh", "-c", f"{argv} {closed}"], cwd=ROOT, capture_output=True, timeout=60)
    (session_id,) = site.running
    assert done.returncode == 0
    (path,) = Path(os.environ["XDG_STATE_HOME"]).rglob("journal.sqlite3")
    with closing(sqlite3.connect(path)) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert book.execute("SELECT id FROM session").fetchall() == [(session_id,)]
    assert not [one for one in path.parent.iterdir() if "damaged" in one.name]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see where a descriptor leads")
@pytest.mark.parametrize("number", [0, 2])
def test_a_closed_stream_leads_nowhere(site: Site, number: int) -> None:
    code = f"import os; from ionq_tui.cli.main import main; main(['ls']); print(os.readlink('/proc/self/fd/{number}'))"
    argv = shlex.join([sys.executable, "-c", code])
    done = subprocess.run(["sh", "-c", f"{argv} {number}>&-"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == os.devnull, done
