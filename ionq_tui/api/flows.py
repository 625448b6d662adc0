"""The dances around requests that cost or end something, as generators that do no I/O.

A flow yields what it needs (`Send` an operation, `Sleep`), is sent what came of it, and returns an outcome. Two drivers
in `channel.py` run it, one sync and one async. A flow sends its POST once; everything after it only looks.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

from ionq_tui.api import operations
from ionq_tui.api.errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    IonQError,
    PermissionDeniedError,
    RateLimitError,
    ReadOnlyError,
    ServerError,
    fault_of,
)
from ionq_tui.api.operations import Operation
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.outcome import (
    NOTHING_KNOWN,
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NotOpened,
    Opened,
    OpenOutcome,
    OpenRequest,
    StillOpen,
    Uncertain,
)
from ionq_tui.model.session import Session

T = TypeVar("T")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)

LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look after a lost reply: the server may commit late."""
PROOFS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each reading that may prove an end."""
GRAIN = timedelta(seconds=3)
"""How much earlier than the request a session's time of creation may read: clocks and `Date` are coarse."""
NOTHING_CREATED = frozenset({400, 401, 403, 404, 422})
"""Statuses of a well-formed error of the API that are believed to mean that nothing was created."""
ABOUT_ANOTHER = "the reply is about another session"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What came of one operation: a value or an error, and when."""

    value: T_co | None
    error: IonQError | None
    sent_at: float
    """Seconds that never go back, and count on during a suspend: what was created before one is looked for too."""
    heard_at: float
    """The same."""
    date: datetime | None = None
    """The server's time, from the `Date` header of the reply."""


@dataclass(frozen=True, slots=True)
class Send(Generic[T_co]):
    """Ask the driver to carry out one operation."""

    operation: Operation[T_co]


@dataclass(frozen=True, slots=True)
class Sleep:
    """Ask the driver to wait."""

    seconds: float


Step = Send[object] | Sleep
Flow = Generator[Step, Answer[object], R]
"""Yields steps, is sent answers (to a Sleep an empty one), returns R."""


def sent(operation: Operation[T]) -> Flow[Answer[T]]:
    """Carry out one operation, once."""
    answer = yield Send(operation)
    return cast("Answer[T]", answer)


def repeated(operation: Operation[T], retries: int) -> Flow[Answer[T]]:
    """Carry out an operation, again where it may be repeated and the failure may pass."""
    answer = yield from sent(operation)
    for attempt in range(retries if operation.repeatable else 0):
        error = answer.error
        if not isinstance(error, APIConnectionError | RateLimitError | ServerError):
            break
        asked = getattr(error, "retry_after", None) or 0.0
        yield Sleep(min(max(0.5 * 2**attempt, asked), 60.0))
        answer = yield from sent(operation)
    return answer


def open_once(
    request: OpenRequest, known: Known = NOTHING_KNOWN, seen: dict[str, Session] | None = None
) -> Flow[OpenOutcome]:
    """Open a session with one request; where the reply is lost, look for what came of it and never send again.

    What is found by looking goes into `seen` at once. Nothing is adopted before the last look: the server may commit
    ours late, and the first that is found may belong to somebody with the same key.
    """
    posted = yield from sent(operations.create_session(request))
    if posted.value is not None:
        return Opened(posted.value)
    error = posted.error or IonQError("no reply")
    if nothing_created(error):
        return NotOpened(fault_of(error), error)
    found: dict[str, Session] = {} if seen is None else seen
    looked_at: datetime | None = None
    dated: set[str] = set()
    for pause in LOOKS:
        yield Sleep(pause)
        listed = yield from sent(operations.list_sessions(active=True))
        if listed.value is None:
            continue
        looked_at = listed.date or looked_at
        since = (
            None if listed.date is None else listed.date - timedelta(seconds=listed.heard_at - posted.sent_at) - GRAIN
        )
        now = {one.id: one for one in listed.value.sessions if request.may_have_become(one, known.ids, since)}
        found.update(now)
        dated = set(now) if since is not None else set()
    ours = [one for one in found.values() if one.creator_id in known.creators]
    # One that only a look without a `Date` showed may be older than the request: it is not adopted.
    if len(ours) == 1 and ours[0].id in dated and known.listed:
        return Opened(ours[0], adopted=True)
    return Uncertain(tuple(found.values()), fault_of(error), looked_at, error)


def nothing_created(error: IonQError) -> bool:
    """True only where the server certainly created nothing: it was never reached, or it said so in its own form."""
    if isinstance(error, ReadOnlyError):
        return True
    if isinstance(error, APIConnectionError):
        return error.unsent
    return isinstance(error, APIError) and error.well_formed and error.status_code in NOTHING_CREATED


def end_proved(session_id: str, seen_active: bool = False) -> Flow[EndOutcome]:
    """Ask for the end once, then read the session until the end is proved or patience is over."""
    asked = yield from sent(operations.end_session(session_id))
    last = _about(session_id, asked)
    if last is not None and last.proves_end(seen_active):
        return Ended(last)
    seen_active = seen_active or (last is not None and last.active is True)
    refusal: Fault | None = None if asked.error is None else fault_of(asked.error)
    unread: Fault | None = refusal
    for pause in PROOFS[:2] if _final(asked.error) else PROOFS:
        yield Sleep(pause)
        heard = yield from sent(operations.get_session(session_id))
        told = _about(session_id, heard)
        if told is not None:
            last = told
            seen_active = seen_active or last.active is True
            if last.proves_end(seen_active):
                return Ended(last)
        else:
            unread = fault_of(heard.error or IonQError(ABOUT_ANOTHER))
    if last is not None:
        return StillOpen(last, refusal)
    if refusal is not None:
        return EndUnknown(refusal)
    # The request was taken: what the readings were refused must not look as if the end had been.
    words = f"the end was asked for, and the session cannot be read: {unread.words if unread else 'no reply'}"
    return EndUnknown(Fault(FaultKind.GARBLED, words, request_id=unread.request_id if unread else None))


def _about(session_id: str, answer: Answer[Session]) -> Session | None:
    """Return what was heard of that very session; a reply about another one proves nothing."""
    told = answer.value
    return told if told is not None and told.called(session_id) else None


def _final(error: IonQError | None) -> bool:
    """True where looking for long is no use: the key may not, or nothing was sent."""
    if isinstance(error, APIConnectionError):
        return error.unsent
    return isinstance(error, AuthenticationError | PermissionDeniedError | ReadOnlyError)
