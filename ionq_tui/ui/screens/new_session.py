"""The form for a new session: limits, what speaks against it, exactly what will be sent; then sent once."""

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
from ionq_tui.model.link import FaultKind
from ionq_tui.model.outcome import NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.ui.commands import CIRCUIT, KEY, NEW_SESSION, Commands
from ionq_tui.ui.dialogs.candidate import ask_which
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.dialogs.unlimited import OpenUnlimited
from ionq_tui.ui.fresh import NOT_FRESH, is_fresh, made_fresh
from ionq_tui.ui.messages import KeyRefused
from ionq_tui.ui.quiet import Attentive, Deliberate, Quiet
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.limits_form import LimitsForm
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.draft import draft_of, obstacle
from ionq_tui.view.fault import About
from ionq_tui.view.fold import all_folded, folded
from ionq_tui.view.plain import plain
from ionq_tui.view.price import reach_line
from ionq_tui.view.result import open_result
from ionq_tui.view.review import active_on, form_title, open_button, request_preview, review_lines
from ionq_tui.view.row import SessionItem
from ionq_tui.view.tone import Cell, Line, Tone, line

_CHANGED = "the sessions on this backend are others than a moment ago: look again, then open"


class NewSessionScreen(Attentive, Cockpit):
    """One decision: whatever is pressed, and however often, this form opens one session at most."""

    CSS_PATH = "../styles/form.tcss"
    OFFERS: ClassVar[Commands] = NEW_SESSION
    UNBOUND: ClassVar[Commands] = (replace(CIRCUIT, keys=""), KEY)
    ABOUT: ClassVar[About] = "sessions"
    AUTO_FOCUS = "#jobs"
    SAFE = "#back-button"

    form = query_one(LimitsForm)
    state = query_one("#state", Words)
    review = query_one("#review", Words)
    preview = query_one("#preview", Words)
    form_title = query_one("#form-title", Words)

    def __init__(self, engine: Engine, backend_name: str, like: Limits = NO_LIMITS, label: str = "") -> None:
        """Take the engine, the backend, and the limits and the label to begin with."""
        super().__init__(engine)
        self.quiet = Quiet()
        self._backend = backend_name
        self._begin = draft_of(like, engine.billed_in)
        self._label = label
        self._token = uuid4().hex
        self._spent = False
        """True from the press until it is certain that nothing was opened."""
        self._opened = ""
        """The session that came of it."""
        self._asking = False
        """True while it is not known what came of it."""
        self._denied: set[str] = set()
        """Candidates of which the user said that they are not it."""
        self._viewed = ""
        """The session that the View button names."""

    def compose_body(self) -> Iterable[Widget]:
        """The fields, what is to be known, what is sent, the buttons."""
        yield Words(id="form-title", classes="one-line")
        yield LimitsForm(self._begin, self._label)
        yield Caption(id="rule")
        with VerticalScroll(id="known", can_focus=False):
            yield Words(id="review")
            yield Words(id="preview")
        yield Words(id="state")
        with HorizontalGroup(id="buttons"):
            for name, label in (("back-button", "Back"), ("view-button", "View"), ("open-button", "Open")):
                button = Deliberate(label, id=name, compact=True)
                button.active_effect_duration = 0
                yield button

    def on_mount(self) -> None:
        """Tell what is known, and again whenever it differs."""
        self.query_one("#view-button", Button).display = False
        self.watch(self.query_one("#known"), "show_vertical_scrollbar", self._tell_more)
        self.listen(self.engine.home.board, self._renew)
        self.listen(self.engine.desk.ledger, self._renew)
        self.listen(self.engine.yard.fleet, self._renew)
        self.listen(self.engine.estimator.told, self._renew)
        self._estimate()

    def _tell_more(self, longer: bool) -> None:
        self.query_one("#rule", Caption).tell("pgdn: the rest of it, and what is sent" if longer else "")

    # What is known

    @property
    def request(self) -> OpenRequest | None:
        """What would be sent; None where a field cannot be read."""
        limits = self.form.draft.limits
        return None if limits is None else OpenRequest(self._backend, limits)

    @property
    def _items(self) -> list[SessionItem]:
        ledger = self.engine.desk.ledger.value
        listed = self.engine.home.board.value.sessions.values()
        return active_on(self._backend, [SessionItem(one, ledger.owner(one), ledger.label(one.id)) for one in listed])

    @property
    def obstacle(self) -> str:
        """Why nothing can be opened now; empty where it can."""
        return obstacle(self.engine.connection, self.engine.yard.fleet.value, self._backend, self.form.draft)

    @work(group="estimate", description="what a job would cost", exclusive=True)
    async def _estimate(self) -> None:
        """Ask, once, what a job on it would cost."""
        told = self.engine.connection
        if told.key_masked or told.demo:
            await self.engine.estimator.ask(self._backend)

    # What is shown

    def tick(self) -> None:
        """Tell anew what the time has changed."""
        super().tick()
        self._renew()

    def on_resize(self) -> None:
        """Fit the words into the new width."""
        self.call_after_refresh(self._renew)

    @on(Input.Changed, "#jobs, #time, #money")
    def _typed(self) -> None:
        self._renew()

    def _renew(self, _: object = None) -> None:
        backend = self.engine.yard.fleet.value.named(self._backend)
        self.form_title.tell(
            form_title(backend, self.room) if backend else f"NEW SESSION on {plain(self._backend, 60)}"
        )
        if not self._spent:
            self.form.adopt(self.engine.billed_in)
        self.form.read()
        request, items = self.request, self._items
        now = self.engine.clock.now()
        asked = request or OpenRequest(self._backend)
        reach = reach_line(self.engine.estimator.of(self._backend), asked.limits) if request is not None else ()
        told = review_lines(asked, items, now, None, self.engine.people, readable=request is not None)
        width = (self.preview.content_size.width or self.room) - 1
        self.review.tell(*all_folded([*told[:-2], *([reach] if reach else []), *told[-2:]], width))
        if request is not None:
            self.preview.tell(*request_preview(request, self.engine.connection.base_url, width))
        else:
            self.preview.tell("nothing can be sent as it is")
        self._set_buttons(request, items)
        self._look_for_candidates()

    def _set_buttons(self, request: OpenRequest | None, items: list[SessionItem]) -> None:
        opener, viewer = self.query_one("#open-button", Button), self.query_one("#view-button", Button)
        why_not = self.obstacle
        opener.disabled = self._spent or bool(why_not)
        _label(opener, open_button(request) if request is not None else "Open")
        self._viewed = items[0].session.id if items else ""
        viewer.display = bool(items)
        _label(viewer, f"View {plain(self._viewed[-6:])}")
        if not self._spent and (why_not or self.state.has_class("obstacle")):
            self.state.set_class(bool(why_not), "obstacle")
            self.state.tell(*(folded(line(Cell(f"! {why_not}", Tone.WARN)), self.room) if why_not else []))

    def _say(self, *lines: Line | str) -> None:
        self.state.remove_class("obstacle")
        self.state.tell(*all_folded(lines, self.room))

    # What is pressed

    def action_next_field(self) -> None:
        """Go to the next field; after the last to Back."""
        self.quiet.heard(monotonic())
        self.focus_next()

    def action_previous_field(self) -> None:
        """Go to the field before."""
        self.quiet.heard(monotonic())
        self.focus_previous()

    def action_leave_field(self) -> None:
        """Go on from a field, never onto what costs; on a button, Enter is the button's own."""
        if not isinstance(self.focused, Input):
            raise SkipAction
        self.action_next_field()

    @on(Button.Pressed, "#back-button")
    def _back(self) -> None:
        self.go_back()

    @on(Button.Pressed, "#view-button")
    def _view(self) -> None:
        if self._viewed:
            self.app.push_screen(SessionScreen(self.engine, self._viewed))

    @on(Button.Pressed, "#open-button")
    def _open(self) -> None:
        """Spend the button, then ask once more where nothing limits the session."""
        request = self.request
        if self._spent or request is None or self.obstacle:
            return
        self._spend(True)
        if not request.limits.absent:
            self._send(request)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._send(request)
            else:
                self._spend(False)
                self._say("nothing was sent")

        self.app.push_screen(OpenUnlimited(self._backend), answered)

    def _send(self, request: OpenRequest) -> None:
        self.run_worker(self._sent(request, self.form.label), group="open", description=f"open on {self._backend}")

    async def _sent(self, request: OpenRequest, label: str) -> None:
        engine = self.engine
        if not is_fresh(engine.home.poller):
            seen = {item.session.id for item in self._items}
            self._say("what is shown is old: refreshing first, nothing is sent yet…")
            fresh = await made_fresh(engine.clock, engine.home.poller)
            if not fresh or seen != {item.session.id for item in self._items}:
                self._spend(False)
                self._say(line(Cell(f"! {_CHANGED if fresh else NOT_FRESH}", Tone.WARN)))
                return
        self._say(line(Cell("opening… sent once", Tone.STRONG), " · esc leaves, and the request goes on"))
        self._reflect(await engine.desk.open(self._token, request, label))

    def _spend(self, spent: bool) -> None:
        self._spent = spent
        self.form.freeze(spent)
        self.set_focus(None if spent else self.query_one("#back-button", Button))
        self._renew()

    def action_circuit(self) -> None:
        """Ask for which kind of job, then what it would cost."""

        def chosen(circuit: Circuit | None) -> None:
            if circuit is not None:
                self.engine.estimator.circuit.apply(lambda _: circuit)
                self._estimate()
                self._renew()

        self.app.push_screen(CircuitDialog(self.engine.estimator.circuit.value), chosen)

    def go_back(self) -> None:
        """Leave; a request that was sent goes on, and what becomes of it is told wherever the user is."""
        if self._token in self.engine.desk.ledger.value.opening:
            self.notify("the request to open goes on; what becomes of it will be told", timeout=10)
        super().go_back()

    def action_page_back(self) -> None:
        """Scroll back what is known and what is sent."""
        self.query_one("#known").scroll_page_up(animate=False)

    def action_page_on(self) -> None:
        """Scroll on what is known and what is sent."""
        self.query_one("#known").scroll_page_down(animate=False)

    # What became of it

    def _reflect(self, outcome: OpenOutcome) -> None:
        engine = self.engine
        engine.home.poller.nudge()
        said = open_result(outcome, engine.clock.now(), None)
        self._say(line(Cell(said.text, said.tone)))
        if isinstance(outcome, Opened):
            if outcome.adopted:
                self.notify(said.text, severity="warning", timeout=20, markup=False)
            self._show_session(outcome.session.id)
        elif isinstance(outcome, NotOpened):
            self._token = uuid4().hex
            self._spend(False)
            if outcome.fault.kind is FaultKind.KEY_REFUSED:
                self.post_message(KeyRefused(outcome.fault))
        else:
            self._asking = True
            self._look_for_candidates()

    def _show_session(self, session_id: str) -> None:
        self._opened = session_id
        if self.is_active:  # not `is_current`: what stands above would be switched away
            self.app.switch_screen(SessionScreen(self.engine, session_id))

    def on_screen_resume(self) -> None:
        """Make way for the session that was opened while something stood above."""
        if self._opened:
            self._show_session(self._opened)
        else:
            self._look_for_candidates()

    def _look_for_candidates(self) -> None:
        """Follow the open question: ask about each session that may be it once, and go to it once that is settled."""
        if not self._asking or not self.is_active:
            return
        ledger = self.engine.desk.ledger.value
        question = next((one for one in ledger.questions if one.token == self._token), None)
        if question is None:
            self._settled(self.engine.desk.became(self._token))
            return
        said = open_result(question.outcome, self.engine.clock.now(), None)
        self._say(line(Cell(said.text, said.tone)))
        found = tuple(one for one in question.outcome.candidates if one.id not in self._denied)
        if found:
            self._denied |= {one.id for one in found}
            ask_which(self.app, self.engine, question, found)

    def _settled(self, session_id: str | None) -> None:
        """Go to the session that was adopted; where the question was closed without one, the form may be sent again."""
        self._asking = False
        if session_id is not None:
            self._show_session(session_id)
        else:
            self._token = uuid4().hex
            self._spend(False)
            self._say("the question was closed; nothing of it runs, as far as you said")


def _label(button: Button, words: str) -> None:
    if str(button.label) != words:
        button.label = Content(words)
