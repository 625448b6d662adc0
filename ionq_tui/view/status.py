"""Statuses and owners in words; what this program does not know is told as the server wrote it."""

from __future__ import annotations

from collections.abc import Mapping

from ionq_tui.model.backend import Backend
from ionq_tui.model.job import Job
from ionq_tui.model.session import Owner, Session
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Tone

NOBODY: Mapping[str, str] = {}

_SESSION_TONES = {"started": Tone.GOOD, "created": Tone.PLAIN, "ended": Tone.DIM}
_JOB_WORDS = {
    "submitted": Cell("waiting"),
    "ready": Cell("waiting"),
    "started": Cell("running", Tone.GOOD),
    "completed": Cell("completed", Tone.DIM),
    "failed": Cell("FAILED", Tone.BAD),
    "canceled": Cell("canceled", Tone.DIM),
}
_OWNERS = {
    Owner.HERE: "opened here",
    Owner.YOU: "opened by you",
    Owner.OTHER: "somebody else's",
    Owner.UNKNOWN: "whose is unknown",
}


def session_status(session: Session, *, ending: bool = False, seen_active: bool = False) -> Cell:
    """Return the session's status; "ending…" while its end is asked for and not proved."""
    word = plain(session.status, 40) or "unknown"
    if ending and not session.proves_end(seen_active):
        return Cell("ending…", Tone.WARN)
    if session.contradictory:
        return Cell(f"? {word}, {'active' if session.active else 'inactive'}", Tone.WARN)
    return Cell(word, _SESSION_TONES.get(session.status, Tone.WARN))


def session_status_loud(session: Session, *, ending: bool = False, seen_active: bool = False) -> Cell:
    """Return the same for a heading: known words in capitals, a disagreement in full."""
    told = session_status(session, ending=ending, seen_active=seen_active)
    word = plain(session.status, 40) or "unknown"
    loud = word.upper() if session.status in _SESSION_TONES else word
    if told.text == "ending…":
        return Cell("ENDING…", Tone.WARN)
    if session.contradictory:
        return Cell(f"{loud}, yet IonQ says active: {'true' if session.active else 'false'}", Tone.WARN)
    return Cell(loud, Tone.STRONG if told.tone is Tone.PLAIN else told.tone)


def job_status(status: str) -> Cell:
    """Return the job's status: waiting, running, completed, FAILED, canceled, or the server's word."""
    return _JOB_WORDS.get(status) or Cell(plain(status, 40) or "unknown", Tone.WARN)


def job_tone(job: Job) -> Tone:
    """Return how a job's row is painted as a whole."""
    return Tone.BAD if job.failed else Tone.DIM if job.finished else Tone.PLAIN


def backend_status(backend: Backend) -> Cell:
    """Return the backend's state: available, degraded, or the server's word."""
    word = plain(backend.status, 40) or "unknown"
    if not backend.available:
        return Cell(word, Tone.DIM if backend.status == "retired" else Tone.BAD)
    return Cell("degraded", Tone.WARN) if backend.degraded else Cell(word, Tone.GOOD)


def why_not(backend: Backend) -> str | None:
    """Return why no session can be opened on it, None where one can."""
    if backend.available:
        return None
    name = plain(backend.name, 40)
    if backend.status == "retired":
        return f"{name} is retired: IonQ takes no more jobs on it"
    if backend.status == "unavailable":
        return f"{name} is unavailable just now: choose another, or look again later"
    return f'{name} cannot be chosen: IonQ says "{plain(backend.status, 40)}", not "available"'


def owner_words(owner: Owner, creator: str | None = None, people: Mapping[str, str] = NOBODY) -> str:
    """Return whose it is in words, with a name where the configuration gives one for the creator."""
    if owner is Owner.HERE:
        return _OWNERS[owner]
    name = people.get(creator) if creator is not None else None
    if name is not None and owner is not Owner.YOU:
        return f"opened by {plain(name, 40)}"
    return _OWNERS[owner]


def person(who: str | None, people: Mapping[str, str] = NOBODY) -> str:
    """Return a user's name from the configuration, else the id as the server wrote it."""
    if who is None:
        return "somebody unknown"
    return plain(people.get(who, who), 40) or "somebody unknown"
