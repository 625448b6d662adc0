"""Home: the organisation's sessions, whose they are and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.ui.commands import SESSIONS, Commands
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view.fault import About
from ionq_tui.view.row import SESSION_COLUMNS, SessionItem, session_row


class SessionsScreen(Cockpit):
    """Active sessions first; what needs a decision stands above them."""

    OFFERS: ClassVar[Commands] = SESSIONS
    ABOUT: ClassVar[About] = "sessions"

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        super().__init__(engine)

    def compose_body(self) -> Iterable[Widget]:
        """The table."""
        yield Table[SessionItem](SESSION_COLUMNS, self._cells, id="sessions")

    def on_mount(self) -> None:
        """Hear the sessions and our own doing."""
        self.listen(self.engine.home.board, lambda _: self._show())
        self.listen(self.engine.desk.ledger, lambda _: self._show())

    def _show(self) -> None:
        ledger = self.engine.desk.ledger.value
        items = {
            key: SessionItem(session, ledger.owner(session), ledger.label(key))
            for key, session in self.engine.home.board.value.sessions.items()
        }
        for table in self.query(Table):
            table.update_rows(items)

    def _cells(self, item: SessionItem) -> tuple:
        return session_row(*item, self.engine.clock.now(), None)
