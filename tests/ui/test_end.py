from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from ionq_tui.engine.engine import Engine
from ionq_tui.model.job import Job
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import Ended, EndOutcome, EndUnknown
from ionq_tui.model.session import Owner, Session
from ionq_tui.ui.dialogs.end import EndSession, _fact, ask_to_end
from ionq_tui.view.style import Tone
from tests.ui.cast import Cast, active, at_home
from tests.ui.cast import until as cast_until
from tests.ui.fake import NOW, OFFLINE, FakeCloud, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES, Stage, deliberate, shows, until

ONE, TWO, THREE = session(1, limits=Limits(jobs=40)), session(2), session(3)


class Below(Screen[None]):
    """Something that stands under the dialog."""


async def asked(pilot: Pilot[None], app: Stage, *sessions: Session) -> None:
    await until(pilot, lambda: app.engine.session_list.overview.value.loaded)
    ask_to_end(app, app.engine, sessions)
    await until(pilot, lambda: shows(app, EndSession) and app.text())


def stage(connector: FakeConnector, *mine: Session) -> Stage:
    connector.cloud.active = {one.id: one for one in (ONE, TWO, THREE)}
    connector.journal.opened_here = {one.id for one in mine}

    def made(engine: Engine) -> Screen[None]:
        return Below()

    return Stage(connector, made)


def ends(connector: FakeConnector) -> list[str]:
    return [asked.removeprefix("end ") for asked in connector.cloud.asked if asked.startswith("end ")]


def grave(app: Stage) -> Button:
    return app.screen.query_one(".grave", Button)


@pytest.mark.parametrize("size", SIZES)
async def test_the_facts_are_told(connector: FakeConnector, hand: Hand, size: tuple[int, int]) -> None:
    for number, who in enumerate(("ann", "bob", "bob")):
        job = Job(f"job-{number}", "started" if number else "ready", submitter_id=who, session_id=ONE.id)
        connector.cloud.jobs[job.id] = job
    app = stage(connector, ONE)
    async with app.run_test(size=size) as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE)
        await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
        screen = app.screen
        assert isinstance(screen, EndSession)
        screen.renew()
        await pilot.pause()
        text = app.text()
        for words in (
            ONE.id,
            "qpu.forte-1",
            "this machine",
            "3 jobs (2 running, 1 waiting)",
            "from 2 people: ann, bob",
        ):
            assert words in text
        assert "updated 0 s ago" in text
        connector.clock.forward(42)
        screen.renew()
        await pilot.pause()
        assert "updated 42 s ago" in app.text()


@pytest.mark.parametrize("mine", [True, False])
async def test_in_a_small_terminal_what_decides_and_both_buttons_are_to_be_seen(
    connector: FakeConnector, hand: Hand, mine: bool
) -> None:
    for number, who in enumerate(("ann", "bob", "bob")):
        job = Job(f"job-{number}", "started" if number else "ready", submitter_id=who, session_id=ONE.id)
        connector.cloud.jobs[job.id] = job
    app = stage(connector, *([ONE] if mine else []))
    async with app.run_test(size=(60, 15)) as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE)
        await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
        app.screen.renew()  # type: ignore[attr-defined]
        await until(pilot, lambda: "3 jobs (2 running, 1 waiting)" in app.text())
        for words in (ONE.id, "owner", "unfinished", "cost", "Keep running", "End session", "esc:"):
            assert words in app.text(), words
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: "updated 0 s ago" in app.text())
        assert "Keep running" in app.text() and "End session" in app.text()


@pytest.mark.parametrize("key", ["enter", "escape"])
@pytest.mark.parametrize("mine", [True, False])
async def test_the_first_key_sends_nothing(connector: FakeConnector, hand: Hand, key: str, mine: bool) -> None:
    app = stage(connector, *([ONE] if mine else []))
    async with app.run_test() as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, [key])
        await until(pilot, lambda: shows(app, Below))
        assert ends(connector) == []


async def test_ours_needs_tab_and_enter(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector, ONE)
    async with app.run_test() as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE)
        assert not app.screen.query("#typed")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(connector))
        assert ends(connector) == [ONE.id]
        await until(pilot, lambda: ONE.id in app.engine.actions.activity.value.ends)


@pytest.mark.parametrize("typed", ["", "000002", "00000", "0000011", "00001"])
async def test_wrong_text_sends_nothing(connector: FakeConnector, hand: Hand, typed: str) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", *typed, "enter", "enter", "tab"])
        assert grave(app).disabled
        await deliberate(pilot, hand, ["escape"])
        assert ends(connector) == []


async def test_the_right_text_ends_what_was_shown(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", *"000001", "tab"])
        assert app.focused is grave(app)
        await deliberate(pilot, hand, ["enter"])
        await until(pilot, lambda: ends(connector))
        assert ends(connector) == [ONE.id]


async def test_it_ends_the_shown_id_whatever_the_list_does(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector, ONE, TWO, THREE)
    async with app.run_test() as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE)
        connector.cloud.active = {one.id: one for one in (session(4), THREE, ONE)}
        app.engine.session_list.poller.nudge()
        await until(pilot, lambda: next(iter(app.engine.session_list.overview.value.sessions)) == session(4).id)
        assert ONE.id in app.text()
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(connector))
        assert ends(connector) == [ONE.id]


async def test_old_data_never_holds_up_an_end(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector, ONE)
    async with app.run_test() as pilot:
        await app.engine.actions.recall()
        await until(pilot, lambda: app.engine.session_list.overview.value.loaded)
        connector.cloud.fault = OFFLINE
        connector.clock.forward(3600)
        await asked(pilot, app, ONE)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: ends(connector))


