"""SessionManager as documented: the official examples, the messages, and where it is stricter."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import textwrap
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import ionq_core
import ionq_core.exceptions
import pytest

import ionq_tui
from ionq_tui import IonQClient, IonQError, SessionManager
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.store import Terms
from tests.contract.both import BACKEND, KEY, World, refusal, world_of

LOGGER = "ionq_tui.session"
Bend = Callable[[Request], Reply | None]


def example() -> str:
    """The example of the official module, with another import and nothing else."""
    assert ionq_core.session.__doc__ is not None
    found = re.search(r"```python\n(.*?)```", ionq_core.session.__doc__, re.DOTALL)
    assert found is not None
    return textwrap.dedent(found[1]).replace("from ionq_core import", "from ionq_tui import")


def in_async(code: str) -> str:
    """The same example with the async names."""
    changed = code.replace("with SessionManager", "async with SessionManager").replace(
        "session.status()", "await session.async_status()"
    )
    lines = changed.splitlines()
    imports = [line for line in lines if line.startswith("from ")]
    body = [line for line in lines if not line.startswith("from ")]
    body.append("await client.aclose()")
    return "\n".join([*imports, "async def main():", *(f"    {line}" for line in body)])


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    return monkeypatch


def test_the_documented_example_runs_with_only_the_import_changed(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = example()
    assert "ionq_core" not in code and 'SessionManager(client, "qpu.aria-1", max_jobs=10)' in code
    with world_of("at-once") as world:
        environment.setenv("IONQ_API_URL", world.url)
        existing = world.cloud.open_session("somebody", BACKEND, Terms())
        names: dict[str, object] = {}
        exec(compile(code.replace("existing-session-id", existing.id), "example", "exec"), names)
        client = names["client"]
        assert isinstance(client, IonQClient)
        client.close()
        opened = next(iter(set(world.cloud.sessions) - {existing.id}))
        assert world.asked() == [
            "POST /sessions",
            f"GET /sessions/{opened}",
            f"POST /sessions/{opened}/end",
            f"GET /sessions/{existing.id}",
        ]
        assert not world.cloud.sessions[opened].active and existing.active
    assert capsys.readouterr().out == f"{opened}\nstarted\nstarted\n"


def test_the_documented_example_runs_async(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with world_of("at-once") as world:
        environment.setenv("IONQ_API_URL", world.url)
        existing = world.cloud.open_session("somebody", BACKEND, Terms())
        names: dict[str, object] = {}
        exec(compile(in_async(example()).replace("existing-session-id", existing.id), "example", "exec"), names)
        main = names["main"]
        assert inspect.iscoroutinefunction(main)
        asyncio.run(main())
        opened = next(iter(set(world.cloud.sessions) - {existing.id}))
        assert not world.cloud.sessions[opened].active
    assert capsys.readouterr().out == f"{opened}\nstarted\nstarted\n"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def said(logged: pytest.LogCaptureFixture) -> list[tuple[str, int, str]]:
    return [line for line in logged.record_tuples if line[0].startswith("ionq_tui")]


def test_its_logs_say_opened_and_closed(logged: pytest.LogCaptureFixture) -> None:
    with world_of() as world, world.ours() as client, SessionManager(client, BACKEND) as session:
        pass
    assert said(logged) == [
        (LOGGER, logging.INFO, f"Opened session {session.session_id}"),
        (LOGGER, logging.INFO, f"Closed session {session.session_id}"),
    ]
    assert KEY not in logged.text


async def test_the_id_stays_and_opening_twice_is_refused() -> None:
    with world_of() as world, world.ours() as client:
        session = SessionManager(client, BACKEND)
        assert session.session_id is None
        session.open()
        opened = session.session_id
        for _ in range(2):
            with pytest.raises(IonQError, match=r"^Session already open$"):
                session.open()
            with pytest.raises(IonQError, match=r"^Session already open$"):
                await session.async_open()
            session.close()
            assert session.session_id == opened
            assert session.status() == "ended"
        assert len(world.cloud.sessions) == 1


async def test_without_an_id_there_is_nothing_to_ask() -> None:
    with world_of() as world, world.ours() as client:
        session = SessionManager(client, BACKEND)
        for ask in (session.status, session.details, session.remaining, session.end, session.jobs):
            with pytest.raises(IonQError, match=r"^No session ID; call open\(\) first$"):
                ask()
        for wait in (session.async_status, session.async_details, session.async_remaining, session.async_end):
            with pytest.raises(IonQError, match=r"^No session ID; call open\(\) first$"):
                await wait()
        with pytest.raises(IonQError, match="No session ID"):
            session.async_jobs()
        session.close()
        await session.async_close()
        assert world.asked() == []


def ending(answer: Reply | None) -> Bend:
    """Answer every end request like this; None cuts the connection."""

    def bend(request: Request) -> Reply | None:
        if not request.path.endswith("/end"):
            return None
        if answer is None:
            raise ConnectionResetError
        return answer

    return bend


IMPATIENT = pytest.mark.usefixtures("impatient")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a flow take no time."""
    monkeypatch.setattr("ionq_tui.api.flows.END_CHECK_DELAYS", (0.0, 0.0, 0.0))
    monkeypatch.setattr("ionq_tui.api.flows.OPEN_CHECK_DELAYS", (0.0, 0.0))


