"""Home: the organisation's sessions, whose they are and what is left of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual import on
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.model.board import Board
from ionq_tui.model.limits import Limits
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.session import Owner, Session
from ionq_tui.ui.commands import SESSIONS, Command, Commands
from ionq_tui.ui.heap import Heap
from ionq_tui.ui.quiet import Attentive, Quiet
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.screens.lookout import Lookout
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view import reason
from ionq_tui.view.banner import home_lines, nothing_to_show
from ionq_tui.view.column import Row
from ionq_tui.view.fault import About, fault_of, fault_words
from ionq_tui.view.fold import all_folded
from ionq_tui.view.home import summary
from ionq_tui.view.plain import cells, plain
from ionq_tui.view.row import SessionItem, session_moment, session_row
from ionq_tui.view.tone import Line
from ionq_tui.view.used import FOLDED, HOME_COLUMNS, label_room, window_title

_RANK = {owner: rank for rank, owner in enumerate(Owner)}
_ON_ONE = frozenset({"new_like", "mark", "copy", "end"})
"""Commands that need a selected session."""


class SessionsScreen(Attentive, Cockpit):
    """Active sessions, ours first; what needs a decision stands above them."""

    OFFERS: ClassVar[Commands] = SESSIONS
    ABOUT: ClassVar[About] = "sessions"
    CSS_PATH = "../styles/sessions.tcss"
    AUTO_FOCUS = "#sessions"

    table = query_one("#sessions", Table)
    told = query_one("#summary", Words)
    banner = query_one("#banner", Words)
    notice = query_one("#notice", Words)
    caption = query_one("#caption", Caption)

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        super().__init__(engine)
        self.quiet = Quiet()
        self._hasty = False
        """True where keys may still come that were meant for the screen before."""
        self._with_ended = False
        self._read: frozenset[str] = frozenset()
        """Ids that only the list of ended sessions told of."""
        self._lookout = Lookout(engine)
        self._heap = Heap()
        self._listed: dict[str, SessionItem] = {}
        """What the table holds."""

    def compose_body(self) -> Iterable[Widget]:
        """A summary, what needs a decision, the table, and what to say where there is none."""
        yield Words(id="summary")
        yield Words(id="banner")
        yield Caption(id="caption")
        yield Table[SessionItem](
            HOME_COLUMNS,
            self._cells,
            moment_of=self._moment,
            arranged=self._arranged,
            text_of=_text,
            dispensable=FOLDED,
            id="sessions",
        )
        yield Words(id="notice")

    def on_mount(self) -> None:
        """Hear the sessions, the backends and our own doing."""
        self.listen(self.engine.home.board, lambda _: self._show())
        self.listen(self.engine.desk.ledger, lambda _: self._show())
        self.listen(self.engine.yard.fleet, lambda _: self._say())

    def why_not(self, command: str) -> str:
        """Commands on a session need one; ending needs one that is not known to have ended."""
        if command in {"new_like", "end"} and self.engine.connection.read_only:
            return reason.READ_ONLY
        if command == "answer":
            return "" if self.engine.desk.ledger.value.questions else reason.NO_QUESTION
        chosen = self._chosen()
        if command in _ON_ONE and not chosen:
            return reason.NO_SESSION
        if command == "end" and all(session.ended for session in chosen):
            return reason.session_ended(chosen[0])
        session = self._session(self.table.key)
        if command == "new_like" and session is not None and session.backend is None:
            return reason.backend_unknown(session)
        return ""

    def label(self, command: Command) -> str:
        """Name what leads from all sessions back to the active ones."""
        return "active" if command.id == "ended" and self._with_ended else super().label(command)

    def heed(self) -> None:
        """Ring for what is new."""
        self._lookout.look(self.app)
        held = (len(watch.jobs) + len(watch.costs) for watch in self.engine.watches)
        self._heap.holds(len(self.engine.home.board.value.sessions) + sum(held))

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        watches = self._lookout.watches
        if any(item.watch is not watches.get(key) for key, item in self._listed.items()):
            self._show()
        else:
            self._say()
        self._caption()

    # What is shown

    def _items(self) -> dict[str, SessionItem]:
        ledger, sessions = self.engine.desk.ledger.value, self.engine.home.board.value.sessions
        watches = self._lookout.watches
        items = [
            SessionItem(session, ledger.owner(session), ledger.label(key), watches.get(key))
            for key, session in sessions.items()
            if self._with_ended or not session.ended or key not in self._read
        ]
        items.sort(key=lambda item: (item.session.ended, _RANK[item.owner]))
        return {item.session.id: item for item in items}

    def _show(self) -> None:
        self._listed = self._items()
        self.table.update_rows(self._listed)
        self._say()

    def _say(self) -> None:
        """Tell what stands above the table, or in its place."""
        board, now = self.engine.home.board.value, self.engine.clock.now()
        items = self._listed.values()
        fleet, room = self.engine.yard.fleet.value, self.room
        self.told.tell(summary(items, fleet, board.unreadable, loaded=board.loaded, width=room))
        notice = self._notice(board, bool(items))
        lines = home_lines(items, self.engine.desk.ledger.value, self.engine.desk.opened_now, now, None)
        lines += self._lookout.lines()
        self.banner.tell(*all_folded(lines, room))
        self.banner.display = bool(lines)
        self.notice.tell(*all_folded(notice, room - 2))
        self.notice.display = bool(notice)
        self.table.display = bool(items)
        if items and self.focused is None and self.is_current:
            self.table.focus()

    def trouble(self) -> Line:
        """Return why nothing newer is shown, unless that stands in the place of the table."""
        return () if self.notice.display else super().trouble()

    def _notice(self, board: Board, any_shown: bool) -> list[Line]:
        fault = fault_of(board.link)
        if any_shown and (fault is None or fault.kind not in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}):
            return []
        return nothing_to_show(board)

    def _cells(self, item: SessionItem) -> Row:
        ending = item.session.id in self.engine.desk.ledger.value.ending
        session, now = item.session, self.engine.clock.now()
        told = session_row(session, item.owner, item.label, now, None, ending=ending, people=self.engine.people)
        return (*told, *self._lookout.used(session.id))

    def _moment(self, item: SessionItem) -> Hashable:
        session, ending = item.session, self.engine.desk.ledger.value.ending
        return session_moment(session, self.engine.clock.now()), session.id in ending, self._lookout.used(session.id)

    # What is done

    def _caption(self) -> None:
        item = self._listed.get(self.table.key)
        label = plain(item.label, 40).strip() if item is not None else ""
        told = (
            self.table.caption,
            "ended ones too" if self._with_ended else "",
            self._lookout.used_words(self.table.key),
            f'"{label}"' if cells(label) > label_room(self.app.size.width) else "",
        )
        self.caption.tell(" · ".join(one for one in told if one))

    def _arranged(self) -> None:
        self._caption()
        self.renew_commands()

    @on(Table.Chosen)
    def _look(self, event: Table.Chosen) -> None:
        if self.quiet.began or not self._hasty:
            self._view(event.key)

    def await_quiet(self) -> None:
        """Take no Enter for a choice before a moment without keys: a second one was meant for the screen before."""
        self.quiet = Quiet()
        self._hasty = True

    def _view(self, session_id: str) -> None:
        from ionq_tui.ui.screens.session import SessionScreen

        self.engine.presence.seen(session_id)
        self.app.push_screen(SessionScreen(self.engine, session_id))

    def _session(self, key: str) -> Session | None:
        return self.engine.home.board.value.sessions.get(key)

    def _chosen(self) -> tuple[Session, ...]:
        """Return the marked sessions, else the one with the cursor."""
        found = (self._session(key) for key in self.table.marked or (self.table.key,))
        return tuple(session for session in found if session is not None)

    def action_new(self) -> None:
        """Choose a backend."""
        from ionq_tui.ui.screens.backends import BackendsScreen

        self.app.push_screen(BackendsScreen(self.engine))

    def action_backends(self) -> None:
        """Look at the backends."""
        from ionq_tui.ui.screens.backends import BackendsScreen

        self.app.push_screen(BackendsScreen(self.engine))

    def action_new_like(self) -> None:
        """Fill the form like the selected session."""
        session = self._session(self.table.key)
        if session is None or session.backend is None:
            return
        self._form(session.backend, session.limits, self.engine.desk.ledger.value.label(session.id))

    def _form(self, backend: str, limits: Limits, label: str) -> None:
        from ionq_tui.ui.screens.new_session import NewSessionScreen

        self.app.push_screen(NewSessionScreen(self.engine, backend, limits, label))

    def action_end(self) -> None:
        """Ask, and end what was shown."""
        from ionq_tui.ui.dialogs.end import ask_to_end

        sessions = tuple(session for session in self._chosen() if not session.ended)
        if sessions:
            self.table.unmark()
            ask_to_end(self.app, self.engine, sessions)

    def action_mark(self) -> None:
        """Mark the selected session and go to the next."""
        item = self.table.item
        if item is not None and not item.session.ended:
            self.table.mark(self.table.key)
        self.table.action_cursor_down()

    def action_ended(self) -> None:
        """Show ended sessions too, or no more."""
        self._with_ended = not self._with_ended
        if self._with_ended:
            self.run_worker(self._read_ended(), group="ended", description="ended sessions", exclusive=True)
        self._show()
        self._caption()
        self.renew_commands()

    async def _read_ended(self) -> None:
        before = frozenset(self.engine.home.board.value.sessions)
        fault = await self.engine.home.read_ended()
        if isinstance(fault, Fault):
            self.notify(f"ended sessions: {fault_words(fault, 'sessions')}", severity="error", markup=False)
            return
        self._read |= frozenset(self.engine.home.board.value.sessions) - before

    def action_answer(self) -> None:
        """Answer the oldest open question."""
        from ionq_tui.ui.dialogs.question import ask_question

        if questions := self.engine.desk.ledger.value.questions:
            ask_question(self.app, self.engine, questions[0])

    def action_attach(self) -> None:
        """Look at a session by its id."""
        from ionq_tui.ui.dialogs.attach import Attach

        def view(session_id: str | None) -> None:
            if session_id:
                self._view(session_id)

        self.app.push_screen(Attach(self.engine), view)

    def action_copy(self) -> None:
        """Offer the id, the export line and the attach command."""
        from ionq_tui.ui.dialogs.copy import CopyText, session_texts

        if self.table.key:
            self.app.push_screen(CopyText(session_texts(self.table.key)))

    def action_leave(self) -> None:
        """On home `q` quits."""
        self.call_later(self.app.action_quit)

    def go_back(self) -> None:
        """There is nothing behind home; what was told of an absence is seen."""
        self._lookout.seen()
        self._say()
        self.refresh_bindings()

    def window_title(self) -> str:
        """Return the terminal's title: the session of ours that is over first."""
        return window_title(self._lookout.running, self.engine.clock.now())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Going back is told only while it clears the filter, or what was told of an absence."""
        if action == "back" and not (self.finding or self._lookout.away):
            return False
        return super().check_action(action, parameters)


def _text(item: SessionItem) -> str:
    session = item.session
    return f"{session.id} {session.backend} {session.status} {item.owner.value} {item.label}"
