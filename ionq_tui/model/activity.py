"""The actions of this machine: sessions opened, requests in progress, and unconfirmed sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from types import MappingProxyType

from ionq_tui.model.link_state import Fault
from ionq_tui.model.mismatch import Mismatch, differences
from ionq_tui.model.outcome import NOTHING_KNOWN, Ended, EndOutcome, Known, OpenRequest, Unconfirmed
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.record import SessionRecord
from ionq_tui.model.session import Owner, Session, whose


@quick_dataclass(frozen=True, slots=True)
class UnconfirmedSession:
    """A request to open a session whose outcome is unknown; a session may be running."""

    token: str
    """Identifies the request."""
    request: OpenRequest
    outcome: Unconfirmed
    label: str = ""
    asked_at: datetime | None = None
    """The time of the request by the server's clock, as far as that was known."""
    known: Known = NOTHING_KNOWN
    """What was known about existing sessions before the request."""


@quick_dataclass(frozen=True, slots=True)
class Opening:
    """A request to open a session that is in progress."""

    request: OpenRequest
    fault: Fault | None = None
    """Why the reply was lost, while its session is searched for; None while waiting for the reply."""


@quick_dataclass(frozen=True, slots=True)
class Activity:
    """Everything the screens may know about this machine's actions."""

    recalled: bool = False
    """True once the journal was read; earlier actions are unknown before that."""
    here: frozenset[str] = frozenset()
    """Ids of sessions opened on this machine."""
    unended: Mapping[str, SessionRecord] = field(default_factory=lambda: MappingProxyType({}))
    """Journal records of the sessions not confirmed ended, which stay visible until they are; by id, oldest first."""
    over: frozenset[str] = frozenset()
    """Ids of sessions whose end is confirmed according to the journal."""
    opened: Mapping[str, Session] = field(default_factory=lambda: MappingProxyType({}))
    """Sessions opened by this process, as the server first described them."""
    asked: Mapping[str, OpenRequest] = field(default_factory=lambda: MappingProxyType({}))
    """The request by which each session was opened on this machine, by session id."""
    creators: frozenset[str] = frozenset()
    """Creator ids in the 201 replies that this key received."""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Labels given to sessions on this machine, by session id."""
    opening: Mapping[str, Opening] = field(default_factory=lambda: MappingProxyType({}))
    """Openings in progress, by token."""
    ending: frozenset[str] = frozenset()
    """Ids of sessions whose end is being requested."""
    ends: Mapping[str, EndOutcome] = field(default_factory=lambda: MappingProxyType({}))
    """The outcome of the last attempt to end a session from here, by session id."""
    retries: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """The time of the next attempt to end a session, by session id."""
    cloning: frozenset[str] = frozenset()
    """Ids of jobs of which a clone is being requested, or searched for after a lost reply."""
    unconfirmed: tuple[UnconfirmedSession, ...] = ()
    trouble: str = ""
    """Why the journal cannot be written, as text; empty if it can."""

    def owner(self, session: Session) -> Owner:
        """Return the owner of a session."""
        return whose(session, self.here, self.creators)

    def ours(self, session: Session | None) -> bool:
        """Return True if a session was opened on this machine or by this key."""
        return session is not None and self.owner(session) in {Owner.HERE, Owner.YOU}

    @property
    def own_ids(self) -> frozenset[str]:
        """User ids under which IonQ knows this key: creators in its 201 replies, and of sessions ended from here.

        The latter matter where a session of this machine is ended before IonQ was asked whose the key is.
        """
        if not self.ends:
            return self.creators
        ended = (one.session for key, one in self.ends.items() if isinstance(one, Ended) and key in self.here)
        return self.creators | {one.creator_id for one in ended if one.creator_id is not None}

    @property
    def at_rest(self) -> bool:
        """True if, as far as this machine knows, none of its sessions runs, is in progress or is unconfirmed."""
        return self.recalled and not (self.unended or self.unconfirmed or self.opening or self.ending or self.trouble)

    def unconfirmed_end(self, session_id: str) -> EndOutcome | None:
        """Return the outcome of the last attempt to end a session, unless that ended it or another is in progress."""
        outcome = self.ends.get(session_id)
        return None if isinstance(outcome, Ended) or session_id in self.ending else outcome

    def mismatch(self, session: Session) -> Mismatch | None:
        """Return how a session opened here differs from its request, according to this reading; None if it does not."""
        asked = self.asked.get(session.id)
        return None if asked is None else differences(asked, session)

    def label(self, session_id: str) -> str:
        """Return the label of a session, or an empty string."""
        return self.labels.get(session_id, "")

    def without(self, session_id: str) -> Activity:
        """Return the activity after the end of a session was confirmed."""
        return replace(self, unended=self._unended_without(session_id), over=self.over | {session_id})

    def untracked(self, session_id: str) -> Activity:
        """Return the activity after the user stopped tracking a session."""
        return replace(self, unended=self._unended_without(session_id), here=self.here - {session_id})

    def tried(self, session_id: str, outcome: EndOutcome, trouble: str) -> Activity:
        """Return the activity after an attempt to end a session."""
        after = self.without(session_id) if isinstance(outcome, Ended) else self
        ends = MappingProxyType({**self.ends, session_id: outcome})
        return replace(after, ending=self.ending - {session_id}, ends=ends, trouble=trouble)

    def _unended_without(self, session_id: str) -> Mapping[str, SessionRecord]:
        return MappingProxyType({key: one for key, one in self.unended.items() if key != session_id})


EMPTY_ACTIVITY = Activity()
