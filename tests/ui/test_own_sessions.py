"""Home looks after our sessions that nobody watches: what is used, what is the matter, what happened meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from textual.widgets._toast import Toast

from ionq_tui.model.clone import CloneRequest, cloned_event, requested_event
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import NewJob
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.snapshot import apply_costs, apply_jobs, noted
from ionq_tui.ui.dialogs.attach import Attach
from ionq_tui.ui.dialogs.quit import QuitQuestion
from ionq_tui.ui.exit_summary import exit_summary
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.cast import Cast, Hands, at_home, until
from tests.ui.fake import NOW, FakeConnector, session

ONE = session(1, limits=Limits(5, 79, Money(Decimal(30), "usd")))


def job(number: int, status: str = "completed") -> Job:
    done = NOW - timedelta(minutes=1)
    return Job(f"job-{number:06}", status, session_id=ONE.id, submitted_at=done, completed_at=done)


def hear(app: Cast, *jobs: Job) -> None:
    """Let the engine have heard of these jobs, and that each cost 0.65."""
    session_poller = app.running.own_sessions.pollers[ONE.id]
    costs = {one.id: JobCost(cost=Money(Decimal("0.65"), "usd")) for one in jobs}
    session_poller.store.apply(
        lambda watch: apply_costs(apply_jobs(watch, jobs, app.running.clock.now(), complete=True), costs)
    )


async def ticked(pilot: Hands, app: Cast) -> None:
    app.home.each_second()
    await pilot.pause()


@pytest.fixture
def ours(connector: FakeConnector) -> FakeConnector:
    connector.cloud.active = {ONE.id: ONE}
    connector.journal.opened_here = {ONE.id}
    return connector


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(Cast, "bell", lambda _: rung.append("bell"))
    monkeypatch.setattr("ionq_tui.ui.alarms.notify_outside", lambda _, words: rung.append(words))
    return rung


async def test_jobs_and_spend_are_on_home(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app, (120, 36)) as pilot:
        hear(app, job(1), job(2, "started"))
        await ticked(pilot, app)
        assert "2/5" in app.text() and "1.30 usd" in app.text()
    app = Cast(ours)
    async with at_home(app) as pilot:
        hear(app, job(1))
        await ticked(pilot, app)
        assert "1/5" in app.text() and "0.65 usd" in app.text() and "LIMITS" not in app.text()
    async with at_home(app := Cast(ours), (200, 55)) as pilot:
        hear(app, job(1))
        await ticked(pilot, app)
        assert "█" in next(one for one in app.text().splitlines() if "1/5" in one), "the spend of the last hour"


async def test_numbers_that_are_not_of_now_say_of_when_they_are(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app, (120, 36)) as pilot:
        hear(app, job(1), job(2, "started"))
        session_poller = app.running.own_sessions.pollers[ONE.id]
        session_poller.jobs_as_of = app.running.clock.now()
        await ticked(pilot, app)
        assert "~2/5" not in app.text() and "~1.30" not in app.text() and "as of" not in app.text()
        ours.clock.forward(90)
        await ticked(pilot, app)
        assert "~2/5" in app.text() and "~1.30 usd" in app.text()
        assert f"000001 as of {NOW.astimezone():%H:%M}" in app.text()
        session_poller.jobs_as_of = app.running.clock.now()
        await ticked(pilot, app)
        assert "~2/5" not in app.text() and "~1.30" not in app.text() and "as of" not in app.text()


async def test_what_is_told_in_passing_covers_no_question(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.shows(SessionsScreen) and app.home.is_mounted)
        app.notify("told in passing")
        await until(pilot, lambda: "told in passing" in app.text())
        await pilot.press("o")
        await until(pilot, lambda: app.shows(Attach))
        app.notify("and more")
        await pilot.pause()
        await pilot.pause()
        assert not [toast for toast in app.screen.query(Toast) if toast.display and toast.region]
        await pilot.press("escape")
        await until(pilot, lambda: "told in passing" in app.text() and "and more" in app.text())


async def test_an_alarm_rings_once_wherever_one_is(ours: FakeConnector, bells: list[str]) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        await until(pilot, lambda: app.running.own_sessions.pollers[ONE.id].archive.recalled)
        await pilot.press("b")
        hear(app, *(job(number) for number in range(4)))
        await ticked(pilot, app)
        words = "000001: 80 % of the jobs used, 1 left"
        assert bells == ["bell", words] and words in app.toasts()
        await ticked(pilot, app)
        await pilot.press("escape")
        assert len(bells) == 2 and f"! {words}" in app.text()
        assert words not in app.toasts(), "the screen says it now"
        events = app.running.own_sessions.pollers[ONE.id].store.value.events
        assert [event.subject for event in events if event.kind is EventKind.ALARM] == ["jobs 80 %"]


async def test_what_rang_before_the_restart_rings_no_more(ours: FakeConnector, bells: list[str]) -> None:
    ours.journal.kept = (Event(NOW, EventKind.ALARM, ONE.id, "jobs 80 %", "80 % of the jobs used"),)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await until(pilot, lambda: app.running.own_sessions.pollers[ONE.id].archive.recalled)
        hear(app, *(job(number) for number in range(4)))
        await ticked(pilot, app)
        assert not bells and "80 % of the jobs used, 1 left" in app.text()
        hear(app, *(job(number) for number in range(5)))
        await ticked(pilot, app)
        assert bells == ["bell", "000001: 100 % of the jobs used, 0 left"]


async def test_what_happened_while_nobody_was_there_is_told_until_it_is_seen(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        ours.clock.forward(700)
        done = replace(job(1, "failed"), completed_at=ours.clock.now() - timedelta(seconds=60))
        hear(app, done)
        await ticked(pilot, app)
        line = "000001 while you were away: 1 job, 1 failed, 0.65 usd"
        assert line in app.text() and "esc: dismiss" in app.text(), app.text()
        await pilot.press("j")
        await ticked(pilot, app)
        assert line in app.text()
        await pilot.press("escape")
        await ticked(pilot, app)
        assert "while you were away" not in app.text()


async def test_what_a_command_ended_since_is_told_at_the_start(ours: FakeConnector) -> None:
    over = replace(session(2), status="ended", active=False, ended_at=NOW - timedelta(hours=2))
    ours.cloud.over = {over.id: over}
    ours.journal.opened_here.add(over.id)
    ours.journal.noted = (SessionRecord(over.id, Place("https://api.example/v0.4"), here=True, ended_at=over.ended_at),)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.running.own_sessions.missed == {over.id})
        await ticked(pilot, app)
        line = "000002 ended while you were away"
        assert line in app.text(), app.text()


async def test_looking_at_the_session_is_seeing_it(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        ours.clock.forward(700)
        hear(app, replace(job(1), completed_at=ours.clock.now()))
        await ticked(pilot, app)
        assert "while you were away" in app.text()
        await pilot.press("enter")
        await pilot.press("escape")
        await ticked(pilot, app)
        assert "while you were away" not in app.text()


async def test_the_title_tells_what_is_left(ours: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []
    monkeypatch.setattr("ionq_tui.ui.screens.live_base.set_title", lambda _, title: titles.append(title))
    app = Cast(ours)
    async with at_home(app) as pilot:
        await ticked(pilot, app)
        assert titles[-1] == "forte-1 39m"
        await pilot.press("enter")
        await pilot.pause()
        app.screen.each_second()  # type: ignore[attr-defined]
        assert titles[-1] == "forte-1 39m"


async def test_a_clock_that_is_wrong_is_told_until_it_is_seen(ours: FakeConnector) -> None:
    ours.ahead = timedelta(seconds=-61)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await ticked(pilot, app)
        assert "this machine's clock is 1 min fast; times shown are IonQ's" in app.text()
        await pilot.press("escape")
        await ticked(pilot, app)
        assert "clock is" not in app.text()


async def test_a_minute_is_not_wrong(ours: FakeConnector) -> None:
    ours.ahead = timedelta(seconds=60)
    app = Cast(ours)
    async with at_home(app) as pilot:
        await ticked(pilot, app)
        assert "clock is" not in app.text()


async def test_an_idle_one_of_an_earlier_start_stands_once(ours: FakeConnector, bells: list[str]) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        await until(pilot, lambda: app.running.own_sessions.pollers[ONE.id].archive.recalled)
        hear(app, job(1))
        ours.clock.forward(600)
        await ticked(pilot, app)
        assert "(yours), open for 1h01m, has no job since" in app.text()
        assert "no job waiting" not in app.text() and len(bells) == 2


async def test_a_wrong_clock_is_told_where_somebody_attaches_and_once_for_all_screens(ours: FakeConnector) -> None:
    ours.ahead = timedelta(seconds=-600)
    app = Cast(ours, attach=ONE.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(SessionScreen) and "clock is 10 min fast" in app.text())
        await pilot.press("escape")
        await until(pilot, lambda: app.shows(SessionsScreen))
        await ticked(pilot, app)
        told = next(line for line in app.text().splitlines() if "clock is" in line)
        assert told.endswith("esc: dismiss")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "STARTED" in app.text())
        assert "clock is" not in app.text()


async def test_a_toast_goes_with_the_session_it_warns_of(ours: FakeConnector, bells: list[str]) -> None:
    app = Cast(ours)
    async with at_home(app) as pilot:
        await until(pilot, lambda: app.running.own_sessions.pollers[ONE.id].archive.recalled)
        await pilot.press("b")
        hear(app, *(job(number) for number in range(4)))
        app.notify("something else", markup=False)
        await ticked(pilot, app)
        assert "80 % of the jobs used" in app.toasts() and bells
        over = replace(ONE, status="ended", active=False, ended_at=app.running.clock.now())
        app.running.own_sessions.pollers[ONE.id].apply_listed(over)
        await until(pilot, lambda: app.toasts() == "something else")


@pytest.mark.parametrize("whose", ["mine", "other"])
async def test_a_session_of_others_rings_only_where_jobs_were_seen(
    connector: FakeConnector, bells: list[str], whose: str
) -> None:
    theirs = replace(ONE, creator_id="somebody", status="created", started_at=None, expires_at=None)
    connector.cloud.active = {ONE.id: theirs}
    connector.journal.creator_ids = {"somebody"} if whose == "mine" else {"me"}
    app = Cast(connector, attach=ONE.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shows(SessionScreen))
        session_poller = app.running.session_poller(ONE.id)
        await until(pilot, lambda: session_poller.archive.recalled and session_poller.store.value.all_listed)
        connector.clock.forward(700)
        app.screen.each_second()  # type: ignore[attr-defined]
        await pilot.pause()
        assert bool(bells) is (whose == "mine")
        assert ("no job waiting" in app.text()) is (whose == "mine")
        session_poller.store.apply(lambda snapshot: apply_jobs(snapshot, map(job, range(4)), NOW, complete=True))
        app.screen.each_second()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "000001: 80 % of the jobs used, 1 left" in bells[-1]


async def test_a_clone_that_may_exist_is_told_on_home_before_quitting_and_afterwards(ours: FakeConnector) -> None:
    app = Cast(ours)
    async with at_home(app, (120, 36)) as pilot:
        hear(app, job(1))
        request = requested_event(CloneRequest(job(1).id, ONE.id, "mark"), NOW)
        store = app.running.own_sessions.pollers[ONE.id].store
        store.apply(lambda snapshot: noted(snapshot, request))
        await ticked(pilot, app)
        said = f"a clone of job {job(1).short}, requested"
        assert f"! {ONE.short}: {said}" in app.text() and "each new job list is checked" in app.text()
        (left,) = [one for one in exit_summary(app.running).lines if said in one]
        assert left.startswith(ONE.id) and left.endswith("look at the session's jobs before you clone it again")
        await pilot.press("q")
        await until(pilot, lambda: app.shows(QuitQuestion) and said in app.text())
        await pilot.press("escape")
        store.apply(lambda snapshot: noted(snapshot, cloned_event(request, NewJob("job-9", ONE.id), NOW)))
        await ticked(pilot, app)
        assert "a clone of" not in app.text()
        assert not [one for one in exit_summary(app.running).lines if "clone" in one]
