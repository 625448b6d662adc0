"""A session: rented priority access to one backend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ionq_tui.model.limits import NO_LIMITS, Limits

SHORT = 6


class Owner(StrEnum):
    """Whose session it is, as far as can be known."""

    HERE = "here"
    """Opened by this machine's journal (or this process)."""
    YOU = "you"
    """Its creator id once came back with a 201 to this key."""
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """One session as the server last described it; None is unknown.

    `active` and `status` are two facts of the server; neither is derived from the other.
    """

    id: str
    status: str = "unknown"
    """As the server wrote it: created, started, ended, ..."""
    active: bool | None = None
    backend: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    organization_id: str | None = None
    project_id: str | None = None
    creator_id: str | None = None
    ender_id: str | None = None
    limits: Limits = NO_LIMITS

    @property
    def short(self) -> str:
        """The last six characters of the id."""
        return self.id[-SHORT:]

    @property
    def ended(self) -> bool:
        """True where the server says so: status `ended`, or a time of ending."""
        return self.status == "ended" or self.ended_at is not None

    @property
    def contradictory(self) -> bool:
        """True where `active` and `status` cannot both be so."""
        return self.active is not None and self.active == self.ended

    def called(self, session_id: str) -> bool:
        """True where this is the session of that whole id; a reply about another one says nothing of it."""
        return self.id.lower() == session_id.lower()

    def proves_end(self, seen_active: bool) -> bool:
        """True where this reply proves the end; `active: false` counts only once `active: true` was seen."""
        return self.ended or (seen_active and self.active is False)

    @property
    def runs_out_at(self) -> datetime | None:
        """When its time is up: the server's word, else start plus limit (see `runs_out_is_guess`)."""
        if self.expires_at is not None:
            return self.expires_at
        if self.started_at is not None and self.limits.minutes is not None:
            try:
                return self.started_at + timedelta(minutes=self.limits.minutes)
            except OverflowError:
                return None
        return None

    @property
    def runs_out_is_guess(self) -> bool:
        """True where `runs_out_at` is start plus limit, which IonQ does not promise."""
        return self.expires_at is None and self.runs_out_at is not None


def whose(session: Session, here: frozenset[str], ours: frozenset[str]) -> Owner:
    """Tell the owner from the ids opened here and the creator ids that 201s to this key returned."""
    if session.id in here:
        return Owner.HERE
    if session.creator_id is None or not ours:
        return Owner.UNKNOWN
    return Owner.YOU if session.creator_id in ours else Owner.OTHER
