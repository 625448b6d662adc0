"""What became of opening and ending, in words that never claim more than is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.outcome import Ended, EndOutcome, Opened, OpenOutcome, OpenRequest, StillOpen, Uncertain
from ionq_tui.view.fault import fault_says, fault_words
from ionq_tui.view.moment import clock
from ionq_tui.view.plain import plain
from ionq_tui.view.status import NOBODY, person
from ionq_tui.view.tone import Cell, Tone


def open_result(outcome: OpenOutcome, now: datetime, tz: tzinfo | None) -> Cell:
    """Return what became of a request to open a session."""
    if isinstance(outcome, Opened):
        how = "found by looking after the reply was lost" if outcome.adopted else "opened"
        session = outcome.session
        return Cell(f"{plain(session.short, 6)} on {plain(session.backend, 60)}: {how}", Tone.GOOD)
    if isinstance(outcome, Uncertain):
        return Cell(_uncertain(outcome, now, tz), Tone.WARN)
    return Cell(f"nothing was opened: {fault_words(outcome.fault, once=True)}", Tone.BAD)


def _uncertain(outcome: Uncertain, now: datetime, tz: tzinfo | None) -> str:
    why = f"the session may have been opened ({fault_says(outcome.fault)})"
    if outcome.candidates:
        ids = ", ".join(plain(session.short, 6) for session in outcome.candidates[:5])
        more = ", …" if len(outcome.candidates) > 5 else ""
        return f"{why}: it may be {ids}{more}"
    if outcome.looked_at is None:
        return f"{why}, and IonQ could not be asked since; it is looked for whenever ionq-tui runs"
    time = clock(outcome.looked_at, now, tz, seconds=True)
    return f"{why}: IonQ shows no trace of it as of {time}; it is looked for whenever ionq-tui runs"


def end_result(
    outcome: EndOutcome, now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY, session_id: str = ""
) -> Cell:
    """Return what became of a request to end a session; `session_id` names it where the outcome does not."""
    if isinstance(outcome, Ended):
        session = outcome.session
        at = f" at {clock(session.ended_at, now, tz)}" if session.ended_at is not None else ""
        by = f" by {person(session.ender_id, people)}" if session.ender_id is not None else ""
        return Cell(f"{plain(session.short, 6)} ended{at}{by}", Tone.GOOD)
    if isinstance(outcome, StillOpen):
        session = outcome.session
        why = f": {fault_words(outcome.fault, 'session', once=True)}" if outcome.fault is not None else ""
        status = plain(session.status, 40)
        return Cell(f'{plain(session.short, 6)} is STILL OPEN, IonQ says "{status}"{why}', Tone.BAD)
    name = plain(session_id[-6:]) or "the session"
    return Cell(f"whether {name} ended is not known: {fault_words(outcome.fault, 'session', once=True)}", Tone.BAD)


def unheard(request: OpenRequest) -> str:
    """Return that a request was sent to whose answer nobody waited."""
    return f"the answer about {plain(request.backend, 60)} was not waited for: a session may be open, see ionq-tui ls"
