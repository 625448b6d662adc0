"""Sessions: paid priority access to one backend."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.quick_dataclass import quick_dataclass

SHORT = 6
_SAME_END = timedelta(minutes=1)
"""End times closer together than this are the same; a server computes its own shortly after the start."""


class Owner(StrEnum):
    """The owner of a session, as far as it can be known."""

    HERE = "here"
    """Opened with this machine's journal or by this process."""
    YOU = "you"
    """Its creator id appeared in a 201 reply to this key."""
    OTHER = "other"
    UNKNOWN = "unknown"


class EndSource(StrEnum):
    """What an end time was derived from."""

    EXPIRY = "expires_at"
    """Reported by IonQ."""
    LIMIT = "limit"
    """Start plus the time limit. IonQ does not document whether it enforces that."""


@quick_dataclass(frozen=True, slots=True)
class Session:
    """One session as the server last described it; None is unknown.

    `active` and `status` are two facts of the server; neither is derived from the other.
    """

    id: str
    status: str = "unknown"
    """As sent by the server: created, started, ended, ..."""
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
        """True if the server reports the status `ended` or an end time."""
        return self.status == "ended" or self.ended_at is not None

    @property
    def not_started(self) -> bool:
        """True if the server reports it as created and no start: its time counts from its first job."""
        return self.status == "created" and self.started_at is None and self.ended_at is None

    @property
    def contradictory(self) -> bool:
        """True if `active` and `status` contradict each other."""
        return self.active is not None and self.active == self.ended

    def called(self, session_id: str) -> bool:
        """Return True if this session has that full id; a reply about another session says nothing about it."""
        return self.id.lower() == session_id.lower()

    def confirms_end(self, seen_active: bool) -> bool:
        """Return True if this reply confirms the end; `active: false` counts only after `active: true` was seen."""
        return self.ended or (seen_active and self.active is False)

    @property
    def limit_ends_at(self) -> datetime | None:
        """Start plus the time limit; None if either is unknown or the sum is out of range."""
        return self._limit_from(self.started_at)

    @property
    def ends(self) -> tuple[datetime, ...]:
        """The known end times, earlier first: start plus the time limit, and IonQ's expiry."""
        return tuple(sorted(at for at in (self.limit_ends_at, self.expires_at) if at is not None))

    @property
    def runs_out_at(self) -> datetime | None:
        """When its time runs out: the earlier of IonQ's expiry and start plus limit (see `runs_out_is_guess`)."""
        return next(iter(self.ends), None)

    @property
    def runs_out_source(self) -> EndSource | None:
        """What `runs_out_at` was derived from; IonQ's expiry if both are equal."""
        end = self.runs_out_at
        if end is None:
            return None
        return EndSource.EXPIRY if end == self.expires_at else EndSource.LIMIT

    @property
    def runs_out_is_guess(self) -> bool:
        """True if `runs_out_at` is start plus limit and no expiry within a minute of it confirms that."""
        return self.runs_out_source is EndSource.LIMIT and not _agree(self.expires_at, self.limit_ends_at)

    def time_left(self, now: datetime) -> timedelta | None:
        """Return the time from `now` to `runs_out_at`, negative afterwards; before the start at most the limit."""
        if self.runs_out_at is None:
            return None
        return min(self.runs_out_at, self._would_end(now) or self.runs_out_at) - now

    def end_seen(self, now: datetime) -> tuple[datetime | None, EndSource | None]:
        """Return when its time runs out as seen from `now`, and what that is derived from.

        Before the start, a time limit shorter than the time to the expiry counts, although its start is unknown; the
        time is then None.
        """
        would_end = self._would_end(now)
        if would_end is not None and (self.runs_out_at is None or would_end < self.runs_out_at):
            return None, EndSource.LIMIT
        return self.runs_out_at, self.runs_out_source

    def _would_end(self, now: datetime) -> datetime | None:
        """Return when the time limit would end it if it started now; None once it has started."""
        return self._limit_from(now) if self.not_started else None

    @property
    def limit_is_expiry(self) -> bool:
        """True if IonQ's expiry equals the time limit, counted from the start or the creation."""
        ends = (self.limit_ends_at, self._limit_from(self.created_at))
        return any(_agree(self.expires_at, end) for end in ends)

    def _limit_from(self, start: datetime | None) -> datetime | None:
        if start is None or self.limits.minutes is None:
            return None
        try:
            return start + timedelta(minutes=self.limits.minutes)
        except OverflowError:
            return None


def _agree(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) < _SAME_END


def whose(session: Session, here: frozenset[str], ours: frozenset[str]) -> Owner:
    """Return the owner, given the ids opened here and the creator ids in 201 replies to this key."""
    if session.id in here:
        return Owner.HERE
    if session.creator_id is None or not ours:
        return Owner.UNKNOWN
    return Owner.YOU if session.creator_id in ours else Owner.OTHER
