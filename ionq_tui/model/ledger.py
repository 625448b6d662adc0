"""What we ourselves did and are doing: sessions opened here, requests under way, questions left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from ionq_tui.model.outcome import NOTHING_KNOWN, EndOutcome, Known, OpenRequest, Uncertain
from ionq_tui.model.session import Owner, Session, whose


@dataclass(frozen=True, slots=True)
class Question:
    """An opening whose outcome is not known: it may have happened."""

    token: str
    """The decision it belongs to."""
    request: OpenRequest
    outcome: Uncertain
    label: str = ""
    asked_at: datetime | None = None
    """When it was decided, by the server's clock as far as that was known."""
    known: Known = NOTHING_KNOWN
    """What was known before."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything a screen may know of our own doing."""

    here: frozenset[str] = frozenset()
    """Ids of sessions opened here."""
    opened: Mapping[str, Session] = field(default_factory=lambda: MappingProxyType({}))
    """What this process opened, as the server first described it."""
    creators: frozenset[str] = frozenset()
    """Creator ids that a 201 to this key returned."""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Names given to sessions on this machine, by session id."""
    opening: Mapping[str, OpenRequest] = field(default_factory=lambda: MappingProxyType({}))
    """Openings under way, by decision."""
    ending: frozenset[str] = frozenset()
    """Ids of sessions whose end is under way."""
    ends: Mapping[str, EndOutcome] = field(default_factory=lambda: MappingProxyType({}))
    """The last outcome of ending, by session id, where it was tried from here."""
    questions: tuple[Question, ...] = ()
    trouble: str = ""
    """Why the journal cannot be kept, in words; empty where it can."""

    def owner(self, session: Session) -> Owner:
        """Tell whose session it is."""
        return whose(session, self.here, self.creators)

    def ours(self, session: Session | None) -> bool:
        """Tell whether it was opened here, or by this key."""
        return session is not None and self.owner(session) in {Owner.HERE, Owner.YOU}

    def label(self, session_id: str) -> str:
        """Return the name given to a session on this machine, or the empty text."""
        return self.labels.get(session_id, "")


EMPTY_LEDGER = Ledger()
