"""Statuses and owners as text; unknown values are shown as the server wrote them."""

from __future__ import annotations

from collections.abc import Mapping

from ionq_tui.model.backend import Backend
from ionq_tui.model.job import Job
from ionq_tui.model.session import Owner, Session
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Tone

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
    Owner.HERE: "you",
    Owner.YOU: "you",
    Owner.OTHER: "another user",
    Owner.UNKNOWN: "unknown",
}


def session_status(session: Session, *, ending: bool = False, seen_active: bool = False, unseen: bool = False) -> Cell:
    """Return the session's status; "ending…" while its end is asked for and not confirmed.

    Of one that no list shows (`unseen`) and that was not read either, nothing is known but that.
    """
    word = plain(session.status, 40) or "unknown"
    if ending and not session.confirms_end(seen_active):
        return Cell("ending…", Tone.WARN)
    if unseen and session.status == "unknown":
        return Cell("unseen", Tone.WARN)
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
    """Return the tone of a job's row."""
    return Tone.BAD if job.failed else Tone.DIM if job.finished else Tone.PLAIN


def backend_status(backend: Backend) -> Cell:
    """Return the backend's state: available, degraded, or the server's word."""
    word = plain(backend.status, 40) or "unknown"
    if not backend.available:
        return Cell(word, Tone.DIM if backend.status == "retired" else Tone.BAD)
    return Cell("degraded", Tone.WARN) if backend.degraded else Cell(word, Tone.GOOD)


def why_not(backend: Backend) -> str | None:
    """Return why no session can be opened on the backend, None if one can."""
    if backend.available:
        return None
    name = plain(backend.name, 40)
    if backend.status == "retired":
        return f"{name} is retired: IonQ accepts no more jobs on it"
    if backend.status == "unavailable":
        return f"{name} is currently unavailable: choose another backend or try again later"
    return f'{name} cannot be chosen: IonQ says "{plain(backend.status, 40)}", not "available"'


def owner_name(owner: Owner, creator: str | None = None, people: Mapping[str, str] = NOBODY) -> str:
    """Return the owner for a table: "you", a name from the configuration, "another user", or "unknown"."""
    name = people.get(creator) if creator is not None else None
    return _OWNERS[owner] if name is None or owner in {Owner.HERE, Owner.YOU} else plain(name, 40)


def owner_words(owner: Owner, creator: str | None = None, people: Mapping[str, str] = NOBODY) -> str:
    """Return the owner for a detail view, which also says whether the session was opened on this machine."""
    detail = " (opened on this machine)" if owner is Owner.HERE else ""
    return owner_name(owner, creator, people) + detail


def owner_cut(name: str, width: int) -> str:
    """Return an owner in so many cells: "another" where "another user" does not fit."""
    return "another" if name == _OWNERS[Owner.OTHER] and width < len(name) else name


def person(who: str | None, people: Mapping[str, str] = NOBODY) -> str:
    """Return a user's name from the configuration, else the id as the server wrote it."""
    if who is None:
        return "unknown user"
    return plain(people.get(who, who), 40) or "unknown user"
