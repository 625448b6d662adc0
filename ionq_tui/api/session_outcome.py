"""Turn the outcome of opening or ending a session, or of cloning a job, into a session or an error."""

from __future__ import annotations

from ionq_tui.api.clone_flow import clone_once
from ionq_tui.api.critical_request import CriticalRequest, logger
from ionq_tui.api.errors import CloneUncertain, IonQError, SessionUncertain, fault_text, with_context
from ionq_tui.api.flows import open_once
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.job import CLONE_MARK
from ionq_tui.model.outcome import (
    Cloned,
    CloneOutcome,
    Ended,
    EndOutcome,
    NotCloned,
    NotOpened,
    Opened,
    OpenOutcome,
    OpenRequest,
    StillOpen,
)
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


def cloned(request: CloneRequest, outcome: CloneOutcome) -> str:
    """Return the id of the clone. Raises IonQError if there is none.

    Raises CloneUncertain if there may be one, or if IonQ did not confirm that it is in the session.
    """
    attempt = f"Failed to clone job {request.job_id}"
    if isinstance(outcome, Cloned):
        if outcome.job.is_in(request.session_id):
            return outcome.job.id
        where = "no session" if outcome.job.session_id is None else f"another session, {outcome.job.session_id}"
        raise CloneUncertain(
            f"{attempt} into session {request.session_id}: the clone exists as {outcome.job.id}, and IonQ's reply names"
            f" {where}; check that job before cloning again",
            request.session_id,
            request.mark,
            outcome.job.id,
        )
    if isinstance(outcome, NotCloned):
        cause = outcome.cause if isinstance(outcome.cause, IonQError) else IonQError(outcome.fault.words)
        raise with_context(attempt, cause)
    raise CloneUncertain(
        f"{attempt}: {fault_text(outcome.fault)}; the clone may exist anyway: check the jobs of session"
        f" {request.session_id} for metadata {CLONE_MARK}={request.mark} before cloning again",
        request.session_id,
        request.mark,
    ) from outcome.cause


def cloning(request: CloneRequest) -> CriticalRequest[CloneOutcome]:
    """Return the critical request that clones a job.

    If its caller is gone before the outcome is known, the outcome is at least logged.
    """
    outcomes: list[CloneOutcome] = []

    def log_outcome() -> None:
        logger.warning("cloned after the caller stopped waiting: %s", outcomes[0])

    async def alog_outcome() -> None:
        log_outcome()

    return CriticalRequest(
        f"cloning job {request.job_id}, mark {request.mark}",
        clone_once(request),
        on_outcome=outcomes.append,
        on_abandoned=log_outcome,
        on_abandoned_async=alog_outcome,
    )


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
