from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import EndUnknown, StillOpen
from ionq_tui.model.snapshot import apply_jobs
from ionq_tui.ui.dialogs.cancel import CancelJobs
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.end import EndSession
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.view import disabled_reason
from ionq_tui.view.column import Row
from ionq_tui.view.row import job_row
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session
from tests.ui.hand import Hand
from tests.ui.stage import SIZES, Stage, deliberate, shows, until

ONE = session(1, limits=Limits(40, 78, Money(Decimal(30), "usd")))
STATUSES = ("completed", "failed", "started", "ready", "submitted")


def job(number: int, status: str) -> Job:
    return Job(
        f"job-{number:06}",
        status,
        "qpu.forte-1",
        f"vqe-{number}",
        session_id=ONE.id,
        submitter_id="me",
        submitted_at=NOW - timedelta(minutes=30 - number),
        failure=Failure("QuotaExhaustedError", "project [b]budget[/b] reached") if status == "failed" else None,
    )


@pytest.fixture
def app(connector: FakeConnector) -> Stage:
    connector.cloud.active = {ONE.id: ONE}
    connector.journal.opened_here = {ONE.id}
    connector.journal.named = {ONE.id: "H2 scan"}
    for number, status in enumerate(STATUSES):
        made = job(number, status)
        connector.cloud.jobs[made.id] = made
        connector.cloud.costs[made.id] = JobCost(cost=Money(Decimal("0.65"), "usd"))
    return Stage(connector, lambda engine: SessionScreen(engine, ONE.id))


async def ready(pilot: Pilot[None], app: Stage) -> None:
    await app.engine.actions.recall()
    await until(pilot, lambda: app.engine.session_poller(ONE.id).store.value.all_listed)
    await until(pilot, lambda: " · qpu.forte-1 · owner: you" in app.text())


def asked(app: Stage, what: str) -> list[str]:
    return [one for one in app.connector.cloud.asked if one.startswith(what)]


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
async def test_status_meters_and_jobs_are_to_be_seen(app: Stage, hand: Hand, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        text = app.text()
        assert (ONE.id if size[0] >= 80 else ONE.short) in text
        for words in (
            "H2 scan",
            "STARTED",
            "STARTED 12:22 · ends about 13:40",
            "time   40m",
            "jobs   5",
            "cost",
            "5 jobs:",
            "000004",
        ):
            assert words in text
        assert "e end" in text
        assert ("session started" in text) == (size[1] >= 24)


async def test_without_jobs_it_tells_how_to_send_some(app: Stage, hand: Hand) -> None:
    app.connector.cloud.jobs.clear()
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, app)
        assert f"export IONQ_SESSION_ID={ONE.id}" in app.text()
        assert "session_id=" in app.text()
        assert "SessionManager.from_id(" in app.text()
        assert "enter view" not in app.text() and "/ find" not in app.text()


def has(app: Stage, *texts: str) -> bool:
    return all(text in app.text() for text in texts)


async def test_without_jobs_it_shows_how_each_client_sends_some_and_copies_it(app: Stage, hand: Hand) -> None:
    app.connector.cloud.jobs.clear()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        assert "[in short]" in app.text() and "m client" in app.text() and "x cancel job" not in app.text()
        for client, words in (
            ("ionq_core", "CircuitJobCreationPayload"),
            ("qiskit-ionq", "backend.run(qc, shots=100, session_id=session_id)"),
            ("cirq-ionq", "extra_query_params=extra"),
            ("PennyLane-IonQ", "cannot send a job into a session"),
            ("in short", f"export IONQ_SESSION_ID={ONE.id}"),
        ):
            await pilot.press("m")
            await until(pilot, partial(has, app, f"[{client}]", words))
        await pilot.press("c")
        await until(pilot, lambda: shows(app, CopyText))
        for name in ("id", "export line", "attach command", "ionq_core", "qiskit-ionq", "cirq-ionq"):
            assert [button for button in app.screen.query(Button) if str(button.label) == name], name
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await until(pilot, lambda: app.clipboard.startswith("# qiskit-ionq\n"))
        assert f'session_id = "{ONE.id}"' in app.clipboard


@pytest.mark.parametrize("size", [(60, 15), (60, 16), (80, 24)])
async def test_the_text_that_would_be_copied_is_to_be_seen(app: Stage, hand: Hand, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: shows(app, CopyText) and "attach command" in app.text())
        texts = ("export", "ionq-tui attach", "# ionq_core", "# qiskit-ionq", "# cirq-ionq")
        for name in ("id", "export line", "attach command", "ionq_core", "qiskit-ionq", "cirq-ionq"):
            assert name in app.text(), "all buttons are whole"
        for text in texts:
            await pilot.press("tab")
            await until(pilot, partial(has, app, text))
            chosen = [one for one in app.screen.query("#scroll TextBlock") if one.has_class("-chosen")]
            assert [one.text.startswith(text) for one in chosen] == [True]  # type: ignore[attr-defined]


