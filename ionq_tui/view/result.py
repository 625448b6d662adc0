"""What became of opening and ending, in words that never claim more than is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import (
    Ended,
    EndOutcome,
    Opened,
    OpenOutcome,
    OpenRequest,
    StillOpen,
    Unconfirmed,
    UnconfirmedClosed,
)
from ionq_tui.model.session import Session
from ionq_tui.view.fault import fault_says, fault_words, own_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import NOBODY, person
from ionq_tui.view.style import Cell, Tone
from ionq_tui.view.time_text import clock


def open_result(outcome: OpenOutcome, now: datetime, tz: tzinfo | None) -> Cell:
    """Return the result of a request to open a session."""
    if isinstance(outcome, Opened):
        how = "found after the reply was lost" if outcome.adopted else "opened"
        session = outcome.session
        return Cell(f"{plain(session.short, 6)} on {plain(session.backend, 60)}: {how}", Tone.GOOD)
    if isinstance(outcome, Unconfirmed):
        return Cell(_uncertain(outcome, now, tz), Tone.WARN)
    return Cell(f"nothing was opened: {fault_words(outcome.fault, 'opening', once=True)}", Tone.BAD)


def _uncertain(outcome: Unconfirmed, now: datetime, tz: tzinfo | None) -> str:
    """Return what was found, then why the search was needed: a line that is cut keeps the result."""
    said, why = "a session may have been opened", f"({lost_words(outcome.fault)})"
    running, ended = outcome.running, [one for one in outcome.candidates if one.ended]
    if running or ended:
        told = [f"it may be {_ids(running)}"] if running else []
        told += [f"it may have been {_ids(ended)}, which {'has' if len(ended) == 1 else 'have'} ended"] if ended else []
        return f"{said}: {'; '.join(told)} {why}"
    if outcome.looked_at is None:
        return f"{said}, and IonQ could not be asked since then {why}; each new session list is checked"
    time = clock(outcome.looked_at, now, tz, seconds=True)
    return f"{said}: not in IonQ's list as of {time} {why}; each new session list is checked"


def _ids(sessions: Sequence[Session]) -> str:
    return ", ".join(plain(one.short, 6) for one in sessions[:5]) + (", …" if len(sessions) > 5 else "")


def lost_words(fault: Fault) -> str:
    """Return why there was no usable reply, and IonQ's own words if it gave any."""
    if fault.kind is FaultKind.UNHEARD:
        return plain(fault.words, 120)
    status = f"HTTP {fault.status}" if fault.status is not None else ""
    request = f"request {plain(fault.request_id, 64)}" if fault.request_id else ""
    said, own = fault_says(fault), own_words(fault, 200)
    detail = ", ".join(part for part in ("" if own in said else own, status, request) if part)
    return said + (f": {detail}" if detail else "")


def looking_words(fault: Fault) -> str:
    """Return that a request to open got no clear reply, and that it is being checked."""
    said = "the reply was lost" if fault.status is None else "the answer does not say whether a session was opened"
    return f"{said} ({lost_words(fault)}): checking with IonQ; nothing is sent again"


def question_words(question: UnconfirmedSession, now: datetime, tz: tzinfo | None) -> str:
    """Return what is known of an unconfirmed session: backend, time of the request, and what was found."""
    return f"{_requested(question, now, tz)}: {open_result(question.outcome, now, tz).text}"


def question_awaited(question: UnconfirmedSession, now: datetime, tz: tzinfo | None) -> str:
    """Return the same while waiting for a list that may show the session."""
    return f"{_requested(question, now, tz)}: a session may have been opened; waiting for IonQ's list"


def _requested(question: UnconfirmedSession, now: datetime, tz: tzinfo | None) -> str:
    at = f", requested {clock(question.asked_at, now, tz)}" if question.asked_at is not None else ""
    return f"{plain(question.request.backend, 60)}{at}"


def closed_words(closed: UnconfirmedClosed) -> str:
    """Return that no session of the request is running."""
    what = f"{_ids(closed.ended)} has ended" if closed.ended else "IonQ shows no session opened by it"
    return f"unconfirmed session on {plain(closed.request.backend, 60)}: {what}; no session of this request is running"


def end_result(
    outcome: EndOutcome,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    session_id: str = "",
    *,
    once: bool = True,
) -> Cell:
    """Return the result of a request to end a session; `session_id` names it if the outcome does not.

    `once` is False where it is asked again by itself.
    """
    if isinstance(outcome, Ended):
        session = outcome.session
        at = f" at {clock(session.ended_at, now, tz)}" if session.ended_at is not None else ""
        by = f" by {person(session.ender_id, people)}" if session.ender_id is not None else ""
        return Cell(f"{plain(session.short, 6)} ended{at}{by}", Tone.GOOD)
    if isinstance(outcome, StillOpen):
        session = outcome.session
        why = f": {fault_words(outcome.fault, 'session', once=once)}" if outcome.fault is not None else ""
        status = plain(session.status, 40)
        return Cell(f'{plain(session.short, 6)} is STILL OPEN, IonQ says "{status}"{why}', Tone.BAD)
    name = plain(session_id[-6:]) or "the session"
    return Cell(f"whether {name} ended is not confirmed: {fault_words(outcome.fault, 'session', once=once)}", Tone.BAD)


def unheard(request: OpenRequest) -> str:
    """Return that the program exited before the reply to a request arrived."""
    return f"the answer about {plain(request.backend, 60)} was not waited for: a session may be open, see ionq-tui ls"
