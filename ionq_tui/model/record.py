"""Journal records: the server and key that were used, intents to open sessions, and the sessions themselves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session


@quick_dataclass(frozen=True, slots=True)
class Place:
    """The server, organization, project, key id and profile of a session; None is unknown. The key is not included."""

    base_url: str
    organization_id: str | None = None
    project_id: str | None = None
    key_id: str | None = None
    profile: str = "default"

    @property
    def anonymous(self) -> bool:
        """True if the server has not yet identified the key."""
        return self.organization_id is None and self.project_id is None and self.key_id is None

    def matches(self, other: Place) -> bool:
        """Return True if both used the same key, or belong to one organization, else project, on the same server.

        A key belongs to one organization, whatever a reply says. A place of which only the profile is known matches
        only places with that profile. A place without even a profile, as for a script that was given its key directly,
        may belong to anyone on that server and matches every place there.
        """
        if self.base_url.rstrip("/") != other.base_url.rstrip("/"):
            return False
        if self.anonymous or other.anonymous:
            return self.profile == other.profile or "" in (self.profile, other.profile)
        if self.key_id is not None and self.key_id == other.key_id:
            return True
        for mine, theirs in (
            (self.organization_id, other.organization_id),
            (self.project_id, other.project_id),
        ):
            if mine is not None and theirs is not None:
                return mine == theirs
        return False

    def same_key(self, other: Place) -> bool:
        """Return True if both are known to have used the same key; one profile may have had several."""
        same_server = self.base_url.rstrip("/") == other.base_url.rstrip("/")
        return same_server and self.key_id is not None and self.key_id == other.key_id


class IntentState(StrEnum):
    """The state of an intent to open a session."""

    ASKED = "asked"
    """Written before the request; the reply is unknown."""
    UNCERTAIN = "uncertain"
    """The reply was lost, and searching did not settle the outcome."""
    OPENED = "opened"
    NOT_OPENED = "not opened"
    DISMISSED = "dismissed"
    """The user said that none of the candidates is the session."""

    @property
    def settled(self) -> bool:
        """True if the outcome is known or was dismissed."""
        return self not in (IntentState.ASKED, IntentState.UNCERTAIN)


@quick_dataclass(frozen=True, slots=True)
class Intent:
    """An intent to open a session, written before the request is sent."""

    id: int
    place: Place
    backend: str
    asked_at: datetime
    host: str
    """Host name of the machine that sent the request."""
    pid: int
    """Id of the process that sent it."""
    limits: Limits = NO_LIMITS
    label: str = ""
    state: IntentState = IntentState.ASKED
    known_ids: frozenset[str] = frozenset()
    """Ids of sessions that existed before and therefore cannot be the result."""
    listed: bool = False
    """True if `known_ids` came from a complete list, so that any other session in a later list is new."""
    quiet: int = 0
    """Number of consecutive complete lists without a candidate, once it was too late for one to appear."""
    candidates: tuple[str, ...] = ()
    """Ids of the sessions that may be the result."""
    session_id: str | None = None
    """Id of the resulting session, if known."""
    fault: Fault | None = None
    """Why the reply was lost, if the process could still record it."""


UnconfirmedIntent = Intent
"""An intent whose outcome is unknown: its session may be running unattended."""


@quick_dataclass(frozen=True, slots=True)
class SessionRecord:
    """The journal's record of one session; None is unknown."""

    id: str
    place: Place
    here: bool = False
    """True if it was opened, or adopted after a lost reply, with this journal."""
    adopted: bool = False
    label: str = ""
    backend: str | None = None
    limits: Limits = NO_LIMITS
    opened_at: datetime | None = None
    """The server's creation time, else the time of recording."""
    attached_at: datetime | None = None
    end_asked_at: datetime | None = None
    ended_at: datetime | None = None
    """Set only once the end is confirmed."""
    host: str = ""
    pid: int = 0
    """Id of the process on that host that opened it."""
    seen_at: datetime | None = None
    """When IonQ last reported it as running, accurate to a few minutes."""
    asked: OpenRequest | None = None
    """The request that opened it; `backend` and `limits` are what the server granted."""
    priced: bool = False
    """True once it has ended and the final costs of all its jobs are recorded."""

    @property
    def running(self) -> bool:
        """True if no end is known."""
        return self.ended_at is None

    @property
    def unended(self) -> bool:
        """True if it must stay visible until confirmed ended: opened with this journal or asked to end from here."""
        return self.running and (self.here or self.end_asked_at is not None)

    @property
    def last_seen(self) -> datetime | None:
        """When it was last known to run."""
        return max((at for at in (self.seen_at, self.opened_at) if at is not None), default=None)

    @property
    def as_session(self) -> Session:
        """The session as known without asking IonQ; its status is unknown."""
        return Session(self.id, backend=self.backend, created_at=self.opened_at, limits=self.limits)