async def test_with_jobs_the_key_for_a_client_says_where_the_programs_are(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert "m client" not in app.text()
        await pilot.press("m")
        await until(pilot, lambda: disabled_reason.HAS_JOBS in app.text())


async def test_jobs_that_could_not_be_read_are_counted_and_make_every_number_the_least(app: Stage, hand: Hand) -> None:
    app.connector.cloud.unreadable_jobs = 3
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "≥ 5 jobs (3 more could not be read): 1 comp" in app.text())
        assert "jobs   ≥ 5" in app.text()
        assert "≤ 35 left" in app.text()
        assert "cost   ≥ " in app.text()
        await pilot.press("e")
        await until(pilot, lambda: shows(app, EndSession) and "unfinished  ≥ 3 jobs" in app.text())
        await pilot.press("escape")
        app.connector.cloud.unreadable_jobs = 0
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: "could not be read" not in app.text())


async def test_an_end_is_told_with_its_proof(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: shows(app, EndSession))
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "ENDED" in app.text())
        assert "ended   13:02, IonQ does not say by whom" in app.text()
        assert "5 jobs" in app.text()
        await pilot.press("e")
        assert not shows(app, EndSession)
        assert len(asked(app, "end ")) == 1


async def test_a_second_e_finds_the_dialog(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("e", "e", "e")
        assert len(app.screen_stack) == 3
        await pilot.press("escape")
        assert shows(app, SessionScreen)


async def test_while_it_is_being_proved_it_says_so(app: Stage, hand: Hand) -> None:
    held = asyncio.Event()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("e")
        app.connector.cloud.gate = held
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "ENDING…" in app.text())
        assert "not confirmed yet" in app.text()
        app.connector.cloud.gate = None
        held.set()
        await until(pilot, lambda: "ENDED" in app.text())


async def test_still_open_is_said_in_words(app: Stage, hand: Hand) -> None:
    app.connector.cloud.end_outcome = StillOpen(ONE, Fault(FaultKind.SERVER, "oops", 500))
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("e")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "is STILL OPEN" in app.text())
        assert "STARTED" in app.text()
        app.connector.cloud.end_outcome = EndUnknown(OFFLINE)
        await pilot.press("e")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "is not confirmed" in app.text())


async def test_no_such_session(app: Stage, hand: Hand) -> None:
    app.connector.cloud.active.clear()
    app.connector.journal.opened_here.clear()
    async with app.run_test() as pilot:
        await until(pilot, lambda: f"no such session: {ONE.id}" in app.text())
        await pilot.press("e")
        assert not shows(app, EndSession)


async def test_stale_is_said_and_the_picture_stays(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        app.connector.cloud.fault = OFFLINE
        app.connector.clock.forward(60)
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: "STALE 1 min" in app.text() and "not all jobs read" in app.text())
        assert "vqe-4" in app.text()
        told = " ".join(app.text().split())
        assert told.count("cannot be reached") == told.count("check the network") == told.count("retry") == 1


async def test_one_job_is_cancelled_after_a_question(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("x")
        assert shows(app, CancelJobs)
        await deliberate(pilot, hand, ["enter"])
        assert asked(app, "cancel") == []
        await pilot.press("x")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: asked(app, "cancel"))
        assert asked(app, "cancel") == ["cancel job-000004"]
        await until(pilot, lambda: any("canceled" in one.message for one in app._notifications))


async def test_all_waiting_jobs_are_cancelled_with_a_result_each(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("X")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: "Canceled 2 of 2 jobs" in app.text())
        assert "2 jobs: canceled" in app.text()
        assert "  000003 000004" in app.text()
        assert sorted(asked(app, "cancel")[0].split()[1:]) == ["job-000003", "job-000004"]


