from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import Button, Input

from ionq_tui.engine.resolver import matching
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import OpenRequest, Unconfirmed
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.attach import Attach
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.end import EndSession
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES

DISABLED = [
    Fault(FaultKind.FORBIDDEN, "no access", 403),
    Fault(FaultKind.NOT_FOUND, "not found", 404),
]


@pytest.mark.parametrize("size", SIZES)
async def test_the_sessions_and_whose_they_are(connector: FakeConnector, size: tuple[int, int]) -> None:
    active(connector, session(1), session(2, creator_id="somebody"), session(3, limits=NO_LIMITS, expires_at=None))
    connector.journal.opened_here = {session(3).id}
    connector.journal.creator_ids = {"me"}
    connector.journal.named = {session(1).id: "H2 scan"}
    app = Cast(connector)
    async with at_home(app, size):
        lines = app.text().splitlines()
        assert "lab-b · key vqe-lab (keyring) · production" in lines[0]
        assert "live · " in lines[0]
        assert "2 yours running, 1 with NO LIMIT" in lines[1]
        assert "3 active in the organization, 2 yours" in app.text()
        rows = [line.strip("│").split() for line in lines if "qpu.forte-1" in line]
        assert [row[:1] if row[0] != ">" else row[1:2] for row in rows] == [["000003"], ["000001"], ["000002"]]
        assert [word in " ".join(row) for row, word in zip(rows, ("you", "you", "another"), strict=True)] == [True] * 3
        assert ("NONE" in rows[0]) == (size[0] >= 100)
        assert "H2 scan" in app.text()


async def test_orphans_stand_first_with_what_is_odd(connector: FakeConnector) -> None:
    active(connector, session(1, limits=NO_LIMITS, expires_at=None), session(2))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app):
        assert "! 000001 (yours), open for 51m, has NO LIMIT" in app.text().splitlines()[2]
        assert app.home.table.key == session(1).id


async def test_what_this_process_opened_is_no_orphan(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await app.running.actions.open("token", OpenRequest("qpu.forte-1", Limits(jobs=1)))
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: app.home.table.keys)
        await pilot.pause()
        assert "still active" not in app.text()
        assert "1 yours" in app.text()


async def test_trouble_with_the_journal_and_unreadable_sessions_are_said(connector: FakeConnector) -> None:
    active(connector, session(1))
    connector.cloud.unreadable = 2
    connector.journal.trouble = "the disk is full"
    app = Cast(connector)
    async with at_home(app, (120, 36)) as pilot:
        await until(pilot, lambda: "the disk is full" in app.text())
        assert "2 sessions could not be read" in app.text()


async def test_the_cursor_stays_on_its_session_and_unchanged_rows_are_not_painted(connector: FakeConnector) -> None:
    active(connector, *(session(number) for number in range(5)))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("j", "j")
        held = app.home.table.key
        active(connector, *(session(number) for number in (4, 9, 2, 0)))
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: session(9).id in app.home.table.keys)
        assert app.home.table.key == held == session(2).id


async def test_a_vanished_session_is_shown_as_ended(connector: FakeConnector) -> None:
    active(connector, session(1), session(2))
    app = Cast(connector)
    async with at_home(app) as pilot:
        gone = replace(connector.cloud.active.pop(session(1).id), status="ended", active=False, ended_at=NOW)
        connector.cloud.over[gone.id] = gone
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: "ended" in " ".join(line for line in app.text().splitlines() if "000001" in line))


@pytest.fixture
def over(connector: FakeConnector) -> Session:
    """A session that has ended, beside one that is active."""
    active(connector, session(1))
    ended = session(7, status="ended", active=False, ended_at=NOW)
    connector.cloud.over = {ended.id: ended}
    return ended


async def test_ended_ones_are_read_only_when_asked_for(connector: FakeConnector, over: Session) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert "sessions ended" not in connector.cloud.asked
        await pilot.press("a")
        await until(pilot, lambda: over.id in app.home.table.keys)
        await pilot.pause()
        assert "ended sessions shown" in app.text()
        await pilot.press("a")
        await until(pilot, lambda: over.id not in app.home.table.keys)
        assert connector.cloud.asked.count("sessions ended") == 1


async def test_ended_ones_that_a_search_for_an_id_has_read_are_not_listed(
    connector: FakeConnector, over: Session
) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: app.shows(Attach))
        await pilot.press(*"abcdef", "enter")
        await until(pilot, lambda: "no such session" in app.text())
        assert "esc: back" in app.text(), "the keys stay"
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert "sessions ended" in connector.cloud.asked and over.id not in app.home.table.keys
        await pilot.press("a")
        await until(pilot, lambda: over.id in app.home.table.keys)


