"""What became of a request that costs or ends something: never a bare yes or no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link import Fault
from ionq_tui.model.session import Session


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One decision to open a session."""

    backend: str
    limits: Limits = NO_LIMITS

    @property
    def body(self) -> dict[str, object]:
        """Exactly what `POST /sessions` sends: the limits that are set, and no settings where none is."""
        settings: dict[str, object] = {}
        if self.limits.jobs is not None:
            settings["job_count_limit"] = self.limits.jobs
        if self.limits.minutes is not None:
            settings["duration_limit_min"] = self.limits.minutes
        if self.limits.money is not None:
            settings["cost_limit"] = {"unit": self.limits.money.unit, "value": float(self.limits.money.value)}
        return {"backend": self.backend, "settings": settings} if settings else {"backend": self.backend}

    def may_have_become(self, session: Session, known: Collection[str], since: datetime | None) -> bool:
        """True where a listed session can be what this request created: same backend and limits, new, and not before.

        `known` are ids that existed before the request, `since` is the server's time of the request (None: unknown).
        """
        if session.id in known or session.backend != self.backend or session.limits != self.limits:
            return False
        return since is None or session.created_at is None or session.created_at >= since


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before the request was sent, so that a lost reply can be told from a colleague's session."""

    ids: frozenset[str] = frozenset()
    """Sessions that existed before."""
    listed: bool = False
    """True where `ids` is a whole list no older than two polling intervals."""
    creators: frozenset[str] = frozenset()
    """Creator ids that a 201 to this key once returned."""


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Opened:
    """The session is open and it is ours."""

    session: Session
    adopted: bool = False
    """True where the reply was lost and the session was found by looking."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have been opened: what was found by looking, and why we had to look."""

    candidates: tuple[Session, ...]
    fault: Fault
    looked_at: datetime | None = None
    """Server time of the last look that was answered; None where none was."""
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Certainly nothing was opened."""

    fault: Fault
    cause: Exception | None = field(default=None, compare=False, repr=False)
    """The error behind it, for callers that raise."""


OpenOutcome = Opened | Uncertain | NotOpened


@dataclass(frozen=True, slots=True)
class Ended:
    """The end was proved by the server's own words."""

    session: Session


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The server was asked to end it and still says that it runs."""

    session: Session
    fault: Fault | None = None
    """What the request to end was answered, where that was a failure."""


@dataclass(frozen=True, slots=True)
class EndUnknown:
    """Nothing can be said: no reading was answered."""

    fault: Fault


EndOutcome = Ended | StillOpen | EndUnknown
