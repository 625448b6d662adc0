"""Child processes that use the journal: each runs a small program and waits to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
DEADLINE = 60

PREAMBLE = """
import os, sys
from ionq_tui.journal.journal import Journal
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session

PATH = sys.argv[1]
PLACE = Place("https://api.example/v0.4", "org-1", "project-1", "key-1", "default")
REQUEST = OpenRequest("qpu.forte-1", Limits(jobs=12, minutes=60))
SESSION = Session("session-abcdef", backend="qpu.forte-1", creator_id="creator-1", organization_id="org-1")
journal = Journal(PATH, patience=30)

def ready():
    print("READY", flush=True)
    sys.stdin.read()
"""


@contextmanager
def running(program: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program that has the journal's path; it is killed at the end, unless it is gone by then."""
    child = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate(timeout=DEADLINE)


def killed_when_ready(program: str, path: Path) -> None:
    """Run a program until it says that it is ready, and kill it there."""
    with running(program + "\nready()", path) as child:
        wait_ready(child)


def wait_ready(child: subprocess.Popen[str]) -> None:
    """Return when the program says that it is ready."""
    assert child.stdout is not None
    assert child.stdout.readline() == "READY\n"
