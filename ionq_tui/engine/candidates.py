"""Find the sessions that a request whose reply was lost may have opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import Known, OpenRequest, Unconfirmed, may_be_new
from ionq_tui.model.record import Intent
from ionq_tui.model.session import Session

COMMITS_WITHIN = timedelta(minutes=10)
"""Maximum delay between sending a request whose reply was lost and the creation of its session."""
_CLOCKS_DIFFER = timedelta(minutes=1)
_YEARS = range(2000, 3000)
"""Plausible years; any other year is a timestamp that the journal could not read."""


def may_have_come_of(unconfirmed: UnconfirmedSession, session: Session, now: datetime) -> bool:
    """Return True if the request may have opened this session: it is new, and not created too late."""
    asked, created, known = unconfirmed.asked_at, session.created_at, unconfirmed.known
    if asked is None or created is None:
        return may_be_new(session, known, None) and (known.listed or unconfirmed.request.asked_for(session))
    if asked + COMMITS_WITHIN < created <= now:  # a creation time in the future proves nothing
        return False
    return may_be_new(session, known, asked - _CLOCKS_DIFFER)


def may_be_of(intent: Intent, session: Session) -> bool:
    """Return True if another process's request asked for exactly such a session and may have opened this one."""
    if session.id in intent.known_ids or not OpenRequest(intent.backend, intent.limits).asked_for(session):
        return False
    created = session.created_at
    return created is None or intent.asked_at - _CLOCKS_DIFFER <= created <= intent.asked_at + COMMITS_WITHIN


def token_of(intent: Intent) -> str:
    """Return the token of the unconfirmed session that an earlier process left in the journal."""
    return f"intent {intent.id}"


def from_intent(intent: Intent, ahead: timedelta) -> UnconfirmedSession:
    """Convert an intent without a known outcome into an unconfirmed session, dated by the server's clock."""
    return UnconfirmedSession(
        token_of(intent),
        OpenRequest(intent.backend, intent.limits),
        Unconfirmed((), intent.fault or _PROCESS_ENDED, unread=intent.candidates),
        intent.label,
        intent.asked_at + ahead if intent.asked_at.year in _YEARS else None,
        Known(intent.known_ids, listed=intent.listed),
    )


_PROCESS_ENDED = Fault(FaultKind.UNHEARD, "the program stopped before the reply arrived")
