from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Known, NotOpened, Opened, OpenOutcome, OpenRequest, Unconfirmed
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from tests.ui.fake import NOW, OFFLINE, FakeCloud, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES, Stage, deliberate, shows, until

LIMITS = Limits(jobs=40)
LOST = Fault(FaultKind.TIMEOUT, "no reply", None)


class HeldCloud(FakeCloud):
    """Keeps the request to open until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held = asyncio.Event()
        self.requests: list[OpenRequest] = []

    async def open_once(
        self, request: OpenRequest, known: Known, seen: dict[str, Session], lost: Callable[[Fault], None]
    ) -> OpenOutcome:
        self.requests.append(request)
        await self.held.wait()
        return await super().open_once(request, known, seen, lost)


def stage(connector: FakeConnector, like: Limits = LIMITS, backend: str = "qpu.forte-1") -> Stage:
    return Stage(connector, lambda engine: NewSessionScreen(engine, backend, like))


def opens(connector: FakeConnector) -> int:
    return sum(asked.startswith("open ") for asked in connector.cloud.asked)


def opener(app: Stage) -> Button:
    return app.screen.query_one("#open-button", Button)


async def ready(pilot: Pilot[None], app: Stage) -> None:
    await until(
        pilot, lambda: app.engine.session_list.overview.value.loaded and app.engine.backend_list.fleet.value.loaded
    )
    await until(pilot, lambda: not opener(app).disabled)


async def press_open(pilot: Pilot[None], app: Stage, hand: Hand) -> None:
    await ready(pilot, app)
    opener(app).focus()
    await deliberate(pilot, hand, ["enter"])


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_form_is_to_be_seen(connector: FakeConnector, hand: Hand, size: tuple[int, int]) -> None:
    connector.cloud.active = {session(1).id: session(1)}
    app = stage(connector, Limits(40, 90))
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        text = app.text()
        for words in (
            "qpu.forte-1",
            "= 40 jobs",
            "= 90 min",
            "NO LIMIT",
            "sent once, to",
            "duration_limit_min",
            "View 000001",
        ):
            assert words in text
        assert "Open session (billable)" in text


async def test_enter_goes_from_field_to_field_and_then_to_back(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        for name in ("jobs", "time", "cost", "label", "back-button"):
            await until(pilot, lambda name=name: app.focused is not None and app.focused.id == name)  # type: ignore[misc]
            await deliberate(pilot, hand, ["enter"] if name != "back-button" else [])
        assert opens(connector) == 0


async def test_an_enter_held_in_a_dialog_above_does_not_come_back_onto_open(
    connector: FakeConnector, hand: Hand
) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        opener(app).focus()
        form = app.screen
        assert isinstance(form, NewSessionScreen)
        form.action_circuit()
        await until(pilot, lambda: shows(app, CircuitDialog))
        await deliberate(pilot, hand, ["enter"])
        await until(pilot, lambda: shows(app, NewSessionScreen))
        assert app.focused is app.screen.query_one("#back-button")
        await deliberate(pilot, hand, ["enter"])
        assert opens(connector) == 0


async def test_a_held_enter_opens_nothing(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        for _ in range(30):
            hand.now += 0.03
            await pilot.press("enter")
        opener(app).focus()
        for _ in range(30):
            hand.now += 0.03
            await pilot.press("enter")
        assert opens(connector) == 0
        assert shows(app, NewSessionScreen)


@pytest.mark.parametrize(("seconds", "acts"), [(0.25, False), (0.29, False), (0.31, True)])
async def test_an_enter_opens_only_after_a_moment_without_any_key(
    connector: FakeConnector, hand: Hand, seconds: float, acts: bool
) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        opener(app).focus()
        hand.now += 5
        await pilot.press("x")  # a key that does nothing here is a key too
        hand.now += seconds
        await pilot.press("enter")
        await (until(pilot, lambda: opens(connector)) if acts else pilot.pause())
        assert opens(connector) == int(acts)
        if not acts:
            hand.now += 0.31
            await pilot.press("enter")
            await until(pilot, lambda: opens(connector))
            assert opens(connector) == 1


async def test_twenty_enters_send_one_request(hand: Hand) -> None:
    connector = FakeConnector()
    cloud = HeldCloud()
    connector.cloud = cloud
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: cloud.requests)
        assert "opening… request sent once" in app.text()
        await deliberate(pilot, hand, ["enter"] * 20)
        assert shows(app, NewSessionScreen)
        hand.rest()
        await pilot.click("#open-button")
        opener(app).press()
        assert len(cloud.requests) == 1
        cloud.held.set()
        await until(pilot, lambda: shows(app, SessionScreen))
        assert len(cloud.requests) == 1


async def test_leaving_the_form_cancels_nothing(hand: Hand) -> None:
    connector = FakeConnector()
    cloud = HeldCloud()
    connector.cloud = cloud
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: cloud.requests)
        await pilot.press("escape")
        assert not shows(app, NewSessionScreen)
        cloud.held.set()
        await until(pilot, lambda: app.engine.actions.activity.value.here)
        assert len(cloud.requests) == 1


async def test_without_limits_it_asks_once_more(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector, Limits())
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert str(opener(app).label) == "Open without limits"
        await press_open(pilot, app, hand)
        assert shows(app, ChoiceDialog)
        await deliberate(pilot, hand, ["enter"])
        assert shows(app, NewSessionScreen)
        assert opens(connector) == 0
        await press_open(pilot, app, hand)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert opens(connector) == 1


@pytest.mark.parametrize("typed", ["-1", "0", "1e9", "1,5", "١٢", " ", "99999999999"])
async def test_what_cannot_be_read_cannot_be_sent(connector: FakeConnector, hand: Hand, typed: str) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        screen = app.screen
        assert isinstance(screen, NewSessionScreen)
        screen.query_one("#field-jobs Input").value = typed  # type: ignore[attr-defined]
        await until(pilot, lambda: opener(app).disabled)
        assert "not valid: jobs" in app.text()
        opener(app).press()
        await pilot.pause()
        assert opens(connector) == 0


@pytest.mark.parametrize(("backend", "words"), [("qpu.aria-1", "currently unavailable"), ("qpu.harmony", "retired")])
async def test_such_a_backend_is_refused_with_its_reason(
    connector: FakeConnector, hand: Hand, backend: str, words: str
) -> None:
    app = stage(connector, backend=backend)
    async with app.run_test() as pilot:
        await until(pilot, lambda: f"{backend} is {words}" in app.text())
        assert opener(app).disabled


async def test_a_refusal_is_told_and_the_form_lives_on(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.open_outcome = NotOpened(Fault(FaultKind.BAD_REQUEST, "too many [b]sessions[/b]", 400))
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: "nothing was opened" in app.text() and "[b]sessions[/b]" in app.text())
        connector.cloud.open_outcome = None
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, SessionScreen))
        assert opens(connector) == 2


async def test_an_adopted_session_is_told(connector: FakeConnector, hand: Hand) -> None:
    made = session(7)
    connector.cloud.active[made.id] = made
    connector.cloud.open_outcome = Opened(made, adopted=True)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, SessionScreen))
        assert any("found after the reply was lost" in one.message for one in app._notifications)
        await until(pilot, lambda: made.id in app.text())


async def test_one_question_about_one_candidate(connector: FakeConnector, hand: Hand) -> None:
    made = session(7, limits=LIMITS)
    connector.cloud.open_outcome = Unconfirmed((made,), LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, ChoiceDialog))
        await until(pilot, lambda: "Is this the session you just opened?" in app.text())
        connector.cloud.active[made.id] = made
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert made.id in app.engine.actions.activity.value.here
        assert opens(connector) == 1


async def test_what_a_script_opens_meanwhile_does_not_deny_what_was_adopted(
    connector: FakeConnector, hand: Hand
) -> None:
    made, scripts = session(7, limits=LIMITS), session(8, limits=LIMITS)
    connector.cloud.open_outcome = Unconfirmed((made,), LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, ChoiceDialog))
        connector.cloud.active[made.id] = made
        app.engine.actions.activity.apply(lambda activity: replace(activity, here=activity.here | {scripts.id}))
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert made.id in app.text()


async def test_a_closed_question_leads_to_no_session_of_a_script(connector: FakeConnector, hand: Hand) -> None:
    scripts = session(8, limits=LIMITS)
    connector.cloud.open_outcome = Unconfirmed((), LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: bool(app.engine.actions.activity.value.unconfirmed))
        app.engine.actions.activity.apply(lambda activity: replace(activity, here=activity.here | {scripts.id}))
        await app.engine.actions.dismiss(*app.engine.actions.activity.value.unconfirmed)
        await until(pilot, lambda: "closed: according to your answer" in app.text())
        assert not opener(app).disabled


async def test_no_is_the_safe_answer(connector: FakeConnector, hand: Hand) -> None:
    made = session(7, limits=LIMITS)
    connector.cloud.open_outcome = Unconfirmed((made,), LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, ChoiceDialog))
        await pilot.press("escape")
        await until(pilot, lambda: shows(app, NewSessionScreen))
        assert opener(app).disabled
        assert not app.engine.actions.activity.value.here
        assert len(app.engine.actions.activity.value.unconfirmed) == 1


async def test_several_candidates_are_a_choice(connector: FakeConnector, hand: Hand) -> None:
    made = (session(7, limits=LIMITS), session(8, limits=LIMITS))
    connector.cloud.open_outcome = Unconfirmed(made, LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, ChoiceDialog))
        await deliberate(pilot, hand, ["tab", "tab", "enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert app.engine.actions.activity.value.here == {made[1].id}


async def test_no_trace_is_told_and_looked_for(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.open_outcome = Unconfirmed((), LOST, NOW)
    app = stage(connector)
    async with app.run_test() as pilot:
        await press_open(pilot, app, hand)
        await until(pilot, lambda: "not in IonQ's list as of" in " ".join(app.text().split()))
        late = session(9, limits=LIMITS, created_at=NOW)
        connector.cloud.active[late.id] = late
        app.engine.session_list.poller.nudge()
        await until(pilot, lambda: shows(app, ChoiceDialog))
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert late.id in app.engine.actions.activity.value.here


async def test_old_data_is_refreshed_first(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        connector.clock.forward(60)
        connector.cloud.fault = OFFLINE
        await press_open(pilot, app, hand)
        await until(pilot, lambda: "could not be refreshed" in app.text())
        assert opens(connector) == 0
        connector.cloud.fault = None
        late = replace(session(9), created_at=NOW - timedelta(minutes=1))
        connector.cloud.active[late.id] = late
        await press_open(pilot, app, hand)
        await until(pilot, lambda: "check them" in app.text())
        assert opens(connector) == 0
        await press_open(pilot, app, hand)
        await until(pilot, lambda: shows(app, SessionScreen))
        assert opens(connector) == 1


async def test_view_looks_at_the_session_it_names(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.active = {session(1).id: session(1)}
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        app.screen.query_one("#view-button", Button).focus()
        await deliberate(pilot, hand, ["enter"])
        await until(pilot, lambda: shows(app, SessionScreen))
        assert opens(connector) == 0


async def test_in_a_small_terminal_all_of_it_can_be_reached(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector, Limits(40, 90))
    async with app.run_test(size=(60, 15)) as pilot:
        await ready(pilot, app)
        assert "Open session (billable)" in app.text()
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: "duration_limit_min" in app.text())


async def test_in_a_small_terminal_the_warnings_and_all_buttons_are_to_be_seen(
    connector: FakeConnector, hand: Hand
) -> None:
    connector.cloud.active = {one.id: one for one in map(session, range(1, 5))}
    connector.journal.opened_here = {session(4).id}
    app = stage(connector, Limits())
    async with app.run_test(size=(60, 15)) as pilot:
        await app.engine.actions.recall()
        await ready(pilot, app)
        await until(pilot, lambda: "000004 (yours" in app.text())
        for words in ("! NO LIMIT: nothing stops this session", "Back", "View 000004", "Open without limits"):
            assert words in app.text(), words
        app.screen.query_one("#jobs", Input).value = "40"
        await until(pilot, lambda: "Open session (billable)" in app.text())
        assert "! no cost limit" in app.text() and "View 000004" in app.text()


async def test_about_how_many_jobs_the_limits_allow_is_told_and_asked_once(
    connector: FakeConnector, hand: Hand
) -> None:
    app = stage(connector, Limits(money=Money(Decimal(30), "usd")))
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "30.00 usd is about 46 jobs of 1,000 shots" in app.text())
        app.screen.query_one("#cost", Input).value = "65"
        await until(pilot, lambda: "65.00 usd is about 100 jobs" in app.text())
        app.screen.query_one("#cost", Input).value = "x"
        await until(pilot, lambda: "is about" not in app.text())
        assert connector.cloud.asked.count("estimate qpu.forte-1") == 1


async def test_an_estimate_that_hangs_holds_nothing_up(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.price = OFFLINE
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "no job cost estimate" in app.text())
        assert not opener(app).disabled


async def test_the_unit_of_the_estimate_is_taken_where_no_other_is_known(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.price = Money(Decimal(2), "credit")
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "30.00, in credit" in app.text())
        app.screen.query_one("#cost", Input).value = "40"
        await until(pilot, lambda: "40.00 credit is about 20 jobs" in app.text())
        assert '"unit": "credit"' in " ".join(app.text().split())


async def test_nothing_changes_under_what_was_typed(connector: FakeConnector, hand: Hand) -> None:
    connector.cloud.price = Money(Decimal(2), "credit")
    held = connector.cloud.gate = asyncio.Event()
    app = stage(connector)
    async with app.run_test() as pilot:
        app.screen.query_one("#cost", Input).value = "40"
        await until(pilot, lambda: "= 40.00 usd" in app.text())
        held.set()
        await ready(pilot, app)
        await until(pilot, lambda: "costs about 2.00 credit (estimate), not in usd" in " ".join(app.text().split()))
        assert "= 40.00 usd" in app.text()
        app.screen.query_one("#cost", Input).value = ""
        await until(pilot, lambda: "30.00, in credit" in app.text())


async def test_another_kind_of_job_is_chosen_from_the_palette(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        screen = app.screen
        assert isinstance(screen, NewSessionScreen)
        screen.action_palette()
        await pilot.press(*"estimate", "enter")
        await until(pilot, lambda: shows(app, CircuitDialog))
        await pilot.press("end", "0", "enter")
        await until(pilot, lambda: "40 jobs of 10,000 shots" in app.text())
        assert connector.cloud.asked.count("estimate qpu.forte-1") == 2 and opens(connector) == 0


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_the_button_is_whole_when_its_words_change(connector: FakeConnector, size: tuple[int, int]) -> None:
    app = stage(connector)
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        assert "Open session (billable)" in app.text()
        field = app.screen.query_one("#jobs", Input)
        typed, field.value = field.value, ""
        for name in ("#time", "#cost"):
            app.screen.query_one(name, Input).value = ""
        await until(pilot, lambda: "Open without limits" in app.text())
        field.value = typed or "40"
        await until(pilot, lambda: "Open session (billable)" in app.text())
