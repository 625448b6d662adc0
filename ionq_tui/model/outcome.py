"""Outcomes of requests that open or end something: explicit types, including "unknown"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session


@quick_dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request to open a session."""

    backend: str
    limits: Limits = NO_LIMITS

    @property
    def body(self) -> dict[str, object]:
        """The body of `POST /sessions`: the limits that are set; without limits, no `settings` member."""
        settings: dict[str, object] = {}
        if self.limits.jobs is not None:
            settings["job_count_limit"] = self.limits.jobs
        if self.limits.minutes is not None:
            settings["duration_limit_min"] = self.limits.minutes
        if self.limits.money is not None:
            settings["cost_limit"] = {"unit": self.limits.money.unit, "value": float(self.limits.money.value)}
        return {"backend": self.backend, "settings": settings} if settings else {"backend": self.backend}

    def asked_for(self, session: Session) -> bool:
        """Return True if a session has the backend and the limits of this request."""
        return session.backend == self.backend and session.limits == self.limits


def may_be_new(session: Session, known: Known, since: datetime | None) -> bool:
    """Return False only if a session certainly existed before a request; servers may change what was asked for.

    A complete list from before that lacks the session is certain, and outweighs an impossible creation time; otherwise
    the times decide if both are known. `since` is the server's time of the request, None if unknown.
    """
    if session.id in known.ids:
        return False
    if known.listed or since is None or session.created_at is None:
        return True
    return session.created_at >= since


@quick_dataclass(frozen=True, slots=True)
class Known:
    """What was known before a request was sent, to tell its session from a colleague's if the reply is lost."""

    ids: frozenset[str] = frozenset()
    """Ids of sessions that existed before."""
    listed: bool = False
    """True if `ids` is from a complete list no older than two polling intervals."""
    creators: frozenset[str] = frozenset()
    """Creator ids in the 201 replies that this key received."""


NOTHING_KNOWN = Known()


@quick_dataclass(frozen=True, slots=True)
class Opened:
    """The session was opened by this request."""

    session: Session
    adopted: bool = False
    """True if the reply was lost and the session was found by searching."""


@quick_dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The session may have been opened; the reply was lost and searching did not settle it."""

    candidates: tuple[Session, ...]
    fault: Fault
    looked_at: datetime | None = None
    """The server's time of the last complete session list that was searched; None if there was none."""
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""
    unread: tuple[str, ...] = ()
    """Ids of candidates found by an earlier process and not read since."""

    @property
    def running(self) -> tuple[Session, ...]:
        """The candidates not known to have ended."""
        return tuple(one for one in self.candidates if not one.ended)


@quick_dataclass(frozen=True, slots=True)
class NotOpened:
    """Certainly no session was opened."""

    fault: Fault
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""


OpenOutcome = Opened | Unconfirmed | NotOpened


@quick_dataclass(frozen=True, slots=True)
class Ended:
    """The end is confirmed by the server's reply."""

    session: Session


@quick_dataclass(frozen=True, slots=True)
class StillOpen:
    """The server was asked to end the session and still reports it as running."""

    session: Session
    fault: Fault | None = None
    """The fault of the end request, if it failed."""


@quick_dataclass(frozen=True, slots=True)
class EndUnknown:
    """The state is unknown, since no read was answered."""

    fault: Fault


EndOutcome = Ended | StillOpen | EndUnknown


@quick_dataclass(frozen=True, slots=True)
class OpenDone:
    """An attempt to open a session has finished."""

    token: str
    """Identifies the attempt."""
    request: OpenRequest
    outcome: OpenOutcome


@quick_dataclass(frozen=True, slots=True)
class EndDone:
    """One attempt to end a session has finished."""

    session_id: str
    outcome: EndOutcome
    repeated: bool = False
    """True if this was an automatic retry after an unconfirmed attempt."""


@quick_dataclass(frozen=True, slots=True)
class AdoptDone:
    """The user said which session a request with a lost reply opened."""

    session_id: str


@quick_dataclass(frozen=True, slots=True)
class UnconfirmedClosed:
    """An unconfirmed session was closed automatically: nothing was opened, or what was opened has ended."""

    request: OpenRequest
    ended: tuple[Session, ...]
    """The candidates, all ended; empty if none was ever found."""


@quick_dataclass(frozen=True, slots=True)
class CancelDone:
    """A request to cancel jobs of a session has finished."""

    session_id: str
    results: Mapping[str, str | Fault]
    """Each job's status afterwards, or why it is unknown, by job id."""


@quick_dataclass(frozen=True, slots=True)
class NewJob:
    """IonQ's reply to a request that makes a job."""

    id: str
    session_id: str | None = None

    def is_in(self, session_id: str) -> bool:
        """Return True if the reply says that the job is in this session."""
        return self.session_id is not None and self.session_id.lower() == session_id.lower()


@quick_dataclass(frozen=True, slots=True)
class Cloned:
    """The clone exists."""

    job: NewJob
    adopted: bool = False
    """True if the reply was lost and the clone was found by its mark."""


@quick_dataclass(frozen=True, slots=True)
class NotCloned:
    """Certainly nothing was made."""

    fault: Fault
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""


@quick_dataclass(frozen=True, slots=True)
class CloneUnconfirmed:
    """The clone may exist: the reply was lost, and no job with its mark was found so far."""

    fault: Fault
    looked_at: datetime | None = None
    """The server's time of the last complete job list that was searched; None if there was none."""
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""


CloneOutcome = Cloned | NotCloned | CloneUnconfirmed


@quick_dataclass(frozen=True, slots=True)
class CloneDone:
    """A request to clone a job has finished."""

    job_id: str
    """Id of the original."""
    session_id: str
    outcome: CloneOutcome


Done = OpenDone | EndDone | AdoptDone | UnconfirmedClosed | CancelDone | CloneDone
"""The outcome of an action of this process."""
