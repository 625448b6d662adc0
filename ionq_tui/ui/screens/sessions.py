"""The session list: the organization's sessions, with their owners and what is left of their limits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from operator import is_not
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.overview import BackendOverview, Overview
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.commands import SESSIONS, Command, Commands
from ionq_tui.ui.gc_tuning import GcTuning
from ionq_tui.ui.key_guard import KeyGuard, KeyGuarded
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.screens.own_sessions import OwnSessions
from ionq_tui.ui.terminal_size import Density
from ionq_tui.ui.widgets.blank import BlankContainer
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import disabled_reason, screen_text
from ionq_tui.view.banner import home_lines, nothing_to_show, shortened
from ionq_tui.view.column import Row
from ionq_tui.view.fault import About, fault_words, link_fault
from ionq_tui.view.home_list import NOTHING_LISTED, HomeList, session_items
from ionq_tui.view.home_summary import numbers_as_of, running_line, summary
from ionq_tui.view.row import SessionItem, session_moment, session_row
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.style import Line, joined, line
from ionq_tui.view.usage import FOLDED, home_columns, label_room, window_title
from ionq_tui.view.wrap import all_folded

if TYPE_CHECKING:
    from ionq_tui.ui.widgets.session_detail import DetailPane

_RANK = {owner: rank for rank, owner in enumerate(Owner)}
_ON_ONE = frozenset({"new_like", "mark", "copy", "end"})
"""Commands that require a selected session."""
_FRAME, _HINT = 3, 5
"""Rows of the list's card beside its sessions, and of the demo's hint."""
_LINES, _LINES_LOW = 6, 3
"""The most lines above the list that ask for a decision, on a terminal of normal and of low height."""


class SessionsScreen(KeyGuarded, LiveBase):
    """The active sessions, the user's own first, below the lines that ask for a decision."""

    IS_HOME: ClassVar[bool] = True
    OFFERS: ClassVar[Commands] = SESSIONS
    ABOUT: ClassVar[About] = "sessions"
    CSS_PATH = "../styles/sessions.tcss"
    AUTO_FOCUS = "#sessions"

    table = query_one("#sessions", Table)
    running = query_one("#running", TextBlock)
    banner = query_one("#banner", TextBlock)
    notice = query_one("#notice", TextBlock)
    card = query_one("#list", Card)
    hint_line = query_one("#hint", TextBlock)

    def __init__(self, engine: Engine) -> None:
        """Store the engine."""
        super().__init__(engine)
        self.key_guard = KeyGuard()
        self._enter_may_be_held = False
        """Whether an enter key may still arrive that was meant for the previous screen."""
        self._with_ended = False
        """Ids of sessions known only from the list of ended sessions."""
        self._own_sessions = OwnSessions(engine)
        self._gc_tuning = GcTuning()
        self._pane: DetailPane | None = None
        """What stands beside and below a wide list; None until the terminal is large enough."""
        self._home = NOTHING_LISTED
        """What the table lists."""
        self._counted: tuple[tuple[HomeList | BackendOverview | Overview | None, ...], int, Line] = (None,) * 3, 0, ()
        """How many are listed, with what that was counted from, and for how many cells."""
        self._shown_watches: Mapping[str, SessionSnapshot] = {}
        """What was polled of the listed sessions when they were listed."""

    @cached_property
    def running_notes(self) -> None:
        """Nothing: the second line tells it."""
        return None

    def compose_body(self) -> Iterable[Widget]:
        """Compose what is running, the lines that ask for a decision, and the list or a notice in its place."""
        yield TextBlock(id="running")
        yield TextBlock(id="banner")
        table = Table[SessionItem](
            home_columns(self._own_sessions.ends.of, lambda: self.engine.people, self._ending),
            self._cells,
            moment_of=self._moment,
            arranged=self._arranged,
            text_of=_text,
            dispensable=FOLDED,
            id="sessions",
        )
        with BlankContainer(id="cards"):
            yield Card(table, TextBlock(id="notice"), TextBlock(id="hint"), id="list")

    def on_mount(self) -> None:
        """Subscribe to the sessions, the backends and the actions."""
        self.listen(self.engine.session_list.overview, lambda _: self._show())
        self.listen(self.engine.actions.activity, lambda _: self._show())
        self.listen(self.engine.backend_list.fleet, lambda _: self._caption())
        self.hint_line.display = self.engine.connection.demo
        if self.hint_line.display:
            self.hint_line.tell(*screen_text.DEMO_HINT)

    def on_key(self, _: events.Key) -> None:
        """Hide the demo's hint with the first key; Textual calls the mixin's method of this name as well."""
        if self.hint_line.display:
            self.hint_line.display = False
            self._tell_pane()

    def why_not(self, command: str) -> str:
        """Return why a command is disabled: most need a session, and ending needs one not known to have ended."""
        if command in {"new_like", "end"} and self.engine.connection.read_only:
            return disabled_reason.READ_ONLY
        if command == "answer":
            return "" if self._lines(self.engine.clock.now()) else disabled_reason.NOTHING_TO_DECIDE
        chosen = self._chosen()
        if command in _ON_ONE and not chosen:
            return disabled_reason.NO_SESSION
        if command == "end" and all(session.ended for session in chosen):
            return disabled_reason.session_ended(chosen[0])
        session = self._session(self.table.key)
        if command == "new_like" and session is not None and session.backend is None:
            return disabled_reason.backend_unknown(session)
        return ""

    def label(self, command: Command) -> str:
        """Return the label of a command, which depends on whether ended sessions are shown."""
        return "active" if command.id == "ended" and self._with_ended else super().label(command)

    def tick_always(self) -> None:
        """Ring for new alarms, and adapt garbage collection to the number of objects."""
        self._own_sessions.look(self.app)
        held = (len(watch.jobs) + len(watch.costs) for watch in self.engine.snapshots)
        self._gc_tuning.holds(len(self.engine.session_list.overview.value.sessions) + sum(held))

    def tick(self) -> None:
        """Update the table if a session has changed, else only what depends on the time."""
        super().tick()
        shown, watches = self._shown_watches, self._own_sessions.watches
        if shown.keys() != watches.keys() or any(shown[key] is not watch for key, watch in watches.items()):
            self._show()
        else:
            self._say()
            self._caption()
            self._tell_pane()

    # Display

    def _sorted_out(self, watches: Mapping[str, SessionSnapshot]) -> HomeList:
        overview, activity = self.engine.session_list.overview.value, self.engine.actions.activity.value
        items = session_items(
            overview,
            activity,
            self.engine.unconfirmed,
            lambda one: self._with_ended or not one.ended or one.id not in self.engine.session_list.only_ended,
            watches,
        )
        items.sort(key=lambda item: (item.session.ended, not item.unseen, _RANK[item.owner]))
        return HomeList.of(items, activity)

    def _show(self) -> None:
        self._shown_watches = self._own_sessions.watches
        self._home = self._sorted_out(self._shown_watches)
        self.table.update_rows(self._home.items)
        self._say()
        self._caption()
        self._tell_pane()

    def _say(self) -> None:
        """Update what is shown above the table, or in its place."""
        overview, now = self.engine.session_list.overview.value, self.engine.clock.now()
        any_listed, room = bool(self._home.items), self.room
        self.running.tell(self._running_line(overview, now))
        notice = self._notice(overview, any_listed)
        self.running.display = any_listed
        self._tell_banner(now)
        self.notice.tell(*all_folded(notice, room - 2))
        self.notice.display = bool(notice)
        self.table.display = any_listed
        if any_listed and self.focused is None and self.is_current:
            self.table.focus()

    def on_resize(self) -> None:
        """Show the session at the cursor beside the list if there is room."""
        if self.density >= Density.WIDE and self._pane is None:
            from ionq_tui.ui.widgets.session_detail import DetailPane  # needed on large terminals only

            self._pane = DetailPane(self.query_one("#cards"), self.engine)
        self.call_after_refresh(self._show)

    def _tell_pane(self) -> None:
        """Update what stands beside and below a wide list."""
        if self._pane is not None and self.density >= Density.WIDE:
            self._pane.share_rows(len(self._home.items) + _FRAME + (_HINT if self.hint_line.display else 0))
            self._pane.tell(self._home.items, self.table.key)

    def _tell_banner(self, now: datetime) -> None:
        """Update the lines about decisions."""
        lines = self._lines(now)
        self.banner.tell(*shortened(lines, self.room, _LINES_LOW if self.has_class("-low") else _LINES))
        self.banner.display = bool(lines)

    @on(Table.Highlighted)
    def _moved(self) -> None:
        if self.banner.display:
            self._tell_banner(self.engine.clock.now())  # its keys act on the selected row
        if self._pane is not None:
            self._pane.follow(lambda: self._home.items, self.table.key)

    def _running_line(self, overview: Overview, now: datetime) -> Line:
        """Return the answer to "is money running?"."""
        current = overview.loaded and link_fault(overview.link) is None
        return running_line(
            self._home,
            self._own_sessions.ends.of_each(item.session for item in self._home.own_running),
            now,
            loaded=overview.loaded,
            certain=current and not overview.unreadable and self.engine.actions.activity.value.at_rest,
            width=self.room,
        )

    def _lines(self, now: datetime) -> list[Line]:
        """Return the lines about decisions, alarms and events during an absence, the most serious first."""
        engine = self.engine
        return [
            *home_lines(
                self._home.concerned,
                engine.actions.activity.value,
                engine.actions.opened_now,
                now,
                None,
                last_seen=engine.last_seen,
                selected=self.table.key,
            ),
            *self._own_sessions.lines(),
        ]

    def trouble(self) -> Line:
        """Return why the data is outdated, unless the notice in place of the table says so."""
        return (
            () if self._notice(self.engine.session_list.overview.value, bool(self._home.items)) else super().trouble()
        )

    def _notice(self, overview: Overview, any_shown: bool) -> list[Line]:
        fault = link_fault(overview.link)
        if any_shown and (fault is None or fault.kind is not FaultKind.NOT_ENABLED):
            return []
        return nothing_to_show(overview, self.engine.actions.activity.value)

    def _cells(self, item: SessionItem) -> Row:
        session, now = item.session, self.engine.clock.now()
        told = session_row(
            session,
            item.owner,
            item.label,
            now,
            None,
            ending=self._ending(session),
            unseen=item.unseen,
            people=self.engine.people,
            first=self._own_sessions.ends.of(session),
        )
        return (*told, *self._own_sessions.used(session.id), self._own_sessions.spark(session.id))

    def _moment(self, item: SessionItem) -> Hashable:
        session = item.session
        return (
            session_moment(session, self.engine.clock.now(), self._own_sessions.ends.of(session)),
            self._ending(session),
            self._own_sessions.used(session.id),
            self._own_sessions.spark(session.id),
        )

    def _ending(self, session: Session) -> bool:
        return session.id in self.engine.actions.activity.value.ending

    # Commands

    def _caption(self) -> None:
        item, overview = self._home.items.get(self.table.key), self.engine.session_list.overview.value
        label = plain(item.label, 40).strip() if item is not None else ""
        as_of = self._own_sessions.as_of(self.table.key)
        told = (
            self.table.caption,
            screen_text.ENDED_SHOWN if self._with_ended else "",
            numbers_as_of(item.session, as_of, self.engine.clock.now(), None) if item is not None and as_of else "",
            f'"{label}"' if cells(label) > label_room(self.table.size.width or self.app.size.width) else "",
        )
        rest = " · ".join(one for one in told if one)
        room = self.card.room - 4 - (cells(rest) + 3 if rest else 0)
        self.card.tell(joined([self._counts(overview, room), line(rest) if rest else ()]))

    def _counts(self, overview: Overview, room: int) -> Line:
        """Return how many are listed; counted anew only if a list or the room has changed, and not for each key."""
        fleet = self.engine.backend_list.fleet.value
        made_from = self._home, fleet, overview
        if room != self._counted[1] or any(map(is_not, made_from, self._counted[0])):
            told = summary(self._home, fleet, overview.unreadable, loaded=overview.loaded, width=room)
            self._counted = made_from, room, told
        return self._counted[2]

    def _arranged(self) -> None:
        self._caption()
        self.renew_commands()

    @on(Table.Chosen)
    def _look(self, event: Table.Chosen) -> None:
        if self.key_guard.had_pause or not self._enter_may_be_held:
            self._view(event.key)

    def await_quiet(self) -> None:
        """Ignore enter until the input pauses: a second one was meant for the previous screen."""
        self.key_guard = KeyGuard()
        self._enter_may_be_held = True

    def _view(self, session_id: str) -> None:
        from ionq_tui.ui.screens.session import SessionScreen

        self.engine.user_activity.seen(session_id)
        self.open_screen(SessionScreen(self.engine, session_id))

    def _session(self, key: str) -> Session | None:
        item = self._home.items.get(key)
        return item.session if item is not None else None

    def _chosen(self) -> tuple[Session, ...]:
        """Return the marked sessions, or else the one at the cursor."""
        found = (self._session(key) for key in self.table.marked or (self.table.key,))
        return tuple(session for session in found if session is not None)

    def action_refresh(self) -> None:
        """Poll the session list now, and the user's own sessions one after the other."""
        self.engine.own_sessions.refresh()
        super().action_refresh()

    def action_new(self) -> None:
        """Choose a backend for a new session."""
        from ionq_tui.ui.screens.backends import BackendsScreen

        self.open_screen(BackendsScreen(self.engine))

    def action_backends(self) -> None:
        """Open the list of backends."""
        from ionq_tui.ui.screens.backends import BackendsScreen

        self.open_screen(BackendsScreen(self.engine))

    def action_new_like(self) -> None:
        """Open the form for a new session, filled in like the selected one."""
        session = self._session(self.table.key)
        if session is None or session.backend is None:
            return
        self._form(session.backend, session.limits, self.engine.actions.activity.value.label(session.id))

    def _form(self, backend: str, limits: Limits, label: str) -> None:
        from ionq_tui.ui.screens.new_session import NewSessionScreen

        self.open_screen(NewSessionScreen(self.engine, backend, limits, label))

    def action_end(self) -> None:
        """End the marked or selected sessions after a confirmation."""
        from ionq_tui.ui.dialogs.end import ask_to_end

        sessions = tuple(session for session in self._chosen() if not session.ended)
        if sessions:
            self.table.unmark()
            ask_to_end(self.app, self.engine, sessions)

    def action_mark(self) -> None:
        """Mark the selected session and move to the next."""
        item = self.table.item
        if item is not None and not item.session.ended:
            self.table.mark(self.table.key)
        self.table.action_cursor_down()

    def action_ended(self) -> None:
        """Show or hide ended sessions."""
        self._with_ended = not self._with_ended
        if self._with_ended:
            self.run_worker(self._read_ended(), group="ended", description="ended sessions", exclusive=True)
        self._show()
        self._caption()
        self.renew_commands()

    async def _read_ended(self) -> None:
        fault = await self.engine.session_list.read_ended()
        if isinstance(fault, Fault):
            self.notify(f"ended sessions: {fault_words(fault, 'sessions')}", severity="error", markup=False)

    def action_answer(self) -> None:
        """Show everything that needs a decision; a single unconfirmed session opens its dialog directly."""
        from ionq_tui.ui.dialogs.attention import ask_what_to_do
        from ionq_tui.ui.dialogs.unconfirmed import ask_question

        lines, questions = self._lines(self.engine.clock.now()), self.engine.actions.activity.value.unconfirmed
        if len(lines) == len(questions) == 1:
            ask_question(self.app, self.engine, questions[0])
        elif lines:
            ask_what_to_do(self.app, self.engine, lines)

    def action_attach(self) -> None:
        """View a session by its id."""
        from ionq_tui.ui.dialogs.attach import Attach

        def view(session_id: str | None) -> None:
            if session_id:
                self._view(session_id)

        self.app.push_screen(Attach(self.engine), view)

    def action_usage(self) -> None:
        """Show what was charged by day."""
        from ionq_tui.ui.screens.usage import UsageScreen

        self.open_screen(UsageScreen(self.engine))

    def action_copy(self) -> None:
        """Offer the session's id, the export line and the attach command for copying."""
        from ionq_tui.ui.dialogs.copy import CopyText, session_texts

        if self.table.key:
            self.app.push_screen(CopyText(session_texts(self.table.key)))

    def action_leave(self) -> None:
        """Clear the filter, or quit the app: there is no previous screen."""
        if self.finding:
            self.action_back()
        else:
            self.call_later(self.app.action_quit)

    def go_back(self) -> None:
        """Acknowledge the report about an absence; there is no previous screen."""
        self._own_sessions.seen()
        self._say()
        self.refresh_bindings()

    def shows_alarms(self, session_id: str) -> bool:
        """Return true: the lines above the list tell the alarms of the user's own sessions."""
        return True

    def window_title(self) -> str:
        """Return the terminal's title, which names the user's session that ends first."""
        return window_title(self._own_sessions.running, self.engine.clock.now())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer going back only while it clears the filter or acknowledges the report about an absence."""
        if action == "back" and not (self.finding or self._own_sessions.away):
            return False
        return super().check_action(action, parameters)


def _text(item: SessionItem) -> str:
    session = item.session
    return f"{session.id} {session.backend} {session.status} {item.owner.value} {item.label}"
