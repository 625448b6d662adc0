"""What needs a decision: a line each above the list, the worst first, none of them cut off without a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.widgets import Button

from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import OpenRequest, StillOpen, Unconfirmed
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session
from tests.ui.hand import Hand

HERE = Place("https://api.ionq.co/v0.4")
BROKEN = Fault(FaultKind.SERVER, "maintenance", 503, "req-1")


def kept(number: int, **changes: object) -> SessionRecord:
    told: dict[str, object] = {"here": True, "backend": "qpu.forte-1", "opened_at": NOW - timedelta(hours=1), **changes}
    return SessionRecord(session(number).id, HERE, **told)  # type: ignore[arg-type]


async def lost(app: Cast, backend: str = "qpu.aria-1") -> None:
    """Lose the reply to a request to open."""
    app.running.cloud.open_outcome = Unconfirmed((), OFFLINE)  # type: ignore[attr-defined]
    await app.running.actions.open(f"lost {backend}", OpenRequest(backend, Limits(jobs=3)))


def banner(app: Cast) -> list[str]:
    return [one for one in app.text().splitlines() if one.lstrip(" ").startswith("!")]


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)])
async def test_what_no_list_shows_is_a_row_and_a_line(connector: FakeConnector, size: tuple[int, int]) -> None:
    connector.journal.noted = (kept(1), kept(2))
    app = Cast(connector)
    async with at_home(app, size) as pilot:
        await until(pilot, lambda: len(app.home.table.keys) == 2)
        await pilot.pause()
        for number in (1, 2):
            assert any(
                session(number).short in one and "opened on this machine, last seen" in one for one in banner(app)
            )
        assert "nothing is being charged" not in app.text()
        assert all(len(one) <= size[0] for one in app.text().splitlines())


@pytest.mark.parametrize(("size", "most"), [((80, 24), 6), ((60, 15), 3)])
async def test_of_many_lines_the_last_says_how_many_more(
    connector: FakeConnector, size: tuple[int, int], most: int, hand: Hand
) -> None:
    connector.journal.noted = tuple(kept(number) for number in range(1, 9))
    app = Cast(connector)
    async with at_home(app, size) as pilot:
        await lost(app)
        await until(pilot, lambda: "more: press w to see all" in app.text())
        lines = banner(app)
        assert len(lines) == most and lines[-1].strip() == f"! {9 - (most - 1)} more: press w to see all"
        assert "may have been" in lines[0], "an unconfirmed opening stands before sessions that are known"
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        told = ""
        for _ in range(12):
            told += app.text()
            await pilot.press("pagedown")
            await pilot.pause()
        for number in range(1, 9):
            assert session(number).short in told
        assert "may have" in told


async def test_an_end_that_is_not_confirmed_stands_first_and_can_be_tried_again(
    connector: FakeConnector, hand: Hand
) -> None:
    one, free = session(1), session(2, limits=NO_LIMITS)
    active(connector, one, free)
    connector.journal.opened_here = {one.id, free.id}
    connector.cloud.end_outcome = StillOpen(one, BROKEN)
    app = Cast(connector)
    async with at_home(app, (100, 30)) as pilot:
        await lost(app)
        await app.running.end(one.id)
        await until(pilot, lambda: "next retry" in app.text() and len(banner(app)) == 3)
        lines = banner(app)
        assert "STILL OPEN" in lines[0] and "retry now: e" in lines[0]
        assert "may have been opened" in lines[1] and "NO LIMIT" in lines[2]
        assert lines[2].endswith("e on its row")
        await pilot.press("down")
        await until(pilot, lambda: "retry now: e on its row" in banner(app)[0] and banner(app)[2].endswith("e end it"))
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        again = next(button for button in app.screen.query(Button) if "End 000001 again" in str(button.label))
        connector.cloud.end_outcome = None
        again.focus()
        await pilot.pause()
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: app.running.over(one.id))
        assert connector.cloud.asked.count(f"end {one.id}") == 2


async def test_an_end_asked_for_by_an_earlier_process_is_told(connector: FakeConnector) -> None:
    one = session(1)
    active(connector, one)
    connector.journal.noted = (kept(1, end_asked_at=NOW - timedelta(minutes=5)),)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await until(pilot, lambda: "end requested 12:57, not confirmed" in app.text())


async def test_a_session_that_ionq_does_not_know_is_named_until_somebody_says_otherwise(
    connector: FakeConnector, hand: Hand
) -> None:
    connector.journal.noted = (kept(1),)
    app = Cast(connector)
    async with at_home(app) as pilot:
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: app.running.missing)
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        stop = next(button for button in app.screen.query(Button) if "Stop tracking 000001" in str(button.label))
        connector.journal.noted = ()
        stop.focus()
        await pilot.pause()
        hand.rest()
        await pilot.press("enter")
        await until(pilot, lambda: not app.running.unconfirmed)
        await until(pilot, lambda: "nothing is being charged" in app.text())


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_before_any_answer_what_is_known_is_shown(connector: FakeConnector, size: tuple[int, int]) -> None:
    connector.journal.noted = (kept(1),)
    connector.cloud.fault = OFFLINE
    app = Cast(connector)
    async with at_home(app, size) as pilot:
        await until(pilot, lambda: session(1).short in app.text())
        assert "1 not confirmed ended" in app.text() and "nothing is being charged" not in app.text()


async def test_what_is_not_as_asked_is_told_before_it_is_taken(connector: FakeConnector) -> None:
    other = session(7, limits=Limits(minutes=480), created_at=NOW)
    connector.cloud.open_outcome = Unconfirmed((other,), OFFLINE, NOW)
    app = Cast(connector)
    async with at_home(app, (100, 36)) as pilot:
        await app.running.actions.open("lost", OpenRequest("qpu.forte-1", Limits(jobs=40)))
        await until(pilot, lambda: "it may be 000007" in app.text())
        await pilot.press("w")
        await until(pilot, lambda: app.shows(ChoiceDialog))
        await pilot.pause()
        assert "differs from your request: jobs 40 asked, NO LIMIT given" in app.text()
        assert not connector.journal.opened_here
