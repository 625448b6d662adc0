from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from ionq_tui.model.clone import APPEARS_WITHIN, CloneRequest, cloned_event, requested_event
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Cloned, CloneOutcome, CloneUnconfirmed, NewJob, NotCloned
from ionq_tui.model.snapshot import noted, with_link_fault
from ionq_tui.ui.dialogs.clone import CloneJob, MissedJobs
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.session import SessionScreen
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import Stage, deliberate, shows, until

ONE = session(1, limits=Limits(40, 78, Money(Decimal(30), "usd")))
FAILED = Job(
    "job-000001",
    "failed",
    ONE.backend,
    "vqe-1",
    session_id=ONE.id,
    submitter_id="me",
    shots=1000,
    submitted_at=NOW - timedelta(minutes=1),
    clone_mark="",
)
COMPLETED = replace(FAILED, id="job-000002", status="completed", submitted_at=NOW - timedelta(minutes=2))
COST = JobCost(cost=Money(Decimal("0.00"), "usd"), estimate=Money(Decimal("0.65"), "usd"))


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    connector.journal.opened_here = {ONE.id}
    connector.cloud.jobs = {one.id: one for one in (FAILED, COMPLETED)}
    connector.cloud.costs = dict.fromkeys(connector.cloud.jobs, COST)
    return Stage(connector, lambda engine: SessionScreen(engine, ONE.id))


async def ready(pilot: Pilot[None], app: Stage) -> None:
    await app.engine.actions.recall()
    await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
    await until(pilot, lambda: "owner: you" in app.text() or "not yours" in app.text())


def posts(app: Stage) -> list[str]:
    return [one for one in app.connector.cloud.asked if one.startswith("clone ")]


def notes(app: Stage) -> str:
    return "\n".join(one.message for one in app._notifications)


async def open_dialog(pilot: Pilot[None], app: Stage) -> None:
    await pilot.press("C")
    await until(pilot, lambda: shows(app, CloneJob))
    await until(pilot, lambda: "Do not clone" in app.text())


async def test_what_is_sent_and_what_is_left_are_shown_and_the_safe_answer_has_the_focus(app: Stage) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert "C clone job" in app.text() and "x cancel job" not in app.text()
        await open_dialog(pilot, app)
        for words in (
            FAILED.id,
            "vqe-1",
            "1,000",
            "qpu.forte-1",
            ONE.id,
            "about 0.65 usd",
            "as estimated for the original",
        ):
            assert words in app.text()
        assert "jobs 38" in app.text() and "cost " in app.text()
        assert isinstance(app.focused, Button) and str(app.focused.label) == "Do not clone"
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, SessionScreen))
        await open_dialog(pilot, app)
        await pilot.press("escape")
        await until(pilot, lambda: shows(app, SessionScreen))
        assert posts(app) == []


async def test_a_confirmed_clone_is_sent_once_and_appears_in_the_table(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "was cloned: the new job is 000000000002" in notes(app))
        assert posts(app) == [f"clone {FAILED.id} into {ONE.id}"]
        await until(pilot, lambda: "3 jobs" in app.text() and "job 000001 was cloned" in app.text())


