"""What is known of a session at this moment, and since when: for the questions that are asked before it is ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Poller
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot


@quick_dataclass(frozen=True, slots=True)
class SessionFacts:
    """The best known state of a session."""

    watch: SessionSnapshot
    """What was read; where nothing was, the session alone, as a list or the journal has it."""
    received_at: datetime | None
    """The server's time when IonQ last told of it, from the session itself or else from the list; None if never."""
    jobs_as_of: datetime | None
    """The server's time when its jobs were last read; None if never."""


def session_facts(engine: Engine, session: Session) -> SessionFacts:
    """Return what is known of the session, without a request."""
    poller = engine.session_poller(session.id)
    watch = poller.store.value
    known = watch if watch.session is not None else replace(watch, session=session)
    return SessionFacts(known, _received_at(engine, session, watch), poller.jobs_as_of)


def _received_at(engine: Engine, session: Session, watch: SessionSnapshot) -> datetime | None:
    session_poller, home, now = engine.session_poller(session.id), engine.session_list, engine.clock.now()
    polled = _polled_at(session_poller.poller, now) if watch.session is not None else None
    if heard := [at for at in (polled, session_poller.read_at) if at is not None]:
        return max(heard)
    return _polled_at(home.poller, now) if session.id in home.overview.value.sessions else None


def _polled_at(poller: Poller, now: datetime) -> datetime | None:
    age = poller.freshness().age
    return None if age is None else now - timedelta(seconds=age)
