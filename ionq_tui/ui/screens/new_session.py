"""The form for a new session: its limits, warnings, and the exact request, which is sent once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import monotonic
from typing import ClassVar
from uuid import uuid4

from textual import on, work
from textual.actions import SkipAction
from textual.containers import HorizontalGroup, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Button, Input

from ionq_tui.engine.engine import Engine
from ionq_tui.model.estimate import Circuit
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import FaultKind
from ionq_tui.model.outcome import AdoptDone, Done, NotOpened, OpenDone, Opened, OpenOutcome, OpenRequest
from ionq_tui.ui.commands import CIRCUIT, KEY, NEW_SESSION, Command, Commands
from ionq_tui.ui.dialogs.candidate import ask_which
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.dialogs.no_limit import OpenUnlimited
from ionq_tui.ui.key_guard import GuardedButton, KeyGuard, KeyGuarded
from ionq_tui.ui.messages import KeyRefused
from ionq_tui.ui.paged import Paged
from ionq_tui.ui.refresh_first import NOT_FRESH, is_fresh, made_fresh
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.limits_form import LimitsForm
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import screen_text
from ionq_tui.view.estimate import reach_line
from ionq_tui.view.fault import About
from ionq_tui.view.limits_form import draft_of, obstacle
from ionq_tui.view.open_review import active_on, form_title, open_button, request_preview, review_lines
from ionq_tui.view.result import looking_words, open_result
from ionq_tui.view.row import SessionItem
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import all_folded, folded

_CHANGED = screen_text.SESSIONS_CHANGED


class NewSessionScreen(KeyGuarded, LiveBase, Paged):
    """A form that opens at most one session, whichever keys are pressed and however often."""

    CSS_PATH = "../styles/form.tcss"
    OFFERS: ClassVar[Commands] = NEW_SESSION
    PAGED: ClassVar[str] = "#known"
    UNBOUND: ClassVar[Commands] = (replace(CIRCUIT, keys=""), KEY)
    ABOUT: ClassVar[About] = "sessions"
    AUTO_FOCUS = "#jobs"
    SAFE = "#back-button"

    form = query_one(LimitsForm)
    state = query_one("#state", TextBlock)
    review = query_one("#review", TextBlock)
    preview = query_one("#preview", TextBlock)
    form_title = query_one("#form-title", TextBlock)

    def __init__(self, engine: Engine, backend_name: str, like: Limits = NO_LIMITS, label: str = "") -> None:
        """Store the engine, the backend, and the initial limits and label."""
        super().__init__(engine)
        self.key_guard = KeyGuard()
        self._backend = backend_name
        self._begin = draft_of(like, engine.billed_in)
        self._label = label
        self._token = uuid4().hex
        self._locked = False
        """True from pressing the button until it is confirmed that no session was opened."""
        self._opened = ""
        """The id of the session that was opened, else empty."""
        self._asking = False
        """Whether the outcome of the request is not known yet."""
        self._asked_about: set[str] = set()
        """Ids of candidate sessions that the user was asked about already."""
        self._viewed = ""
        """The id of the session that the View button opens."""

    def compose_body(self) -> Iterable[Widget]:
        """Compose the fields, the review, the request to be sent, and the buttons."""
        buttons = [
            GuardedButton(label, id=name, compact=True)
            for name, label in (("back-button", "Back"), ("view-button", "View"), ("open-button", "Open"))
        ]
        for button in buttons:
            button.active_effect_duration = 0
        buttons[-1].add_class("grave", "costs")
        yield Card(
            TextBlock(id="form-title", classes="one-line"),
            LimitsForm(self._begin, self._label),
            Caption(id="rule"),
            VerticalScroll(TextBlock(id="review"), TextBlock(id="preview"), id="known", can_focus=False),
            TextBlock(id="state"),
            HorizontalGroup(*buttons, id="buttons"),
            rule=False,
            id="new-session",
        )

    def on_mount(self) -> None:
        """Show what is known, and update it as that changes."""
        self.query_one("#view-button", Button).display = False
        self.watch(self.query_one("#known"), "show_vertical_scrollbar", self._tell_more)
        self.listen(self.engine.session_list.overview, self._renew)
        self.listen(self.engine.actions.activity, self._renew)
        self.listen(self.engine.backend_list.fleet, self._renew)
        self.listen(self.engine.estimator.estimates, self._renew)
        self._estimate()

    def _tell_more(self, longer: bool) -> None:
        self.query_one("#rule", Caption).tell(screen_text.FORM_MORE if longer else "")

    # State

    @property
    def request(self) -> OpenRequest | None:
        """The request that would be sent, or None if a field is invalid."""
        limits = self.form.draft.limits
        return None if limits is None else OpenRequest(self._backend, limits)

    @property
    def _items(self) -> list[SessionItem]:
        activity = self.engine.actions.activity.value
        listed = self.engine.session_list.overview.value.sessions.values()
        return active_on(
            self._backend, [SessionItem(one, activity.owner(one), activity.label(one.id)) for one in listed]
        )

    @property
    def obstacle(self) -> str:
        """Why no session can be opened now, or an empty string."""
        return obstacle(self.engine.connection, self.engine.backend_list.fleet.value, self._backend, self.form.draft)

    @work(group="estimate", description="what a job would cost", exclusive=True)
    async def _estimate(self) -> None:
        """Request, once, what a job on this backend would cost."""
        told = self.engine.connection
        if told.key_masked or told.demo:
            await self.engine.estimator.ask(self._backend)

    # Display

    def tick(self) -> None:
        """Update what depends on the time."""
        super().tick()
        self._renew()

    def on_resize(self) -> None:
        """Fit the text into the new width."""
        self.call_after_refresh(self._renew)

    @on(Input.Changed, "#jobs, #time, #cost")
    def _typed(self) -> None:
        self._renew()

    def _renew(self, _: object = None) -> None:
        opening = self.engine.actions.activity.value.opening.get(self._token)
        if opening is not None and opening.fault is not None:
            self._say(line(Cell(f"! {looking_words(opening.fault)}", Tone.WARN)))
        backend = self.engine.backend_list.fleet.value.named(self._backend)
        card = self.query_one("#new-session", Card)
        named = form_title(backend, card.room) if backend else screen_text.new_session_on(plain(self._backend, 60))
        self.form_title.tell(named)
        card.tell(named)
        if not self._locked:
            self.form.adopt(self.engine.billed_in)
        self.form.read()
        request, items = self.request, self._items
        now = self.engine.clock.now()
        asked = request or OpenRequest(self._backend)
        reach = reach_line(self.engine.estimator.of(self._backend), asked.limits) if request is not None else ()
        told = review_lines(asked, items, now, None, self.engine.people, readable=request is not None)
        width = (self.preview.content_size.width or card.room) - 1
        self.review.tell(*all_folded([*told[:-2], *([reach] if reach else []), *told[-2:]], width))
        if request is not None:
            self.preview.tell(*request_preview(request, self.engine.connection.base_url, width))
        else:
            self.preview.tell(screen_text.NOTHING_TO_SEND)
        self._set_buttons(request, items)
        self._look_for_candidates()

    def _set_buttons(self, request: OpenRequest | None, items: list[SessionItem]) -> None:
        opener, viewer = self.query_one("#open-button", Button), self.query_one("#view-button", Button)
        why_not = self.obstacle
        opener.disabled = self._locked or bool(why_not)
        _label(opener, open_button(request) if request is not None else "Open")
        self._viewed = items[0].session.id if items else ""
        viewer.display = bool(items)
        _label(viewer, f"View {plain(self._viewed[-6:])}")
        if not self._locked and (why_not or self.state.has_class("obstacle")):
            self.state.set_class(bool(why_not), "obstacle")
            self.state.tell(*(folded(line(Cell(f"! {why_not}", Tone.WARN)), self.room) if why_not else []))

    def _say(self, *lines: Line | str) -> None:
        self.state.remove_class("obstacle")
        self.state.tell(*all_folded(lines, self.room))

    # Keys and buttons

    def label(self, command: Command) -> str:
        """Return the label of a command: enter goes on from a field, and presses a button."""
        if command.id == "leave_field" and isinstance(self.focused, Button):
            return "press"
        return super().label(command)

    def action_next_field(self) -> None:
        """Move the focus to the next field, and after the last to the Back button."""
        self.key_guard.record(monotonic())
        self.focus_next()

    def action_previous_field(self) -> None:
        """Move the focus to the previous field."""
        self.key_guard.record(monotonic())
        self.focus_previous()

    def action_leave_field(self) -> None:
        """Move on from a field, never onto the button that costs money; on a button, leave enter to it."""
        if not isinstance(self.focused, Input):
            raise SkipAction
        self.action_next_field()

    @on(Button.Pressed, "#back-button")
    def _back(self) -> None:
        self.go_back()

    @on(Button.Pressed, "#view-button")
    def _view(self) -> None:
        if self._viewed:
            self.open_screen(SessionScreen(self.engine, self._viewed))

    @on(Button.Pressed, "#open-button")
    def _open(self) -> None:
        """Disable the form, and ask for another confirmation if the session has no limits."""
        request = self.request
        if self._locked or request is None or self.obstacle:
            return
        self._lock(True)
        if not request.limits.absent:
            self._send(request)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._send(request)
            else:
                self._lock(False)
                self._say(screen_text.NOTHING_SENT)

        self.app.push_screen(OpenUnlimited(self._backend), answered)

    def _send(self, request: OpenRequest) -> None:
        self.run_worker(self._sent(request, self.form.label), group="open", description=f"open on {self._backend}")

    async def _sent(self, request: OpenRequest, label: str) -> None:
        engine = self.engine
        if not is_fresh(engine.session_list):
            seen = {item.session.id for item in self._items}
            self._say(screen_text.REFRESHING_FIRST)
            fresh = await made_fresh(engine.clock, engine.session_list)
            if not fresh or seen != {item.session.id for item in self._items}:
                self._lock(False)
                self._say(line(Cell(f"! {_CHANGED if fresh else NOT_FRESH}", Tone.WARN)))
                return
        self._say(line(Cell(screen_text.OPENING, Tone.STRONG), screen_text.ESC_LEAVES))
        self._reflect(await engine.actions.open(self._token, request, label))

    def _lock(self, locked: bool) -> None:
        self._locked = locked
        self.form.freeze(locked)
        self.set_focus(None if locked else self.query_one("#back-button", Button))
        self._renew()

    def action_circuit(self) -> None:
        """Ask for the kind of job, then request what it would cost."""

        def chosen(circuit: Circuit | None) -> None:
            if circuit is not None:
                self.engine.estimator.circuit.apply(lambda _: circuit)
                self._estimate()
                self._renew()

        self.app.push_screen(CircuitDialog(self.engine.estimator.circuit.value), chosen)

    def go_back(self) -> None:
        """Close the form. A request that was sent continues, and a notification reports its outcome on any screen."""
        if self._token in self.engine.actions.activity.value.opening:
            self.notify(screen_text.REQUEST_CONTINUES, timeout=10)
        super().go_back()

    # Outcome

    def shows_outcome(self, done: Done) -> bool:
        """Return true for outcomes of this form's request, including a session found after its reply was lost."""
        if isinstance(done, OpenDone):
            return done.token == self._token and not (isinstance(done.outcome, Opened) and done.outcome.adopted)
        return isinstance(done, AdoptDone) and self.engine.actions.became(self._token) == done.session_id

    def _reflect(self, outcome: OpenOutcome) -> None:
        engine = self.engine
        said = open_result(outcome, engine.clock.now(), None)
        self._say(line(Cell(said.text, said.tone)))
        if isinstance(outcome, Opened):
            self._show_session(outcome.session.id)
        elif isinstance(outcome, NotOpened):
            self._token = uuid4().hex
            self._lock(False)
            if outcome.fault.kind is FaultKind.KEY_REFUSED:
                self.post_message(KeyRefused(outcome.fault))
        else:
            self._asking = True
            self._look_for_candidates()

    def _show_session(self, session_id: str) -> None:
        self._opened = session_id
        if self.is_active:  # not `is_current`: the screen above would be replaced
            self.app.switch_screen(SessionScreen(self.engine, session_id, leads_home=True))

    def on_screen_resume(self) -> None:
        """Show the session that was opened while another screen was above this one."""
        if self._opened:
            self._show_session(self._opened)
        else:
            self._look_for_candidates()

    def _look_for_candidates(self) -> None:
        """Follow the unconfirmed session: ask once about each candidate, and show the session once it is known."""
        if not self._asking or not self.is_active:
            return
        activity = self.engine.actions.activity.value
        question = next((one for one in activity.unconfirmed if one.token == self._token), None)
        if question is None:
            self._settled(self.engine.actions.became(self._token))
            return
        said = open_result(question.outcome, self.engine.clock.now(), None)
        self._say(line(Cell(said.text, said.tone)))
        found = tuple(one for one in question.outcome.running if one.id not in self._asked_about)
        if found:
            self._asked_about |= {one.id for one in found}
            ask_which(self.app, self.engine, question, found)

    def _settled(self, session_id: str | None) -> None:
        """Show the adopted session; if the question was closed without one, let the form be sent again."""
        self._asking = False
        if session_id is not None:
            self._show_session(session_id)
        else:
            self._token = uuid4().hex
            self._lock(False)
            self._say(screen_text.CLOSED_AS_ANSWERED)


def _label(button: Button, words: str) -> None:
    if str(button.label) != words:
        button.label = Content(words)
        button.refresh(layout=True)  # a new label alone does not change the width of the button
