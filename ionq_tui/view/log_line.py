"""Log lines about requests that cost or end something, and about their outcomes. Ids are complete."""

from __future__ import annotations

from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import (
    AdoptDone,
    CancelDone,
    Cloned,
    CloneDone,
    Done,
    EndDone,
    Ended,
    NotCloned,
    NotOpened,
    OpenDone,
    Opened,
    OpenRequest,
    StillOpen,
    UnconfirmedClosed,
)
from ionq_tui.view.amount import limits_words
from ionq_tui.view.event_line import misplaced
from ionq_tui.view.fault import fault_words
from ionq_tui.view.result import looking_words
from ionq_tui.view.sanitize import plain


def opening_line(request: OpenRequest) -> str:
    """Return the line written before a session is opened, with its limits."""
    return f"open: requested on {plain(request.backend, 60)}, {limits_words(request.limits)}"


def lost_line(request: OpenRequest, fault: Fault) -> str:
    """Return the line for an open whose reply was lost."""
    return f"open: {plain(request.backend, 60)}: {looking_words(fault)}"


def ending_line(session_id: str) -> str:
    """Return the line written before a session is ended."""
    return f"end: requested for {plain(session_id, 80)}"


def done_line(done: Done) -> tuple[bool, str]:
    """Return whether the action succeeded, and the line for its outcome."""
    match done:
        case OpenDone():
            return _opened(done)
        case EndDone():
            return _ended(done)
        case AdoptDone():
            return True, f"adopt: {plain(done.session_id, 80)} accepted as the session that was opened"
        case CancelDone():
            return _canceled(done)
        case CloneDone():
            return _cloned(done)
        case UnconfirmedClosed():
            ended = ", ".join(plain(one.id, 80) for one in done.ended)
            came = f"{ended} ended" if ended else "no session was opened by it"
            return True, f"open: {plain(done.request.backend, 60)}: no longer unconfirmed: {came}"


def _opened(done: OpenDone) -> tuple[bool, str]:
    outcome, backend = done.outcome, plain(done.request.backend, 60)
    if isinstance(outcome, Opened):
        how = " (found after the reply was lost)" if outcome.adopted else ""
        return True, f"open: {backend}: opened {plain(outcome.session.id, 80)}{how}"
    why = fault_words(outcome.fault, "opening", once=True)
    if isinstance(outcome, NotOpened):
        return False, f"open: {backend}: nothing was opened: {why}"
    found = ", ".join(plain(one.id, 80) for one in outcome.candidates)
    return False, f"open: {backend}: unconfirmed{f'; it may be {found}' if found else ''}: {why}"


def _ended(done: EndDone) -> tuple[bool, str]:
    session_id, outcome = plain(done.session_id, 80), done.outcome
    if isinstance(outcome, Ended):
        return True, f"end: {session_id}: confirmed ended"
    why = fault_words(outcome.fault, "session", once=True) if outcome.fault is not None else "no reason given"
    if isinstance(outcome, StillOpen):
        return False, f'end: {session_id}: STILL OPEN, status "{plain(outcome.session.status, 40)}": {why}'
    return False, f"end: {session_id}: not confirmed: {why}"


def _cloned(done: CloneDone) -> tuple[bool, str]:
    outcome = done.outcome
    what = f"clone: job {plain(done.job_id, 80)} into session {plain(done.session_id, 80)}"
    if isinstance(outcome, Cloned):
        how = " (found after the reply was lost)" if outcome.adopted else ""
        elsewhere = misplaced(outcome.job, done.session_id)
        return not elsewhere, f"{what}: made {plain(outcome.job.id, 80)}{how}{f'; {elsewhere}' if elsewhere else ''}"
    how = "nothing was made" if isinstance(outcome, NotCloned) else "unconfirmed"
    return False, f"{what}: {how}: {fault_words(outcome.fault, 'job', once=True)}"


def _canceled(done: CancelDone) -> tuple[bool, str]:
    told = [
        f"{plain(job, 80)} {fault_words(one, 'job', once=True) if isinstance(one, Fault) else plain(one, 40)}"
        for job, one in done.results.items()
    ]
    good = not any(isinstance(one, Fault) for one in done.results.values())
    return good, f"cancel: session {plain(done.session_id, 80)}: {', '.join(told)}"