@pytest.mark.parametrize("fault", DISABLED, ids=["403", "404"])
async def test_sessions_that_are_not_enabled_leave_the_backends(connector: FakeConnector, fault: Fault) -> None:
    connector.cloud.fault = fault
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert "Sessions are not enabled for this organization" in app.text()
        assert "support@ionq.com" in app.text()
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen) and "qpu.forte-1" in app.text())


async def test_old_data_stays_and_is_called_stale(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.fault = OFFLINE
        connector.clock.forward(42)
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: app.running.session_list.poller.freshness().next_try == 5.0)
        app.screen_stack[-1].query_one("Header").refresh()
        app.home.tick()
        await pilot.pause()
        assert "STALE 42 s" in app.text().splitlines()[0]
        assert "000001" in app.text()


async def test_an_end_that_is_confirmed_is_told_though_the_list_fails(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    active(connector, session(1))
    connector.journal.opened_here = {session(1).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await until(
            pilot, lambda: "1 yours running" in app.text() and session(1).id in app.running.own_sessions.pollers
        )

        async def fails(active: bool) -> Fault:
            return OFFLINE

        monkeypatch.setattr(connector.cloud, "sessions", fails)
        over = replace(session(1), status="ended", active=False, ended_at=NOW)
        connector.cloud.active, connector.cloud.over = {}, {over.id: over}
        app.running.session_list.poller.nudge()
        app.running.own_sessions.pollers[over.id].poller.nudge()
        await until(pilot, lambda: app.running.own_sessions.pollers[over.id].store.value.ended)
        app.home.tick()
        await until(pilot, lambda: "yours running" not in app.text())
        assert "still active" not in app.text()
        assert " ended " in app.text()


async def test_the_keys_answer_while_the_server_hangs(connector: FakeConnector) -> None:
    connector.cloud.gate = asyncio.Event()
    app = Cast(connector)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(SessionsScreen))
        await pilot.press("b")
        await until(pilot, lambda: app.shows(BackendsScreen))
        await pilot.press("escape", "o")
        await until(pilot, lambda: app.shows(Attach))
        connector.cloud.gate.set()


@pytest.mark.parametrize("keys", [("enter",), ("tab", "enter"), ("down", "enter")])
async def test_a_session_is_viewed_by_its_id(connector: FakeConnector, keys: tuple[str, ...]) -> None:
    active(connector, session(1), session(2))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: app.shows(Attach))
        await pilot.press(*session(2).id[-6:], *keys)
        await until(pilot, lambda: app.shows(SessionScreen))
        assert session(2).id in app.text()


async def test_finding_and_clearing(connector: FakeConnector) -> None:
    active(connector, *(session(number, backend=f"qpu.{'aria' if number % 2 else 'forte'}-1") for number in range(4)))
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert not app.home.query("FilterLine")  # made when it is asked for
        await pilot.press("/", *"aria")
        await until(pilot, lambda: len(app.home.table.keys) == 2)
        assert '2 of 4 match "aria"' in app.text()
        await pilot.press("enter")
        assert app.focused is app.home.table
        await pilot.press("escape")
        await until(pilot, lambda: len(app.home.table.keys) == 4)
        assert app.shows(SessionsScreen)


async def test_printable_keys_are_text_where_a_field_has_the_focus(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("/", *"nqebS?")
        await pilot.pause()
        assert app.shows(SessionsScreen)
        assert app.home.query_one("FilterLine", Input).value == "nqebS?"


async def test_enter_looks_and_q_comes_back(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen))
        await pilot.press("q")
        await until(pilot, lambda: app.shows(SessionsScreen))


