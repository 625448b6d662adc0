"""Interrupted callers: a sent request is finished and reported, and an abandoned session is ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

import pytest

from ionq_tui import IonQError
from ionq_tui.api import critical_request as critical_request_module
from ionq_tui.api.exit_signals import ExitSignals
from tests.unit.api.held import HeldActions, cancelled, manager_on, never_entered
from tests.unit.api.lines import Listener

pytestmark = pytest.mark.timeout(30)

OPENED_AND_ENDED = ["POST /sessions", "POST /sessions/s-1/end"]


async def others_done() -> None:
    """Let every other task of the loop come to its end."""
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=10)


async def test_a_second_cancellation_does_not_let_go_of_what_was_sent() -> None:
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        opening = await cancelled(actions, never_entered(manager))
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.sleep(0)
        actions.release.set()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await manager._client.aclose()
    assert actions.asked == OPENED_AND_ENDED


async def test_what_comes_after_everybody_has_left_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(critical_request_module, "RESOLVE_WITHIN", 0.0)
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        opening = await cancelled(actions, manager.async_open())
        with pytest.raises(asyncio.CancelledError):
            await opening
        with pytest.raises(IonQError, match="is being opened"):
            await manager.async_open()
        actions.release.set()
        await others_done()
        await manager._client.aclose()
    assert actions.asked == OPENED_AND_ENDED


async def test_a_task_group_that_fails_leaves_it_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    actions = HeldActions()
    with Listener(actions) as server, caplog.at_level(logging.WARNING, "ionq_tui.session"):
        client = manager_on(server.url)._client

        async def fail() -> None:
            await asyncio.to_thread(actions.heard.wait, 10)
            actions.release.set()
            raise RuntimeError("another task of the group")

        with pytest.raises(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(client.async_create_session("qpu.forte-1"))
                group.create_task(fail())
        await client.aclose()
    assert any("s-1" in record.getMessage() for record in caplog.records)


async def test_two_tasks_on_one_manager_open_one_session() -> None:
    actions = HeldActions()
    actions.release.set()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        told = await asyncio.gather(manager.async_open(), manager.async_open(), return_exceptions=True)
        await manager._client.aclose()
    assert sorted(type(one).__name__ for one in told) == ["IonQError", "NoneType"]
    assert actions.asked == ["POST /sessions"]


def test_two_threads_on_one_manager_open_one_session() -> None:
    actions = HeldActions()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        first = threading.Thread(target=manager.open)
        first.start()
        assert actions.heard.wait(10)
        with pytest.raises(IonQError, match="is being opened"):
            manager.open()
        actions.release.set()
        first.join(10)
        manager._client.close()
    assert actions.asked == ["POST /sessions"]


def test_a_forked_child_does_not_end_its_parents_session() -> None:
    actions = HeldActions()
    actions.release.set()
    with Listener(actions) as server:
        manager = manager_on(server.url)
        manager.open()
        manager._pid -= 1
        manager.close()
        assert actions.asked == ["POST /sessions"]
        manager._pid = os.getpid()
        manager.close()
        manager._client.close()
    assert actions.asked == OPENED_AND_ENDED


async def test_an_interrupted_end_is_finished_and_named(caplog: pytest.LogCaptureFixture) -> None:
    actions = HeldActions("/sessions/s-1/end")
    with Listener(actions) as server, caplog.at_level(logging.WARNING, "ionq_tui.session"):
        manager = manager_on(server.url)
        await manager.async_open()
        closing = await cancelled(actions, manager.async_close())
        await asyncio.sleep(0)
        actions.release.set()
        with pytest.raises(asyncio.CancelledError) as caught:
            await closing
        await manager.async_close()
        await manager._client.aclose()
    assert actions.asked == OPENED_AND_ENDED
    assert any("s-1" in note for note in caught.value.__notes__)
    assert any("end of session s-1" in record.getMessage() for record in caplog.records)


async def test_an_end_of_which_nothing_is_known_in_time_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(critical_request_module, "RESOLVE_WITHIN", 0.0)
    actions = HeldActions("/sessions/s-1/end")
    with Listener(actions) as server, caplog.at_level(logging.WARNING, "ionq_tui.session"):
        manager = manager_on(server.url)
        await manager.async_open()
        closing = await cancelled(actions, manager.async_close())
        with pytest.raises(asyncio.CancelledError) as caught:
            await closing
        actions.release.set()
        await others_done()
        await manager._client.aclose()
    assert any("end of session s-1" in note and "not known" in note for note in caught.value.__notes__)
    assert any("end of session s-1" in record.getMessage() for record in caplog.records)


@pytest.fixture
def own_handler() -> Callable[[int, object], None]:
    def handler(number: int, frame: object) -> None: ...

    return handler


def test_signals_are_given_back_when_the_last_block_is_left(own_handler: Callable[[int, object], None]) -> None:
    before = signal.signal(signal.SIGTERM, own_handler)
    try:
        outer, inner = ExitSignals(), ExitSignals()
        outer.on()
        inner.on()
        outer.off()
        with pytest.raises(SystemExit) as left:
            signal.raise_signal(signal.SIGTERM)
        assert left.value.code == 128 + signal.SIGTERM
        assert (outer.caught, inner.caught) == (None, signal.SIGTERM)
        inner.off()
        assert signal.getsignal(signal.SIGTERM) is own_handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        held = ExitSignals()
        held.on()
        signal.raise_signal(signal.SIGHUP)
        held.off()
        assert held.caught is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_two_tasks_are_both_told_of_one_signal() -> None:
    async def waiting(held: ExitSignals) -> int | None:
        held.on_async()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return held.caught
        finally:
            held.off()
        return None

    tasks = [asyncio.create_task(waiting(ExitSignals())) for _ in range(2)]
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGTERM)
    assert await asyncio.gather(*tasks) == [signal.SIGTERM] * 2