@IMPATIENT
@pytest.mark.parametrize("answer", [refusal(500), refusal(403), refusal(404), refusal(429), None], ids=str)
async def test_close_never_raises_and_logs(answer: Reply | None, logged: pytest.LogCaptureFixture) -> None:
    for waited in (False, True):
        logged.clear()
        with world_of() as world, world.ours() as client:
            session = SessionManager(client, BACKEND)
            session.open()
            world.bend = ending(answer)
            await session.async_close() if waited else session.close()
            assert session.session_id is not None
            assert world.asked().count(f"POST /sessions/{session.session_id}/end") == 1
            await client.aclose()
        assert said(logged)[-1] == (LOGGER, logging.WARNING, f"Failed to end session {session.session_id}")
        assert logged.records[-1].exc_info is not None
        assert KEY not in logged.text


@IMPATIENT
async def test_close_of_a_server_that_is_gone_does_not_raise(logged: pytest.LogCaptureFixture) -> None:
    with world_of() as world:
        client = world.ours(max_retries=0)
        session = SessionManager(client, BACKEND)
        session.open()
    session.close()
    assert said(logged)[-1][2] == f"Failed to end session {session.session_id}"
    client.close()


@IMPATIENT
def test_an_error_in_the_block_is_not_masked_by_a_failing_close() -> None:
    with world_of() as world, world.ours() as client, pytest.raises(ZeroDivisionError), SessionManager(client, BACKEND):
        world.bend = ending(refusal(500))
        raise ZeroDivisionError


@IMPATIENT
async def test_end_raises_unless_the_end_was_proved() -> None:
    with world_of() as world, world.ours() as client:
        session = SessionManager(client, BACKEND)
        session.open()
        world.bend = ending(refusal(500, "broken"))
        with pytest.raises(
            IonQError, match=r"^Failed to end session .* it is STILL OPEN, status created \(HTTP 500: broken\)$"
        ):
            session.end()
        with pytest.raises(IonQError, match="STILL OPEN"):
            await session.async_end()
        world.bend = None
        assert (await session.async_end()).ended
        assert session.end().ended
        session.close()
        assert world.asked()[-1] != f"GET /sessions/{session.session_id}"
        await client.aclose()


@IMPATIENT
def test_a_session_that_never_said_it_was_active_is_not_ended_by_saying_it_is_not() -> None:
    quiet = Reply(200, (), b'{"id": "s", "status": "started", "active": false}')
    lively = Reply(200, (), b'{"id": "s", "status": "started", "active": true}')
    with world_of() as world, world.ours() as client:
        session = SessionManager.from_id(client, "s")
        world.bend = lambda _: quiet
        with pytest.raises(IonQError, match="STILL OPEN"):
            session.end()
        world.bend = lambda _: lively
        assert session.details().active
        world.bend = lambda _: quiet
        assert session.end().active is False


@IMPATIENT
async def test_details_jobs_and_what_remains() -> None:
    with world_of("at-once") as world, world.ours() as client:
        with SessionManager(client, BACKEND, max_jobs=3, max_time=90, max_cost=9.5) as session:
            told = session.details()
            assert (told.id, told.backend, told.status) == (session.session_id, BACKEND, "started")
            assert told.limits.money is not None and told.limits.money.value == Decimal("9.5")
            assert await session.async_details() == told
            assert list(session.jobs()) == []
            left = session.remaining()
            assert left is not None and abs(left - timedelta(minutes=90)) < timedelta(seconds=5)
            world.clock.advance(3600)
            left = await session.async_remaining()
            assert left is not None and abs(left - timedelta(minutes=30)) < timedelta(seconds=5)
        assert session.remaining() == timedelta()
        with SessionManager(client, BACKEND, max_time=90) as session:
            (entry,) = [one for one in world.cloud.sessions.values() if one.id == session.session_id]
            for expires, minutes in ((24 * 60, 90), (30, 30), (90, 90)):
                entry.expires_at = world.cloud.now + timedelta(minutes=expires)
                left = session.remaining()
                assert left is not None and abs(left - timedelta(minutes=minutes)) < timedelta(seconds=5)
        with SessionManager(client, BACKEND) as unlimited:
            assert unlimited.remaining() is None
        await client.aclose()


