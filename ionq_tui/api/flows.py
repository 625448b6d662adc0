"""Flows: the request sequences that open and end sessions, as generators that do no I/O.

A flow yields what it needs (`Send` for an operation, `Sleep` for a pause), receives the result, and returns an outcome.
`runner.py` has two drivers for flows, one sync and one async. A flow sends its POST request once; everything after that
only reads. How often a request that only reads is tried again, and after which pause, is decided here too.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

from ionq_tui.api import operations
from ionq_tui.api.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    CertificateError,
    IonQError,
    NetworkSettingError,
    PermissionDeniedError,
    RateLimitError,
    ReadOnlyError,
    ServerError,
    fault_of_error,
    fault_text,
)
from ionq_tui.api.operations import Operation
from ionq_tui.model.link_state import Fault, FaultKind
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
    Unconfirmed,
    may_be_new,
)
from ionq_tui.model.priority import Priority
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session

T = TypeVar("T")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)

OPEN_CHECK_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait before each read of the session list after a lost reply. The server may create the session late."""
END_CHECK_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait before each read that may confirm an end."""
CLOCK_TOLERANCE = timedelta(seconds=3)
"""How much earlier than the request a session's creation time may be.

Clocks differ, and the `Date` header has a resolution of one second.
"""
NOTHING_CREATED = frozenset({400, 401, 402, 403, 404, 422, 429})
"""Statuses that mean that nothing was created, if the body is a well-formed API error."""
WRONG_SESSION = "the reply is about another session"


@quick_dataclass(frozen=True, slots=True)
class Result(Generic[T_co]):
    """Result of one operation: a value or an error, with the times of sending and receiving."""

    value: T_co | None
    error: IonQError | None
    sent_at: float
    """Monotonic time in seconds.

    It includes time in suspend, so that a session created before a suspend is still found.
    """
    received_at: float
    """Time of the reply, on the same clock as `sent_at`."""
    date: datetime | None = None
    """The server's time, from the reply's `Date` header."""


@quick_dataclass(frozen=True, slots=True)
class Send(Generic[T_co]):
    """Tells the driver to execute one operation."""

    operation: Operation[T_co]


@quick_dataclass(frozen=True, slots=True)
class Sleep:
    """Tells the driver to pause."""

    seconds: float


Step = Send[object] | Sleep
Flow = Generator[Step, Result[object], R]
"""A generator that yields steps, receives results (an empty one after a Sleep), and returns R."""


def sent(operation: Operation[T]) -> Flow[Result[T]]:
    """Execute one operation once."""
    result = yield Send(operation)
    return cast("Result[T]", result)


def with_retries(operation: Operation[T], retries: int, *, patient: bool = True) -> Flow[Result[T]]:
    """Execute an operation, and retry it if it is safe to repeat and the failure may be temporary.

    With `patient=False`, time-outs and rate-limit errors are not retried.
    """
    result = yield from sent(operation)
    for attempt in range(retries if operation.repeatable else 0):
        error = result.error
        if not isinstance(error, APIConnectionError | RateLimitError | ServerError):
            break
        if isinstance(error, CertificateError | NetworkSettingError):
            break  # not temporary: these do not go away within seconds
        if not patient and isinstance(error, APITimeoutError | RateLimitError):
            break
        asked = getattr(error, "retry_after", None) or 0.0
        yield Sleep(min(max(0.5 * 2**attempt, asked), 60.0))
        result = yield from sent(operation)
    return result


def _ignored(_: Fault) -> None:
    """Ignore the fault."""


def open_once(
    request: OpenRequest,
    known: Known = NOTHING_KNOWN,
    seen: dict[str, Session] | None = None,
    on_lost: Callable[[Fault], None] = _ignored,
) -> Flow[OpenOutcome]:
    """Open a session with one POST request.

    If the reply is lost, look for the session in the session list; never send the POST again. `on_lost` is called with
    the reason as soon as the search begins, and sessions that the search finds are added to `seen` at once. No session
    is adopted before the last read: the server may create ours late, and the first one found may belong to somebody who
    uses the same key.
    """
    posted = yield from sent(operations.create_session(request))
    if posted.value is not None:
        return Opened(posted.value)
    error = posted.error or IonQError("no reply")
    if certainly_not_created(error):
        return NotOpened(fault_of_error(error), error)
    on_lost(fault_of_error(error))
    found: dict[str, Session] = {} if seen is None else seen
    looked_at: datetime | None = None
    dated: set[str] = set()
    for pause in OPEN_CHECK_DELAYS:
        yield Sleep(pause)
        listed = yield from sent(_at_confirm_priority(operations.list_sessions(active=True)))
        if listed.value is None:
            continue
        if not listed.value.unreadable:  # an unreadable item may be the session
            looked_at = listed.date or looked_at
        since = (
            None
            if listed.date is None
            else listed.date - timedelta(seconds=listed.received_at - posted.sent_at) - CLOCK_TOLERANCE
        )
        found.update({one.id: one for one in listed.value.sessions if may_be_new(one, known, since)})
        dated = {one.id for one in listed.value.sessions if since is not None and _not_before(one, since)}
    ours = [one for one in found.values() if one.creator_id in known.creators and request.asked_for(one)]
    # A session that only appeared in replies without `Date` may be older than the request, so it is not adopted.
    if len(ours) == 1 and ours[0].id in dated and known.listed:
        return Opened(ours[0], adopted=True)
    # IonQ may have changed what was requested, so other sessions are candidates too, after the exact matches.
    candidates = sorted(found.values(), key=lambda one: not request.asked_for(one))
    return Unconfirmed(tuple(candidates), fault_of_error(error), looked_at, error)


def _not_before(session: Session, since: datetime) -> bool:
    return session.created_at is None or session.created_at >= since


def certainly_not_created(error: IonQError) -> bool:
    """Return True only if the server certainly created nothing.

    Either it was never reached, or it refused in its own error format.
    """
    if isinstance(error, ReadOnlyError):
        return True
    if isinstance(error, APIConnectionError):
        return error.unsent
    return isinstance(error, APIError) and error.well_formed and error.status_code in NOTHING_CREATED


def end_confirmed(session_id: str, seen_active: bool = False, again: bool = False) -> Flow[EndOutcome]:
    """Request the end once, then read the session until the end is confirmed or END_CHECK_DELAYS are used up.

    `again` says that the caller retries if the end is not confirmed, so that a failed request is followed by fewer
    reads.
    """
    asked = yield from sent(operations.end_session(session_id))
    last = _about(session_id, asked)
    if last is not None and last.confirms_end(seen_active):
        return Ended(last)
    seen_active = seen_active or (last is not None and last.active is True)
    refusal: Fault | None = None if asked.error is None else fault_of_error(asked.error)
    unread: Fault | None = refusal
    brief = _final(asked.error) or (again and asked.error is not None)
    for pause in END_CHECK_DELAYS[:2] if brief else END_CHECK_DELAYS:
        yield Sleep(pause)
        reply = yield from sent(_at_confirm_priority(operations.get_session(session_id)))
        read = _about(session_id, reply)
        if read is not None:
            last = read
            seen_active = seen_active or last.active is True
            if last.confirms_end(seen_active):
                return Ended(last)
        else:
            unread = fault_of_error(reply.error or IonQError(WRONG_SESSION))
    if last is not None:
        return StillOpen(last, refusal)
    if refusal is not None:
        return EndUnknown(refusal)
    # The end request was accepted. The fault of the reads must not look as if the end had been refused.
    words = f"the end was requested, and the session cannot be read: {fault_text(unread) if unread else 'no reply'}"
    return EndUnknown(Fault(FaultKind.GARBLED, words))


def _at_confirm_priority(operation: Operation[T]) -> Operation[T]:
    """Return a read with priority over all others: a user is waiting to learn whether costs are still accruing."""
    return replace(operation, priority=Priority.CONFIRM)


def _about(session_id: str, result: Result[Session]) -> Session | None:
    """Return the session if the reply is about that very session. A reply about another one confirms nothing."""
    session = result.value
    return session if session is not None and session.called(session_id) else None


def _final(error: IonQError | None) -> bool:
    """Return True if further reads are pointless: the key lacks the permission, or nothing was sent."""
    if isinstance(error, APIConnectionError):
        return error.unsent
    return isinstance(error, AuthenticationError | PermissionDeniedError | ReadOnlyError)
