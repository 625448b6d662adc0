"""Fixtures for the journal's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ionq_tui.journal.journal import Journal
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = Place("https://api.example/v0.4", "org-1", "project-1", "key-1", "default")
REQUEST = OpenRequest("qpu.forte-1", Limits(jobs=12, minutes=60))
SESSION = Session(
    "session-abcdef", backend="qpu.forte-1", creator_id="creator-1", organization_id="org-1", limits=REQUEST.limits
)


@contextmanager
def journal_at(path: Path, patience: float = 30) -> Iterator[Journal]:
    """A journal that is closed at the end."""
    journal = Journal(path, patience=patience)
    try:
        yield journal
    finally:
        journal.close()