async def test_a_finished_job_cannot_be_cancelled(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("G", "x")
        assert shows(app, SessionScreen)


async def test_cancelling_refreshes_old_data_first(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        app.connector.clock.forward(600)
        app.connector.cloud.fault = OFFLINE
        await pilot.press("x")
        await deliberate(pilot, hand, ["tab", "enter"])
        await until(pilot, lambda: any("could not be refreshed" in one.message for one in app._notifications))
        assert asked(app, "cancel") == []


async def test_a_read_only_window_offers_no_end(app: Stage, hand: Hand) -> None:
    app.engine.connection = replace(app.engine.connection, read_only=True)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("e", "x", "X")
        assert shows(app, SessionScreen)


async def test_enter_shows_the_job_and_its_failure_in_full(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("G", "k", "enter")
        await until(pilot, lambda: shows(app, JobScreen))
        await until(pilot, lambda: "project [b]budget[/b] reached" in app.text())
        await pilot.press("escape")
        assert shows(app, SessionScreen)


async def test_events_take_the_place_of_the_jobs_and_give_it_back(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("v")
        await until(pilot, lambda: "all events, newest first" in app.text() and "session started" in app.text())
        assert "vqe-4" not in app.text()
        await pilot.press("v")
        await until(pilot, lambda: "vqe-4" in app.text())


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_from_the_events_the_way_back_is_to_the_jobs(app: Stage, hand: Hand, key: str) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "v events" in app.text())
        await pilot.press("v")
        await until(pilot, lambda: "v jobs" in app.text())
        assert "v events" not in app.text()
        await pilot.press(key)
        await until(pilot, lambda: "vqe-4" in app.text() and "v events" in app.text())
        assert shows(app, SessionScreen)
        await pilot.press("j")
        assert "> 000003" in app.text()
        await pilot.press(key)
        await until(pilot, lambda: not shows(app, SessionScreen))


async def test_an_unchanged_session_paints_nothing(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        screen = app.screen
        assert isinstance(screen, SessionScreen)
        await pilot.pause()
        for widget in (screen.heading_line, screen.status, screen.meters):
            before = widget.told
            screen.tick()
            assert widget.told is before


async def test_leaving_stops_the_watching(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert app.engine.session_poller(ONE.id).running
        await pilot.press("escape")
        await until(pilot, lambda: not app.engine.session_poller(ONE.id).running)


async def test_an_alarm_rings_once_and_stays(app: Stage, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    bells: list[int] = []
    monkeypatch.setattr(Stage, "bell", lambda _: bells.append(1))
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert not bells
        for number in range(5, 33):
            made = job(number, "completed")
            app.connector.cloud.jobs[made.id] = made
        app.engine.session_poller(ONE.id).poller.nudge()
        await until(pilot, lambda: " % of the jobs used" in app.text())
        assert len(bells) == 1
        app.connector.clock.forward(20)
        screen = app.screen
        assert isinstance(screen, SessionScreen)
        screen.tick()
        await pilot.pause()
        assert len(bells) == 1
        assert "ends about" in app.text() or "expires" in app.text()


async def test_one_changed_job_of_many_makes_only_the_lines_that_are_seen(
    app: Stage, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(one: Job, cost: JobCost | None, now: datetime) -> Row:
        made.append(one.id)
        return job_row(one, cost, now)

    monkeypatch.setattr("ionq_tui.ui.screens.session.job_row", counted)
    app.connector.cloud.jobs = {one.id: one for one in (job(number, "completed") for number in range(3_000))}
    async with app.run_test() as pilot:
        await ready(pilot, app)
        session_poller, screen = app.engine.session_poller(ONE.id), app.screen
        assert isinstance(screen, SessionScreen)
        await until(pilot, lambda: "3,000 jobs:" in app.text())
        await pilot.press("j", "j")
        selected = screen.selected
        made.clear()
        session_poller.store.apply(lambda watch: apply_jobs(watch, [replace(job(2_999, "failed"), name="odd")], NOW))
        screen.tick()
        await until(pilot, lambda: "2,999 completed" in app.text() and "odd" in app.text())
        assert screen.selected == selected
        assert len(set(made)) < 24
        await pilot.press("slash", *"000017", "enter")
        await until(pilot, lambda: "1 of 3,000" in app.text())
        assert screen.selected is not None and screen.selected.id == "job-000017"


async def test_what_can_be_copied_of_a_session(app: Stage, hand: Hand) -> None:
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: f"ionq-tui attach {ONE.id}" in app.text())
        assert f"export IONQ_SESSION_ID={ONE.id}" in app.text()


async def test_jobs_that_missed_the_session_are_told_with_how_to_attach_them(app: Stage) -> None:
    app.connector.cloud.elsewhere = tuple(
        replace(job(80 + number, "ready"), session_id=None, submitted_at=NOW + timedelta(minutes=number))
        for number in range(3)
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        assert "public queue" not in app.text()
        app.connector.clock.forward(80)
        app.engine.missed_jobs(ONE.id).poller.nudge()
        told = "! 3 jobs of yours went to the public queue instead of this session, the last at"
        await until(pilot, lambda: told in app.text())
        assert [one for one in app.connector.cloud.asked if one.startswith("jobs of")] == ["jobs of me on qpu.forte-1"]
        await app.engine.actions.end(ONE.id, True)
        await until(pilot, lambda: "public queue" not in app.text())
