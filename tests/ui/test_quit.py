from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest
from textual.widgets import Button

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest, StillOpen, Unconfirmed
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.snapshot import noted
from ionq_tui.ui.dialogs.attach import Attach
from ionq_tui.ui.dialogs.quit import QuitQuestion
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.cast import Cast, Hands, active, at_home, until
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session
from tests.ui.hand import Hand

LEFT = [
    f"left running: {session(900).id}",
    f"  ionq-tui attach {session(900).id}",
    f"  ionq-tui end {session(900).id} --yes",
]


async def open_one(app: Cast) -> None:
    await app.running.actions.open("token", OpenRequest("qpu.forte-1", Limits(jobs=1)))


async def asked(pilot: Hands, app: Cast, key: str = "q") -> None:
    await pilot.press(key)
    await until(pilot, lambda: app.shows(QuitQuestion))


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_without_a_session_opened_here_it_quits_without_a_question(connector: FakeConnector, key: str) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitSummary()
    assert connector.cloud.closed


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_it_quits_from_a_dialog_and_from_a_field(connector: FakeConnector, key: str) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: app.shows(Attach))
        await pilot.press("x", key)
        await until(pilot, lambda: app.return_value is not None)


@pytest.mark.parametrize("demo", [False, True])
async def test_a_session_opened_by_this_process_asks_and_the_safe_answer_stays(
    connector: FakeConnector, demo: bool
) -> None:
    app = Cast(connector, start_demo=demo)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.pause()
        assert session(900).id in app.text() and "cost: " in app.text() and "left: time" in app.text()
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert app.return_value is None


async def test_left_running_the_shell_hears_how_to_come_back(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitSummary(tuple(LEFT))
    assert not any(asked.startswith("end ") for asked in connector.cloud.asked)


async def test_ended_and_proved_it_quits(connector: FakeConnector, hand: Hand) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.press("tab", "tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitSummary()
    assert f"end {session(900).id}" in connector.cloud.asked


async def test_an_end_that_is_not_proved_keeps_the_app(connector: FakeConnector, hand: Hand) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        connector.cloud.end_outcome = StillOpen(session(900))
        await asked(pilot, app)
        await pilot.press("tab", "tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: "STILL OPEN" in app.toasts())
        assert app.return_value is None


async def test_twice_within_two_seconds_leaves_at_once(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app, "ctrl+c")
        app.seconds += 2.5
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert sum(isinstance(screen, QuitQuestion) for screen in app.screen_stack) == 1
        app.seconds += 1.9
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitSummary(tuple(LEFT))


async def test_one_question_names_all_that_is_not_confirmed_ended(connector: FakeConnector) -> None:
    earlier, asked_to_end = session(5), session(6)
    connector.journal.opened_here.add(earlier.id)
    connector.journal.noted = (
        SessionRecord(asked_to_end.id, Place("https://api.ionq.co/v0.4"), backend="qpu.forte-1", end_asked_at=NOW),
    )
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await app.running.actions.open("other", OpenRequest("qpu.forte-1"))
        await asked(pilot, app)
        await pilot.pause()
        for one in (earlier, asked_to_end, session(900), session(901)):
            assert one.short in app.text()
        app.screen.query(Button)[1].press()
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None
    told = "\n".join(app.return_value.lines)
    for one in (earlier, asked_to_end, session(900), session(901)):
        assert f"ionq-tui attach {one.id}" in told and f"ionq-tui end {one.id} --yes" in told
    assert f"end requested, not confirmed: {asked_to_end.id}" in told
    assert app.return_value.unconfirmed


async def test_several_are_ended_only_where_an_id_is_typed(connector: FakeConnector, hand: Hand) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await app.running.actions.open("other", OpenRequest("qpu.forte-1"))
        await asked(pilot, app)
        hand.rest()
        await pilot.press("tab", "tab")
        await pilot.press(*session(900).short, "tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == ExitSummary()
    assert {f"end {session(number).id}" for number in (900, 901)} <= set(connector.cloud.asked)


async def test_an_unconfirmed_opening_is_named_too(connector: FakeConnector) -> None:
    connector.cloud.open_outcome = Unconfirmed((), OFFLINE)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await open_one(app)
        await asked(pilot, app)
        await pilot.pause()
        assert "may have been opened" in app.text() and len(app.screen.query(Button)) == 2
        app.screen.query(Button)[1].press()
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None and "may have been opened" in app.return_value.lines[0]
    assert app.return_value.unconfirmed


async def test_quitting_waits_for_a_request_that_may_cost_money(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.gate = asyncio.Event()
        opening = asyncio.create_task(open_one(app))
        await until(pilot, lambda: "open qpu.forte-1" in connector.cloud.asked)
        await pilot.press("q")
        await pilot.pause()
        assert app.return_value is None
        connector.cloud.gate.set()
        await opening
        await until(pilot, lambda: app.shows(QuitQuestion))


async def test_quitting_tells_and_writes_what_was_seen_last(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Event] = []
    told: list[object] = []

    async def keep(_: object, *events: Event) -> None:
        written.extend(events)

    class Told:
        trouble = ""

        def tell(self, facts: Mapping[str, object], done: Callable[[], object]) -> bool:
            told.append(facts["words"])
            return True

        def settle(self, seconds: float) -> bool:
            return True

    monkeypatch.setattr(connector.journal, "event", keep)
    app = Cast(connector)
    async with at_home(app) as pilot:
        app.running.event_notifier._command = Told()
        event = Event(app.running.clock.now(), EventKind.NOTE, "theirs", words="the last")
        app.running.session_poller("theirs").store.apply(lambda watch: noted(watch, event))
        app.exit(ExitSummary())
        await until(pilot, lambda: app.return_value is not None)
    assert event in written and told == ["the last"]
    assert connector.cloud.closed
