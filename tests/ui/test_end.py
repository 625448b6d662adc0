from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from ionq_tui.engine.engine import Engine
from ionq_tui.model.job import Job
from ionq_tui.model.limits import Limits
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome, EndUnknown
from ionq_tui.model.session import Session
from ionq_tui.ui.dialogs.end import EndSession, ask_to_end
from tests.ui.fake import NOW, OFFLINE, FakeCloud, FakeStair, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES, Stage, deliberate, shows, until

ONE, TWO, THREE = session(1, limits=Limits(jobs=40)), session(2), session(3)


class Below(Screen[None]):
    """Something that stands under the dialog."""


async def asked(pilot: Pilot[None], app: Stage, *sessions: Session) -> None:
    await until(pilot, lambda: app.engine.home.board.value.loaded)
    ask_to_end(app, app.engine, sessions)
    await until(pilot, lambda: shows(app, EndSession) and app.text())


def stage(stair: FakeStair, *mine: Session) -> Stage:
    stair.cloud.active = {one.id: one for one in (ONE, TWO, THREE)}
    stair.journal.opened_here = {one.id for one in mine}

    def made(engine: Engine) -> Screen[None]:
        return Below()

    return Stage(stair, made)


def ends(stair: FakeStair) -> list[str]:
    return [asked.removeprefix("end ") for asked in stair.cloud.asked if asked.startswith("end ")]


def grave(app: Stage) -> Button:
    return app.screen.query_one(".grave", Button)


@pytest.mark.parametrize("size", SIZES)
async def test_the_facts_are_told(stair: FakeStair, hand: Hand, size: tuple[int, int]) -> None:
    for number, who in enumerate(("ann", "bob", "bob")):
        job = Job(f"job-{number}", "started" if number else "ready", submitter_id=who, session_id=ONE.id)
        stair.cloud.jobs[job.id] = job
    app = stage(stair, ONE)
    async with app.run_test(size=size) as pilot:
        await app.engine.desk.recall()
        await asked(pilot, app, ONE)
        await until(pilot, lambda: app.engine.watcher(ONE.id).store.value.all_listed)
        screen = app.screen
        assert isinstance(screen, EndSession)
        screen.renew()
        await pilot.pause()
        text = app.text()
        for words in (ONE.id, "qpu.forte-1", "opened here", "3 jobs (2 running, 1 waiting)", "of 2 people: ann, bob"):
            assert words in text
        assert "heard 0 s ago" in text
        stair.clock.forward(42)
        screen.renew()
        await pilot.pause()
        assert "heard 42 s ago" in app.text()


@pytest.mark.parametrize("key", ["enter", "escape"])
@pytest.mark.parametrize("mine", [True, False])
async def test_the_first_key_sends_nothing(stair: FakeStair, hand: Hand, key: str, mine: bool) -> None:
    app = stage(stair, *([ONE] if mine else []))
    async with app.run_test() as pilot:
        await app.engine.desk.recall()
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, [key])
        await until(pilot, lambda: shows(app, Below))
        assert ends(stair) == []


async def test_ours_needs_tab_and_enter(stair: FakeStair, hand: Hand) -> None:
    app = stage(stair, ONE)
    async with app.run_test() as pilot:
        await app.engine.desk.recall()
        await asked(pilot, app, ONE)
        assert not app.screen.query("#typed")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(stair))
        assert ends(stair) == [ONE.id]
        await until(pilot, lambda: ONE.id in app.engine.desk.ledger.value.ends)


@pytest.mark.parametrize("typed", ["", "000002", "00000", "0000011", "00001"])
async def test_wrong_text_sends_nothing(stair: FakeStair, hand: Hand, typed: str) -> None:
    app = stage(stair)
    async with app.run_test() as pilot:
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", *typed, "enter", "enter", "tab"])
        assert grave(app).disabled
        await deliberate(pilot, hand, ["escape"])
        assert ends(stair) == []


async def test_the_right_text_ends_what_was_shown(stair: FakeStair, hand: Hand) -> None:
    app = stage(stair)
    async with app.run_test() as pilot:
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", *"000001", "tab"])
        assert app.focused is grave(app)
        await deliberate(pilot, hand, ["enter"])
        await until(pilot, lambda: ends(stair))
        assert ends(stair) == [ONE.id]


async def test_it_ends_the_shown_id_whatever_the_list_does(stair: FakeStair, hand: Hand) -> None:
    app = stage(stair, ONE, TWO, THREE)
    async with app.run_test() as pilot:
        await app.engine.desk.recall()
        await asked(pilot, app, ONE)
        stair.cloud.active = {one.id: one for one in (session(4), THREE, ONE)}
        app.engine.home.poller.nudge()
        await until(pilot, lambda: next(iter(app.engine.home.board.value.sessions)) == session(4).id)
        assert ONE.id in app.text()
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(stair))
        assert ends(stair) == [ONE.id]


async def test_old_data_never_holds_up_an_end(stair: FakeStair, hand: Hand) -> None:
    app = stage(stair, ONE)
    async with app.run_test() as pilot:
        await app.engine.desk.recall()
        await until(pilot, lambda: app.engine.home.board.value.loaded)
        stair.cloud.fault = OFFLINE
        stair.clock.forward(3600)
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(stair))


class OneFails(FakeCloud):
    """Cannot tell what became of the second session."""

    async def end_proved(self, session_id: str, seen_active: bool) -> EndOutcome:
        outcome = await super().end_proved(session_id, seen_active)
        return EndUnknown(Fault(FaultKind.TIMEOUT, "no reply")) if session_id == TWO.id else outcome


async def test_one_failure_does_not_stop_the_others(hand: Hand) -> None:
    stair = FakeStair()
    stair.cloud = OneFails()
    app = stage(stair, ONE, TWO, THREE)
    async with app.run_test() as pilot:
        await app.engine.desk.recall()
        await asked(pilot, app, ONE, TWO, THREE)
        for one in (ONE, TWO, THREE):
            assert one.id in app.text()
        assert grave(app).disabled
        await deliberate(pilot, hand, ["tab", *"000001", "tab", "enter"])
        await until(pilot, lambda: len(app.engine.desk.ledger.value.ends) == 3)
        outcomes = app.engine.desk.ledger.value.ends
        assert [isinstance(outcomes[one.id], Ended) for one in (ONE, TWO, THREE)] == [True, False, True]
        await until(pilot, lambda: len(app._notifications) == 3)
        assert any("000002 ended is not known" in one.message for one in app._notifications)


async def test_hostile_words_stay_words(stair: FakeStair, hand: Hand) -> None:
    app = stage(stair)
    evil = replace(ONE, backend="qpu[@click=app.quit]x[/]\x1b]52;c;AAAA\x07\u202e")
    stair.cloud.active[ONE.id] = evil
    async with app.run_test() as pilot:
        await asked(pilot, app, evil)
        assert "qpu[@click=app.quit]x[/]" in app.text()
        assert "\x1b" not in app.text()
        assert "\u202e" not in app.text()
        assert evil.created_at is not None
        assert evil.created_at < NOW