async def test_whose_it_is_and_whether_the_id_is_typed_are_of_one_moment(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    async with app.run_test() as pilot:
        await asked(pilot, app, ONE)
        screen = app.screen
        assert isinstance(screen, EndSession) and screen.query("#typed")
        connector.journal.opened_here = {ONE.id}
        await app.engine.actions.recall()
        assert app.engine.actions.activity.value.owner(ONE) is Owner.HERE
        screen.renew()
        await pilot.pause()
        assert "opened on this machine" not in app.text()


async def test_several_are_read_once_each_and_no_costs(connector: FakeConnector, hand: Hand) -> None:
    for number in range(3):
        connector.cloud.jobs[f"job-{number}"] = Job(f"job-{number}", "completed", session_id=ONE.id)
    app = stage(connector, ONE, TWO)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.engine.session_list.overview.value.loaded)
        before = len(connector.cloud.asked)
        await asked(pilot, app, ONE, TWO)
        await until(pilot, lambda: app.engine.session_poller(TWO.id).store.value.all_listed)
        assert Counter(connector.cloud.asked[before:]) == {
            f"{what} {one.id}": 1 for what in ("session", "jobs") for one in (ONE, TWO)
        }
        screen = app.screen
        assert isinstance(screen, EndSession)
        connector.clock.forward(42)
        screen.renew()
        await pilot.pause()
        assert app.text().count("updated 42 s ago") == 2


class OneFails(FakeCloud):
    """Cannot tell what became of the second session."""

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        outcome = await super().end_confirmed(session_id, seen_active, again)
        return EndUnknown(Fault(FaultKind.TIMEOUT, "no reply")) if session_id == TWO.id else outcome


async def test_one_failure_does_not_stop_the_others(hand: Hand) -> None:
    connector = FakeConnector()
    connector.cloud = OneFails()
    app = stage(connector, ONE, TWO, THREE)
    async with app.run_test() as pilot:
        await app.engine.actions.recall()
        await asked(pilot, app, ONE, TWO, THREE)
        for one in (ONE, TWO, THREE):
            assert one.id in app.text()
        assert grave(app).disabled
        await deliberate(pilot, hand, ["tab", *"000001", "tab", "enter"])
        await until(pilot, lambda: len(app.engine.actions.activity.value.ends) == 3)
        outcomes = app.engine.actions.activity.value.ends
        assert [isinstance(outcomes[one.id], Ended) for one in (ONE, TWO, THREE)] == [True, False, True]
        await until(pilot, lambda: len(app._notifications) == 3)
        assert any("000002 ended is not confirmed" in one.message for one in app._notifications)


class Unlike(FakeCloud):
    """Tells otherwise of one session than of the same in a list."""

    def __init__(self, alone: Session | Fault) -> None:
        super().__init__()
        self.alone = alone

    async def session(self, session_id: str) -> Session | Fault:
        await super().session(session_id)
        return self.alone


@pytest.mark.parametrize(
    ("listed", "alone", "seen"),
    [
        (True, OFFLINE, True),
        (True, replace(ONE, active=None), True),
        (None, ONE, True),
        (None, replace(ONE, active=None), False),
        (None, OFFLINE, False),
        (False, replace(ONE, active=False), False),
    ],
    ids=["list", "list-though-not-alone", "alone", "neither", "list-of-no-word", "inactive"],
)
async def test_who_ends_it_is_told_whether_it_was_ever_seen_active(
    hand: Hand, listed: bool | None, alone: Session | Fault, seen: bool
) -> None:
    connector = FakeConnector()
    connector.cloud = Unlike(alone)  # of another user: nothing but the list and the dialog reads it
    active(connector, replace(ONE, active=listed))
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("e")
        await cast_until(pilot, lambda: app.shows(EndSession))
        told = app.running.session_poller(ONE.id)
        await cast_until(pilot, lambda: told.poller.freshness().next_try is not None)  # it has answered, or could not
        for key in ("tab", *"000001", "tab", "enter"):
            hand.rest()
            await pilot.press(key)
        await cast_until(pilot, lambda: connector.cloud.seen_active)
        assert connector.cloud.seen_active == {ONE.id: seen}


@pytest.mark.parametrize(("seconds", "acts"), [(0.25, False), (0.29, False), (0.31, True)])
async def test_an_enter_ends_only_after_a_moment_without_any_key(
    connector: FakeConnector, hand: Hand, seconds: float, acts: bool
) -> None:
    connector.journal.opened_here = {ONE.id}
    active(connector, ONE)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("e")
        await cast_until(pilot, lambda: app.shows(EndSession))
        hand.now += 5
        await pilot.press("tab")  # onto the button
        hand.now += seconds
        await pilot.press("enter")
        await pilot.pause()
        assert app.shows(EndSession) is not acts
        if acts:
            await cast_until(pilot, lambda: ends(connector))
        assert ends(connector) == ([ONE.id] if acts else [])


async def test_hostile_words_stay_words(connector: FakeConnector, hand: Hand) -> None:
    app = stage(connector)
    evil = replace(ONE, backend="qpu[@click=app.quit]x[/]\x1b]52;c;AAAA\x07\u202e")
    connector.cloud.active[ONE.id] = evil
    async with app.run_test() as pilot:
        await asked(pilot, app, evil)
        assert "qpu[@click=app.quit]x[/]" in app.text()
        assert "\x1b" not in app.text()
        assert "\u202e" not in app.text()
        assert evil.created_at is not None
        assert evil.created_at < NOW


@pytest.mark.parametrize(
    ("said", "loud"),
    [("none", False), ("none known: not all jobs read", True), ("unknown: still loading jobs", True), ("1 job", True)],
)
def test_only_what_is_certain_is_no_warning(said: str, loud: bool) -> None:
    (_, told) = _fact("unfinished", said)
    assert (told.tone is Tone.WARN) is loud