async def test_a_new_session_goes_by_way_of_the_backends(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert "No session is active" in app.text()
        await pilot.press("n")
        await until(pilot, lambda: app.shows(BackendsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(NewSessionScreen))
        assert not any(asked.startswith("open") for asked in connector.cloud.asked)


async def test_backends_that_cannot_be_used_say_why(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("b", "j", "j", "enter")
        await until(pilot, lambda: "currently unavailable" in app.toasts())
        assert app.shows(BackendsScreen)


async def test_what_was_measured_is_read_once_somebody_looks_at_it(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app, (120, 36)) as pilot:
        assert not any(asked.startswith("characterization") for asked in connector.cloud.asked)
        await pilot.press("b")
        await until(pilot, lambda: "SPAM 99.35%" in app.text())
        await pilot.press("j")
        await until(pilot, lambda: connector.cloud.asked.count("characterization qpu.forte-enterprise-1") == 1)
        assert connector.cloud.asked.count("characterization qpu.forte-1") == 1


async def test_again_like_this_fills_the_form(connector: FakeConnector) -> None:
    active(connector, session(1, limits=Limits(jobs=17)))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("N")
        await until(pilot, lambda: app.shows(NewSessionScreen))
        await pilot.pause()
        assert "17" in app.text()


async def test_the_end_dialog_acts_on_what_it_showed(connector: FakeConnector, hand: Hand) -> None:
    active(connector, session(1), session(2))
    connector.journal.opened_here = {session(1).id, session(2).id}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await until(pilot, lambda: "2 yours" in app.text())
        shown = app.home.table.key
        await pilot.press("e")
        await until(pilot, lambda: app.shows(EndSession))
        active(connector, session(5), *connector.cloud.active.values())
        app.running.session_list.poller.nudge()
        await pilot.pause()
        hand.rest()
        await pilot.press("tab")
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: any(asked.startswith("end ") for asked in connector.cloud.asked))
        assert [asked for asked in connector.cloud.asked if asked.startswith("end ")] == [f"end {shown}"]


async def test_marked_ones_are_ended_together_and_only_after_typing(connector: FakeConnector, hand: Hand) -> None:
    active(connector, session(1), session(2), session(3))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
        assert app.home.table.marked == (session(1).id, session(2).id)
        assert "2 marked" in app.text()
        await pilot.press("e")
        await until(pilot, lambda: app.shows(EndSession))
        assert "End 2 sessions" in app.text()
        for _ in range(20):
            hand.rest()
            await pilot.press("tab", "enter")
        assert not any(asked.startswith("end ") for asked in connector.cloud.asked)


async def test_attaching_by_a_unique_head_or_tail(connector: FakeConnector) -> None:
    active(connector, session(1), session(2))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o", *"0192", "enter")
        await until(pilot, lambda: "2 sessions begin or end" in app.text())
        app.screen.query_one(Input).value = "00002"
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen))
        assert app.screen.session_id == session(2).id  # type: ignore[attr-defined]


async def test_an_unknown_id_is_said_to_be_unknown(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("o", *"0192c4d8-77aa-7c31", "enter")
        await until(pilot, lambda: "no such session" in app.text())
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))


@pytest.mark.parametrize(
    ("text", "found"), [("ab", ("abc", "abd")), ("bc", ("abc",)), ("abc", ("abc",)), ("x", ()), ("d", ("abd",))]
)
def test_matching(text: str, found: tuple[str, ...]) -> None:
    assert matching(text, ("abc", "abd")) == found


async def test_starting_with_an_id_goes_straight_to_it(connector: FakeConnector) -> None:
    active(connector, session(1), session(2))
    app = Cast(connector, attach="000002")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(SessionScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))


async def test_copying_shows_what_it_copies(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: app.shows(CopyText))
        await pilot.pause()
        for told in (session(1).id, f"export IONQ_SESSION_ID={session(1).id}", f"ionq-tui attach {session(1).id}"):
            assert told in app.text()
        await pilot.press("right", "enter")
        await until(pilot, lambda: "sent to the terminal's clipboard" in app.text())
        assert app.clipboard == f"export IONQ_SESSION_ID={session(1).id}"


async def test_an_opening_that_succeeds_after_its_form_was_left_is_told(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        await app.running.actions.open("token", OpenRequest("qpu.forte-1"))
        await until(pilot, lambda: "opened: 0192c4d8" in app.toasts())


async def test_an_open_question_stays_at_home_until_it_is_answered(connector: FakeConnector) -> None:
    maybe = session(4, created_at=NOW + timedelta(seconds=1), limits=NO_LIMITS)
    app = Cast(connector)
    async with at_home(app, (120, 36)) as pilot:
        connector.cloud.open_outcome = Unconfirmed((maybe,), OFFLINE, NOW)
        await app.running.actions.open("token", OpenRequest("qpu.forte-1"))
        await until(pilot, lambda: "may have been opened" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        assert app.running.actions.activity.value.unconfirmed
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        answers = [button for button in app.screen.query(Button) if "000004" in str(button.label)]
        answers[0].press()
        await until(pilot, lambda: not app.running.actions.activity.value.unconfirmed)
        assert maybe.id in app.running.actions.activity.value.here


async def test_read_only_windows_cannot_end_or_open(connector: FakeConnector) -> None:
    connector.connection = replace(connector.connection, read_only=True)
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert "READ-ONLY" in app.text()
        await pilot.press("e", "N")
        await pilot.pause()
        assert app.shows(SessionsScreen)
