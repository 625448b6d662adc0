"""How well we hear the server: health as a value, apart from the data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What went wrong, as far as the answer to it differs."""

    OFFLINE = "offline"
    TIMEOUT = "timeout"
    KEY_MISSING = "no key"
    KEY_REFUSED = "key refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    BAD_REQUEST = "bad request"
    RATE_LIMITED = "rate limited"
    SERVER = "server error"
    GARBLED = "unreadable reply"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class Fault:
    """A failed request as a value: what kind, in words, and what support will ask for."""

    kind: FaultKind
    words: str
    status: int | None = None
    """HTTP status, where there was a reply."""
    request_id: str | None = None
    """`x-request-id` of the reply."""
    retry_after: float | None = None
    """Seconds the server asked to wait."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The last request was answered."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The last request failed; the data is the last good picture."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not answer this key or this question; asking again does not help."""

    fault: Fault


Link = Fresh | Stale | Refused

FRESH = Fresh()

_FINAL = {FaultKind.KEY_MISSING, FaultKind.KEY_REFUSED, FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}


def link_of(fault: Fault) -> Link:
    """Return the link's health after a fault."""
    return Refused(fault) if fault.kind in _FINAL else Stale(fault)
