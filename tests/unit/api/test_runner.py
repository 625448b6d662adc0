"""The two flow drivers: retries, the server's clock, and requests whose caller is interrupted."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from types import FrameType

import httpx
import pytest

from ionq_tui import IonQClient, SessionManager
from ionq_tui.api import critical_request as critical_request_module
from ionq_tui.api import operations
from ionq_tui.api import runner as runner_module
from ionq_tui.api.critical_request import CriticalRequest
from ionq_tui.api.errors import APIConnectionError, IonQError, ServerError
from ionq_tui.api.flows import Flow, Sleep, end_confirmed, open_once
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import Respond
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenOutcome, OpenRequest, Unconfirmed
from ionq_tui.model.priority import Priority
from tests.house.held_port import refused_url
from tests.unit.api.given import KEY, NOW, SESSION, URL, error_body, reply, runner, wiring
from tests.unit.api.held import HeldActions, cancelled, manager_on, never_entered
from tests.unit.api.lines import Line, Listener

pytestmark = pytest.mark.timeout(30)

REQUEST = OpenRequest("qpu.forte-1")
REPEATED = [operations.get_session("s"), operations.cancel_job("j"), operations.cancel_jobs(("j",))]
ONCE = [operations.create_session(REQUEST), operations.end_session("s")]


class Counted:
    """Fails so many times, then answers with a session."""

    def __init__(self, failures: int, status: int = 503, date: str = "") -> None:
        self.failures = failures
        self.status = status
        self.date = date
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.removeprefix('/v0.4')}")
        if len(self.asked) <= self.failures:
            return reply(self.status, error_body(self.status))
        return reply(200, SESSION, **({"date": self.date} if self.date else {}))


@pytest.mark.parametrize("operation", REPEATED, ids=lambda one: one.path)
async def test_what_may_be_repeated_is(operation: operations.Operation[object]) -> None:
    server = Counted(2)
    runner(server).run(operation)
    assert len(server.asked) == 3
    server = Counted(2)
    await runner(server).arun(operation)
    assert len(server.asked) == 3
    server = Counted(9)
    with pytest.raises(ServerError):
        runner(server).run(operation)
    assert len(server.asked) == 3
    server = Counted(9)
    with pytest.raises(ServerError):
        runner(server, retries=0).run(operation)
    assert len(server.asked) == 1


@pytest.mark.parametrize("operation", ONCE, ids=lambda one: one.path)
async def test_what_costs_or_ends_is_sent_once(operation: operations.Operation[object]) -> None:
    server = Counted(1)
    with pytest.raises(ServerError):
        runner(server).run(operation)
    with pytest.raises(ServerError):
        await runner(Counted(1)).arun(operation)
    assert len(server.asked) == 1


class Guard:
    """A gate that opens when a test says so, and records what passes it."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.open = asyncio.Event()

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        await self.open.wait()
        self.passed.append(priority.name)
        try:
            yield
        finally:
            self.passed.append("left")


async def test_each_request_waits_at_the_gate_and_is_not_sent_or_late_before() -> None:
    guard, server = Guard(), Counted(0)
    line = runner(server)
    line.gate = guard
    asking = asyncio.create_task(line.arun(operations.get_session("s")))
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.asked == [] and not asking.done()
    guard.open.set()
    await asking
    assert guard.passed == ["POLL", "left"] and len(server.asked) == 1


async def test_what_is_repeated_or_fails_passes_the_gate_each_time() -> None:
    guard, server = Guard(), Counted(9)
    line = runner(server)
    line.gate = guard
    guard.open.set()
    with pytest.raises(ServerError):
        await line.arun(operations.job_cost("j"))
    assert guard.passed == ["DETAIL", "left"] * 3


async def test_what_a_change_came_to_is_asked_before_all_else() -> None:
    guard, server = Guard(), Counted(9, 504)
    line = runner(server)
    line.gate = guard
    guard.open.set()
    await line.arun_flow(open_once(REQUEST))
    assert guard.passed == ["CHANGE", "left", *["CONFIRM", "left"] * 5]
    guard.passed.clear()
    await line.arun_flow(end_confirmed("s"))
    assert guard.passed[:4] == ["CHANGE", "left", "CONFIRM", "left"]


