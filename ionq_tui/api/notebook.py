"""What a script's SessionManager writes into this machine's journal; a failure to write is logged and stops nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from typing import Protocol

from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session

logger = logging.getLogger("ionq_tui.session")


class Keeper(Protocol):
    """The journal, as far as a script needs it; each call waits until it is written, and not for long."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept."""

    def intent_now(self, place: Place, request: OpenRequest, label: str = "", known_ids: Iterable[str] = ()) -> int:
        """Note a decision to open."""

    def opened_now(self, intent: int, session: Session, adopted: bool = False) -> None:
        """Note what came of it."""

    def not_opened_now(self, intent: int) -> None:
        """Note that nothing came of it."""

    def uncertain_now(self, intent: int, candidates: Iterable[str] = ()) -> None:
        """Note that something may have come of it."""

    def end_asked_now(self, place: Place, session_id: str) -> None:
        """Note that the end is about to be asked for."""

    def ended_now(self, place: Place, session: Session) -> None:
        """Note a proved end."""


make_keeper: Callable[[], Keeper] | None = None
"""Set by the package, since the client itself knows no journal."""


class Notebook:
    """One manager's way to the journal; without a keeper it keeps nothing."""

    def __init__(self, base_url: str, wanted: bool) -> None:
        """Take the server; nothing is opened yet."""
        self._place = Place(base_url, profile=os.environ.get("IONQ_TUI_PROFILE") or "default")
        self._wanted = wanted
        self._keeper: Keeper | None = None
        self._intent: int | None = None

    def intends(self, request: OpenRequest) -> None:
        """Write before the request is sent."""
        self._write(lambda keeper: setattr(self, "_intent", keeper.intent_now(self._place, request)))

    def landed(self, outcome: OpenOutcome) -> None:
        """Write what became of it, before the caller hears it."""
        number = self._intent
        if number is None:
            return
        if isinstance(outcome, Opened):
            self._write(lambda keeper: keeper.opened_now(number, outcome.session, outcome.adopted))
        elif isinstance(outcome, NotOpened):
            self._write(lambda keeper: keeper.not_opened_now(number))
        else:
            self._write(lambda keeper: keeper.uncertain_now(number, [one.id for one in outcome.candidates]))

    def ends(self, session_id: str) -> None:
        """Write before the end is asked for."""
        self._write(lambda keeper: keeper.end_asked_now(self._place, session_id))

    def ended(self, outcome: EndOutcome) -> None:
        """Write a proved end."""
        if isinstance(outcome, Ended):
            self._write(lambda keeper: keeper.ended_now(self._place, outcome.session))

    def _write(self, note: Callable[[Keeper], None]) -> None:
        if not self._wanted or make_keeper is None:
            return
        try:
            if self._keeper is None:
                self._keeper = make_keeper()
            note(self._keeper)
            if self._keeper.trouble:
                logger.warning("the journal cannot be kept: %s", self._keeper.trouble)
        except Exception:
            logger.warning("the journal cannot be kept", exc_info=True)
