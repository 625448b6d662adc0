"""What can go wrong with one request, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Operation(Enum):
    """The requests that a fault may hit."""

    OPEN = "open"
    END = "end"
    CLONE = "clone"
    STATUS = "status"
    LIST = "list"
    BACKENDS = "backends"
    OTHER = "other"

    @classmethod
    def of(cls, method: str, path: str) -> Operation:
        """Tell what a request line asks for."""
        parts = path.partition("?")[0].strip("/").split("/")[1:]
        match method, parts:
            case "POST", ["sessions"]:
                return cls.OPEN
            case "POST", ["sessions", _, "end"]:
                return cls.END
            case "POST", ["jobs", _, "clone"]:
                return cls.CLONE
            case "GET", ["sessions", _]:
                return cls.STATUS
            case "GET", ["sessions"]:
                return cls.LIST
            case "GET", ["backends"]:
                return cls.BACKENDS
        return cls.OTHER


class Stage(Enum):
    """Where the connection goes wrong; without any of these a reply is written whole."""

    NONE = "none"
    GONE = "nobody listens any more"
    UNREAD = "reset before the request was read"
    NO_REPLY = "closed after the request was read"
    RESET = "reset after the request was read"
    MID_HEADERS = "closed in the middle of the headers"
    MID_BODY = "closed in the middle of the body"
    SILENT = "never answered"
    DRIP = "a byte now and then"
    HELD = "held until the test lets go"


class Colleague(Enum):
    """Who opens an identical session at the same moment."""

    NOBODY = "nobody"
    OTHER_KEY = "another key"
    SAME_KEY = "the same key"


PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
WORDS = "a reason in words"
REFUSAL = b'{"statusCode":%d,"error":"Simulated","message":"' + WORDS.encode() + b'"}'
CERTAIN = frozenset({400, 401, 402, 403, 404, 422, 429})
"""Statuses of a well-formed refusal that mean that nothing was created."""


@dataclass(frozen=True, repr=False)
class Fault:
    """One way in which requests of one kind go wrong; times are seconds of the real world, scaled by the server."""

    name: str
    stage: Stage = Stage.NONE
    carried_out: bool = True
    """False where the request changes nothing."""
    status: int | None = None
    """Instead of the status that the cloud itself gave."""
    body: bytes | None = None
    """Instead of the body that the cloud itself gave."""
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    """Sent instead of any reply, after which the connection is closed."""
    late: float = 0.0
    """What the request did becomes visible so much later."""
    stale_readings: int = 0
    """So many readings after an end still show the session as it was before."""
    colleague: Colleague = Colleague.NOBODY
    answers_when_released: bool = False
    """True where a request that is held is answered after all, once the test lets go."""
    other_settings: tuple[tuple[str, object], ...] = ()
    """Members of the reply to an opening that are not those that the cloud itself gave; None takes one away."""
    changed_in_lists: bool = False
    """True where lists tell these other settings as well, of what the openings created."""
    blind: bool = False
    """True where looking (lists, readings of one session) fails as well."""
    claims: frozenset[str] = frozenset()
    """The words with which a face may claim what became of it; empty where the invariants say enough."""

    @property
    def words(self) -> str:
        """The server's own words in the reply, which must be told; empty where there are none."""
        return WORDS if self.status is not None and self.body == refused(self.status) else ""

    def __repr__(self) -> str:
        return f"<{self.name}>"


BLIND = Fault("blind", status=500, body=PROXY_PAGE)
"""What looking meets where it fails too."""


def refused(status: int) -> bytes:
    """Return a refusal as the API writes it."""
    return REFUSAL % status