def test_sync_requests_and_those_of_the_library_pass_no_gate() -> None:
    line = runner(Counted(0))
    line.gate = Guard()
    line.run(operations.get_session("s"))
    assert IonQClient(api_key=KEY, base_url=URL).runner.gate is None


READS = {
    Priority.POLL: [operations.whoami(), operations.list_sessions(True), operations.get_session("s")],
    Priority.PAGE: [operations.session_jobs("s"), operations.list_backends(), operations.get_job("j")],
    Priority.DETAIL: [operations.job_cost("j"), operations.newest_characterization("qpu.forte-1")],
}


def test_what_changes_anything_goes_first_then_lists_then_pages_then_costs() -> None:
    assert {one.priority for one in (*ONCE, *REPEATED[1:])} == {Priority.CHANGE}
    for priority, reads in READS.items():
        assert {one.priority for one in reads} == {priority}


async def test_a_lost_opening_is_one_post_and_looks() -> None:
    for played in (False, True):
        server = Counted(1, 504)
        line = runner(server)
        await line.arun_flow(open_once(REQUEST)) if played else line.run_flow(open_once(REQUEST))
        assert server.asked == ["POST /sessions"] + ["GET /sessions"] * 5


def test_a_laptop_asleep_while_the_reply_is_awaited_finds_what_was_opened_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    awake, asleep = time.clock_gettime, 0.0

    def server(request: httpx.Request) -> httpx.Response:
        nonlocal asleep
        if request.method == "POST":
            asleep = 3600.0
            return reply(504, error_body(504))
        return reply(200, {"sessions": [SESSION]}, date=format_datetime(NOW + timedelta(seconds=asleep), usegmt=True))

    monkeypatch.setattr(time, "clock_gettime", lambda clock: awake(clock) + asleep)
    outcome = runner(server).run_flow(
        open_once(OpenRequest("qpu.forte-1", Limits(10, 60, Money(Decimal("30.5"), "usd"))))
    )
    assert isinstance(outcome, Unconfirmed) and [one.id for one in outcome.candidates] == [SESSION["id"]]


