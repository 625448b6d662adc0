"""The interface of the simulated cloud used by simulated programs and other users."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ionq_tui.simulator.scheduler import Scheduler
from ionq_tui.simulator.store import JobEntry, Order, SessionEntry, Terms


class Cloud(Protocol):
    """One organization's cloud as its users see it."""

    seed: int
    unit: str
    scheduler: Scheduler
    active: dict[str, SessionEntry]
    """Sessions that have not ended, by id."""

    @property
    def now(self) -> datetime:
        """The current simulated time."""

    def open_session(self, creator_id: str, backend: str, terms: Terms, *, first_job_in: float = 0) -> SessionEntry:
        """Open a session; `first_job_in` is in seconds."""

    def begin(self, session: SessionEntry) -> None:
        """Start a session and its time limit."""

    def end(self, session: SessionEntry, ender_id: str | None) -> SessionEntry:
        """End a session."""

    def submit(self, submitter_id: str, order: Order, failure: tuple[str, str] | None = None) -> JobEntry:
        """Submit a job. Raises Refusal if it is not accepted."""