async def test_enter_pressed_again_and_again_while_the_request_hangs_sends_one(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        await deliberate(pilot, hand, ["tab"])
        app.connector.cloud.gate = asyncio.Event()
        await deliberate(pilot, hand, ["enter"])
        for _ in range(20):
            await deliberate(pilot, hand, ["enter"])
        while not shows(app, SessionScreen):  # enter views a job
            await deliberate(pilot, hand, ["escape"])
        await until(pilot, lambda: FAILED.id in app.engine.actions.activity.value.cloning)
        await pilot.press("C")
        await until(pilot, lambda: "a clone of this job is being requested" in app.text())
        app.connector.cloud.gate.set()
        app.connector.cloud.gate = None
        await until(pilot, lambda: "was cloned" in notes(app))
        assert len(posts(app)) == 1


async def test_a_held_key_opens_one_dialog_and_buys_nothing(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        await pilot.press(*["C"] * 20)
        await until(pilot, lambda: shows(app, CloneJob))
        assert sum(isinstance(one, CloneJob) for one in app.screen_stack) == 1
        await pilot.press(*["tab", "enter"] * 10)  # without a pause, as pasted
        assert posts(app) == []


LOST = Fault(FaultKind.SERVER, "oops", 502)
OUTCOMES: dict[str, tuple[CloneOutcome, str]] = {
    "refused": (
        NotCloned(Fault(FaultKind.BAD_REQUEST, "the session is full", 422, "req-1", well_formed=True)),
        'job 000001 was not cloned: IonQ did not accept the request ("the session is full")',
    ),
    "limited": (NotCloned(Fault(FaultKind.RATE_LIMITED, "slow down", 429)), "was not cloned: IonQ is limiting"),
    "lost": (CloneUnconfirmed(LOST, NOW), "a clone of job 000001 may exist (IonQ answered with a server error"),
    "unread": (CloneUnconfirmed(OFFLINE), "could not be read completely since then; each new list is checked"),
    "found": (Cloned(NewJob("job-000009", ONE.id), adopted=True), "found after the reply was lost"),
    "elsewhere": (Cloned(NewJob("job-000009")), "IonQ's reply names no session"),
    "another": (Cloned(NewJob("job-000009", "s-2")), "IonQ put it into another session, s-2"),
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_every_outcome_is_told_in_words(app: Stage, hand: Hand, name: str) -> None:
    outcome, words = OUTCOMES[name]
    app.connector.cloud.clone_outcome = outcome
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: words in notes(app))
        assert len(posts(app)) == 1
        if isinstance(outcome, CloneUnconfirmed):
            await until(pilot, lambda: "a clone of job 000001, requested" in app.text())
            await open_dialog(pilot, app)
            assert "an earlier clone of this job is not confirmed" in app.text()
            await pilot.press("escape")
            await until(pilot, lambda: shows(app, SessionScreen))
            (asked,) = [
                one for one in app.engine.session_poller(ONE.id).store.value.events if one.subject == FAILED.id
            ][-1:]
            late = replace(COMPLETED, id="job-000003", status="ready", clone_mark=asked.words)
            app.connector.cloud.jobs[late.id] = late
            app.engine.session_poller(ONE.id).poller.nudge()
            await until(pilot, lambda: "was cloned: the new job is 000003" in app.text())
            assert "may exist" not in app.text()


def _ended(app: Stage) -> None:
    app.connector.cloud.over = {ONE.id: replace(ONE, status="ended", active=False, ended_at=NOW)}
    app.connector.cloud.active = {}


def _elsewhere(app: Stage) -> None:
    app.connector.cloud.jobs[FAILED.id] = replace(FAILED, backend="qpu.aria-1")


def _part(app: Stage) -> None:
    app.connector.cloud.jobs[FAILED.id] = replace(FAILED, parent_job_id="job-parent")


def _theirs(app: Stage) -> None:
    app.connector.journal.opened_here = set()


def _running(app: Stage) -> None:
    app.connector.cloud.jobs[FAILED.id] = replace(FAILED, status="started")


def _read_only(app: Stage) -> None:
    app.engine.connection = replace(app.engine.connection, read_only=True)


REASONS: list[tuple[Callable[[Stage], None], str]] = [
    (_ended, "the session is not running"),
    (_elsewhere, "job 000001 is for qpu.aria-1, not qpu.forte-1"),
    (_part, "is a part of job parent: clone that one"),
    (_theirs, "not yours: ionq-tui clone JOB"),
    (_running, "not failed or canceled"),
    (_read_only, "read-only"),
]


@pytest.mark.parametrize(("change", "reason"), REASONS, ids=lambda one: getattr(one, "__name__", ""))
async def test_where_nothing_can_be_cloned_the_reason_is_said(
    app: Stage, change: Callable[[Stage], None], reason: str
) -> None:
    change(app)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.engine.actions.recall()
        await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
        await until(pilot, lambda: "000001" in app.text())
        await until(pilot, lambda: ("C clone job" in app.text()) == (change not in (_ended, _running)))
        await pilot.press("C")
        await until(pilot, lambda: reason in app.text())
        assert shows(app, SessionScreen) and posts(app) == []


async def test_a_session_that_ended_meanwhile_gets_no_request(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        _ended(app)
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.ended)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "the session is not running" in notes(app))
        assert posts(app) == []


async def test_a_job_is_not_offered_again_while_the_session_is_refreshed_for_its_clone(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        poller = app.engine.session_poller(ONE.id)
        await open_dialog(pilot, app)
        await deliberate(pilot, hand, ["tab"])
        app.connector.cloud.gate = asyncio.Event()
        poller.store.apply(lambda snapshot: with_link_fault(snapshot, LOST))  # outdated
        await deliberate(pilot, hand, ["enter"])
        await until(pilot, lambda: "the session is read again before the job is cloned" in notes(app))
        assert FAILED.id in app.engine.actions.activity.value.cloning and not app.engine.actions.busy
        await pilot.press("C")
        await until(pilot, lambda: "a clone of this job is being requested" in app.text())
        assert not shows(app, CloneJob) and posts(app) == []
        app.connector.cloud.gate.set()
        app.connector.cloud.gate = None
        await until(pilot, lambda: "was cloned" in notes(app))
        assert len(posts(app)) == 1 and not app.engine.actions.activity.value.cloning


async def test_a_dialog_that_was_open_already_sends_no_second_request(app: Stage, hand: Hand) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        with app.engine.actions.clone_claimed(FAILED.id):
            await deliberate(pilot, hand, ["tab", "enter"])
            await until(pilot, lambda: "a clone of this job is being requested" in notes(app))
        assert posts(app) == []


async def test_the_dialog_tells_which_clones_there_are_already(app: Stage) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, app)
        request = requested_event(CloneRequest(FAILED.id, ONE.id, "mark"), NOW)
        made = cloned_event(request, NewJob("job-000007", ONE.id), NOW)
        poller = app.engine.session_poller(ONE.id)
        poller.store.apply(lambda snapshot: noted(noted(snapshot, request), made))
        await open_dialog(pilot, app)
        assert "this job was already cloned as job-000007" in app.text()
        assert "is not confirmed" not in app.text()


async def test_after_a_while_the_clone_may_still_be_elsewhere(app: Stage) -> None:
    async with app.run_test(size=(140, 36)) as pilot:
        await ready(pilot, app)
        long_ago = app.engine.clock.now() - APPEARS_WITHIN - timedelta(minutes=1)
        request = requested_event(CloneRequest(FAILED.id, ONE.id, "mark"), long_ago)
        app.engine.session_poller(ONE.id).store.apply(lambda snapshot: noted(snapshot, request))
        await until(pilot, lambda: "session so far; it may exist elsewhere" in app.text())


async def test_one_of_the_jobs_that_missed_the_session_is_chosen(app: Stage, hand: Hand) -> None:
    app.connector.cloud.jobs = {}
    missed = [replace(FAILED, id=f"job-00010{n}", session_id=None, name=f"lost-{n}") for n in range(3)]
    missed[2] = replace(missed[2], status="ready")  # it may still get a result
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert "C clone job" not in app.text()
        app.connector.cloud.elsewhere = tuple(missed)
        app.engine.missed_jobs(ONE.id).store.apply(lambda _: tuple(missed))
        await until(pilot, lambda: "C clone job" in app.text())
        await pilot.press("C")
        await until(pilot, lambda: shows(app, MissedJobs))
        await until(pilot, lambda: "lost-0" in app.text())
        assert "lost-1" in app.text() and "lost-2" not in app.text()
        await pilot.press("j", "enter")
        await until(pilot, lambda: shows(app, CloneJob) and "lost-1" in app.text())
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "was cloned" in notes(app))
        assert posts(app) == [f"clone job-000101 into {ONE.id}"]


async def test_the_screen_of_a_job_clones_it_too(connector: FakeConnector, app: Stage, hand: Hand) -> None:
    app.made = lambda engine: JobScreen(engine, ONE.id, FAILED.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.engine.actions.recall()
        app.run_worker(app.engine.session_poller(ONE.id).run(), group="watch", description="session")
        await until(pilot, lambda: "C clone job" in app.text())
        assert "x cancel" not in app.text()
        await open_dialog(pilot, app)
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "was cloned" in notes(app))
        assert len(posts(app)) == 1


async def test_the_cost_of_the_original_is_read_where_it_is_unknown(app: Stage) -> None:
    app.connector.cloud.costs = {}
    async with app.run_test(size=(100, 36)) as pilot:
        await ready(pilot, app)
        await open_dialog(pilot, app)
        await until(pilot, lambda: "unknown: IonQ reports neither a cost nor an estimate" in app.text())
        await pilot.press("escape")
        app.connector.cloud.costs = {FAILED.id: JobCost(cost=Money(Decimal("0.40"), "usd"))}
        await open_dialog(pilot, app)
        await until(pilot, lambda: "0.40 usd was charged for the original" in app.text())
