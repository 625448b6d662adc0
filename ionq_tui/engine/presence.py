"""Whether somebody is there: when a key was pressed last, and what of the time since was not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ionq_tui.engine.ports import Clock

AWAY_AFTER = 600.0
"""Seconds without a key after which somebody counts as away."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Absence:
    """From the last key to the first one after it; `until` is None while nobody is back."""

    since: datetime
    until: datetime | None = None


class Presence:
    """Keys tell that somebody is there; an absence stays until it is said that what happened in it was seen."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock; somebody has just started the program."""
        self._clock = clock
        self._key_at = clock.monotonic()
        self._key_time: datetime | None = None
        self._absence: Absence | None = None
        self._looked: dict[str, datetime] = {}
        """When it was seen last what had happened, by session id; the empty one stands for all."""
        self.clock_seen = False
        """True once it was seen that this machine's clock is wrong."""
        self.started: datetime | None = None
        """The server's time when the sessions were heard of first."""

    def begin(self) -> None:
        """Note that the sessions were heard of, and with them the server's time."""
        if self.started is None:
            self.started = self._key_time = self._clock.now()

    def key(self) -> None:
        """Note that a key was pressed."""
        if (absence := self.absence) is not None and absence.until is None:
            self._absence = Absence(absence.since, self._clock.now())
        self._key_at, self._key_time = self._clock.monotonic(), self._clock.now()

    @property
    def absence(self) -> Absence | None:
        """The absence that was not dismissed, or the one that goes on; None where there is none."""
        away = self._clock.monotonic() - self._key_at >= AWAY_AFTER
        if not away or self._key_time is None:
            return self._absence
        return Absence(self._absence.since if self._absence is not None else self._key_time)

    def unseen(self, session_id: str, before: datetime | None) -> Absence | None:
        """Return the time in which nobody looked at a session; `before` is when it was seen last before the start."""
        looked = max(self._looked.get(session_id, LONG_AGO), self._looked.get("", LONG_AGO))
        spans = [Absence(before, self.started)] if before is not None and self.started is not None else []
        spans += [absence] if (absence := self.absence) is not None else []
        left = [one for one in spans if one.until is None or one.until > looked]
        if not left:
            return None
        ends = [one.until for one in left if one.until is not None]
        return Absence(max(looked, min(one.since for one in left)), max(ends) if len(ends) == len(left) else None)

    def seen(self, session_id: str = "") -> None:
        """Note that it was seen what happened meanwhile to a session, or to all."""
        self._looked[session_id] = self._clock.now()
        if not session_id:
            self._absence = None
