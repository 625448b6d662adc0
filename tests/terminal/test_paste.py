"""What is pasted presses nothing that costs or ends, bracketed or as a burst of plain characters."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from ionq_tui.simulator.store import Terms
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import Terminal, command, is_typed, on_live_screen
from tests.terminal.touch import REST, focus_by_tab, rested_press

OPEN = "Open session (billable)"
END = "End session"


class Place:
    """A cloud, its address, and what it was asked to change."""

    def __init__(self) -> None:
        self.cloud = SimulatedCloud(FastClock(), workload=False, colleagues=False)
        self.posts: list[str] = []

    def __call__(self, request: Request, reply: Reply) -> None:
        if request.method != "GET":
            self.posts.append(request.path)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def terminal(place: Place, environment: dict[str, str], open_terminal: OpenTerminal) -> Iterator[Terminal]:
    with Server(partial(respond, place.cloud), on_request=place) as server:
        environment |= {"IONQ_API_URL": server.url, "IONQ_API_KEY": "a-key-for-pasting-5678"}
        yield open_terminal(command(), environment)


def insert(terminal: Terminal, text: str, *, bracketed: bool) -> None:
    """Paste after a rest, as a terminal does that marks it, or as one that does not."""
    time.sleep(REST)
    if bracketed:
        terminal.paste(text)
    else:
        terminal.type(text)


def tab(terminal: Terminal) -> None:
    """Go on, and wait until that is to be seen."""
    painted = len(terminal.raw)
    terminal.keys("tab").wait_for(lambda screen: len(screen.raw) > painted).wait_quiet()


# A lone plain "\r" is the Enter key itself and no burst; the marks are what tells a paste of it.
PASTES = [("\r", True), ("\r\r\r", True), ("1\r2\r\r", True), ("1\r2\r\r", False)]


@pytest.mark.parametrize(("text", "bracketed"), PASTES)
def test_pasting_at_open_buys_nothing(terminal: Terminal, place: Place, text: str, bracketed: bool) -> None:
    terminal.wait_for("No session is active").keys("b").wait_for("> qpu.forte-1")
    terminal.keys("enter").wait_for("NEW SESSION on qpu.forte-1").type("10").wait_for("= 10 jobs")
    focus_by_tab(terminal, OPEN)
    insert(terminal, text, bracketed=bracketed)
    time.sleep(REST)
    tab(terminal)  # what this does is painted once all before it was taken in
    focus_by_tab(terminal, OPEN)
    assert place.posts == []
    rested_press(terminal, "enter").wait_for(on_live_screen)
    assert len(place.posts) == 1


@pytest.mark.parametrize(("text", "bracketed"), PASTES)
@pytest.mark.parametrize("in_field", [True, False])
def test_pasting_at_end_ends_nothing(
    terminal: Terminal, place: Place, text: str, bracketed: bool, in_field: bool
) -> None:
    with place.cloud.lock:
        place.cloud.advance()
        session = place.cloud.open_session("somebody-else", "qpu.forte-1", Terms(minutes=60, given=True))
    short = session.id[-6:]
    terminal.wait_for(short).keys("e").wait_for("Keep running").wait_quiet()
    tab(terminal)
    if in_field:
        insert(terminal, short + text.strip("12").replace("2", ""), bracketed=bracketed)
        terminal.wait_for(f"tab to {END}, then enter" if not bracketed else short)
        time.sleep(REST)
        terminal.keys("enter")
    else:
        terminal.type(short).wait_for(partial(is_typed, short))
        focus_by_tab(terminal, END)
        insert(terminal, text, bracketed=bracketed)
        time.sleep(REST)
    terminal.keys("esc").wait_for(lambda screen: "Keep running" not in screen.text)
    assert place.posts == []
    assert session.id in place.cloud.active


def test_what_is_typed_at_once_behind_the_slash_is_looked_for(terminal: Terminal, place: Place) -> None:
    place.cloud.open_session("somebody", "qpu.forte-1", Terms(jobs=3, minutes=10))
    terminal.wait_for("> ")
    for _ in range(2):  # the line is made first, and then only shown
        terminal.type("/ena\r").wait_for('0 of 1 match "ena"').keys("esc").wait_for("1 active")
    assert place.posts == []