async def test_both_drivers_wait_as_long_as_the_flow_says(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def asleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(asyncio, "sleep", asleep)

    def flow() -> Flow[str]:
        yield Sleep(4.0)
        return "done"

    line = Runner(wiring(Counted(0)), patience=0.5)
    assert line.run_flow(flow()) == "done"
    assert await line.arun_flow(flow()) == "done"
    assert slept == [2.0, 2.0]


class At(datetime):
    """The wall clock, standing still."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return NOW


@pytest.mark.parametrize(
    ("offset", "ahead"),
    [(600, 600.5), (-600, -599.5), (7200, 7200.5), (0, 0.0), (-1, 0.0), (1, 1.5), (-2, -1.5)],
)
async def test_the_servers_clock_is_taken_over_beyond_its_grain(
    offset: int, ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "datetime", At)
    date = format_datetime(NOW + timedelta(seconds=offset), usegmt=True)
    line = runner(Counted(0, date=date))
    assert line.ahead == timedelta()
    line.run(operations.get_session("s"))
    assert line.ahead == timedelta(seconds=ahead)
    await line.arun(operations.get_session("s"))
    assert line.ahead == timedelta(seconds=ahead)


def test_a_simulated_clock_is_followed_and_no_error_of_ours() -> None:
    date = format_datetime(NOW + timedelta(days=9999), usegmt=True)
    line = runner(lambda _: reply(200, SESSION, **{"date": date, "x-simulated-speed": "20"}))
    line.run(operations.get_session("s"))
    assert line.ahead > timedelta(days=300) and line.clock_error == timedelta()
    real = runner(Counted(0, date=date))
    real.run(operations.get_session("s"))
    assert real.clock_error == real.ahead > timedelta(days=300)


def test_a_server_without_a_clock_changes_nothing() -> None:
    for date in ("", "yesterday", "Fri, 31 Dec 9999 23:59:59 GMT"):
        line = runner(Counted(0, date=date))
        line.run(operations.get_session("s"))
        assert line.ahead == timedelta()


def test_the_time_left_is_told_by_the_servers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2026, 11, 22, 14, 31, tzinfo=UTC)
    client = client_of(Counted(0, date=format_datetime(late, usegmt=True)))
    left = SessionManager.from_id(client, "s").remaining()
    assert left is not None and abs(left - timedelta(minutes=30)) < timedelta(seconds=60)


def client_of(respond: Respond, url: str = URL) -> IonQClient:
    client = IonQClient(api_key=KEY, base_url=url)
    client.runner = Runner(wiring(respond), patience=0.0)
    return client


def test_a_client_of_a_loop_that_is_gone_is_dropped_and_its_connection_cut() -> None:
    hung_up = threading.Event()

    def serve(line: Line) -> None:
        while line.request():
            line.reply(b'{"id": "s"}')
        if line.number == 1:
            hung_up.set()

    with Listener(serve) as server:
        line = Runner(wiring(url=server.url), retries=0)

        async def twice() -> str:
            await line.arun(operations.get_session("s"))
            return (await line.arun(operations.get_session("s"))).id

        first = asyncio.new_event_loop()
        assert first.run_until_complete(twice()) == "s"
        kept = line.async_client  # a reference, so that the runner cuts the connection and not the garbage collector
        first.close()
        assert not hung_up.is_set()

        async def again_and_close() -> None:
            assert await twice() == "s"
            await line.aclose()

        asyncio.run(again_and_close())
        assert hung_up.wait(10)
        assert server.connections == 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # asyncio's, of the loop that left its connection open
            del kept
            gc.collect()


@pytest.fixture
def interruptible() -> Iterator[threading.Event]:
    """Set as soon as ctrl+c reached the main thread."""
    arrived = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        arrived.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    yield arrived
    signal.signal(signal.SIGINT, before)


def press_ctrl_c() -> None:
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_ctrl_c_does_not_reach_a_sent_request_and_its_outcome_is_told(interruptible: threading.Event) -> None:
    landed: list[OpenOutcome] = []

    def respond(request: httpx.Request) -> httpx.Response:
        press_ctrl_c()
        assert interruptible.wait(10)
        return reply(201, SESSION)

    with pytest.raises(KeyboardInterrupt) as caught:
        runner(respond).run_critical(CriticalRequest("opening", open_once(REQUEST), on_outcome=landed.append))
    assert len(landed) == 1
    assert any(str(SESSION["id"]) in note for note in caught.value.__notes__)


def test_an_outcome_that_takes_too_long_is_said_to_be_unknown_and_still_reaches_its_holder(
    interruptible: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(critical_request_module, "RESOLVE_WITHIN", 0.0)
    release, landed = threading.Event(), threading.Event()

    def respond(request: httpx.Request) -> httpx.Response:
        press_ctrl_c()
        assert release.wait(10)
        return reply(201, SESSION)

    with pytest.raises(KeyboardInterrupt) as caught:
        runner(respond).run_critical(CriticalRequest("opening", open_once(REQUEST), on_outcome=lambda _: landed.set()))
    assert any("not known" in note for note in caught.value.__notes__)
    assert not landed.is_set()
    release.set()
    assert landed.wait(10)


def test_an_error_of_a_sent_request_comes_back_as_it_is() -> None:
    def flow() -> Flow[str]:
        yield Sleep(0)
        raise IonQError("as it is")

    with pytest.raises(IonQError, match="as it is"):
        runner(Counted(0)).run_critical(CriticalRequest("a flow", flow()))


def test_ctrl_c_while_a_with_block_opens_ends_what_was_opened(interruptible: threading.Event) -> None:
    actions = HeldActions()

    def ctrl_c() -> None:
        assert actions.heard.wait(10)
        press_ctrl_c()
        assert interruptible.wait(10)
        actions.release.set()

    presser = threading.Thread(target=ctrl_c)
    with Listener(actions) as server:
        manager = manager_on(server.url)
        presser.start()
        with pytest.raises(KeyboardInterrupt) as caught, manager:
            pytest.fail("the block must not be entered")
        presser.join(10)
        manager._client.close()
    assert manager.session_id == "s-1"
    assert actions.asked == ["POST /sessions", "POST /sessions/s-1/end"]
    assert any("s-1" in note for note in caught.value.__notes__)


async def test_a_cancelled_opening_goes_on_and_its_outcome_is_told() -> None:
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        opening = await cancelled(actions, manager.async_open())
        actions.release.set()
        with pytest.raises(asyncio.CancelledError) as caught:
            await opening
        await manager._client.aclose()
    assert manager.session_id == "s-1"
    assert any("s-1" in note for note in caught.value.__notes__)
    assert actions.asked == ["POST /sessions"]


async def test_a_cancelled_async_with_block_ends_what_was_opened() -> None:
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        opening = await cancelled(actions, never_entered(manager))
        actions.release.set()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await manager._client.aclose()
    assert actions.asked == ["POST /sessions", "POST /sessions/s-1/end"]


async def test_a_cancelled_opening_that_takes_too_long_still_reaches_the_manager(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(critical_request_module, "RESOLVE_WITHIN", 0.0)
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        opening = await cancelled(actions, manager.async_open())
        with pytest.raises(asyncio.CancelledError) as caught:
            await opening
        assert any("not known" in note for note in caught.value.__notes__)
        actions.release.set()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(others, timeout=10)
        await manager._client.aclose()
    assert manager.session_id == "s-1"


async def test_a_page_that_repeats_itself_ends_with_an_error() -> None:
    pages = {"": "a", "a": "b", "b": "a"}
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("next", "")
        asked.append(cursor)
        return reply(200, {"jobs": [{"id": f"job after {cursor}"}], "next": pages[cursor]})

    client = client_of(respond)
    with pytest.raises(IonQError, match="repeats itself"):
        list(client.session_jobs("s"))
    assert asked == ["", "a", "b"]
    with pytest.raises(IonQError, match="repeats itself"):
        [job async for job in client.async_session_jobs("s")]


def test_pages_are_asked_for_as_they_are_wanted() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("next", ""))
        return reply(200, {"jobs": [{"id": "j"}, {"id": "k"}], "next": "more" if len(asked) < 2 else None})

    jobs = client_of(respond).session_jobs("s")
    assert asked == []
    assert next(jobs).id == "j"
    assert asked == [""]
    assert [job.id for job in jobs] == ["k", "j", "k"]
    assert asked == ["", "more"]


def test_half_a_character_in_a_cursor_is_sent_as_something_else() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("next", ""))
        return reply(200, {"jobs": [], "next": "\ud800" if len(asked) < 2 else None})

    assert list(client_of(respond).session_jobs("s")) == []
    assert asked == ["", "?"]


def test_a_closed_client_can_be_used_again() -> None:
    def serve(line: Line) -> None:
        while line.request():
            line.reply(b'{"id": "s"}')

    with Listener(serve) as server, IonQClient(api_key=KEY, base_url=server.url) as client:
        assert client.session("s").id == "s"
        client.close()
        client.close()
        assert client.session("s").id == "s"
        assert server.connections == 2


async def test_nobody_there_is_told_without_a_wait() -> None:
    with IonQClient(api_key=KEY, base_url=refused_url(), max_retries=0) as client:
        with pytest.raises(APIConnectionError) as caught:
            client.create_session("qpu.forte-1")
        assert caught.value.unsent
        with pytest.raises(APIConnectionError):
            await client.async_create_session("qpu.forte-1")
        await client.aclose()