@IMPATIENT
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"id": 7}'], ids=str)
async def test_a_reply_that_no_api_error_describes(body: bytes) -> None:
    garbled = Reply(201, (), body)
    with world_of() as world, world.ours() as client:
        world.bend = lambda request: garbled if request.method == "POST" else None
        with pytest.raises(IonQError, match=r"^Failed to create session: ") as caught:
            SessionManager(client, BACKEND).open()
        assert isinstance(caught.value, ionq_tui.SessionUncertain)
        assert caught.value.candidates == () and isinstance(caught.value.__cause__, IonQError)
        world.bend = lambda _: Reply(200, (), body)
        session = SessionManager.from_id(client, "s")
        with pytest.raises(IonQError, match=r"^Failed to fetch session s: the reply "):
            session.status()
        with pytest.raises(IonQError, match=r"^Failed to fetch session s: the reply "):
            await session.async_status()
        await client.aclose()


@IMPATIENT
async def test_a_lost_reply_names_the_session_that_may_be_it_and_is_never_sent_again() -> None:
    for waited in (False, True):
        with world_of() as world, world.ours() as client:

            def lose(request: Request, world: World = world) -> Reply | None:
                if request.method != "POST":
                    return None
                respond(world.cloud, request)
                raise ConnectionResetError

            world.bend = lose
            session = SessionManager(client, BACKEND, max_jobs=3)
            with pytest.raises(ionq_tui.SessionUncertain) as caught:
                await session.async_open() if waited else session.open()
            assert [one.id for one in caught.value.candidates] == list(world.cloud.sessions)
            assert isinstance(caught.value.__cause__, ionq_tui.APIConnectionError)
            assert next(iter(world.cloud.sessions)) in str(caught.value)
            assert session.session_id is None
            assert [one for one in world.asked() if one.startswith("POST")] == ["POST /sessions"]
            await client.aclose()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_refused_opening_is_the_apis_own_error(status: int) -> None:
    with world_of() as world, world.ours() as client:
        world.bend = lambda _: refusal(status, "the reason")
        for wait in (False, True):
            session = SessionManager(client, BACKEND)
            with pytest.raises(
                ionq_tui.APIError, match=rf"^Failed to create session: HTTP {status}: the reason$"
            ) as caught:
                await session.async_open() if wait else session.open()
            assert caught.value.status_code == status and session.session_id is None
        assert world.asked() == ["POST /sessions"] * 2
        await client.aclose()


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "True", "'10'", "2**31", "float('nan')", "[]"])
@pytest.mark.parametrize("limit", ["max_jobs", "max_time"])
def test_limits_that_cannot_be_sent_are_refused_before_anything_is(limit: str, wrong: str) -> None:
    with world_of() as world, world.ours() as client:
        with pytest.raises(ionq_tui.InvalidLimitError, match=f"^{limit}: ") as caught:
            SessionManager(client, BACKEND, **{limit: eval(wrong)})
        assert isinstance(caught.value, ValueError)
        assert world.asked() == []


@pytest.mark.parametrize(
    "wrong", ["0", "-1", "0.001", "float('nan')", "float('inf')", "1e300", "10**400", "True", "'9'"]
)
def test_money_that_cannot_be_sent_is_refused(wrong: str) -> None:
    client = IonQClient(api_key=KEY)
    with pytest.raises(ionq_tui.InvalidLimitError):
        SessionManager(client, BACKEND, max_cost=eval(wrong))


@pytest.mark.filterwarnings("ignore:.*does not use HTTPS:UserWarning")
def test_a_client_of_the_official_library_is_told_the_way_out() -> None:
    with world_of() as world, world.official() as client:
        with pytest.raises(TypeError, match="from ionq_tui import IonQClient, SessionManager") as caught:
            SessionManager(client, BACKEND)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            SessionManager.from_id(client, "s")  # type: ignore[arg-type]
        assert "AuthenticatedClient" in str(caught.value) and "create_job" in str(caught.value)
        assert world.asked() == []
