"""Keys on their way from the terminal: none is lost, and nobody looks at the clock while none comes."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator

import pytest
from textual import events
from textual.message import Message

from ionq_tui.ui import driver
from ionq_tui.ui.driver import DashboardDriver
from ionq_tui.ui.messages import TerminalLost

PATIENCE = 10.0


class Typed(DashboardDriver):
    """Reads from a pseudo-terminal of its own, and keeps what it heard."""

    def __init__(self) -> None:
        self.ours, self.fileno = os.openpty()
        self._debug, self._mouse, self.exit_event = False, False, threading.Event()
        self.heard: list[Message] = []
        self.waits: list[float | None] = []
        self.paused = 0
        """How often it waited for nothing but its end."""
        self._input_pipe = os.pipe()
        self._key_thread = threading.Thread(target=self.run_input_thread)

    def process_message(self, message: Message) -> None:
        self.heard.append(message)

    def send_message(self, message: Message) -> None:
        self.heard.append(message)

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.heard if isinstance(one, events.Key)]

    def type(self, data: bytes) -> None:
        os.write(self.ours, data)

    def hang_up(self) -> None:
        os.close(self.ours)
        self.ours = os.open(os.devnull, os.O_RDWR)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, (self.heard, self.waits)
            time.sleep(0.005)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    one = Typed()
    tty.setraw(one.fileno)
    wait = select.select

    def noted(read: list[int], write: list[int], failed: list[int], timeout: float | None = None) -> object:
        one.waits.append(timeout)
        one.paused += one.fileno not in read
        return wait(read, write, failed, timeout)

    monkeypatch.setattr("ionq_tui.ui.driver.select.select", noted)
    monkeypatch.setattr(driver, "_SEQUENCE_TIMEOUT", 0.3)
    assert one._key_thread is not None
    one._key_thread.start()
    yield one
    one.disable_input()
    assert not one._key_thread.is_alive()
    os.close(one.ours)
    os.close(one.fileno)


def test_where_nothing_is_typed_nobody_looks_at_the_clock(typed: Typed) -> None:
    typed.until(lambda: typed.waits[-1:] == [None])
    typed.type(b"a")
    typed.until(lambda: typed.keys == ["a"] and typed.waits[-1] is not None)
    typed.until(lambda: typed.waits[-1] is None)


def test_escape_is_a_key_by_itself_and_the_beginning_of_others(typed: Typed) -> None:
    typed.until(lambda: typed.waits[-1:] == [None])
    typed.type(b"\x1b")
    typed.until(lambda: typed.keys == ["escape"])
    typed.type(b"\x1b[")
    typed.type(b"B")
    typed.until(lambda: typed.keys == ["escape", "down"])


def test_what_is_no_text_is_no_crash(typed: Typed) -> None:
    typed.type(b"\xff\xc3")
    typed.type("ßx".encode())
    typed.until(lambda: typed.keys[-1:] == ["x"])


def test_a_terminal_at_its_end_is_asked_now_and_then(typed: Typed) -> None:
    typed.until(lambda: typed.waits[-1:] == [None])
    typed.hang_up()
    typed.until(lambda: typed.paused > 1)


def test_a_terminal_that_fails_is_told(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fileno: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    typed.until(lambda: typed.waits[-1:] == [None])
    monkeypatch.setattr("ionq_tui.ui.driver.os.read", fail)
    typed.type(b"a")
    typed.until(lambda: any(isinstance(one, TerminalLost) for one in typed.heard))
