"""The state of the link to the server, kept apart from the data."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass


class FaultKind(StrEnum):
    """Kinds of faults, as far as they are handled differently."""

    OFFLINE = "offline"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    """The server's certificate was rejected."""
    PROXY = "proxy"
    """The proxy cannot be reached or blocks the request."""
    SETTING = "network setting"
    """A network-related environment variable is invalid, so nothing is ever sent."""
    KEY_MISSING = "no key"
    KEY_REFUSED = "key refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    BAD_REQUEST = "bad request"
    RATE_LIMITED = "rate limited"
    SERVER = "server error"
    GARBLED = "unreadable reply"
    READ_ONLY = "read-only"
    NOT_ENABLED = "sessions not enabled"
    """IonQ refuses the session list to a key that it accepts."""
    ELSEWHERE = "not the API"
    """A 403 or 404 that does not come from IonQ's API but from a proxy, a gateway or another API version."""
    UNHEARD = "reply not heard"
    """The process that sent the request ended before the reply arrived."""


LONGEST_PAUSE = 3600.0
"""Maximum seconds that a server's `Retry-After` delays a poll."""
LONGEST_URGENT_PAUSE = 600.0
"""The same while a session of this user may be running."""


@quick_dataclass(frozen=True, slots=True)
class Fault:
    """A failed request as a value: its kind, a message, and what IonQ support will ask for."""

    kind: FaultKind
    words: str
    status: int | None = None
    """HTTP status, if there was a reply."""
    request_id: str | None = None
    """`x-request-id` of the reply."""
    retry_after: float | None = None
    """Seconds the server asked to wait."""
    well_formed: bool = field(default=False, compare=False)
    """True if the reply was an API error, even in another framework's format, and not a proxy's HTML page."""
    page: str = field(default="", compare=False)
    """The title of an HTML page received in place of an API reply."""
    hint: str = field(default="", compare=False)
    """The possible cause and what to check."""
    advice: str = field(default="", compare=False)
    """What to do about a refused key, which depends on where it came from; empty if that is not known."""

    @property
    def said(self) -> str:
        """The server's own message; empty if it sent none and `words` is ours."""
        ours = self.status is None or self.kind is FaultKind.GARBLED or self.words == f"HTTP {self.status}"
        return "" if ours else self.words


def list_refusal(fault: Fault, *, key_accepted: bool) -> Fault:
    """Reinterpret a refusal of the session list for a key that IonQ accepts: sessions are not enabled for it."""
    if key_accepted and fault.kind in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}:
        return replace(fault, kind=FaultKind.NOT_ENABLED)
    return fault


@quick_dataclass(frozen=True, slots=True)
class Fresh:
    """The last request was answered."""


@quick_dataclass(frozen=True, slots=True)
class Stale:
    """The last request failed; the data is from the last successful one."""

    fault: Fault


@quick_dataclass(frozen=True, slots=True)
class Refused:
    """The server refuses this key or this request; retrying does not help."""

    fault: Fault


Link = Fresh | Stale | Refused

FRESH = Fresh()

_FINAL = {
    FaultKind.SETTING,
    FaultKind.KEY_MISSING,
    FaultKind.KEY_REFUSED,
    FaultKind.FORBIDDEN,
    FaultKind.NOT_FOUND,
    FaultKind.NOT_ENABLED,
}


def link_of(fault: Fault) -> Link:
    """Return the link state after a fault; a fault with a hint, such as a wrong base URL, counts as permanent."""
    return Refused(fault) if fault.kind in _FINAL or fault.hint else Stale(fault)
