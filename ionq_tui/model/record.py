"""What the journal knows: where something was done, what was meant to be opened, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ionq_tui.model.limits import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session lives and with which key it was reached; None is unknown. No key is in it, only the key's id."""

    base_url: str
    organization_id: str | None = None
    project_id: str | None = None
    key_id: str | None = None
    profile: str = "default"

    @property
    def anonymous(self) -> bool:
        """True where the server has told nothing yet of who the key is."""
        return self.organization_id is None and self.project_id is None and self.key_id is None

    def matches(self, other: Place) -> bool:
        """True where both are the same organisation, else project, else key, on the same server.

        One of which nothing is known but its profile matches only a place of that profile.
        """
        if self.base_url.rstrip("/") != other.base_url.rstrip("/"):
            return False
        if self.anonymous or other.anonymous:
            return self.profile == other.profile
        for mine, theirs in (
            (self.organization_id, other.organization_id),
            (self.project_id, other.project_id),
        ):
            if mine is not None and theirs is not None:
                return mine == theirs
        return self.key_id is not None and self.key_id == other.key_id

    def same_key(self, other: Place) -> bool:
        """True where both are known to have been reached with the same key; a profile may have had several."""
        same_server = self.base_url.rstrip("/") == other.base_url.rstrip("/")
        return same_server and self.key_id is not None and self.key_id == other.key_id


class IntentState(StrEnum):
    """How far an intent to open has come."""

    ASKED = "asked"
    """Written before the request; nothing is known of the reply."""
    UNCERTAIN = "uncertain"
    """The reply was lost, and looking did not settle it."""
    OPENED = "opened"
    NOT_OPENED = "not opened"
    DISMISSED = "dismissed"
    """Someone was asked, and said that none of the sessions is it."""

    @property
    def settled(self) -> bool:
        """True where nothing remains to be asked."""
        return self not in (IntentState.ASKED, IntentState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Intent:
    """One decision to open a session, written before the request was sent."""

    id: int
    place: Place
    backend: str
    asked_at: datetime
    host: str
    """Name of the machine that asked."""
    pid: int
    """Process that asked, on that machine."""
    limits: Limits = NO_LIMITS
    label: str = ""
    state: IntentState = IntentState.ASKED
    known_ids: frozenset[str] = frozenset()
    """Sessions that existed before: none of these can be what came of it."""
    candidates: tuple[str, ...] = ()
    """Ids of the sessions that may be what came of it."""
    session_id: str | None = None
    """What came of it, where that is known."""


OpenQuestion = Intent
"""An intent of which nobody saw the outcome: a session may run that nobody holds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the journal keeps of one session; None is unknown."""

    id: str
    place: Place
    here: bool = False
    """True where it was opened (or adopted after a lost reply) with this journal."""
    adopted: bool = False
    label: str = ""
    backend: str | None = None
    limits: Limits = NO_LIMITS
    opened_at: datetime | None = None
    """The server's time of creation, else when it was written down."""
    attached_at: datetime | None = None
    end_asked_at: datetime | None = None
    ended_at: datetime | None = None
    """Set only by a proved end."""
    host: str = ""
    pid: int = 0
    """Machine and process that opened it."""

    @property
    def running(self) -> bool:
        """True where no end of it is known."""
        return self.ended_at is None
