"""Interruptions while a session is being ended: either the end completes, or its outcome is reported as unknown."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from ionq_tui import SessionManager
from ionq_tui.api import critical_request as critical_request_module
from ionq_tui.api import exit_signals
from tests.unit.api.held import HeldActions, manager_on
from tests.unit.api.lines import Listener

pytestmark = pytest.mark.timeout(30)

END = "/sessions/s-1/end"
OPENED_AND_ENDED = ["POST /sessions", f"POST {END}"]


def leave_by_block(manager: SessionManager) -> None:
    with manager:
        pass


def leave_by_close(manager: SessionManager) -> None:
    manager.open()
    manager.close()


ways = pytest.mark.parametrize("leave", [leave_by_block, leave_by_close])
numbers = pytest.mark.parametrize(
    ("number", "leaving"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)], ids=["ctrl+c", "SIGTERM"]
)


@pytest.fixture(autouse=True)
def arrived(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Counts the signals that Python has taken in; SIGTERM leaves by SystemExit, as in many programs."""
    counted = threading.Semaphore(0)
    ours = exit_signals._on_signal

    def interrupt(number: int, frame: FrameType | None) -> None:
        counted.release()
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    def told(number: int, frame: FrameType | None) -> None:
        counted.release()
        ours(number, frame)

    monkeypatch.setattr(exit_signals, "_on_signal", told)
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    yield counted
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def interrupted(
    actions: HeldActions, arrived: threading.Semaphore, number: signal.Signals, *, times: int = 1, answered: bool = True
) -> Iterator[None]:
    """Send signals once the server has the request to end; then let it answer, or only when all is over."""

    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        assert actions.heard.wait(10)
        for _ in range(times):
            signal.pthread_kill(main, number)  # to another thread it would not wake the one that waits
            assert arrived.acquire(timeout=10)
        if answered:
            actions.release.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        yield
    finally:
        actions.release.set()
        thread.join(10)


@ways
@numbers
@pytest.mark.parametrize("times", [1, 2])
def test_the_end_is_finished_and_noted(
    arrived: threading.Semaphore,
    leave: Callable[[SessionManager], None],
    number: signal.Signals,
    leaving: type[BaseException],
    times: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    actions = HeldActions(END)
    with Listener(actions) as server, caplog.at_level(logging.WARNING, "ionq_tui.session"):
        manager = manager_on(server.url)
        with pytest.raises(leaving) as caught, interrupted(actions, arrived, number, times=times):
            leave(manager)
        manager.close()
        manager._client.close()
    assert actions.asked == OPENED_AND_ENDED, "what was proved is not asked for again"
    assert any("end of session s-1" in note and "not known" not in note for note in caught.value.__notes__)
    assert any("end of session s-1" in record.getMessage() for record in caplog.records)


@ways
@numbers
def test_what_is_not_known_in_time_is_noted(
    arrived: threading.Semaphore,
    leave: Callable[[SessionManager], None],
    number: signal.Signals,
    leaving: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(critical_request_module, "RESOLVE_WITHIN", 0.1)
    actions = HeldActions(END)
    with Listener(actions) as server:
        manager = manager_on(server.url)
        with pytest.raises(leaving) as caught, interrupted(actions, arrived, number, answered=False):
            leave(manager)
        manager._client.close()
    assert any("end of session s-1" in note and "not known" in note for note in caught.value.__notes__)


def test_the_wait_is_bounded_to_five_seconds() -> None:
    assert critical_request_module.RESOLVE_WITHIN == 5.0


@numbers
def test_a_signal_in_the_body_and_another_while_it_ends(
    arrived: threading.Semaphore, number: signal.Signals, leaving: type[BaseException]
) -> None:
    """With `end_on_signals` the first SIGTERM leaves the body; what comes while it ends does not cut the end off."""
    actions = HeldActions(END)
    with Listener(actions) as server:
        manager = manager_on(server.url, end_on_signals=True)
        with pytest.raises(SystemExit) as caught, interrupted(actions, arrived, number), manager:
            try:
                signal.raise_signal(signal.SIGTERM)
            finally:
                assert arrived.acquire(timeout=10)
            pytest.fail("the body must have been left")
        manager._client.close()
    assert caught.value.code == 128 + signal.SIGTERM
    assert actions.asked == OPENED_AND_ENDED


def test_a_signal_while_it_ends_is_what_it_leaves_by_with_the_note(arrived: threading.Semaphore) -> None:
    actions = HeldActions(END)
    with Listener(actions) as server:
        manager = manager_on(server.url, end_on_signals=True)
        with pytest.raises(SystemExit) as caught, interrupted(actions, arrived, signal.SIGTERM), manager:
            pass
        manager._client.close()
    assert caught.value.code == 128 + signal.SIGTERM
    assert any("end of session s-1" in note for note in caught.value.__notes__)
    assert actions.asked == OPENED_AND_ENDED


def test_a_signal_while_it_opens_ends_what_was_opened_and_leaves_with_the_note(arrived: threading.Semaphore) -> None:
    actions = HeldActions("/sessions")
    with Listener(actions) as server:
        manager = manager_on(server.url, end_on_signals=True)
        with pytest.raises(SystemExit) as caught, interrupted(actions, arrived, signal.SIGTERM), manager:
            pytest.fail("the block must not be entered")
        manager._client.close()
    assert caught.value.code == 128 + signal.SIGTERM
    assert any("opening a session" in note and "s-1" in note for note in caught.value.__notes__)
    assert actions.asked == OPENED_AND_ENDED


async def test_a_signal_while_an_async_block_ends_is_what_it_leaves_by_with_the_note(
    arrived: threading.Semaphore,
) -> None:
    actions = HeldActions(END)
    left: list[SystemExit] = []
    with Listener(actions) as server:
        manager = manager_on(server.url, end_on_signals=True)

        async def script() -> None:
            try:
                async with manager:
                    pass
            except SystemExit as leaving:  # asyncio would stop the loop of this very test
                left.append(leaving)

        with interrupted(actions, arrived, signal.SIGTERM):
            await asyncio.create_task(script())
        await manager._client.aclose()
    assert [one.code for one in left] == [128 + signal.SIGTERM]
    assert any("end of session s-1" in note for note in left[0].__notes__)
    assert actions.asked == OPENED_AND_ENDED
