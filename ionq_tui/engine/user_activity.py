"""Detect whether the user is present, and which periods of absence were not reviewed yet."""

from __future__ import annotations

from datetime import UTC, datetime

from ionq_tui.engine.ports import Clock
from ionq_tui.model.quick_dataclass import quick_dataclass

AWAY_AFTER = 600.0
"""Seconds without a key press after which the user counts as absent."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@quick_dataclass(frozen=True, slots=True)
class Absence:
    """The period from the last key press to the next one; `until` is None while it lasts."""

    since: datetime
    until: datetime | None = None


class UserActivity:
    """Track the user's presence by key presses; an absence is kept until its events are marked as seen."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock; the user counts as present at the start."""
        self._clock = clock
        self._key_at = clock.monotonic()
        self._key_time: datetime | None = None
        self._absence: Absence | None = None
        self._looked: dict[str, datetime] = {}
        """When the user last reviewed the events, by session id; the empty id stands for all sessions."""
        self.clock_seen = False
        """True once the user has seen the warning that this machine's clock is wrong."""
        self.started: datetime | None = None
        """The server's time of the first session list."""

    def begin(self) -> None:
        """Record that the first session list, and with it the server's time, has arrived."""
        if self.started is None:
            self.started = self._key_time = self._clock.now()

    def key(self) -> None:
        """Record a key press."""
        if (absence := self.absence) is not None and absence.until is None:
            self._absence = Absence(absence.since, self._clock.now())
        self._key_at, self._key_time = self._clock.monotonic(), self._clock.now()

    @property
    def absence(self) -> Absence | None:
        """The last absence not yet dismissed, or the current one; None if there is none."""
        away = self._clock.monotonic() - self._key_at >= AWAY_AFTER
        if not away or self._key_time is None:
            return self._absence
        return Absence(self._absence.since if self._absence is not None else self._key_time)

    def unseen(self, session_id: str, before: datetime | None) -> Absence | None:
        """Return the period not yet reviewed for a session; `before` is when it was last seen before the start."""
        looked = max(self._looked.get(session_id, LONG_AGO), self._looked.get("", LONG_AGO))
        spans = [Absence(before, self.started)] if before is not None and self.started is not None else []
        spans += [absence] if (absence := self.absence) is not None else []
        left = [one for one in spans if one.until is None or one.until > looked]
        if not left:
            return None
        ends = [one.until for one in left if one.until is not None]
        return Absence(max(looked, min(one.since for one in left)), max(ends) if len(ends) == len(left) else None)

    def seen(self, session_id: str = "") -> None:
        """Record that the user has reviewed the events of one session, or of all."""
        self._looked[session_id] = self._clock.now()
        if not session_id:
            self._absence = None
