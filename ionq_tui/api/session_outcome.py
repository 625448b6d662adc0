"""Turn the outcome of opening or ending a session into a session or an error."""

from __future__ import annotations

from ionq_tui.api.critical_request import CriticalRequest, logger
from ionq_tui.api.errors import IonQError, SessionUncertain, fault_text, with_context
from ionq_tui.api.flows import open_once
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest, StillOpen
from ionq_tui.model.session import Session


def opened(outcome: OpenOutcome) -> Session:
    """Return the opened session. Raises IonQError if there is none, and SessionUncertain if there may be one."""
    if isinstance(outcome, Opened):
        return outcome.session
    if isinstance(outcome, NotOpened):
        cause = outcome.cause if isinstance(outcome.cause, IonQError) else IonQError(outcome.fault.words)
        raise with_context("Failed to create session", cause)
    found = ", ".join(one.id for one in outcome.candidates)
    look = "check the active sessions before opening another"
    none = "it is not in IonQ's list so far" if outcome.looked_at is not None else "IonQ could not be asked since"
    seen = f"these may be it: {found}" if found else none
    raise SessionUncertain(
        f"Failed to create session: {fault_text(outcome.fault)}; it may exist anyway: {seen}; {look}",
        outcome.candidates,
    ) from outcome.cause


def ended(session_id: str, outcome: EndOutcome) -> Session:
    """Return the ended session. Raises IonQError if it is not confirmed ended."""
    if isinstance(outcome, Ended):
        return outcome.session
    if isinstance(outcome, StillOpen):
        why = f" ({fault_text(outcome.fault)})" if outcome.fault else ""
        raise IonQError(f"Failed to end session {session_id}: it is STILL OPEN, status {outcome.session.status}{why}")
    raise IonQError(f"Failed to end session {session_id}: the end is not confirmed ({fault_text(outcome.fault)})")


def opening(request: OpenRequest) -> CriticalRequest[OpenOutcome]:
    """Return the critical request that opens a session.

    If its caller is gone before the outcome is known, an opened session is at least logged.
    """
    seen: dict[str, Session] = {}
    outcomes: list[OpenOutcome] = []

    def log_outcome() -> None:
        logger.warning("opened after the caller stopped waiting: %s; end it if it is not wanted", outcomes[0])

    async def alog_outcome() -> None:
        log_outcome()

    name = f"opening a session on {request.backend}"
    flow = open_once(request, seen=seen)
    return CriticalRequest(
        name, flow, on_outcome=outcomes.append, seen=seen, on_abandoned=log_outcome, on_abandoned_async=alog_outcome
    )
