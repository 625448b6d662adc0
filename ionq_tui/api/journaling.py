"""Writes of a script's SessionManager to this machine's journal. A failed write is logged and has no other effect."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session

T = TypeVar("T", covariant=True)

logger = logging.getLogger("ionq_tui.session")


class PendingWrite(Protocol[T]):
    """A journal write in progress."""

    def now(self) -> T:
        """Wait until it is written, for a short time at most."""


class JournalWriter(Protocol):
    """The part of the journal that a script needs."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written."""

    def intent(
        self, place: Place, request: OpenRequest, label: str = "", known_ids: Iterable[str] = ()
    ) -> PendingWrite[int]:
        """Record the decision to open a session."""

    def opened(self, intent: int, session: Session, adopted: bool = False) -> PendingWrite[object]:
        """Record the session that was opened."""

    def not_opened(self, intent: int) -> PendingWrite[object]:
        """Record that no session was opened."""

    def uncertain(
        self, intent: int, candidates: Iterable[str] = (), fault: Fault | None = None
    ) -> PendingWrite[object]:
        """Record that a session may have been opened, and why the reply was not received."""

    def end_asked(self, place: Place, session_id: str) -> PendingWrite[object]:
        """Record that the end is about to be requested."""

    def ended(self, place: Place, session: Session) -> PendingWrite[object]:
        """Record that a session is confirmed ended."""


make_journal: Callable[[], JournalWriter] | None = None
"""Creates the journal. Set by the package, since the `api` layer does not import the journal."""


class SessionJournaling:
    """Journal access of one SessionManager. Without a journal, it does nothing."""

    def __init__(self, base_url: str, enabled: bool) -> None:
        """Take the server's URL. Opens nothing yet."""
        # A script gets its API key directly, so only the environment can tell the profile.
        self._place = Place(base_url, profile=os.environ.get("IONQ_TUI_PROFILE", ""))
        self._enabled = enabled
        self._writer: JournalWriter | None = None
        self._intent: int | None = None

    def before_open(self, request: OpenRequest) -> None:
        """Record the intent, before the request is sent."""
        self._intent = self._write(lambda journal: journal.intent(self._place, request))

    def on_outcome(self, outcome: OpenOutcome) -> None:
        """Record the outcome, before the caller receives it."""
        number = self._intent
        if number is None:
            return
        if isinstance(outcome, Opened):
            self._write(lambda journal: journal.opened(number, outcome.session, outcome.adopted))
        elif isinstance(outcome, NotOpened):
            self._write(lambda journal: journal.not_opened(number))
        else:
            ids = [one.id for one in outcome.candidates]
            self._write(lambda journal: journal.uncertain(number, ids, outcome.fault))

    def before_end(self, session_id: str) -> None:
        """Record that the end is about to be requested."""
        self._write(lambda journal: journal.end_asked(self._place, session_id))

    def ended(self, outcome: EndOutcome) -> None:
        """Record that the session is confirmed ended."""
        if isinstance(outcome, Ended):
            self._write(lambda journal: journal.ended(self._place, outcome.session))

    def _write(self, note: Callable[[JournalWriter], PendingWrite[T]]) -> T | None:
        """Write to the journal and return its result; None if the journal is off or failed."""
        if not self._enabled or make_journal is None:
            return None
        try:
            if self._writer is None:
                self._writer = make_journal()
            written = note(self._writer).now()
            if self._writer.trouble:
                logger.warning("the journal cannot be written: %s", self._writer.trouble)
        except Exception:
            logger.warning("the journal cannot be written", exc_info=True)
            return None
        return written
